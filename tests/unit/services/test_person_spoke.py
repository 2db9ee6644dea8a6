"""Once a person has spoken, the bot is silent in that case, and what it was about to say is held back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from carebot.app import App
from carebot.core.case import Case, CaseStatus
from carebot.core.decision import Action
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.ports import Work
from carebot.core.records import OutgoingState
from carebot.errors import StaleVersionError
from carebot.services.person_spoke import person_spoke
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.services.houses import (
    MINUTE,
    NOON,
    article,
    by,
    by_agent,
    case_of,
    events_of,
    said,
    tell,
    texts_of,
)

ANSWERED = "how do I charge it?"
LATER = NOON + 5 * MINUTE
House = Callable[..., App]


@pytest.fixture
def app(any_house: House) -> App:
    script = ScriptedClassifier({ANSWERED: reading(answer="charging"), "private": reading(private=0.95)})
    return any_house(script, articles=[article()])


def answered(app: App, text: str = ANSWERED) -> Case:
    (item,) = tell(app, said(1, text))
    assert item.case is not None
    assert [made.state for made in item.texts] == [OutgoingState.QUEUED]
    return item.case


def test_what_the_bot_was_about_to_say_is_held_back(app: App) -> None:
    case = answered(app)

    (spoken,) = tell(app, by_agent(2, at=LATER))

    assert (spoken.held, spoken.decision, spoken.texts) == (1, None, ())
    (text,) = texts_of(app, case.id)
    assert (text.state, text.reason) == (OutgoingState.HELD, "a person has spoken")


def test_the_case_says_who_spoke_and_when_and_that_the_customer_is_next(app: App) -> None:
    case = answered(app)

    tell(app, by_agent(2, at=LATER), by_agent(3, at=LATER + MINUTE))

    now = case_of(app, case.id)
    assert now.status is CaseStatus.WAITING_FOR_CUSTOMER
    assert (now.person_spoke_at, now.first_agent_reply_at, now.owner_id) == (LATER, LATER, "agent:plum")
    assert now.tier >= 1
    assert [event.at for event in events_of(app, case.id, EventName.PERSON_SPOKE)] == [LATER, LATER + MINUTE]


def test_the_bot_stays_silent_in_that_case_wherever_the_customer_goes_on(app: App) -> None:
    case = answered(app)
    tell(app, by_agent(2, at=LATER))

    for number, changes in enumerate(
        [{}, {"thread_id": "t-2"}, {"visibility": Visibility.DIRECT, "thread_id": "d"}], start=3
    ):
        (item,) = tell(app, said(number, ANSWERED, at=LATER + number * MINUTE, **changes))
        assert item.case is not None
        assert item.case.id == case.id
        assert item.decision is not None
        assert item.decision.action is Action.HOLD
        assert item.texts == ()


def test_other_customers_are_answered_as_before(app: App) -> None:
    answered(app)
    tell(app, by_agent(2, at=LATER))

    (item,) = tell(app, said(3, ANSWERED, author=by("ben"), thread_id="t-3"))

    assert [text.state for text in item.texts] == [OutgoingState.QUEUED]


def test_the_clocks_of_the_case_stop(app: App) -> None:
    case = answered(app, "private")
    running = app.uow.run(lambda work: work.clocks_of(case.id))
    assert [clock.stopped_at for clock in running] == [None]

    tell(app, by_agent(2, at=LATER))

    assert [clock.stopped_at for clock in app.uow.run(lambda work: work.clocks_of(case.id))] == [LATER]


def test_silence_and_what_led_to_it_are_one_transaction(app: App) -> None:
    case = answered(app)
    tell(app, said(2, "and again", at=NOON + timedelta(hours=1)))  # the case is another version by now

    def speak(work: Work) -> None:
        person_spoke(
            work, replace(case, version=case.version - 1), at=LATER, agent="agent:kim", said_at=LATER
        )

    with pytest.raises(StaleVersionError):
        app.uow.run(speak)

    assert case_of(app, case.id).person_spoke_at is None
    assert texts_of(app, case.id)[0].state is OutgoingState.QUEUED
    assert events_of(app, case.id, EventName.PERSON_SPOKE) == []


def test_what_an_agent_said_in_a_private_case_by_direct_message_is_not_kept_in_clear(app: App) -> None:
    direct = {"visibility": Visibility.DIRECT, "thread_id": "d"}
    (asked,) = tell(app, said(1, "private", **direct))
    (spoken,) = tell(app, by_agent(2, "your refund is on its way", at=LATER, **direct))

    assert asked.case is not None
    assert spoken.case is not None
    assert asked.case.id == spoken.case.id
    kept = app.uow.run(lambda work: work.messages_of(spoken.case.id))
    assert [message.masked_text for message in kept] == [None, None]
