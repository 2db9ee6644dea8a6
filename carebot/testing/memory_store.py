"""A unit of work without a database, for tests: it keeps every promise that does not need a disk.

The tests in tests/contract hold it to the same contract as the real one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from carebot.core.ports import Topic, Work
from carebot.errors import StaleVersionError, StoreError
from carebot.testing.memory_tables import Tables
from carebot.testing.memory_work import MemoryWork

log = logging.getLogger(__name__)

T = TypeVar("T")

RETRIES = 3


class MemoryUnitOfWork:
    """Implements core.ports.UnitOfWork; one unit after the other, whichever thread they come from."""

    def __init__(self) -> None:
        self._tables = Tables()
        self._lock = threading.Lock()
        self._writer: int | None = None
        self._is_closed = False
        self._listeners: list[Callable[[frozenset[Topic]], None]] = []
        self._topics: set[Topic] = set()

    def on_commit(self, listener: Callable[[frozenset[Topic]], None]) -> None:
        self._listeners.append(listener)

    def run(self, fn: Callable[[Work], T]) -> T:
        with self._writing():
            return self._attempt(fn)

    def run_all(self, fns: Sequence[Callable[[Work], T]]) -> tuple[T | BaseException, ...]:
        with self._writing():
            return tuple(self._outcome(fn) for fn in fns)

    def close(self) -> None:
        """Refuse what comes from now on. May be called twice."""
        with self._lock:
            self._is_closed = True

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self._writer == threading.get_ident():
            raise RuntimeError("a unit may not start another one: give it the work it was given")
        with self._lock:
            if self._is_closed:
                raise StoreError("closed already; nothing can be written any more")
            self._writer = threading.get_ident()
            try:
                yield
            finally:
                self._writer = None
                topics, self._topics = frozenset(self._topics), set()
        for listener in self._listeners if topics else ():
            try:
                listener(topics)
            except Exception:
                log.exception("a listener failed; what was written stays written")

    def _outcome(self, fn: Callable[[Work], T]) -> T | BaseException:
        try:
            return self._attempt(fn)
        except BaseException as error:  # noqa: BLE001  # handed to whoever called, as the real one does
            return error

    def _attempt(self, fn: Callable[[Work], T]) -> T:
        for _ in range(RETRIES):
            try:
                return self._once(fn)
            except StaleVersionError:
                continue
        return self._once(fn)

    def _once(self, fn: Callable[[Work], T]) -> T:
        work = MemoryWork(self._tables.copy())
        result = fn(work)
        self._tables = work.tables
        self._topics |= work.topics
        return result
