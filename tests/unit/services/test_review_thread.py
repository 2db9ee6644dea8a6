"""Marketing holds a thread, lets it go, hands it to care or has handled it; a hold that runs out sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from carebot.app import App
from carebot.core.case import Case, CaseStatus
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.ports import Work
from carebot.core.records import OutgoingState
from carebot.core.rights import Viewer
from carebot.errors import ClaimedError, IllegalTransitionError, NotAllowedError
from carebot.services.claim_case import claim_case
from carebot.services.end_holds import end_holds
from carebot.services.resolve_case import resolve_case
from carebot.services.review_thread import hand_to_care, hold_thread, let_go, mark_handled
from tests.unit.services.desk import KIM, MAX, MEL, House, desk, later, opened, reply_of, row_of, states
from tests.unit.services.houses import NOON, case_of, events_of, texts_of

HOURS = timedelta(hours=1)
Step = Callable[..., Case]
STEPS = (hold_thread, let_go, hand_to_care, mark_handled)


@pytest.fixture
def app(any_house: House) -> App:
    return desk(any_house, "auto")


@pytest.fixture
def case(app: App) -> Case:
    """A flagged case with one text of the bot's that is queued."""
    case = opened(app)

    def flag(work: Work) -> None:
        work.save_case(replace(case_now(work, case), flag_reasons=frozenset({"reach", "risk"})))

    app.uow.run(flag)
    return case_of(app, case.id)


def case_now(work: Work, case: Case) -> Case:
    now = work.case(case.id)
    assert now is not None
    return now


def take(app: App, step: Step, case: Case, viewer: Viewer = MEL, **changes: object) -> Case:
    return step(case.id, viewer=viewer, uow=app.uow, clock=app.clock, **changes)


def end(app: App) -> int:
    return end_holds(uow=app.uow, clock=app.clock)


def let_it_run_out(app: App, _: Case) -> None:
    later(app, 2 * HOURS)
    assert end(app) == 1


def test_a_hold_keeps_back_what_would_be_said_in_public(app: App, case: Case) -> None:
    take(app, hold_thread, case)

    now = case_of(app, case.id)
    assert (now.held_by, now.held_until) == ("mel", NOON + 2 * HOURS)
    assert [(row.state, row.reason) for row in texts_of(app, case.id)] == [
        ("held", "marketing holds the thread")
    ]
    (event,) = events_of(app, case.id, EventName.HOLD_BEGUN)
    assert event.facts == {"until": "2026-11-02T14:00:00+00:00", "texts_held": 1}


def test_a_hold_keeps_back_a_persons_public_text_too_and_no_direct_one(app: App, case: Case) -> None:
    service = reply_of(app)
    service.send(service.preview(case.id, "Hello!", viewer=KIM), viewer=KIM)
    reply = row_of(app, case, "agent:kim")
    direct = replace(
        reply, id="o-direct", idempotency_key="direct", zone=type(reply.zone)("direct"), origin="agent:lee"
    )
    app.uow.run(lambda work: work.add_outgoing(direct))
    assert direct.visibility is Visibility.DIRECT

    take(app, hold_thread, case)

    assert row_of(app, case, "agent:kim").state is OutgoingState.HELD
    assert row_of(app, case, "agent:lee").state is OutgoingState.QUEUED


def test_what_was_let_go_is_queued_again(app: App, case: Case) -> None:
    take(app, hold_thread, case)

    take(app, let_go, case)

    now = case_of(app, case.id)
    assert (now.held_by, now.held_until) == (None, None)
    assert [(row.state, row.reason) for row in texts_of(app, case.id)] == [("queued", None)]
    assert now.flag_reasons == {"reach", "risk"}
    (event,) = events_of(app, case.id, EventName.LET_GO)
    assert event.facts == {"texts": 1}


def test_what_was_held_for_another_reason_stays_held(app: App, case: Case) -> None:
    claim_case(case.id, viewer=KIM, uow=app.uow, clock=app.clock)
    take(app, hold_thread, case)

    take(app, let_go, case)

    assert [row.reason for row in texts_of(app, case.id)] == ["kim has claimed the case"]


def test_what_is_handed_to_care_is_theirs_and_no_longer_marketings(app: App, case: Case) -> None:
    take(app, hold_thread, case)

    take(app, hand_to_care, case)

    now = case_of(app, case.id)
    assert (now.held_by, now.held_until, now.flag_reasons) == (None, None, frozenset())
    assert (now.status, now.tier, now.owner_id) == (CaseStatus.WAITING_FOR_AGENT, 1, None)
    assert states(app, case) == [OutgoingState.HELD]
    (event,) = events_of(app, case.id, EventName.HANDED_TO_CARE)
    assert event.facts == {"flags": "reach, risk", "queue": "care"}


def test_a_case_that_marketing_had_claimed_is_free_for_care(app: App, case: Case) -> None:
    claim_case(case.id, viewer=MEL, uow=app.uow, clock=app.clock)

    take(app, hand_to_care, case)

    assert claim_case(case.id, viewer=KIM, uow=app.uow, clock=app.clock).case.owner_id == "kim"


def test_what_is_marked_as_handled_is_off_marketings_list_and_else_as_it_was(app: App, case: Case) -> None:
    take(app, mark_handled, case)

    now = case_of(app, case.id)
    assert (now.flag_reasons, now.held_until, now.status) == (frozenset(), None, case.status)
    (event,) = events_of(app, case.id, EventName.MARKED_HANDLED)
    assert (event.actor, event.facts) == ("mel", {"flags": "reach, risk"})


def test_what_was_kept_back_when_a_thread_is_handled_is_for_people_to_decide(app: App, case: Case) -> None:
    """Else the customer would wait for a reply that nobody knows of."""
    service = reply_of(app)
    service.send(service.preview(case.id, "Hello!", viewer=KIM), viewer=KIM)
    take(app, hold_thread, case)
    assert case_of(app, case.id).status is CaseStatus.WAITING_FOR_CUSTOMER

    take(app, mark_handled, case)

    assert row_of(app, case, "agent:kim").state is OutgoingState.HELD
    assert (case_of(app, case.id).status, case_of(app, case.id).owner_id) == (CaseStatus.WITH_AGENT, "kim")


def test_a_later_hold_lets_nothing_go_that_an_earlier_one_kept_back(app: App, case: Case) -> None:
    """A person has said it again since: the customer would read it twice."""
    service = reply_of(app)
    for over in (hand_to_care, mark_handled, let_it_run_out):
        service.send(service.preview(case.id, "Hello!", viewer=KIM), viewer=KIM)
        take(app, hold_thread, case)
        over(app, case) if over is let_it_run_out else take(app, over, case)
        service.send(service.preview(case.id, "Hello!", viewer=KIM), viewer=KIM)
        take(app, hold_thread, case)

        take(app, let_go, case)

        (leaves,) = [row for row in texts_of(app, case.id) if row.state is OutgoingState.QUEUED]
        app.uow.run(
            lambda work, row=leaves: work.replace_outgoing(row, replace(row, state=OutgoingState.DEAD))
        )


def test_when_marketing_itself_answers_nothing_older_leaves_later(app: App, case: Case) -> None:
    take(app, hold_thread, case)
    service = reply_of(app)
    service.send(service.preview(case.id, "We are looking into it.", viewer=MEL), viewer=MEL)

    take(app, hold_thread, case)
    take(app, let_go, case)

    assert [row.origin for row in texts_of(app, case.id) if row.state is OutgoingState.QUEUED] == [
        "agent:mel"
    ]


@pytest.mark.parametrize("step", STEPS)
def test_two_people_are_never_at_the_same_thread(app: App, case: Case, step: Step) -> None:
    take(app, hold_thread, case)

    with pytest.raises(ClaimedError, match=f"mel holds case {case.id} until 2026-11-02 14:00 UTC"):
        take(app, step, case, MAX)


def test_after_a_hold_ran_out_somebody_else_may_take_it(app: App, case: Case) -> None:
    take(app, hold_thread, case, within=HOURS)
    later(app, HOURS)

    assert take(app, hold_thread, case, MAX).held_by == "max"


def test_the_holder_may_hold_on(app: App, case: Case) -> None:
    take(app, hold_thread, case)
    later(app, HOURS)

    assert take(app, hold_thread, case).held_until == NOON + 3 * HOURS


@pytest.mark.parametrize("step", STEPS)
def test_it_needs_the_right_and_an_open_case(app: App, case: Case, step: Step) -> None:
    with pytest.raises(NotAllowedError, match="has no right hold_reply"):
        take(app, step, case, KIM)
    resolve_case(case.id, viewer=KIM, uow=app.uow, clock=app.clock)
    with pytest.raises(IllegalTransitionError, match="is resolved already"):
        take(app, step, case)


def test_what_nobody_holds_cannot_be_let_go(app: App, case: Case) -> None:
    with pytest.raises(IllegalTransitionError, match="nobody holds case"):
        take(app, let_go, case)


def test_a_hold_that_ran_out_goes_to_a_person_and_sends_nothing(app: App, case: Case) -> None:
    take(app, hold_thread, case)
    late = replace(texts_of(app, case.id)[0], id="o-late", idempotency_key="late", state=OutgoingState.QUEUED)
    app.uow.run(lambda work: work.add_outgoing(late))
    assert end(app) == 0
    later(app, 2 * HOURS)

    assert (end(app), end(app)) == (1, 0)

    now = case_of(app, case.id)
    assert (now.held_by, now.held_until) == (None, None)
    assert (now.status, now.tier) == (CaseStatus.WAITING_FOR_AGENT, 1)
    assert states(app, case) == [OutgoingState.HELD, OutgoingState.HELD]
    (event,) = events_of(app, case.id, EventName.HOLD_ENDED)
    assert event.facts == {"held_by": "mel", "texts_held": 1}
