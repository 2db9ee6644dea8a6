"""Clocks are pure functions of time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carebot.core.clocks import CaseClock, ClockKind, started
from carebot.core.hours import Calendar

FRIDAY = datetime(2026, 11, 6, 16, 0, tzinfo=UTC)
OFFICE = Calendar(week=(((time(9), time(17)),),) * 5 + ((), ()))
HOUR = timedelta(hours=1)


def clock(within: timedelta = HOUR, calendar: Calendar | None = None) -> CaseClock:
    return started(ClockKind.DID_THEY_COME, case_id="C-1", at=FRIDAY, within=within, calendar=calendar)


def test_without_a_calendar_a_clock_runs_day_and_night():
    assert clock(timedelta(days=2)).due_at == FRIDAY + timedelta(days=2)


def test_in_working_time_a_clock_sleeps_over_the_weekend():
    assert clock(2 * HOUR, OFFICE).due_at == datetime(2026, 11, 9, 10, 0, tzinfo=UTC)


@given(st.timedeltas(timedelta(0), timedelta(days=5)))
def test_a_clock_is_breached_exactly_when_no_time_is_left(passed):
    now = FRIDAY + passed
    assert clock().is_breached(now) is (clock().left(now) < timedelta(0))


def test_a_clock_that_was_stopped_in_time_is_never_breached():
    stopped = clock().stopped(FRIDAY + HOUR / 2)
    assert not stopped.is_running
    assert not stopped.is_breached(FRIDAY + timedelta(days=9))
    assert stopped.stopped(FRIDAY + 3 * HOUR) == stopped


def test_a_clock_needs_times_with_a_zone():
    with pytest.raises(ValueError, match="UTC"):
        started(ClockKind.TIME_BOX, case_id="C-1", at=FRIDAY.replace(tzinfo=None), within=HOUR)
