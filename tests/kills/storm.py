"""Bad weather on the town square: people who write all kinds of things, and every fault at once.

What is drawn comes from one seed; when the processes run is up to the machine.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from carebot.app import App
from carebot.core.rights import Role, Viewer
from carebot.errors import (
    ClaimedError,
    IllegalTransitionError,
    NotAllowedError,
    OutdatedError,
    RefusedTextError,
)
from carebot.services.reply import Reply
from tests.kills.scene import CARD, ROOT, Scene, Words
from tests.kills.storm_victim import ANGRY

T = TypeVar("T")
SANNE = Viewer(id="sanne", roles=frozenset({Role.AGENT, Role.PRIVATE_AGENT}))
BY_HAND, BY_SANNE = "By hand", "Sanne here"
_REFUSED = (ClaimedError, IllegalTransitionError, NotAllowedError, OutdatedError, RefusedTextError)

MESSAGES = {
    "question": (30, f"@acme what are your {Words.QUESTION}?"),
    "money": (12, f"@acme you {Words.MONEY}, I want my money back"),
    "card": (10, f"@acme my card is {CARD}"),
    "direct": (14, f"what are your {Words.QUESTION}?"),
    "direct card": (4, f"it is {CARD}"),
    "angry": (8, f"@acme I am {ANGRY}, never again"),
    "odd": (6, "@acme my bike makes a strange noise"),
    "human": (5, "@acme I want to talk to a human"),
    "stop": (5, "@acme stop"),
}
_DIRECT = frozenset({"direct", "direct card"})
_WEIGHTS = [weight for weight, _ in MESSAGES.values()]


def environment() -> dict[str, str]:
    """Of this machine, without settings that a person has made for another carebot."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CAREBOT_")}
    return {**kept, "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A customer's message."""

    id: str
    who: str
    kind: str

    @property
    def is_direct(self) -> bool:
        return self.kind in _DIRECT


@dataclass
class Storm:
    """Everybody who writes; ``done`` counts what they did."""

    scene: Scene
    desk: App
    random: random.Random
    written: list[Written] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def faults(self) -> None:
        """All of them on, in another mixture; none that breaks what the adapter promises about the network."""
        draw = self.random.randint
        self._patient(
            lambda: self.scene.square.faults(
                delay_ms=draw(5, 60),
                delay_jitter_ms=draw(20, 250),
                limit_every=draw(11, 19),
                limit_reset=self.random.random() < 0.5,
                fail_every=draw(11, 23),
                lose_answer_every=draw(3, 7),
                invisible_ms=draw(100, 400),
                duplicate_every=draw(2, 5),
                shuffle=True,
                honour_keys=False,
            )
        )

    def calm(self) -> None:
        """All off, but that keys are still not honoured."""
        zero = ("delay_ms", "delay_jitter_ms", "limit_every", "fail_every", "lose_answer_every")
        more = ("invisible_ms", "duplicate_every", "down_for_s", "hold_next_post_ms")
        self.scene.square.faults(shuffle=False, **dict.fromkeys((*zero, *more), 0))

    def hold_next_post(self) -> None:
        """The brand's next post takes a while, before it is made or after."""
        held, when = self.random.randint(100, 400), self.random.choice(("before", "after"))
        self.scene.square.faults(hold_next_post_ms=held, hold_when=when)

    def go_down(self) -> None:
        """The square is not there for a moment."""
        self.scene.square.faults(down_for_s=self.random.uniform(0.2, 0.8))
        self.done["down"] += 1

    # Customers -----------------------------------------------------------------------------------------------

    def somebody_writes(self) -> bool:
        """Somebody new; or somebody who wrote before writes again. False: what it was to answer is gone."""
        (kind,) = self.random.choices(list(MESSAGES), _WEIGHTS)
        text, answered = MESSAGES[kind][1], None
        if self.written and self.random.random() < 0.2:
            answered = self.random.choice(self.written[-60:])
            who = answered.who
            self.done["again"] += 1
        else:
            who = self._patient(self.scene.somebody)
        return self._write(kind, who, text, None if answered is None or answered.is_direct else answered.id)

    def _write(self, kind: str, who: str, text: str, answered: str | None) -> bool:
        square = self.scene.square
        try:
            if kind in _DIRECT:
                external_id = self._patient(lambda: square.direct(who, text))
            else:
                external_id = self._patient(lambda: square.post(who, text, answered))
        except httpx.HTTPStatusError:  # what is answered was deleted meanwhile
            return False
        self.written.append(Written(id=external_id, who=who, kind=kind))
        self.done[kind] += 1
        return True

    def somebody_edits(self) -> None:
        """One of the latest messages says something else."""
        message = self._recent()
        kind = self.random.choice(
            ("direct", "direct card") if message.is_direct else ("question", "card", "money")
        )
        self._ask("PUT", message, {"text": MESSAGES[kind][1]}, "edited")

    def somebody_deletes(self) -> None:
        """One of the latest messages is taken back."""
        self._ask("DELETE", self._recent(), None, "deleted")

    def _recent(self) -> Written:
        return self.random.choice(self.written[-12:])

    def _ask(self, method: str, message: Written, body: dict[str, str] | None, name: str) -> None:
        square = self.scene.square
        path = f"{square.address}/api/v1/{'direct' if message.is_direct else 'posts'}/{message.id}"
        headers = {"Authorization": f"Bearer {self._patient(lambda: square.account(message.who))}"}
        answer = self._patient(
            lambda: httpx.request(method, path, json=body, headers=headers, trust_env=False, timeout=20)
        )
        self.done[name] += answer.is_success

    # People of the brand -------------------------------------------------------------------------------------

    def somebody_answers_by_hand(self) -> None:
        """From the square itself, past carebot. An answer that is lost leaves its post, and is not said again."""
        message = self._recent()
        square, text = self.scene.square, f"{BY_HAND} {self.done['by hand']}: we are looking into it."
        self.done["by hand"] += 1
        with suppress(httpx.HTTPError):
            if message.is_direct:
                square._write("/direct", "acme", text=text, to=message.who, in_reply_to=message.id)
            else:
                square.post("acme", text, message.id)

    def sanne_replies(self) -> None:
        """From the desk, which is another process than the one that is killed."""
        case_id = self._open_case()
        if case_id is None:
            return
        app, text = self.desk, f"{BY_SANNE}, {self.done['reply']}: all is well again."
        reply = Reply(uow=app.uow, clock=app.clock, house=app.house, find=app.recognizer.find)
        with suppress(*_REFUSED):
            reply.send(reply.preview(case_id, text, viewer=SANNE), viewer=SANNE)
            self.done["reply"] += 1

    def somebody_replies_from_a_terminal(self) -> None:
        """``carebot reply``."""
        case_id = self._open_case()
        if case_id is None:
            return
        text = f"{BY_SANNE} at a terminal, {self.done['terminal']}: all is well."
        command = [sys.executable, "-m", "carebot", "reply", case_id, text, "--yes"]
        ended = subprocess.run(
            command,
            cwd=self.scene.folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self.done["terminal" if ended.returncode == 0 else "terminal refused"] += 1

    def _open_case(self) -> str | None:
        query = (
            "SELECT id FROM cases WHERE status NOT IN ('closed', 'resolved') ORDER BY opened_at DESC LIMIT 25"
        )
        with closing(sqlite3.connect(self.scene.database)) as db:
            found = [row[0] for row in db.execute(query)]
        return self.random.choice(found) if found else None

    def _patient(self, do: Callable[[], T]) -> T:
        """Again while the square is down; customers meet no other fault, so that nothing was done."""
        end = time.monotonic() + 20
        while True:
            try:
                return do()
            except httpx.TransportError:
                assert time.monotonic() < end, "the square did not come back"
                time.sleep(0.02)
