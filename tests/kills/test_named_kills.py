"""Carebot is killed at every point where it speaks to its database or to the network; then nothing is lost or doubled.

The square here honours no idempotency keys: what keeps a reply from being posted twice is the read-back alone.
"""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from carebot.channels.townsquare.web.server import serving
from tests.kills.agent import ANSWER
from tests.kills.scene import CARD, PATIENCE, ROOT, Scene, scene, until

# Each line is a chain: customers write, carebot is killed at its first point, started, killed at its next ...
LIVES = {
    "taking in": (
        ("channel.fetch/before",),
        ("channel.fetch/after",),
        ("store.Intake._message/before",),
        ("store.Intake._message/inside",),
        ("store.Intake._message/inside#3",),
        ("store.Intake._go_on/inside",),
        ("store.Intake._message/after",),
    ),
    "deciding": (
        ("store.Triage._decide/before",),
        ("store.Triage._decide/inside",),
        ("store.Triage._decide/inside#3",),
        ("store.Triage._decide/after",),
    ),
    "claiming": (("store.ClaimDue/before",), ("store.ClaimDue/inside",), ("store.ClaimDue/after",)),
    "calling": (
        ("channel.send/before",),
        ("channel.send/before#3",),
        ("channel.send/after",),
        ("channel.send/after#2",),
        ("channel.send/after#4",),
        ("channel.hide/before",),
        ("channel.hide/after",),
    ),
    "writing down": (
        ("store.Deliver._settle/before",),
        ("store.Deliver._settle/inside",),
        ("store.Deliver._settle/inside#3",),
        ("store.Deliver._settle/after",),
    ),
    "giving up calls": (
        ("channel.send/after", "store.ReadBack._give_up/inside"),
        ("channel.send/after", "store.ReadBack._give_up/after"),
        ("channel.send/before", "store.ReadBack._give_up/inside", "store.ReadBack._give_up/after"),
    ),
    "reading back": (
        ("channel.send/before", "channel.find_sent/before", "channel.find_sent/after"),
        ("channel.send/before", "store.ReadBack._settle/before", "store.ReadBack._settle/inside"),
        ("channel.send/before", "store.ReadBack._settle/after", "channel.send/after"),
    ),
}
AT_THE_DESK = (
    "store.claim_case.claim/inside",
    "store.claim_case.claim/after",
    "store.Reply.send.send/before",
    "store.Reply.send.send/inside",
    "store.Reply.send.send/after",
)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Scene]:
    with serving(tmp_path / "square.db") as address, scene(tmp_path, address) as made:
        made.square.faults(honour_keys=False)
        yield made


def kill(here: Scene, point: str) -> None:
    process = here.live(point)
    assert process.wait(PATIENCE) == -signal.SIGKILL, here.tail()


def check(here: Scene, *, rounds: int = 1, by_people: int = 0) -> None:
    """Everything that was written was decided once and answered once, and the cards are hidden."""
    found = here.settle(here.live())

    assert found.is_right, found
    assert found.messages == found.decided
    assert found.replies_in_square == found.replies_decided == 4 * rounds + by_people, found
    assert not found.by_hand
    assert CARD not in here.public_words()
    assert hidden(here) == rounds


def hidden(here: Scene) -> int:
    return sum(post["hidden_at"] is not None for post in here.square.census()["posts"])


@pytest.mark.parametrize("chains", LIVES.values(), ids=LIVES)
def test_killed_and_started_again_it_says_everything_once(
    here: Scene, chains: tuple[tuple[str, ...], ...]
) -> None:
    for chain in chains:
        here.everybody_writes()
        for point in chain:
            kill(here, point)

    check(here, rounds=len(chains))


def test_these_are_the_kills_that_the_documents_speak_of() -> None:
    assert sum(len(chain) for chains in LIVES.values() for chain in chains) + len(AT_THE_DESK) == 46


def test_an_agents_answer_is_said_once_whenever_the_desk_is_killed(here: Scene) -> None:
    here.square.post(here.somebody(), "@acme my bike makes a strange noise")
    here.everybody_writes()
    process = here.live()
    until(lambda: here.is_at_rest and here.compare().decided == 5, process, here.tail)

    for point in AT_THE_DESK:
        assert desk(here, point).returncode == -signal.SIGKILL, point
    again = desk(here)

    assert again.returncode == 0, again.stderr
    until(lambda: ANSWER in here.public_words(), process, here.tail)
    process.terminate()
    process.wait(PATIENCE)
    check(here, by_people=1)
    assert here.public_words().count(ANSWER) == 1


def desk(here: Scene, *point: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.kills.agent", str(here.folder), waiting_case(here), *point]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)


def waiting_case(here: Scene) -> str:
    """The case of the strange noise: the only one for people in public."""
    with closing(sqlite3.connect(here.database)) as db:
        (found,) = db.execute("SELECT id FROM cases WHERE zone = 'public' AND queue = 'care' AND tier = 1")
    return str(found[0])
