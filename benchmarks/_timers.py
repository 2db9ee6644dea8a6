"""Timers at the seams of an installation: who was busy with what, on which thread."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from carebot.core.channel import Fetched, Posted, Sending
from carebot.core.ports import Channel, Classifier, Topic, UnitOfWork, Work
from carebot.engine.measured import MeasuredChannel


class Timers:
    """Seconds by name: of the clock, and of the processor for the thread that did it."""

    def __init__(self) -> None:
        self.clock: dict[str, float] = defaultdict(float)
        self.processor: dict[str, float] = defaultdict(float)
        self.count: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Add what the block takes."""
        clock, processor = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            clock, processor = time.perf_counter() - clock, time.thread_time() - processor
            with self._lock:
                self.clock[name] += clock
                self.processor[name] += processor
                self.count[name] += 1


class TimedUnitOfWork:
    """Implements core.ports.UnitOfWork; each function is counted by the name of the thread that asked for it."""

    def __init__(self, uow: UnitOfWork, timers: Timers) -> None:
        self._uow = uow
        self._timers = timers

    def run(self, fn: Callable[[Work], Any]) -> Any:
        return self._uow.run(self._timed(fn))

    def run_all(self, fns: Sequence[Callable[[Work], Any]]) -> tuple[Any, ...]:
        return self._uow.run_all([self._timed(fn) for fn in fns])

    def on_commit(self, listener: Callable[[frozenset[Topic]], None]) -> None:
        self._uow.on_commit(listener)

    def close(self) -> None:
        self._uow.close()  # type: ignore[attr-defined]

    def _timed(self, fn: Callable[[Work], Any]) -> Callable[[Work], Any]:
        name = f"{group_of(threading.current_thread().name)}: {name_of(fn)}"

        def timed(work: Work) -> Any:
            with self._timers.of(name):
                return fn(work)

        return timed


class TimedChannel(MeasuredChannel):
    """A channel whose calls are timed."""

    def __init__(self, channel: Channel, timers: Timers) -> None:
        self._channel = channel
        self._timers = timers

    def fetch(self, cursor: str | None) -> Fetched:
        with self._timers.of("fetch"):
            return self._channel.fetch(cursor)

    def send(self, sending: Sending) -> Posted:
        with self._timers.of("send"):
            return self._channel.send(sending)

    def hide(self, external_id: str) -> None:
        with self._timers.of("send"):
            self._channel.hide(external_id)


class TimedClassifier:
    """A classifier whose readings are timed."""

    def __init__(self, classifier: Classifier, timers: Timers) -> None:
        self._classifier = classifier
        self._timers = timers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._classifier, name)

    def classify(self, masked_text: str, **rest: Any) -> Any:
        with self._timers.of("classify"):
            return self._classifier.classify(masked_text, **rest)


def name_of(fn: Any) -> str:
    """The name of a function behind its partials."""
    while hasattr(fn, "func"):
        fn = fn.func
    return str(getattr(fn, "__qualname__", None) or type(fn).__qualname__).replace(".<locals>", "")


def group_of(thread: str) -> str:
    """Threads of one kind, such as ``classifier``."""
    return thread.removeprefix("carebot-").partition("_")[0].partition(" ")[0]


def processor_of_threads() -> Mapping[str, float]:
    """The processor time that the living threads have taken, by kind."""
    found: dict[str, float] = defaultdict(float)
    for thread in threading.enumerate():
        if thread.ident is not None:
            found[group_of(thread.name)] += time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
    return found
