"""``carebot run`` as a process, beside a town square that is another one."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from carebot.core.records import REPLAYED
from carebot.privacy import keys
from carebot.store import schema
from carebot.store.uow import SqliteUnitOfWork
from tests.acceptance.scripted_run import ARTICLE
from tests.unit.engine.waiting import until

ROOT = Path(__file__).parents[2]
CARD = "4111 1111 1111 1111"
# No model: everything is doubt, but a card number is private by itself, and is answered with an invitation.
CARE = """
version: 1
brands:
  - name: acme
    accounts: {townsquare: "@acme"}
classifier: {model: none}
people: {sanne: [agent, private_agent]}
"""


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CAREBOT_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **more}


def started(words: list[str], folder: Path, log: str) -> subprocess.Popen[bytes]:
    with (folder / log).open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", *words], cwd=folder, env=environment(), stdout=file, stderr=file
        )


def ended(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait(20)


@dataclass
class Square:
    """A town square, and what people do in it."""

    url: str
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, who: str | None = None, **body: Any) -> Any:
        headers = {} if who is None else {"Authorization": f"Bearer {self.tokens[who]}"}
        answer = httpx.request(
            method, f"{self.url}/api/v1{path}", headers=headers, json=body or None, timeout=20
        )
        answer.raise_for_status()
        return answer.json()

    def join(self, handle: str, *, is_brand: bool = False) -> None:
        made = self.ask("POST", "/accounts", handle=handle, name=handle, followers=1, is_brand=is_brand)
        self.tokens[handle] = made["token"]

    def write(self, text: str) -> str:
        """A customer whom nobody knows yet writes a post; its id."""
        who = f"wombat{len(self.tokens)}"
        self.join(who)
        return str(self.ask("POST", "/posts", who, text=text)["id"])

    def replies(self) -> list[str]:
        """What the brand's posts answer."""
        posts = self.ask("GET", "/census")["posts"]
        return [post["in_reply_to"] for post in posts if post["author"]["handle"] == "acme"]


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Square]:
    folder = tmp_path_factory.mktemp("square")
    words = ["carebot.channels.townsquare", "serve", "--database", "square.db", "--port", "0"]
    process = started(words, folder, "square.log")
    try:
        log = folder / "square.log"
        until(lambda: re.search(r"http://\S+", log.read_text()), "the square's address")
        found = re.search(r"http://\S+", log.read_text())
        assert found
        made = Square(url=found[0])
        made.join("acme", is_brand=True)
        yield made
    finally:
        ended(process)


@dataclass
class Installation:
    """A folder with an installation, and the commands that are run there."""

    folder: Path
    square: Square

    @property
    def log(self) -> str:
        file = self.folder / "run.log"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    @property
    def inside(self) -> str:
        found = re.findall(r"console +(http://\S+)", self.log)
        return str(found[-1])

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "carebot", *words],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """``carebot run``, or another module with ``words``, once it says that it serves."""
        before = self.log.count("stop it with")
        process = started(list(words) or ["carebot", "run"], self.folder, "run.log")
        try:
            until(lambda: self.log.count("stop it with") > before or process.poll() is not None, "the start")
            assert process.poll() is None, self.log
            yield process
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            assert process.wait(40) == 0, self.log
        finally:
            ended(process)

    def logged_at(self, event: str) -> list[datetime]:
        """When the log said this, by its own times."""
        lines = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [datetime.fromisoformat(line["time"]) for line in lines if line["event"].startswith(event)]

    def approved_at(self) -> datetime:
        """When an article was approved last, as was written in the transaction that approved it."""
        with closing(sqlite3.connect(self.folder / "carebot.db")) as connection:
            wanted = "SELECT at FROM events WHERE name = 'article_approved' ORDER BY seq DESC LIMIT 1"
            (at,) = connection.execute(wanted).fetchone()
        found = datetime.fromisoformat(at)
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def states(self) -> dict[str, int]:
        with closing(sqlite3.connect(self.folder / "carebot.db")) as connection:
            return dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())


@pytest.fixture
def installed(tmp_path: Path, square: Square) -> Installation:
    square.ask("PUT", "/faults", delay_ms=0)
    (tmp_path / "care.yaml").write_text(CARE, encoding="utf-8")
    keys.create(tmp_path / "carebot.key", datetime.now(UTC))
    schema.create(tmp_path / "carebot.db")
    lines = {
        "TOWNSQUARE_URL": square.url,
        "TOWNSQUARE_TOKEN": square.tokens["acme"],
        "TOWNSQUARE_WEBHOOK_SECRET": "hush-hush-hush",
        "TOWNSQUARE_POLL_EVERY": "0.5",
        "INSIDE": "127.0.0.1:0",
        "OUTSIDE": "127.0.0.1:0",
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "json",
        "TIME_LIMIT": "0.5",
    }
    env = tmp_path / ".env"
    env.touch(mode=0o600)
    env.write_text("".join(f"CAREBOT_{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
    made = Installation(folder=tmp_path, square=square)
    assert made.command("run", "--once").returncode == 0  # what other tests wrote is behind it
    return made


def test_a_message_is_answered_in_the_square_and_health_and_metrics_say_so(installed: Installation) -> None:
    square = installed.square
    with installed.running() as process:
        post = square.write(f"@acme quokka, you charged {CARD} twice")
        until(lambda: post in square.replies(), "the reply")
        until(lambda: httpx.get(f"{installed.inside}/health").status_code == 200, "health")
        health = httpx.get(f"{installed.inside}/health").json()
        metrics = httpx.get(f"{installed.inside}/metrics").text
        status = installed.command("status")
        second = installed.command("run")
        link = installed.command("sign-in", "sanne")
        page = httpx.get(link.stdout.strip(), follow_redirects=True)
    assert health["channels"]["townsquare/acme"]["status"] == "ok"
    assert 'carebot_sends_total{channel="townsquare",kind="text",outcome="done"} 1.0' in metrics
    assert f"run      process {process.pid}, console at {installed.inside}" in status.stdout
    assert (second.returncode, second.stderr.count(f"process {process.pid} serves")) == (1, 1)
    assert page.status_code == 200
    assert page.url.host == "127.0.0.1"
    for word in ("quokka", "4111", "wombat"):
        assert word not in installed.log + metrics + status.stdout + str(health)
    assert installed.command("status").stdout.startswith("run      `carebot run` does not run")


def test_what_is_written_while_it_is_stopped_is_answered_after_the_start_and_once(
    installed: Installation,
) -> None:
    square = installed.square
    with installed.running():
        one = square.write(f"@acme you charged {CARD} twice")
        until(lambda: one in square.replies(), "the first reply")
    two = square.write(f"@acme you charged {CARD} twice")
    with installed.running():
        until(lambda: two in square.replies(), "the second reply")
    assert [square.replies().count(post) for post in (one, two)] == [1, 1]


def test_a_stop_in_the_middle_of_a_send_finishes_it(installed: Installation) -> None:
    square = installed.square
    with installed.running() as process:
        until(lambda: "oldest_unsynced" in httpx.get(f"{installed.inside}/health").text, "the first poll")
        post = square.write(f"@acme you charged {CARD} twice")
        square.ask("PUT", "/faults", delay_ms=700)
        until(lambda: installed.states().get("sending"), "a row on its way")
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    square.ask("PUT", "/faults", delay_ms=0)
    assert not {"sending", "unknown"} & installed.states().keys()
    assert installed.command("run", "--once").returncode == 0
    assert square.replies().count(post) == 1


def test_a_second_signal_ends_it_at_once_and_the_next_start_sends_nothing_twice(
    installed: Installation,
) -> None:
    square = installed.square
    with installed.running() as process:
        until(lambda: "oldest_unsynced" in httpx.get(f"{installed.inside}/health").text, "the first poll")
        post = square.write(f"@acme you charged {CARD} twice")
        square.ask("PUT", "/faults", delay_ms=5000)
        until(lambda: installed.states().get("sending"), "a row on its way")
        process.send_signal(signal.SIGINT)
        until(lambda: "stopping" in installed.log, "that it stops")
        process.send_signal(signal.SIGINT)
        assert process.wait(3) == 128 + signal.SIGINT
        process.returncode = 0  # as was meant
    square.ask("PUT", "/faults", delay_ms=0)
    with installed.running():
        until(lambda: post in square.replies(), "the reply")
        until(lambda: not {"sending", "unknown"} & installed.states().keys(), "that it is known")
    assert square.replies().count(post) == 1


def test_a_database_that_another_process_locks_for_three_seconds_loses_nothing(
    installed: Installation,
) -> None:
    square = installed.square
    with installed.running() as process:
        with closing(sqlite3.connect(installed.folder / "carebot.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            posts = [square.write(f"@acme you charged {CARD} twice") for _ in range(2)]
            held_until = datetime.now(UTC).timestamp() + 3
            until(lambda: datetime.now(UTC).timestamp() > held_until, "three seconds")
            assert not set(posts) & set(square.replies())
            other.execute("ROLLBACK")
        until(lambda: set(posts) <= set(square.replies()), "both replies")
        assert process.poll() is None
    assert [square.replies().count(post) for post in posts] == [1, 1]


def test_one_round_reads_decides_delivers_and_ends(installed: Installation) -> None:
    post = installed.square.write(f"@acme you charged {CARD} twice")
    done = installed.command("run", "--once")
    assert done.returncode == 0, done.stderr
    assert "1 message decided, 2 texts taken from the outbox" in done.stdout
    assert installed.square.replies().count(post) == 1


def test_one_round_fails_when_the_network_is_not_there(installed: Installation) -> None:
    file = installed.folder / ".env"
    lines = file.read_text("utf-8").replace(installed.square.url, "http://127.0.0.1:9")
    file.write_text(lines, encoding="utf-8")
    done = installed.command("run", "--once")
    assert done.returncode == 1
    assert "townsquare/acme: " in done.stderr


def test_what_was_played_back_is_never_run(installed: Installation) -> None:
    with SqliteUnitOfWork(installed.folder / "carebot.db") as uow:
        uow.run(lambda work: work.set_switch(REPLAYED, True))
    done = installed.command("run")
    assert done.returncode == 2
    assert "messages that were played back" in done.stderr


def test_without_an_account_it_says_what_to_set(installed: Installation) -> None:
    (installed.folder / "care.yaml").write_text("version: 1\n", encoding="utf-8")
    done = installed.command("run")
    assert done.returncode == 2
    assert "there is no account to connect: name one in care.yaml" in done.stderr


def test_without_a_token_it_names_the_setting(installed: Installation) -> None:
    file = installed.folder / ".env"
    kept = [line for line in file.read_text("utf-8").splitlines() if "TOKEN" not in line]
    file.write_text("\n".join(kept), encoding="utf-8")
    done = installed.command("run")
    assert (done.returncode, done.stderr.strip()) == (2, "carebot: CAREBOT_TOWNSQUARE_TOKEN is missing")


def test_an_article_that_is_approved_or_withdrawn_meanwhile_counts_within_two_seconds(
    installed: Installation,
) -> None:
    answering = CARE.replace("classifier: {model: none}", "bot: {mode: auto}")
    (installed.folder / "care.yaml").write_text(answering, encoding="utf-8")
    told = "articles taken up: "
    square, words = installed.square, ["kb", "add", ARTICLE, "--title", "When are you open?", "--short"]
    with installed.running("tests.acceptance.scripted_run"):
        unanswered = square.write("@acme when are you open?")
        until(lambda: "1.0" in decided(installed, "hand_off"), "a decision without the article")
        assert installed.command(*words, "We are open from nine to five.").returncode == 0
        assert installed.logged_at(told) == []
        assert installed.command("kb", "approve", ARTICLE).returncode == 0
        until(lambda: installed.logged_at(f"{told}1 approved (1 new,"), "the approval")
        answered = square.write("@acme when are you open?")
        until(lambda: answered in square.replies(), "the answer")
        assert installed.command(*words, "We are open from nine to six.").returncode == 0
        withdrawn_at = datetime.now(UTC)
        until(lambda: installed.logged_at(f"{told}0 approved (0 new, 0 changed, 1 withdrawn"), "its end")
    assert unanswered not in square.replies()
    approved, withdrawn = installed.logged_at(told)
    assert approved - installed.approved_at() < timedelta(seconds=2)
    assert withdrawn - withdrawn_at < timedelta(seconds=2)


def decided(installed: Installation, action: str) -> str:
    """How many messages were decided so, as the metrics say; nothing when none was."""
    metrics = httpx.get(f"{installed.inside}/metrics").text
    return "".join(re.findall(rf'carebot_messages_decided_total{{action="{action}"}} (\S+)', metrics))


def test_check_asks_each_account(installed: Installation) -> None:
    assert re.search(r"^OK +townsquare @acme: the town square at", installed.command("check").stdout, re.M)


def test_check_says_what_keeps_an_incident_from_being_told_and_which_are_current(
    installed: Installation,
) -> None:
    incident = "incidents: [{id: storm, texts: {en: The storm has cut the power.}, articles: opening-hours}]"
    (installed.folder / "care.yaml").write_text(f"{CARE}{incident}\n", encoding="utf-8")
    assert "NOT OK  incidents: storm: there is no article opening-hours;" in installed.command("check").stdout
    added = installed.command("kb", "add", ARTICLE, "--title", "When?", "--short", "{opening_hours_today}")
    assert added.returncode == 0
    assert installed.command("kb", "approve", ARTICLE).returncode == 0
    assert "OK      incidents: current: storm\n" in installed.command("check").stdout


def test_nobody_signs_in_who_is_not_in_the_care_file(installed: Installation) -> None:
    done = installed.command("sign-in", "zed")
    assert (done.returncode, done.stderr.strip()) == (
        2,
        "carebot: there is no 'zed' in care.yaml; there is sanne",
    )
