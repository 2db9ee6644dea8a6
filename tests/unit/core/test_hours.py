from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carebot.core.hours import Calendar, Interval, OpeningKind

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NINE_TO_FIVE: tuple[Interval, ...] = ((time(9), time(17)),)
OFFICE = Calendar(time_zone="Europe/Amsterdam", week=(NINE_TO_FIVE,) * 5 + ((), ()))
ALWAYS = Calendar()


def amsterdam(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@st.composite
def days(draw: st.DrawFn) -> tuple[Interval, ...]:
    """The intervals of one day: in order and apart, the last perhaps to midnight."""
    minutes = sorted(draw(st.sets(st.integers(0, 24 * 12), max_size=6)))
    pairs = list(zip(minutes[::2], minutes[1::2], strict=False))
    return tuple((_clock(a * 5), _clock(b * 5 % (24 * 60))) for a, b in pairs)


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


# Havana and Beirut change at midnight, Lord Howe by half an hour, Apia once skipped a whole day.
zones = st.sampled_from(
    [
        "UTC",
        "Europe/Amsterdam",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Havana",
        "Asia/Beirut",
        "Pacific/Apia",
        "Asia/Kathmandu",
    ]
)
weeks = st.tuples(*[days()] * 7)
calendars = st.builds(
    lambda zone, week, holidays: Calendar(time_zone=zone, week=week, holidays=holidays),
    zones,
    weeks,
    st.frozensets(st.dates(date(2011, 12, 1), date(2026, 12, 31)), max_size=5),
)
moments = st.datetimes(datetime(2011, 12, 20), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
amounts = st.timedeltas(timedelta(0), timedelta(days=3))


@given(calendars, moments, amounts)
def test_working_time_that_is_added_is_the_working_time_in_between(
    calendar: Calendar, at: datetime, amount: timedelta
) -> None:
    if calendar.next_open(at) is None:
        return
    due = calendar.add_working(at, amount)
    assert calendar.working_between(at, due) == amount
    assert due >= at + amount
    assert due.utcoffset() == timedelta(0)


@given(calendars, moments, amounts, amounts)
def test_adding_twice_is_adding_the_sum(
    calendar: Calendar, at: datetime, first: timedelta, second: timedelta
) -> None:
    if calendar.next_open(at) is None:
        return
    twice = calendar.add_working(calendar.add_working(at, first), second)
    assert calendar.working_between(at, twice) == first + second


@given(calendars, moments, st.lists(amounts, min_size=2, max_size=2))
def test_working_time_adds_up_over_any_moment_in_between(
    calendar: Calendar, at: datetime, steps: list[timedelta]
) -> None:
    middle = at + steps[0]
    end = middle + steps[1]
    parts = calendar.working_between(at, middle) + calendar.working_between(middle, end)
    assert parts == calendar.working_between(at, end) <= end - at


@given(calendars, moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(calendar: Calendar, at: datetime) -> None:
    opens = calendar.next_open(at)
    if opens is None:
        assert not any(calendar.week)
        return
    assert opens >= at
    assert calendar.is_open(opens)
    assert calendar.is_open(at) == (opens == at)
    assert calendar.working_between(at, opens) == timedelta(0)


@given(calendars, moments)
def test_what_is_open_agrees_with_the_wall_clock_on_days_without_a_clock_change(
    calendar: Calendar, at: datetime
) -> None:
    zone = ZoneInfo(calendar.time_zone)
    if len({(at + timedelta(hours=h)).astimezone(zone).utcoffset() for h in range(-30, 31)}) > 1:
        return
    local = at.astimezone(zone)
    shown = local.time()
    inside = [
        start <= shown and (end == time.min or shown < end) for start, end in calendar.hours_on(local.date())
    ]
    assert calendar.is_open(at) == any(inside)


@given(moments, amounts)
def test_a_calendar_that_never_closes_counts_every_second(at: datetime, amount: timedelta) -> None:
    always = Calendar(time_zone="Europe/Amsterdam")
    assert always.add_working(at, amount) == at + amount
    assert always.working_between(at, at + amount) == amount


def test_work_begun_before_the_weekend_goes_on_on_monday() -> None:
    assert OFFICE.add_working(amsterdam("2026-11-20T16:30"), timedelta(hours=1)) == amsterdam(
        "2026-11-23T09:30"
    )


def test_work_that_fills_the_day_is_due_when_it_closes_and_not_the_next_morning() -> None:
    assert OFFICE.add_working(amsterdam("2026-11-20T16:00"), timedelta(hours=1)) == amsterdam(
        "2026-11-20T17:00"
    )


def test_no_work_is_done_at_once_even_when_it_is_closed() -> None:
    assert OFFICE.add_working(amsterdam("2026-11-21T12:00"), timedelta(0)) == amsterdam("2026-11-21T12:00")


def test_the_lunch_break_is_not_working_time() -> None:
    split = Calendar(week=(((time(9), time(12)), (time(13), time(17))),) * 7)
    assert split.working_between(utc("2026-11-20T08:00"), utc("2026-11-20T18:00")) == timedelta(hours=7)
    assert not split.is_open(utc("2026-11-20T12:00"))
    assert split.is_open(utc("2026-11-20T13:00"))


def test_a_holiday_is_closed_in_local_time() -> None:
    closed = Calendar(time_zone="Asia/Tokyo", holidays=frozenset({date(2026, 11, 23)}))
    assert closed.is_open(utc("2026-11-22T14:59"))
    assert not closed.is_open(utc("2026-11-22T15:00"))
    assert closed.next_open(utc("2026-11-22T15:00")) == utc("2026-11-23T15:00")


def test_hours_keep_to_the_wall_clock_over_a_clock_change() -> None:
    assert OFFICE.next_open(utc("2026-10-23T20:00")) == utc("2026-10-26T08:00")
    assert OFFICE.next_open(utc("2026-10-22T20:00")) == utc("2026-10-23T07:00")


def test_the_night_of_the_clock_change_has_its_real_length() -> None:
    nights = Calendar(time_zone="Europe/Amsterdam", week=(((time(0), time(6)),),) * 7)
    spring, autumn = amsterdam("2026-03-29T00:00"), amsterdam("2026-10-25T00:00")
    assert nights.working_between(spring, spring + timedelta(hours=12)) == timedelta(hours=5)
    assert nights.working_between(autumn, autumn + timedelta(hours=12)) == timedelta(hours=7)


def test_an_interval_that_the_clock_jumps_over_is_empty() -> None:
    skipped = Calendar(time_zone="Europe/Amsterdam", week=(((time(2, 15), time(2, 45)),),) * 7)
    start = amsterdam("2026-03-29T00:00")
    assert skipped.working_between(start, start + timedelta(hours=12)) == timedelta(0)


def test_a_closing_time_that_the_clock_jumps_over_is_the_moment_of_the_jump() -> None:
    until = Calendar(time_zone="Europe/Amsterdam", week=(((time(1), time(2, 30)),),) * 7)
    start = amsterdam("2026-03-29T00:00")
    assert until.working_between(start, start + timedelta(hours=12)) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "kind", "said"),
    [
        ("2026-11-18T10:00", OpeningKind.NOW, "10:00"),
        ("2026-11-18T08:00", OpeningKind.TODAY, "09:00"),
        ("2026-11-18T18:00", OpeningKind.TOMORROW, "09:00"),
        ("2026-11-20T18:00", OpeningKind.WEEKDAY, "09:00"),
    ],
)
def test_an_opening_is_told_as_a_person_would_say_it(at: str, kind: OpeningKind, said: str) -> None:
    opening = OFFICE.opening(amsterdam(at))
    assert opening is not None
    assert (opening.kind, f"{opening.at:%H:%M}") == (kind, said)


def test_today_is_the_day_where_people_answer_and_not_the_day_in_utc() -> None:
    tokyo = Calendar(time_zone="Asia/Tokyo", week=(NINE_TO_FIVE,) * 7)
    opening = tokyo.opening(utc("2026-11-17T23:30"))  # 08:30 on the 18th in Tokyo
    assert opening is not None
    assert (opening.kind, opening.at.isoformat()) == (OpeningKind.TODAY, "2026-11-18T09:00:00+09:00")


def test_an_opening_a_week_away_has_a_date() -> None:
    shut = Calendar(holidays=frozenset(date(2026, 12, day) for day in range(24, 32)))
    opening = shut.opening(utc("2026-12-24T10:00"))
    assert opening is not None
    assert (opening.kind, opening.at.date()) == (OpeningKind.DATE, date(2027, 1, 1))


def test_a_calendar_without_hours_never_opens() -> None:
    never = Calendar(week=((),) * 7)
    assert never.next_open(utc("2026-11-18T10:00")) is None
    assert never.opening(utc("2026-11-18T10:00")) is None
    with pytest.raises(ValueError, match="never has"):
        never.add_working(utc("2026-11-18T10:00"), timedelta(minutes=1))


def test_a_moment_that_is_not_in_utc_is_refused() -> None:
    with pytest.raises(ValueError, match="UTC"):
        ALWAYS.is_open(datetime(2026, 11, 18, 10, tzinfo=AMSTERDAM))
    with pytest.raises(ValueError, match="UTC"):
        ALWAYS.working_between(utc("2026-11-18T10:00"), datetime(2026, 11, 18))  # noqa: DTZ001


def test_negative_working_time_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        ALWAYS.add_working(utc("2026-11-18T10:00"), timedelta(seconds=-1))


@pytest.mark.parametrize(
    ("day", "objection"),
    [
        (((time(22), time(2)),), "ends before it starts"),
        (((time(9), time(12)), (time(11), time(17))), "begins before"),
        (((time(9), time(0)), (time(11), time(17))), "begins before"),
    ],
)
def test_hours_that_contradict_one_another_are_refused(day: tuple[Interval, ...], objection: str) -> None:
    with pytest.raises(ValueError, match=objection):
        Calendar(week=(day,) * 7)


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValueError, match="7 days"):
        Calendar(week=(NINE_TO_FIVE,) * 5)


def test_a_day_that_the_calendar_skipped_has_no_opening() -> None:
    """Samoa went from Thursday 29 to Saturday 31 December 2011."""
    fridays = Calendar(time_zone="Pacific/Apia", week=((), (), (), (), ((time(0, 0), time(0, 5)),), (), ()))
    opens = fridays.next_open(datetime(2011, 12, 24, tzinfo=UTC))
    assert opens is not None
    assert opens.astimezone(ZoneInfo("Pacific/Apia")).date() == date(2012, 1, 6)
    assert fridays.is_open(opens)
