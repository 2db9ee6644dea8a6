"""The scripted morning, decided by the real model, against what a good care lead would expect.

No measure of quality: the messages were written for the demo, and three of them were reworded after the model
had read them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import as_file, files
from typing import Any

import pytest

from carebot.core.records import OutgoingState
from carebot.services.outcome import Outcome, Tally

AGREEMENT = 0.9  # a care lead does not agree with every decision of a colleague either
Expected = dict[str, Any]


@pytest.fixture(scope="module")
def expected() -> dict[str, Expected]:
    lines = (files("carebot.demo") / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


@pytest.fixture(scope="module")
def morning() -> Iterator[dict[str, Outcome]]:
    pytest.importorskip("carebot.services.replay")
    from carebot.app import scratch_app
    from carebot.article_files import read_articles
    from carebot.care_file import load_care
    from carebot.channels.replay.adapter import read_conversations
    from carebot.errors import ClassifierError

    with as_file(files("carebot.demo")) as folder:
        care = load_care(folder / "care.yaml")
        articles = tuple(read_articles(folder / "articles.yaml", allow_approved=True))
        messages = read_conversations(folder / "morning.jsonl").messages
    with scratch_app(care, articles) as app:
        try:
            app.classifier.evidence()
        except ClassifierError as error:
            pytest.skip(f"the model cannot be used here: {error}")
        yield {outcome.message.external_id: outcome for outcome in app.replay(messages)}


def automatic(outcome: Outcome) -> list[str]:
    return [text.text for text in outcome.texts if text.state is OutgoingState.QUEUED]


def objections(outcome: Outcome, row: Expected) -> list[str]:
    """What a care lead would say about a decision; nothing when it is as expected."""
    decision = outcome.decision
    if decision is None:
        return [] if not row["action"] else ["it was not decided"]
    said = []
    if decision.action not in row["action"]:
        said.append(f"{decision.action}, expected {' or '.join(row['action'])} ({decision.reason})")
    if decision.band not in row["band"]:
        said.append(f"band {decision.band}, expected {' or '.join(row['band'])}")
    if row["zone"] not in (None, decision.zone):
        said.append(f"zone {decision.zone}, expected {row['zone']}")
    if row.get("queue") not in (None, decision.queue):
        said.append(f"queue {decision.queue}, expected {row['queue']}")
    if row.get("flag") is not None and row["flag"] not in decision.flag_reasons:
        said.append(f"not flagged {row['flag']}")
    return said


def test_every_message_of_the_morning_is_decided_once(
    morning: dict[str, Outcome], expected: dict[str, Expected]
) -> None:
    assert morning.keys() == expected.keys()
    assert not any(outcome.is_duplicate for outcome in morning.values())
    undecided = {name for name, outcome in morning.items() if outcome.decision is None}
    assert undecided == {name for name, row in expected.items() if not row["action"]}


def test_the_bot_says_nothing_where_people_speak_first(
    morning: dict[str, Outcome], expected: dict[str, Expected]
) -> None:
    said = {
        name: automatic(morning[name])
        for name, row in expected.items()
        if row.get("silent") and automatic(morning[name])
    }
    assert said == {}


def test_only_the_right_article_is_ever_said_or_offered(
    morning: dict[str, Outcome], expected: dict[str, Expected]
) -> None:
    wrong = {
        name: outcome.article
        for name, outcome in morning.items()
        if outcome.article is not None and outcome.article != expected[name].get("article")
    }
    assert wrong == {}


def test_what_must_be_private_is_never_answered_in_public(
    morning: dict[str, Outcome], expected: dict[str, Expected]
) -> None:
    must = [name for name, row in expected.items() if row["band"] == ["private"]]
    assert must
    for name in must:
        decision = morning[name].decision
        assert decision is not None
        assert decision.action not in ("answer", "suggest"), f"{name}: {decision.reason}"


def test_stop_silences_the_bot_and_an_app_that_wont_stop_crashing_does_not(
    morning: dict[str, Outcome], expected: dict[str, Expected]
) -> None:
    for name, row in expected.items():
        decision = morning[name].decision
        if "silences_bot" in row:
            assert decision is not None
            assert decision.silences_bot is row["silences_bot"], name


def test_no_personal_data_stands_in_anything_that_would_go_out(morning: dict[str, Outcome]) -> None:
    tally = Tally()
    for outcome in morning.values():
        tally.add(outcome)
    summary = tally.summary()
    assert summary.personal_data >= 4
    assert summary.leaks == 0


def test_a_care_lead_agrees_with_nearly_every_decision(
    morning: dict[str, Outcome], expected: dict[str, Expected]
) -> None:
    found = {name: objections(outcome, expected[name]) for name, outcome in morning.items()}
    disputed = {name: said for name, said in found.items() if said}
    listed = "\n".join(f"{name}: {'; '.join(said)}" for name, said in disputed.items())
    assert 1 - len(disputed) / len(found) >= AGREEMENT, f"{len(disputed)} of {len(found)} disputed\n{listed}"
