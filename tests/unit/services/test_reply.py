"""A person's reply: exactly what was previewed leaves, once, and the bot is silent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from carebot.app import App
from carebot.core.case import Case, CaseStatus
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.records import Outgoing, OutgoingState, Verdict
from carebot.core.rights import Viewer
from carebot.core.tiers import Zone
from carebot.errors import (
    CarebotError,
    ClaimedError,
    OutdatedError,
    RefusedTextError,
)
from carebot.services.claim_case import claim_case
from carebot.services.preview_reply import Preview
from carebot.services.resolve_case import resolve_case
from tests.unit.services.desk import (
    KIM,
    LEE,
    PAT,
    House,
    desk,
    later,
    opened,
    reply_of,
    row_of,
    states,
)
from tests.unit.services.houses import CARD, MINUTE, NOON, by_agent, case_of, events_of, said, tell, texts_of

HELLO = "Hello Ada, plug it in."
DIRECT = {"visibility": Visibility.DIRECT, "thread_id": "d"}


@pytest.fixture
def app(any_house: House) -> App:
    return desk(any_house)


def preview(app: App, case: Case, text: str = HELLO, viewer: Viewer = KIM) -> Preview:
    return reply_of(app).preview(case.id, text, viewer=viewer)


def send(app: App, case: Case, text: str = HELLO, viewer: Viewer = KIM, *, resolve: bool = False):
    return reply_of(app).send(preview(app, case, text, viewer), viewer=viewer, resolve=resolve)


def test_a_reply_is_queued_and_the_case_is_the_persons(app: App) -> None:
    case = opened(app)

    sent = send(app, case)

    assert (sent.text, sent.origin, sent.is_automatic, sent.state) == (HELLO, "agent:kim", False, "queued")
    assert (sent.zone, sent.in_reply_to, sent.channel, sent.account) == (Zone.PUBLIC, "1", "replay", "plum")
    now = case_of(app, case.id)
    assert (now.owner_id, now.status, now.person_spoke_at) == ("kim", CaseStatus.WAITING_FOR_CUSTOMER, NOON)
    names = [event.name for event in app.uow.run(lambda work: work.events_of(case.id))][-4:]
    assert names == ["claimed", "reply_queued", "person_spoke", "status_changed"]


def test_the_bot_is_held_in_the_same_transaction(any_house: House) -> None:
    app = desk(any_house, "auto")
    case = opened(app)

    send(app, case)

    assert row_of(app, case, "article:").state is OutgoingState.HELD
    assert row_of(app, case, "agent:kim").state is OutgoingState.QUEUED


def test_a_suggestion_for_the_same_message_is_held(app: App) -> None:
    case = opened(app)

    send(app, case)

    suggestion = row_of(app, case, "article:")
    assert (suggestion.state, suggestion.reason) == (OutgoingState.HELD, "a person answered")


def test_send_and_resolve_is_one_step(app: App) -> None:
    case = opened(app)

    send(app, case, resolve=True)

    assert case_of(app, case.id).status is CaseStatus.RESOLVED
    assert row_of(app, case, "agent:kim").state is OutgoingState.QUEUED


def test_a_resolved_case_can_be_answered_and_stays_resolved(app: App) -> None:
    case = opened(app)
    resolve_case(case.id, viewer=KIM, uow=app.uow, clock=app.clock)

    send(app, case, "You're welcome!")

    assert case_of(app, case.id).status is CaseStatus.RESOLVED


def test_pressing_twice_sends_once(app: App) -> None:
    case = opened(app)
    seen = preview(app, case)

    first = reply_of(app).send(seen, viewer=KIM)
    later(app, MINUTE)

    assert reply_of(app).send(seen, viewer=KIM) == first
    assert states(app, case) == [OutgoingState.HELD, OutgoingState.QUEUED]


def test_a_reply_that_died_may_be_sent_again(app: App) -> None:
    case = opened(app)
    dead = send(app, case)
    app.uow.run(lambda work: work.replace_outgoing(dead, replace(dead, state=OutgoingState.DEAD)))

    again = send(app, case)

    assert again.id != dead.id
    assert again.idempotency_key == f"{dead.idempotency_key}#1"


def test_the_edited_text_of_a_preview_is_judged_when_it_is_sent(app: App) -> None:
    case = opened(app)

    with pytest.raises(RefusedTextError, match="card"):
        reply_of(app).send(replace(preview(app, case), text=CARD), viewer=KIM)


def test_a_customer_whose_clock_is_ahead_is_answered_all_the_same(app: App) -> None:
    case = opened(app, at=NOON + timedelta(seconds=30))

    send(app, case)

    assert case_of(app, case.id).status is CaseStatus.WAITING_FOR_CUSTOMER


# Something happened since


def test_of_two_people_the_first_wins_and_the_second_is_told(app: App) -> None:
    case = opened(app)
    one, other = preview(app, case), preview(app, case, "Hi Ada!", LEE)
    later(app, MINUTE)
    reply_of(app).send(one, viewer=KIM)

    with pytest.raises(OutdatedError, match=f"kim has replied since you looked at case {case.id}"):
        reply_of(app).send(other, viewer=LEE)

    assert states(app, case) == [OutgoingState.HELD, OutgoingState.QUEUED]


def test_a_case_that_somebody_has_is_not_answered_by_others(app: App) -> None:
    case = opened(app)
    claim_case(case.id, viewer=KIM, uow=app.uow, clock=app.clock)
    seen = preview(app, case, viewer=LEE)

    assert seen.refusals == ("kim has the case; ask kim to release it",)
    with pytest.raises(ClaimedError, match="kim has case"):
        reply_of(app).send(seen, viewer=LEE)


def test_who_claimed_it_meanwhile_is_named(app: App) -> None:
    case = opened(app)
    seen = preview(app, case)
    later(app, MINUTE)
    claim_case(case.id, viewer=LEE, uow=app.uow, clock=app.clock)

    with pytest.raises(OutdatedError, match="lee has claimed the case"):
        reply_of(app).send(seen, viewer=KIM)


def test_a_new_message_of_the_customer_makes_a_preview_old(app: App) -> None:
    case = opened(app)
    seen = preview(app, case)
    later(app, MINUTE)
    tell(app, said(2, "never mind", at=NOON + MINUTE))

    with pytest.raises(OutdatedError, match="the customer has written again"):
        reply_of(app).send(seen, viewer=KIM)


def test_a_message_that_was_deleted_is_not_answered(app: App) -> None:
    case = opened(app)
    tell(app, said(2, "and another thing", at=NOON + MINUTE))
    seen = preview(app, case)
    app.uow.run(lambda work: work.forget_text(seen.message_id, deleted_at=NOON + MINUTE))

    with pytest.raises(OutdatedError, match="the customer has deleted the message"):
        reply_of(app).send(seen, viewer=KIM)


def test_a_case_that_became_private_is_not_answered_in_public(app: App) -> None:
    case = opened(app, "hello")
    seen = preview(app, case, viewer=PAT)
    later(app, MINUTE)
    tell(app, said(2, "private", at=NOON + MINUTE))

    with pytest.raises(OutdatedError, match="the case moved to private"):
        reply_of(app).send(seen, viewer=PAT)
    assert not [row for row in texts_of(app, case.id) if row.origin.startswith("agent:")]


def test_an_answer_from_the_networks_own_app_makes_a_preview_old(app: App) -> None:
    case = opened(app)
    seen = preview(app, case)
    tell(app, by_agent(2, at=NOON + MINUTE))

    with pytest.raises(OutdatedError, match="agent:plum has replied"):
        reply_of(app).send(seen, viewer=KIM)


# Suggestions


def test_a_suggestion_is_sent_as_it_is_and_counts_as_right(app: App) -> None:
    case = opened(app)
    suggestion = row_of(app, case, "article:")

    sent = reply_of(app).send_suggested(suggestion.id, viewer=KIM)

    assert (sent.text, sent.origin, sent.is_automatic) == (suggestion.text, "agent:kim", False)
    assert row_of(app, case, "article:").state is OutgoingState.HELD
    (review,) = app.uow.run(lambda work: work.answer_reviews())
    assert (review.verdict, review.article, review.reviewer) == (Verdict.RIGHT, "charging", "kim")
    assert (review.confidence, review.was_suggested) == (0.99, True)
    assert len(events_of(app, case.id, EventName.ANSWER_REVIEWED)) == 1


def test_two_who_press_at_once_send_one_suggestion(app: App) -> None:
    case = opened(app)
    suggestion = row_of(app, case, "article:")
    first = reply_of(app).send_suggested(suggestion.id, viewer=KIM)

    assert reply_of(app).send_suggested(suggestion.id, viewer=KIM) == first
    with pytest.raises(OutdatedError, match="the suggestion is held: a person answered"):
        reply_of(app).send_suggested(suggestion.id, viewer=LEE)

    assert states(app, case) == [OutgoingState.HELD, OutgoingState.QUEUED]


def test_a_suggestion_for_an_older_message_is_not_sent(app: App) -> None:
    case = opened(app)
    suggestion = row_of(app, case, "article:")
    tell(app, said(2, "hello?", at=NOON + MINUTE))

    with pytest.raises(OutdatedError, match="went on since the bot suggested this"):
        reply_of(app).send_suggested(suggestion.id, viewer=KIM)
    with pytest.raises(KeyError, match="there is no text o-9"):
        reply_of(app).send_suggested("o-9", viewer=KIM)


# At the same moment


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Everybody presses at the same moment; what each got, an error included."""
    barrier = threading.Barrier(len(acts))

    def act(press: Callable[[], object]) -> object:
        barrier.wait(timeout=10)
        try:
            return press()
        except CarebotError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def test_of_many_who_send_at_once_one_does(app: App) -> None:
    case, service = opened(app), reply_of(app)
    people = [Viewer(id=f"agent {n}", roles=KIM.roles) for n in range(8)]
    seen = [preview(app, case, f"Hello from {person.id}", person) for person in people]

    got = at_once(*(partial(service.send, one, viewer=who) for one, who in zip(seen, people, strict=True)))

    (sent,) = [item for item in got if isinstance(item, Outgoing)]
    assert sum(isinstance(item, OutdatedError) for item in got) == 7
    assert [row.text for row in texts_of(app, case.id) if not row.is_automatic] == [sent.text]
    assert case_of(app, case.id).owner_id == sent.origin.removeprefix("agent:")


def test_of_many_who_send_a_suggestion_at_once_one_does(app: App) -> None:
    case, service = opened(app), reply_of(app)
    suggestion = row_of(app, case, "article:")
    people = [Viewer(id=f"agent {n}", roles=KIM.roles) for n in range(8)]

    got = at_once(*(partial(service.send_suggested, suggestion.id, viewer=who) for who in people))

    assert sum(isinstance(item, Outgoing) for item in got) == 1
    assert states(app, case) == [OutgoingState.HELD, OutgoingState.QUEUED]
    assert len(app.uow.run(lambda work: work.answer_reviews())) == 1


def test_of_many_who_claim_at_once_one_has_it(app: App) -> None:
    case = opened(app)
    people = [Viewer(id=f"agent {n}", roles=KIM.roles) for n in range(8)]

    got = at_once(*(partial(claim_case, case.id, viewer=who, uow=app.uow, clock=app.clock) for who in people))

    assert sum(isinstance(item, ClaimedError) for item in got) == 7
    assert case_of(app, case.id).owner_id in {who.id for who in people}
