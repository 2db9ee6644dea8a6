from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from carebot.engine.worker import Worker
from carebot.errors import ChannelLimitError, StoreBusyError
from tests.unit.engine.waiting import until

NEVER = timedelta(hours=1)


@contextmanager
def working(look: Callable[[], bool], *, at_latest: timedelta = NEVER) -> Iterator[Worker]:
    worker = Worker("sums", look, at_latest=at_latest)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
        assert worker.join(timedelta(seconds=20))


def test_it_looks_at_once_and_then_when_it_is_woken() -> None:
    looks: list[int] = []

    def look() -> bool:
        looks.append(1)
        return False

    with working(look) as worker:
        until(lambda: len(looks) == 1, "the first look")
        worker.wake()
        until(lambda: len(looks) == 2, "the look after the wake-up")


def test_a_wake_up_during_a_look_is_not_lost() -> None:
    looks: list[int] = []
    begun, may_end = threading.Event(), threading.Event()

    def look() -> bool:
        looks.append(1)
        begun.set()
        may_end.wait(20)
        return False

    with working(look) as worker:
        assert begun.wait(20)
        worker.wake()
        may_end.set()
        until(lambda: len(looks) == 2, "the look that the wake-up asked for")


def test_it_goes_on_at_once_while_there_is_more() -> None:
    left = [3]

    def look() -> bool:
        left[0] -= 1
        return left[0] > 0

    with working(look):
        until(lambda: left[0] == 0, "all of it")


def test_it_looks_by_itself_at_the_latest_after_a_while() -> None:
    looks: list[int] = []

    def look() -> bool:
        looks.append(1)
        return False

    with working(look, at_latest=timedelta(milliseconds=10)):
        until(lambda: len(looks) >= 3, "looks that nobody asked for")


def test_an_exception_is_logged_without_its_words_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    looks: list[int] = []
    words = "quokka marmalade"

    def look() -> bool:
        looks.append(1)
        if len(looks) == 1:
            raise ValueError(words)
        return False

    with caplog.at_level(logging.DEBUG, "carebot"), working(look) as worker:
        until(lambda: len(looks) == 2 and not worker.is_failing, "the look after the failure")
    assert "sums failed (ValueError)" in caplog.text
    assert "in look" in caplog.text, "where it happened"
    assert "quokka" not in caplog.text
    assert "sums goes on" in caplog.text


def test_a_pause_is_as_long_as_the_network_asks_and_no_wake_up_ends_it() -> None:
    looks: list[int] = []

    def look() -> bool:
        looks.append(1)
        raise ChannelLimitError("slow down", retry_after=timedelta(seconds=50))

    with working(look) as worker:
        until(lambda: worker.is_failing, "the failure")
        worker.wake()
        assert not threading.Event().wait(0.1)
        assert len(looks) == 1


def test_pauses_grow_from_a_second_to_a_minute() -> None:
    worker = Worker("sums", lambda: False, at_latest=NEVER)
    pauses = []
    for failures in range(1, 9):
        worker._failures = failures
        pauses.append(worker._pause(StoreBusyError()).total_seconds())
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


def test_stopping_ends_a_pause() -> None:
    def look() -> bool:
        raise ChannelLimitError("slow down", retry_after=timedelta(seconds=50))

    with working(look) as worker:
        until(lambda: worker.is_failing, "the failure")
        worker.stop()
        assert worker.join(timedelta(seconds=20))
        assert not worker.is_alive


def test_one_that_was_never_started_is_joined_at_once() -> None:
    assert Worker("sums", lambda: False, at_latest=NEVER).join(NEVER)
