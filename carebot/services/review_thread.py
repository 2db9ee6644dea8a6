"""Marketing's review of a flagged public thread: hold it, let it go, hand it to care, mark it as handled."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from carebot.core import delivery
from carebot.core.case import Case
from carebot.core.events import Event, EventName
from carebot.core.message import Visibility
from carebot.core.ports import Clock, UnitOfWork, Work
from carebot.core.records import Outgoing, OutgoingKind, OutgoingState
from carebot.core.rights import CaseRight, Viewer
from carebot.errors import ClaimedError, IllegalTransitionError
from carebot.services.find_case import find_case, refuse_not_open
from carebot.services.who_has_it import given_to_people

HOLD = timedelta(hours=2)
MARKETING_HOLDS = "marketing holds the thread"
MARKETING_HELD = "marketing held the thread, and did not let it go"  # no later "let go" means this text


def hold_thread(
    case_id: str, *, viewer: Viewer, uow: UnitOfWork, clock: Clock, within: timedelta = HOLD
) -> Case:
    """Nothing of ours is said in public for so long, except by the viewer. Holding again begins anew.

    Raises KeyError, NotAllowedError, ClaimedError when somebody else holds it, IllegalTransitionError when the
    case is not open.
    """

    def hold(work: Work) -> Case:
        case, now = _of_nobody_else(work, case_id, viewer, clock)
        until = now + within
        held = replace(case, held_by=viewer.id, held_until=until, updated_at=now)
        texts = hold_public_texts(work, case)
        begun = held.event(EventName.HOLD_BEGUN, now, viewer.id, until=until.isoformat(), texts_held=texts)
        work.save_case(held)
        work.add_events([begun])
        return held

    return uow.run(hold)


def let_go(case_id: str, *, viewer: Viewer, uow: UnitOfWork, clock: Clock) -> Case:
    """Marketing has nothing against it: what the hold kept back may leave, if it still may, when it is judged.

    Raises what ``hold_thread`` does, and IllegalTransitionError when nobody holds the thread.
    """

    def let(work: Work) -> Case:
        case, now = _of_nobody_else(work, case_id, viewer, clock)
        if not _is_held(case, now):
            raise IllegalTransitionError(f"nobody holds case {case.id}; there is nothing to let go")
        free = replace(case, held_by=None, held_until=None, updated_at=now)
        work.save_case(free)
        work.add_events([free.event(EventName.LET_GO, now, viewer.id, texts=_queue_again(work, case))])
        return free

    return uow.run(let)


def hand_to_care(case_id: str, *, viewer: Viewer, uow: UnitOfWork, clock: Clock) -> Case:
    """It is care's: the flags go, the thread is free, and the case waits in its queue. Raises as ``hold_thread``.

    What the hold kept back stays held: people of care decide about it.
    """

    def hand(work: Work) -> Case:
        case, now = _of_nobody_else(work, case_id, viewer, clock)
        owner = None if case.owner_id == viewer.id else case.owner_id
        free = replace(_reviewed(case, now), owner_id=owner)
        leave_to_people(work, case)
        moved, steps = given_to_people(free, now, viewer.id)
        handed = moved.event(EventName.HANDED_TO_CARE, now, viewer.id, flags=_flags(case), queue=moved.queue)
        work.save_case(moved)
        work.add_events([handed, *steps])
        return moved

    return uow.run(hand)


def mark_handled(case_id: str, *, viewer: Viewer, uow: UnitOfWork, clock: Clock) -> Case:
    """Marketing is done with it: the flags and the hold go, everything else stays. Raises as ``hold_thread``.

    What the hold kept back stays held, and then people of care decide about it.
    """

    def mark(work: Work) -> Case:
        case, now = _of_nobody_else(work, case_id, viewer, clock)
        handled, steps = _reviewed(case, now), tuple[Event, ...]()
        if leave_to_people(work, case):
            handled, steps = given_to_people(handled, now, viewer.id)
        work.save_case(handled)
        marked = handled.event(EventName.MARKED_HANDLED, now, viewer.id, flags=_flags(case))
        work.add_events([marked, *steps])
        return handled

    return uow.run(mark)


def hold_public_texts(work: Work, case: Case, *, before: datetime | None = None) -> int:
    """Hold what would be said in public in this case, by whomever; how many texts."""
    waiting = [
        row
        for row in work.outgoing_of(case.id)
        if row.state in (OutgoingState.QUEUED, OutgoingState.FAILED)
        and row.kind is OutgoingKind.TEXT
        and row.visibility is Visibility.PUBLIC
        and (before is None or row.created_at < before)
    ]
    for row in waiting:
        work.replace_outgoing(row, delivery.held(row, MARKETING_HOLDS))
    return len(waiting)


def leave_to_people(work: Work, case: Case) -> int:
    """The hold is over, and what it kept back stays where it is: how many texts people have to decide about."""
    kept = _kept_back(work, case)
    for row in kept:
        work.replace_outgoing(row, replace(row, reason=MARKETING_HELD))
    return len(kept)


def _queue_again(work: Work, case: Case) -> int:
    kept = _kept_back(work, case)
    for row in kept:
        work.replace_outgoing(row, replace(row, state=OutgoingState.QUEUED, reason=None))
    return len(kept)


def _kept_back(work: Work, case: Case) -> list[Outgoing]:
    return [
        row
        for row in work.outgoing_of(case.id)
        if row.state is OutgoingState.HELD and row.reason == MARKETING_HOLDS
    ]


def _of_nobody_else(work: Work, case_id: str, viewer: Viewer, clock: Clock) -> tuple[Case, datetime]:
    case, now = find_case(work, case_id, viewer, CaseRight.HOLD_REPLY), clock.now()
    refuse_not_open(case)
    if _is_held(case, now) and case.held_by != viewer.id:
        raise ClaimedError(f"{case.held_by} holds case {case.id} until {case.held_until:%Y-%m-%d %H:%M} UTC")
    return case, now


def _is_held(case: Case, now: datetime) -> bool:
    return case.held_until is not None and case.held_until > now


def _reviewed(case: Case, now: datetime) -> Case:
    return replace(case, flag_reasons=frozenset(), held_by=None, held_until=None, updated_at=now)


def _flags(case: Case) -> str:
    return ", ".join(sorted(case.flag_reasons))
