"""A unit of work without a database, for tests: it keeps every promise that does not need a disk.

tests/contract/test_unit_of_work.py holds it to the same contract as the real one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from carebot.core.ports import Work
from carebot.errors import StaleVersionError, StoreError
from carebot.testing.memory_work import MemoryWork, Tables

T = TypeVar("T")

RETRIES = 3


class MemoryUnitOfWork:
    """Implements core.ports.UnitOfWork; one unit after the other, whichever thread they come from."""

    def __init__(self) -> None:
        self._tables = Tables()
        self._lock = threading.Lock()
        self._writer: int | None = None
        self._is_closed = False

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
        tables = self._tables.copy()
        result = fn(MemoryWork(tables))
        self._tables = tables
        return result
