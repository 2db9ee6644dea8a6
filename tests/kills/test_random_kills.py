"""Carebot is killed at random moments, over several hundred messages, on a network with all its faults on.

``make soak`` kills 200 times. ``CAREBOT_SOAK_SEED`` draws another storm, ``CAREBOT_SOAK_KILLS`` a shorter one.
The network honours no idempotency keys, so that only the read-back keeps a reply from being posted twice.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carebot.app import App, Places
from carebot.care_file import load_care
from carebot.channels.registry import known
from carebot.testing.compare import Comparison
from carebot.testing.fake_classifier import ScriptedClassifier
from tests.kills.posting import Posting
from tests.kills.scene import CARE_FILE, DATABASE, KEY_FILE, scene
from tests.kills.soaking import Soak, configure_command, square_process
from tests.kills.storm import Storm
from tests.kills.verdict import Verdict

SEED = int(os.environ.get("CAREBOT_SOAK_SEED", "20261122"))
KILLS = int(os.environ.get("CAREBOT_SOAK_KILLS", "200"))
EVERY_COMMAND = 8  # each eighth carebot is the real command with the shipped model
EVERY_LOOK = 20


@pytest.fixture
def soak(tmp_path: Path) -> Iterator[Soak]:
    with square_process(tmp_path) as address, scene(tmp_path, address) as made:
        configure_command(made)
        desk = App(
            care=load_care(tmp_path / CARE_FILE, channels=known()),
            places=Places(database=tmp_path / DATABASE, key_file=tmp_path / KEY_FILE),
            classifier=ScriptedClassifier(),
        )
        posting = Posting(address)
        with desk:
            yield Soak(
                scene=made,
                storm=Storm(scene=made, desk=desk, random=random.Random(SEED)),
                posting=posting,
            )
    posting.close()


@pytest.mark.soak
def test_killed_at_random_moments_it_loses_nothing_and_says_nothing_twice(
    soak: Soak, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    soak.storm.faults()
    for number in range(1, KILLS + 1):
        soak.kill_once(is_command=number % EVERY_COMMAND == 0)
        if number % EVERY_LOOK == 0:
            seen = soak.scene.compare(now=datetime.now(UTC))
            say(capsys, f"{number} kills, {time.monotonic() - began:.0f} s")
            assert (seen.doubled, seen.after_person, seen.in_public) == ((), (), ()), seen
    found = soak.settle()
    say(capsys, f"{soak.table()}\n{told(soak, found)}\n{time.monotonic() - began:.0f} seconds, seed {SEED}")

    assert_right(soak, found)
    assert sum(kill.state == "sending" for kill in soak.kills) >= KILLS // 10


def say(capsys: pytest.CaptureFixture[str], what: str) -> None:
    """To whoever waits in front of the screen."""
    with capsys.disabled():
        sys.stdout.write(f"\n{what}\n")
        sys.stdout.flush()


def assert_right(soak: Soak, found: Comparison) -> None:
    verdict = Verdict(soak.scene)
    assert found.is_right, found
    assert found.messages == found.decided, found
    assert verdict.undecided() == []
    assert verdict.unfinished() == []
    assert verdict.unexplained() == []
    assert verdict.not_once() == []
    assert verdict.exposed() == []
    assert verdict.too_late() == []
    assert verdict.in_the_clear() == []


def told(soak: Soak, found: Comparison) -> str:
    done = ", ".join(f"{name} {count}" for name, count in sorted(soak.storm.done.items()))
    dead = len(found.unsent.get("dead", ()))
    return (
        f"{found.messages} messages in {found.cases} cases ({done});\n"
        f"{found.replies_decided} replies decided, {found.replies_in_square} in the square, {dead} to deleted posts, "
        f"{found.by_hand} by hand, lost {len(found.lost)}, doubled {len(found.doubled)}, "
        f"missing {len(found.missing)}, after a person {len(found.after_person)}, in public {len(found.in_public)}"
    )
