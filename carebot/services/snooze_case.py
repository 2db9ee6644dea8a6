"""Put a case out of sight until a moment; a message of the customer brings it back at once."""

from __future__ import annotations

from datetime import datetime

from carebot.core.case import Case
from carebot.core.message import require_utc
from carebot.core.ports import Clock, UnitOfWork, Work
from carebot.core.rights import Viewer
from carebot.errors import IllegalTransitionError
from carebot.services.find_case import find_case, refuse_not_open


def snooze_case(case_id: str, *, until: datetime, viewer: Viewer, uow: UnitOfWork, clock: Clock) -> Case:
    """Snooze an open case; its clocks run on. One that is snoozed already is snoozed until the new moment.

    Raises KeyError, NotAllowedError, or IllegalTransitionError for a case that is not open or a moment gone by.
    """
    require_utc(until, "the moment until which a case is snoozed")

    def snooze(work: Work) -> Case:
        case, now = find_case(work, case_id, viewer), clock.now()
        refuse_not_open(case)
        if until <= now:
            raise IllegalTransitionError(
                f"case {case.id} cannot be snoozed until {until:%Y-%m-%d %H:%M} UTC: "
                f"it is {now:%Y-%m-%d %H:%M} UTC already; give a later moment"
            )
        case, events = case.snoozed(until, now, viewer.id)
        work.save_case(case)
        work.add_events(events)
        return case

    return uow.run(snooze)
