"""Close the resolved cases to which nobody came back."""

from __future__ import annotations

from carebot.core.case import CaseStatus, CaseWindows, closes_by_itself
from carebot.core.ports import Clock, UnitOfWork, Work

ACTOR = "system:close"
PAGE = 200  # so that one unit never holds the database for long


def close_rested_cases(*, windows: CaseWindows, uow: UnitOfWork, clock: Clock, page: int = PAGE) -> int:
    """Close page by page until none is left; how many. Nobody asks for it, so it needs no right."""

    def close(work: Work) -> int:
        now = clock.now()
        rested = work.resting_cases(now - windows.close, page)
        for case in rested:
            assert closes_by_itself(case, now, windows)
            closed, events = case.moved_to(CaseStatus.CLOSED, now, ACTOR)
            work.save_case(closed)
            work.add_events(events)
        return len(rested)

    total = 0
    while count := uow.run(close):
        total += count
    return total
