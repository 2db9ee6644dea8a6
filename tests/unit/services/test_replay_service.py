"""A replay goes the way of every message, at the messages' own times, in batches that nobody notices."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from carebot.app import App
from carebot.core.decision import Action
from carebot.core.message import IncomingMessage, Visibility
from carebot.core.records import OutgoingState
from carebot.services.outcome import Tally
from carebot.services.replay import BATCH, UNREADABLE
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.services.houses import (
    CARD,
    MINUTE,
    NOON,
    Clock,
    article,
    by,
    by_agent,
    case_of,
    decisions_of,
    said,
    texts_of,
)

House = Callable[..., App]
SCRIPT = {"answered": reading(answer="charging"), "private": reading(private=0.95)}


@pytest.fixture
def app(any_house: House) -> App:
    return any_house(ScriptedClassifier(SCRIPT), articles=[article()], clock=Clock(NOON + 9999 * MINUTE))


def crowd(count: int) -> list[IncomingMessage]:
    return [
        said(number, "answered", author=by(f"u{number}"), thread_id=f"t{number}", at=NOON + number * MINUTE)
        for number in range(count)
    ]


def test_an_outcome_comes_for_every_message_in_their_order(app: App) -> None:
    messages = crowd(BATCH * 2 + 3)

    outcomes = list(app.replay(messages))

    assert [outcome.message for outcome in outcomes] == messages
    assert {outcome.decision.action for outcome in outcomes if outcome.decision} == {Action.ANSWER}


def test_the_border_between_two_batches_changes_nothing(app: App) -> None:
    """The last message of a batch and the first of the next are of one customer."""
    messages = crowd(BATCH - 1)
    last = said("last", "private", author=by("zoe"), thread_id="z", at=NOON + 9000 * MINUTE)
    first = said("first", "answered", author=by("zoe"), thread_id="z", at=NOON + 9001 * MINUTE)

    outcomes = list(app.replay([*messages, last, first]))

    assert outcomes[-1].case_id == outcomes[-2].case_id
    assert outcomes[-1].decision is not None
    assert outcomes[-1].decision.zone == "private"


def test_progress_is_told_after_each_batch_and_adds_up(app: App) -> None:
    told: list[int] = []

    list(app.replay(crowd(BATCH + 5), progress=told.append))

    assert told == [BATCH, 5]


def test_messages_are_taken_as_they_are_needed(app: App) -> None:
    taken = 0

    def endless() -> Iterator[IncomingMessage]:
        nonlocal taken
        for message in crowd(BATCH * 10):
            taken += 1
            yield message

    next(app.replay(endless()))

    assert taken == BATCH


def test_the_present_is_the_messages_own_time(app: App) -> None:
    (outcome,) = app.replay([said(1, "private", at=NOON)])

    assert outcome.case_id is not None
    assert case_of(app, outcome.case_id).invited_at == NOON
    (record,) = decisions_of(app, outcome.case_id)
    assert record.at == NOON
    (text,) = texts_of(app, outcome.case_id)
    assert (text.created_at, text.state) == (NOON, OutgoingState.QUEUED)


def test_a_delivery_that_was_seen_before_is_a_duplicate_and_decides_nothing(app: App) -> None:
    first, again, other = app.replay([said(1, "answered"), said(1, "answered"), said(2, "x", author=by("b"))])

    assert [item.is_duplicate for item in (first, again, other)] == [False, True, False]
    assert (again.decision, again.case_id, again.texts, again.shown_text) == (None, None, (), "")
    assert other.decision is not None
    assert len(list(app.replay([said(1, "answered")]))) == 1


def test_a_person_of_the_brand_is_not_decided_about(app: App) -> None:
    _, agent = app.replay([said(1, "answered"), by_agent(2, at=NOON + MINUTE)])

    assert (agent.decision, agent.is_by_agent, agent.held) == (None, True, 1)
    assert agent.assessment is not None


def test_what_is_shown_is_masked_and_names_the_kinds(app: App) -> None:
    (outcome,) = app.replay([said(1, f"my card {CARD}", visibility=Visibility.DIRECT)])

    assert outcome.shown_text == "my card <CARD>"
    assert outcome.entity_kinds == ("card",)
    assert not outcome.leaks


def test_a_text_that_could_not_be_searched_is_not_shown(house: House) -> None:
    class Trips:
        def find(self, text: str) -> tuple[()]:
            raise RuntimeError(text)

    app = house(ScriptedClassifier(SCRIPT))
    app.recognizer = Trips()

    (outcome,) = app.replay([said(1, "a secret")])

    assert outcome.shown_text == UNREADABLE
    assert outcome.decision is not None
    assert outcome.decision.action is Action.HOLD
    assert outcome.texts == ()


def test_a_run_adds_up(app: App) -> None:
    tally = Tally()
    messages = [
        said(1, "answered"),
        said(1, "answered"),
        by_agent(2, at=NOON + MINUTE),
        said(3, "private", author=by("ben"), thread_id="t-3"),
    ]
    for outcome in app.replay(messages):
        tally.add(outcome)

    summary = tally.summary()
    assert (summary.messages, summary.duplicates, summary.by_agents, summary.cases) == (3, 1, 1, 2)
    assert (summary.answered, summary.invited, summary.texts_held) == (1, 1, 1)


def test_nothing_comes_of_nothing(app: App) -> None:
    assert list(app.replay([])) == []


def test_looking_for_leaks_in_a_long_text_takes_no_time_that_grows_with_its_square(app: App) -> None:
    """A minute for 200,000 letters, when the search began anew at each of them."""
    (outcome,) = app.replay([said(1, f"my card is {CARD} " + "x" * 200_000)])

    began = time.process_time()
    assert not outcome.leaks

    assert time.process_time() - began < 5
