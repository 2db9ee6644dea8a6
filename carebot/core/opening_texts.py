"""Opening hours in the words of each language: what stands in the place of an article's placeholders.

The words come from ``carebot/texts/opening_hours.yaml``, the hours from the calendar that the clocks count by: an
answer never promises what the clocks do not keep.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any, Self
from zoneinfo import ZoneInfo

from carebot.core.hours import Calendar, Interval
from carebot.core.texts import FALLBACK, Translations, demand_keys, translations, weekdays

_SOON = timedelta(days=31)  # holidays that are worth a word


class Placeholder(StrEnum):
    """What an article may leave to the calendar, in braces."""

    OPEN_NOW = "open_now"
    OPENING_HOURS_TODAY = "opening_hours_today"
    OPENING_HOURS = "opening_hours"


class OpeningPhrase(StrEnum):
    """The sentences and words that opening hours are told with."""

    OPEN_NOW = "open_now"
    CLOSED_NOW = "closed_now"
    HOURS_TODAY = "hours_today"
    HOURS_OF_THE_WEEK = "hours_of_the_week"
    CLOSED_ON = "closed_on"
    CLOSED = "closed"
    ALL_DAY = "all_day"


_IN_BRACES = re.compile(r"\{(" + "|".join(Placeholder) + r")\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningTexts:
    """All phrases in all languages; ``days``, Monday first, as a list names them."""

    phrases: Mapping[OpeningPhrase, Translations]
    days: Mapping[str, Sequence[str]]

    @classmethod
    def from_mapping(cls, data: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read ``opening_hours.yaml`` as loaded; ValueError names the key and language that do not fit."""
        demand_keys("opening hours", data, {*OpeningPhrase, "days"})
        languages = {FALLBACK, *data[OpeningPhrase.OPEN_NOW]}
        return cls(
            phrases={key: translations(key, data[key], languages) for key in OpeningPhrase},
            days=weekdays(data["days"], languages),
        )

    def filled(self, text: str, language: str, calendar: Calendar, at: datetime) -> str:
        """The text with what the calendar says at this moment in the place of each placeholder.

        In a language that is not spoken here it stays as it is: the gate lets no open placeholder leave.
        """
        if language not in self.days:
            return text
        return _IN_BRACES.sub(lambda match: self._said(Placeholder(match[1]), language, calendar, at), text)

    def _said(self, what: Placeholder, language: str, calendar: Calendar, at: datetime) -> str:
        today = at.astimezone(ZoneInfo(calendar.time_zone)).date()
        if what is Placeholder.OPEN_NOW:
            phrase = OpeningPhrase.OPEN_NOW if calendar.is_open(at) else OpeningPhrase.CLOSED_NOW
            return self.phrases[phrase][language]
        if what is Placeholder.OPENING_HOURS_TODAY:
            hours = self._hours(calendar.hours_on(today), language)
            return self.phrases[OpeningPhrase.HOURS_TODAY][language].format(hours=hours)
        return self._week(language, calendar, today)

    def _week(self, language: str, calendar: Calendar, today: date) -> str:
        listed = [self._hours(intervals, language) for intervals in calendar.week]
        parts = []
        for hours, group in groupby(range(len(listed)), key=listed.__getitem__):
            days = [self.days[language][day] for day in group]
            parts.append(f"{'–'.join(dict.fromkeys((days[0], days[-1])))} {hours}")
        said = self.phrases[OpeningPhrase.HOURS_OF_THE_WEEK][language].format(hours="; ".join(parts))
        closed = sorted(day for day in calendar.holidays if today <= day <= today + _SOON)
        if not closed:
            return said
        dates = ", ".join(day.isoformat() for day in closed)
        return f"{said} {self.phrases[OpeningPhrase.CLOSED_ON][language].format(dates=dates)}"

    def _hours(self, intervals: Sequence[Interval], language: str) -> str:
        if not intervals:
            return self.phrases[OpeningPhrase.CLOSED][language]
        if tuple(intervals) == ((time.min, time.min),):
            return self.phrases[OpeningPhrase.ALL_DAY][language]
        return ", ".join(f"{start:%H:%M}–{_end(end)}" for start, end in intervals)


def _end(end: time) -> str:
    return "24:00" if end == time.min else f"{end:%H:%M}"
