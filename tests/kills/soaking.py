"""Kill carebot again and again at random moments, and note what its outbox held each time."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from carebot.testing.compare import Comparison
from tests.kills.posting import Posting
from tests.kills.scene import ROOT, Scene
from tests.kills.storm import Storm, environment
from tests.kills.storm_victim import POLL_EVERY, UP, VISIBLE_AFTER

WITHIN = 0.3  # seconds after a message was written, or the square began to post
PATIENCE = 60.0
SETTLED_WITHIN = 300.0
STATES = ("sending", "unknown", "failed", "queued", "nothing")  # the most advanced first
_UP = (UP, "stop it with")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One of them: after what it was drawn, what the outbox held, and whether it was the real command."""

    after: str
    state: str
    is_command: bool


@dataclass
class Soak:
    """One run. ``kills`` are noted as they happen."""

    scene: Scene
    storm: Storm
    posting: Posting
    kills: list[Kill] = field(default_factory=list)

    def kill_once(self, *, is_command: bool) -> None:
        """Start carebot, let people write, kill it, and look."""
        process = launched(self.scene, is_command=is_command)
        try:
            self._people()
            after = self._moment()
            time.sleep(self.storm.random.uniform(0, WITHIN))
            assert process.poll() is None, f"carebot ended by itself:\n{self.scene.tail()}"
        finally:
            process.kill()
            assert process.wait(PATIENCE) == -signal.SIGKILL
        self.kills.append(Kill(after=after, state=self._held(), is_command=is_command))

    def _moment(self) -> str:
        """Let customers write; return when the square begins to post, or when the last of them has written."""
        draw = self.storm.random
        is_posting = draw.random() < 0.55
        if is_posting and draw.random() < 0.6:
            self.storm.hold_next_post()
        self.posting.forget()
        for _ in range(draw.choice((1, 2, 2, 3, 5))):
            self.storm.somebody_writes()
        if is_posting and self.posting.wait(4.0):
            return "posting"
        while not self.storm.somebody_writes():
            pass
        return "a message"

    def _people(self) -> None:
        """What else happens before: people of the brand, second thoughts, a network that goes away."""
        storm, draw = self.storm, self.storm.random
        if not storm.written:
            return
        for chance, act in (
            (0.3, storm.somebody_edits),
            (0.25, storm.somebody_deletes),
            (0.3, storm.somebody_answers_by_hand),
            (0.4, storm.sanne_replies),
            (0.025, storm.somebody_replies_from_a_terminal),
            (0.1, storm.go_down),
            (0.15, storm.faults),
        ):
            if draw.random() < chance:
                act()

    def settle(self) -> Comparison:
        """Fair weather until nothing is on its way any more; carebot is stopped then."""
        self.storm.calm()
        process = launched(self.scene)
        try:
            wait_for(lambda: self.scene.is_at_rest, SETTLED_WITHIN, process, self._state)
        finally:
            process.terminate()
            process.wait(PATIENCE)
        return self.scene.compare()

    def _state(self) -> str:
        return f"{self.scene.on_its_way()}\n{self.scene.compare(now=datetime.now(UTC))}\n{self.scene.tail()}"

    def _held(self) -> str:
        found = self.scene.on_its_way()
        return next((state for state in STATES if found.get(state)), "nothing")

    def table(self) -> str:
        """How many kills found what."""
        columns: dict[str, Callable[[Kill], bool]] = {
            "after a message": lambda kill: kill.after == "a message",
            "after posting": lambda kill: kill.after == "posting",
            "carebot run": lambda kill: kill.is_command,
            "all": lambda kill: True,
        }
        lines = [f"| {'the outbox held':15} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
        for state in (*STATES, "in all"):
            kills = [kill for kill in self.kills if state in (kill.state, "in all")]
            counts = (f"{sum(map(is_in, kills)):{len(name)}}" for name, is_in in columns.items())
            lines.append(f"| {state:15} | {' | '.join(counts)} |")
        return "\n".join(lines)


def launched(scene: Scene, *, is_command: bool = False) -> subprocess.Popen[str]:
    """``carebot run`` with the shipped model, or the same with a script for a model; once it works."""
    words = ["carebot", "run"] if is_command else ["tests.kills.storm_victim", str(scene.folder)]
    with (scene.folder / "log.txt").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=scene.folder if is_command else ROOT,
            env=environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        wait_for(lambda: any(word in scene.tail() for word in _UP), PATIENCE, process, scene.tail)
    except BaseException:
        process.kill()
        process.wait(PATIENCE)
        raise
    return process


def wait_for(
    is_so: Callable[[], bool], within: float, process: subprocess.Popen[str], tell: Callable[[], str]
) -> None:
    """Wait for a condition while the process lives."""
    end = time.monotonic() + within
    while not is_so():
        assert process.poll() is None, f"carebot ended with {process.returncode}:\n{tell()}"
        assert time.monotonic() < end, f"it did not come to rest:\n{tell()}"
        time.sleep(0.03)


@contextmanager
def square_process(folder: Path) -> Iterator[str]:
    """The town square as a process of its own; its address."""
    words = [
        "-m",
        "carebot.channels.townsquare",
        "serve",
        "--database",
        str(folder / "square.db"),
        "--port",
        "0",
    ]
    with subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.kill()
            process.wait(PATIENCE)


def configure_command(scene: Scene) -> None:
    """What ``carebot run`` needs in the scene's folder."""
    url, token = (scene.folder / "square.txt").read_text(encoding="utf-8").split()
    lines = {
        "TOWNSQUARE_URL": url,
        "TOWNSQUARE_TOKEN": token,
        "TOWNSQUARE_POLL_EVERY": POLL_EVERY,
        "TOWNSQUARE_VISIBLE_AFTER": VISIBLE_AFTER,
        "INSIDE": "127.0.0.1:0",
        "OUTSIDE": "127.0.0.1:0",
    }
    env = scene.folder / ".env"
    env.touch(mode=0o600)
    env.write_text("".join(f"CAREBOT_{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
