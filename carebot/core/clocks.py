"""The clocks that run on a case: pure functions of time, which decide nothing by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from carebot.core.hours import Calendar
from carebot.core.message import require_utc


class ClockKind(StrEnum):
    """The clocks that run on a case."""

    DID_THEY_COME = "did_they_come"
    FIRST_RESPONSE = "first_response"
    TIME_BOX = "time_box"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """A clock on a case; ``due_at`` is absolute, business hours already counted in."""

    case_id: str
    kind: ClockKind
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None

    def __post_init__(self) -> None:
        require_utc(self.started_at, "a clock's started_at")
        require_utc(self.due_at, "a clock's due_at")

    @property
    def is_running(self) -> bool:
        """Whether nobody has stopped it."""
        return self.stopped_at is None

    def is_breached(self, now: datetime) -> bool:
        """Whether it ran out before it was stopped."""
        return (self.stopped_at or now) > self.due_at

    def left(self, now: datetime) -> timedelta:
        """The time until it runs out; negative once it has."""
        return self.due_at - (self.stopped_at or now)

    def stopped(self, at: datetime) -> CaseClock:
        """The clock, stopped; one that was stopped before keeps its time."""
        return self if self.stopped_at is not None else replace(self, stopped_at=at)


def started(
    kind: ClockKind, *, case_id: str, at: datetime, within: timedelta, calendar: Calendar | None = None
) -> CaseClock:
    """A clock that runs out ``within`` of ``at``: in working time where a calendar is given, else by the wall.

    At the end of the calendar (the year 9999) it never runs out.
    """
    try:
        due_at = at + within if calendar is None else calendar.add_working(at, within)
    except OverflowError:
        due_at = datetime.max.replace(tzinfo=UTC)
    return CaseClock(case_id=case_id, kind=kind, started_at=at, due_at=due_at)
