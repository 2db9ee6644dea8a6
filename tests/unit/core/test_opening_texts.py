"""Opening hours as an article tells them: from the calendar of the clocks, in every language."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from carebot.core.hours import Calendar
from carebot.core.opening_texts import OpeningPhrase, OpeningTexts, Placeholder
from carebot.privacy.recognizers import Recognizers
from carebot.texts import _read, opening_texts, system_texts

TEXTS = opening_texts()
LANGUAGES = sorted(system_texts().languages)
MORNING, DAY = (time(9), time(12, 30)), (time(9), time(17, 30))
LATE = (time(18), time.min)
SHOP = Calendar(
    time_zone="Europe/Amsterdam",
    week=((MORNING, LATE), (DAY,), (DAY,), (DAY,), (DAY,), (), ()),
    holidays=frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2027, 6, 1)}),
)
MONDAY_NOON = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)  # 12:00 in Amsterdam


def filled(text: str, at: datetime = MONDAY_NOON, *, language: str = "en", calendar: Calendar = SHOP) -> str:
    return TEXTS.filled(text, language, calendar, at)


def test_every_phrase_exists_in_every_language_that_the_bot_speaks() -> None:
    assert sorted(TEXTS.days) == LANGUAGES
    assert all(sorted(TEXTS.phrases[key]) == LANGUAGES for key in OpeningPhrase)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (MONDAY_NOON, "We are open now."),
        (MONDAY_NOON.replace(hour=12), "We are closed now."),
        (MONDAY_NOON.replace(hour=22, minute=59), "We are open now."),
        (MONDAY_NOON.replace(hour=23), "We are closed now."),
        (datetime(2026, 12, 25, 11, tzinfo=UTC), "We are closed now."),
    ],
)
def test_whether_somebody_answers_now_is_what_the_clocks_say(at: datetime, said: str) -> None:
    assert filled("{open_now}", at) == said


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        (MONDAY_NOON, "09:00–12:30, 18:00–24:00"),
        (MONDAY_NOON.replace(hour=23), "09:00–17:30"),  # Tuesday in Amsterdam
        (MONDAY_NOON.replace(day=7), "closed"),
        (datetime(2026, 12, 25, 11, tzinfo=UTC), "closed"),
    ],
)
def test_todays_hours_are_those_of_the_calendars_own_day(at: datetime, hours: str) -> None:
    assert filled("Hello! {opening_hours_today} Bye.", at) == f"Hello! Our hours today: {hours}. Bye."


def test_the_week_is_told_with_days_of_the_same_hours_together_and_the_holidays_that_come() -> None:
    week = "Monday 09:00–12:30, 18:00–24:00; Tuesday–Friday 09:00–17:30; Saturday–Sunday closed"
    assert filled("{opening_hours}") == f"Our opening hours: {week}."
    december = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert filled("{opening_hours}", december) == (
        f"Our opening hours: {week}. Closed on 2026-12-25, 2026-12-26."
    )


def test_a_calendar_that_never_closes_is_told_so() -> None:
    said = filled("{opening_hours} {opening_hours_today} {open_now}", calendar=Calendar())
    assert said == ("Our opening hours: Monday–Sunday 24 hours. Our hours today: 24 hours. We are open now.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_tells_all_of_it_and_nothing_that_the_gate_takes_for_personal_data(
    language: str,
) -> None:
    text = " ".join(f"{{{each}}}" for each in Placeholder)
    recognizers = Recognizers()
    for at in (MONDAY_NOON, datetime(2026, 12, 25, 11, tzinfo=UTC)):
        said = filled(text, at, language=language)
        assert not re.search(r"[{}]", said)
        assert TEXTS.phrases[OpeningPhrase.CLOSED][language] in said
        assert "09:00–17:30" in said
        assert recognizers.find(said) == ()


@pytest.mark.parametrize("language", ["sv", "und", "pt-BR"])
def test_in_a_language_that_is_not_spoken_a_placeholder_stays_open_for_the_gate(language: str) -> None:
    assert filled("{open_now}", language=language) == "{open_now}"


def test_other_braces_stay_as_they_are() -> None:
    assert filled("{name} {0} {} {open_now!r} {{") == "{name} {0} {} {open_now!r} {{"


@pytest.mark.parametrize("spoiled", [{"closed_on": {"en": "Closed."}}, {"days": {"en": ["Monday"]}}])
def test_words_that_do_not_fit_are_found_when_they_are_read(spoiled: dict[str, dict[str, Any]]) -> None:
    data = _read("opening_hours.yaml")
    (key,) = spoiled
    with pytest.raises(ValueError, match=key):
        OpeningTexts.from_mapping({**data, key: {**data[key], **spoiled[key]}})
