"""What deciding prepares for delivery: posts to hide, silence once a person has the case, the urgent first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from carebot.app import App
from carebot.core.decision import Action
from carebot.core.message import Visibility
from carebot.core.records import Outgoing, OutgoingKind, OutgoingState
from carebot.core.rights import Role, Viewer
from carebot.core.rules import Rule, RuleSet, Then, When
from carebot.core.tiers import Priority
from carebot.services.claim_case import claim_case
from carebot.services.silence_bot import stop_bot
from carebot.services.urgency import urgency_of
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.services.houses import CARD, article, by, case_of, said, tell, texts_of

House = Callable[..., App]
QUESTION = "how do I charge it?"
KIM = Viewer(id="kim", roles=frozenset({Role.AGENT, Role.PRIVATE_AGENT}))


@pytest.fixture
def app(any_house: House) -> App:
    return any_house(ScriptedClassifier({QUESTION: reading(answer="charging")}), articles=[article()])


def hides(app: App, case_id: str) -> list[Outgoing]:
    return [row for row in texts_of(app, case_id) if row.kind is OutgoingKind.HIDE]


def exposed(app: App, **changes: object) -> str:
    (decided,) = tell(app, said(1, f"charge {CARD} then", channel="townsquare", **changes))
    assert decided.case is not None
    return decided.case.id


def test_a_public_post_with_personal_data_is_hidden_where_the_network_can(app: App) -> None:
    (hide,) = hides(app, exposed(app))

    assert (hide.in_reply_to, hide.text, hide.is_automatic) == ("1", "", True)


def test_a_direct_message_is_never_hidden(app: App) -> None:
    assert not hides(app, exposed(app, visibility=Visibility.DIRECT))


@pytest.mark.parametrize("channel", ["x", "mastodon"])
def test_nothing_is_hidden_where_the_network_cannot_or_only_sometimes(app: App, channel: str) -> None:
    (decided,) = tell(app, said(1, f"charge {CARD} then", channel=channel))

    assert not hides(app, decided.case.id)


def test_a_stopped_bot_still_hides_personal_data_and_says_nothing(app: App) -> None:
    lead = Viewer(id="lea", roles=frozenset({Role.LEAD}))
    stop_bot(viewer=lead, uow=app.uow, clock=app.clock)

    case_id = exposed(app)

    assert len(hides(app, case_id)) == 1
    assert [row for row in texts_of(app, case_id) if row.kind is OutgoingKind.TEXT] == []


def test_from_the_moment_a_person_claims_the_case_the_bot_answers_nothing_in_it(app: App) -> None:
    (first,) = tell(app, said(1, "it makes a strange noise"))
    claim_case(first.case.id, viewer=KIM, uow=app.uow, clock=app.clock)

    (second,) = tell(app, said(2, QUESTION))

    assert second.case.id == first.case.id
    assert second.decision.action is Action.HOLD
    assert second.texts == ()


def test_a_message_that_was_deleted_before_it_was_decided_shows_no_text(app: App) -> None:
    (received,) = app.ingest([said(1, "it makes a strange noise", author=by("ben"))])
    message = received.message
    app.uow.run(lambda work: work.forget_text(message.id, deleted_at=message.at))

    (decided,) = app.triage([(message, received.original)])

    stored = app.uow.run(lambda work: work.message(message.id))
    assert stored.masked_text is None
    assert case_of(app, decided.case.id).status.is_open


def test_the_words_of_a_rule_say_how_urgent_a_message_looks_before_it_is_read() -> None:
    smoke = Rule(name="smoke", when=When(words=("on fire",)), then=Then(priority=Priority.URGENT))
    loud = Rule(name="loud", when=When(words=("now",)), then=Then(priority=Priority.HIGH))
    rules = RuleSet(ordered=(smoke,), unordered=(loud,))

    assert urgency_of(rules, "my bike is ON FIRE, now!") is Priority.URGENT
    assert urgency_of(rules, "answer now") is Priority.HIGH
    assert urgency_of(rules, "hello") is Priority.NORMAL


@pytest.mark.parametrize("words", ["human please", "I will call my lawyer"])
def test_an_answer_that_waits_is_held_as_soon_as_people_speak_first(any_house: House, words: str) -> None:
    legal = {QUESTION: reading(answer="charging")}
    app = any_house(ScriptedClassifier(legal), articles=[article()])
    (first,) = tell(app, said(1, QUESTION))
    (waiting,) = first.texts

    tell(app, said(2, words))

    row = app.uow.run(lambda work: work.outgoing(waiting.id))
    assert (row.state, row.reason) == (OutgoingState.HELD, "people speak first now")


def test_an_answer_that_waits_goes_on_when_the_customer_only_adds_something(app: App) -> None:
    (first,) = tell(app, said(1, QUESTION))

    tell(app, said(2, "it is a blue one"))

    row = app.uow.run(lambda work: work.outgoing(first.texts[0].id))
    assert row.state is OutgoingState.QUEUED
