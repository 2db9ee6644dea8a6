"""A person of the brand spoke: the bot falls silent, in the same transaction."""

from __future__ import annotations

from datetime import datetime

from carebot.core.case import Case
from carebot.core.ports import Work


def person_spoke(work: Work, case: Case, *, at: datetime, agent: str) -> tuple[Case, int]:
    """Write it down, hold the bot's queued texts and stop the clocks; how many texts were held back."""
    case, events = case.person_spoke(at, agent)
    held = work.hold_queued(case.id, "a person has spoken")
    work.stop_clocks(case.id, at)
    work.save_case(case)
    work.add_events(events)
    return case, held
