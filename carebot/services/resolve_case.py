"""Resolve a case, and reopen it: by somebody with the right, and written down."""

from __future__ import annotations

from dataclasses import replace

from carebot.core.case import Case, CaseStatus
from carebot.core.events import EventName
from carebot.core.ports import Clock, UnitOfWork, Work
from carebot.core.rights import Viewer
from carebot.errors import IllegalTransitionError
from carebot.services.find_case import find_case, refuse_closed, refuse_not_open


def resolve_case(case_id: str, *, viewer: Viewer, uow: UnitOfWork, clock: Clock) -> Case:
    """The problem is solved: the clocks stop, and the case closes by itself after a while.

    Raises KeyError, NotAllowedError, or IllegalTransitionError when it was resolved or closed before.
    """

    def resolve(work: Work) -> Case:
        case, now = find_case(work, case_id, viewer), clock.now()
        refuse_not_open(case)
        case, events = replace(case, snoozed_until=None).moved_to(CaseStatus.RESOLVED, now, viewer.id)
        work.stop_clocks(case.id, now)
        work.save_case(case)
        work.add_events(events)
        return case

    return uow.run(resolve)


def reopen_case(case_id: str, *, viewer: Viewer, uow: UnitOfWork, clock: Clock) -> Case:
    """It was not solved after all: back to its owner, or to its queue when it has none.

    Raises KeyError, NotAllowedError, or IllegalTransitionError when it is open, or closed for good.
    """

    def reopen(work: Work) -> Case:
        case, now = find_case(work, case_id, viewer), clock.now()
        refuse_closed(case)
        if case.status.is_open:
            raise IllegalTransitionError(
                f"case {case.id} is open already ({case.status}); there is nothing to reopen"
            )
        moved, steps = case.moved_to(case.with_people, now, viewer.id)
        work.save_case(moved)
        work.add_events([case.event(EventName.CASE_REOPENED, now, viewer.id), *steps])
        return moved

    return uow.run(reopen)
