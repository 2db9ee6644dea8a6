"""A person of the brand spoke: the bot falls silent, in the same transaction."""

from __future__ import annotations

from datetime import datetime

from carebot.core.case import Case
from carebot.core.ports import Work


def person_spoke(work: Work, case: Case, *, at: datetime, agent: str, said_at: datetime) -> tuple[Case, int]:
    """Write it down, hold the bot's queued texts and stop the clocks; how many texts were held back.

    What was said before the customer's latest message, and arrived late, stops no clock.
    """
    spoken, events = case.person_spoke(at, agent, said_at=said_at)
    held = work.hold_queued(case.id, "a person has spoken")
    if case.is_answered_by(said_at):
        work.stop_clocks(case.id, at)
    work.save_case(spoken)
    work.add_events(events)
    return spoken, held
