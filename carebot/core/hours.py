"""When people answer: working time, counted over nights, weekends, holidays and clock changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from carebot.core.message import require_utc

Interval = tuple[time, time]  # from and to, by the wall clock; to 00:00 is the end of the day
Span = tuple[datetime, datetime]  # the same in UTC

_ALL_DAY: tuple[Interval, ...] = ((time.min, time.min),)
_DAY = timedelta(days=1)


class OpeningKind(StrEnum):
    """How a person would say when somebody answers."""

    NOW = "now"
    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEKDAY = "weekday"
    DATE = "date"  # a week or more away, so that the weekday alone would mislead


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The next moment at which somebody answers; ``at`` is in the calendar's own time zone, to be said."""

    kind: OpeningKind
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Opening hours by the wall clock of one time zone (an IANA name). The default never closes.

    ``week`` has the intervals of Monday to Sunday, in order and apart from one another; a night shift is two
    intervals on two days. A holiday is closed for the whole local day. Every moment that goes in or comes out
    is aware and in UTC. Where a clock change skips an opening or closing time, the moment of the change
    counts; where it repeats one, the first.
    """

    time_zone: str = "UTC"
    week: tuple[tuple[Interval, ...], ...] = (_ALL_DAY,) * 7
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        ZoneInfo(self.time_zone)
        if len(self.week) != 7:
            raise ValueError(f"a week has 7 days, got {len(self.week)}")
        for intervals in self.week:
            if objection := objection_to(intervals):
                raise ValueError(objection)

    def hours_on(self, day: date) -> tuple[Interval, ...]:
        """The intervals of one local day; none when it is closed."""
        return () if day in self.holidays else self.week[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        """Whether somebody answers at this moment. An interval's end is closed already."""
        return self.next_open(at) == at

    def next_open(self, at: datetime) -> datetime | None:
        """The first open moment from ``at`` on, ``at`` itself included; None when it never opens again."""
        for start, end in self._spans_from(at):
            if end > at:
                return max(start, at)
        return None

    def add_working(self, at: datetime, amount: timedelta) -> datetime:
        """The first moment at which ``amount`` of working time has passed since ``at``.

        Raises ValueError for a negative amount, and when the calendar never has so much time.
        """
        if amount < timedelta(0):
            raise ValueError(f"working time cannot be negative, got {amount}")
        left, reached = amount, at
        for start, end in self._spans_from(at):
            if not left:
                return reached
            start = max(start, at)
            if end > start:
                reached = min(start + left, end)
                left -= reached - start
        if left:
            raise ValueError(f"the calendar never has {amount} of working time after {at}")
        return reached

    def working_between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from ``start`` to ``end``; none when ``end`` is not later."""
        require_utc(end, "end")
        total = timedelta(0)
        for opens, closes in self._spans_from(start):
            if opens >= end:
                break
            total += max(min(closes, end) - max(opens, start), timedelta(0))
        return total

    def opening(self, at: datetime) -> Opening | None:
        """When somebody answers next, as a text would say it; None when nobody ever does, as after the year 9998."""
        try:
            moment = self.next_open(at)
        except OverflowError:  # a network that gives such a time must not stop a message
            return None
        if moment is None:
            return None
        zone = ZoneInfo(self.time_zone)
        local = moment.astimezone(zone)
        days = (local.date() - at.astimezone(zone).date()).days
        return Opening(kind=_kind(moment == at, days), at=local)

    def _spans_from(self, at: datetime) -> Iterator[Span]:
        """Open spans in order, from the day before ``at`` until there is only closed time to come."""
        require_utc(at, "a moment")
        zone = ZoneInfo(self.time_zone)
        day = at.astimezone(zone).date() - _DAY
        while any(self.week) and day.year < MAXYEAR - 1:
            for start, end in self.hours_on(day):
                last = day + _DAY if end == time.min else day
                opens, closes = _instant(day, start, zone), _instant(last, end, zone)
                if opens < closes:  # a clock change can skip an interval, or a whole day
                    yield opens, closes
            day += _DAY


def objection_to(intervals: tuple[Interval, ...]) -> str | None:
    """What is wrong with a day's intervals, in words; None when nothing is."""
    for start, end in intervals:
        if end != time.min and end <= start:
            return f"{start:%H:%M}-{end:%H:%M} ends before it starts; split a night shift over two days"
    for (_, before), (start, end) in pairwise(intervals):
        if before == time.min or start < before:
            return f"{start:%H:%M}-{end:%H:%M} begins before the interval in front of it has ended"
    return None


def _kind(is_now: bool, days: int) -> OpeningKind:
    if is_now:
        return OpeningKind.NOW
    if days >= 7:
        return OpeningKind.DATE
    return {0: OpeningKind.TODAY, 1: OpeningKind.TOMORROW}.get(days, OpeningKind.WEEKDAY)


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The moment in UTC at which a wall clock shows this time, or jumps over it."""
    local = datetime.combine(day, wall, tzinfo=zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return _jump(local.replace(fold=1).astimezone(UTC), moment, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between the two at which the zone's offset changes, to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
