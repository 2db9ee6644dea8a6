"""The one way to write on SQLite: functions queue up for one thread, which commits them in groups.

One commit costs a write to the disk that has to arrive (several milliseconds); many functions share one. Each
runs in a savepoint of its own, so that one that fails leaves the others standing.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from carebot.core.ports import Topic, Work
from carebot.errors import StaleVersionError, StoreError
from carebot.store.schema import require_current
from carebot.store.sqlite import BUSY_TIMEOUT, empty_log, store_error, writing_engine
from carebot.store.work import SqlWork

log = logging.getLogger(__name__)

T = TypeVar("T")

GROUP = 50  # functions in one transaction, at most
RETRIES = 3  # of a function that met a stale version
TRUNCATE_AGAIN = 0.5  # seconds until the log is emptied again, when a reader stood in the way


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """An exception as an outcome, told apart from a function that returns an exception."""

    error: BaseException


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """Functions that go into one transaction, and the future of their outcomes."""

    fns: Sequence[Callable[[Work], Any]]
    done: Future[list[Any]] = field(default_factory=Future)


class SqliteUnitOfWork:
    """Implements core.ports.UnitOfWork. Opened once per process; ``close`` finishes what is queued.

    Raises SchemaError when the database is not one of this version. ``run`` raises StoreBusyError when
    another process holds the database for longer than ``busy_timeout``, and StoreError when the disk
    refuses; then nothing of the unit is written. A refusal of that kind fails the whole group, so
    ``run_all`` raises it instead of returning it.
    """

    def __init__(self, db: Path, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> None:
        require_current(db)
        self._db = db
        self._engine = writing_engine(db, busy_timeout)
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._is_closed = False
        self._listeners: list[Callable[[frozenset[Topic]], None]] = []
        self._topics: set[Topic] = set()  # of the group that is being written
        # Empties the log once at the start: a process killed after a wipe's commit may have left text there.
        self._must_truncate = True
        self._thread = threading.Thread(target=self._serve, name="carebot-writer", daemon=True)
        self._thread.start()

    def run(self, fn: Callable[[Work], T]) -> T:
        (outcome,) = self._submit([fn])
        if isinstance(outcome, _Failure):
            raise outcome.error
        return outcome  # type: ignore[no-any-return]  # what fn returned

    def run_all(self, fns: Sequence[Callable[[Work], T]]) -> tuple[T | BaseException, ...]:
        outcomes = self._submit(fns) if fns else []
        return tuple(outcome.error if isinstance(outcome, _Failure) else outcome for outcome in outcomes)

    def on_commit(self, listener: Callable[[frozenset[Topic]], None]) -> None:
        self._listeners.append(listener)

    def close(self) -> None:
        """Finish what is queued and let go of the database. May be called twice."""
        with self._gate:
            if not self._is_closed:
                self._is_closed = True
                self._jobs.put(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _submit(self, fns: Sequence[Callable[[Work], Any]]) -> list[Any]:
        if threading.current_thread() is self._thread:
            raise RuntimeError("a unit may not start another one: give it the work it was given")
        job = _Job(fns=fns)
        with self._gate:
            if self._is_closed:
                raise StoreError(f"{self._db}: closed already; nothing can be written any more")
            self._jobs.put(job)
        return job.done.result()

    # In the writer thread ----------------------------------------------------------------------

    def _serve(self) -> None:
        goes_on = True
        while goes_on:
            jobs, goes_on = self._gather()
            if jobs:
                self._write(jobs)
            elif self._must_truncate:
                self._truncate()
        self._engine.dispose()

    def _gather(self) -> tuple[list[_Job], bool]:
        """The jobs that wait, up to one group; False with them when they are the last."""
        jobs: list[_Job] = []
        while sum(len(job.fns) for job in jobs) < GROUP:
            try:
                job = self._jobs.get(block=not jobs, timeout=TRUNCATE_AGAIN if self._must_truncate else None)
            except Empty:
                break
            if job is None:
                return jobs, False
            jobs.append(job)
        return jobs, True

    def _write(self, jobs: Sequence[_Job]) -> None:
        """One transaction; futures resolve after its commit, or all fail with it."""
        self._topics.clear()
        try:
            with self._engine.connect() as connection, connection.begin():
                outcomes = [[self._attempt(connection, fn) for fn in job.fns] for job in jobs]
        except BaseException as error:  # noqa: BLE001  # goes to everybody who waits
            for job in jobs:
                job.done.set_exception(self._told(error))
            return
        if self._must_truncate:
            self._truncate()
        for job, outcome in zip(jobs, outcomes, strict=True):
            job.done.set_result(outcome)
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        topics = frozenset(self._topics)
        for listener in self._listeners if topics else ():
            try:
                listener(topics)
            except BaseException:  # even an exit: the writer serves everybody else
                log.exception("a listener failed; what was written stays written")

    def _attempt(self, connection: Connection, fn: Callable[[Work], Any]) -> Any:
        """What one function returned, or its failure; it is run again when it met a stale version."""
        for _ in range(RETRIES):
            outcome = self._once(connection, fn)
            if not (isinstance(outcome, _Failure) and isinstance(outcome.error, StaleVersionError)):
                return outcome
        return self._once(connection, fn)

    def _once(self, connection: Connection, fn: Callable[[Work], Any]) -> Any:
        driver, work = _driver(connection), SqlWork(connection)
        driver.execute("SAVEPOINT unit")  # by the driver: SQLAlchemy's own costs as much as three statements
        try:
            result = fn(work)
            driver.execute("RELEASE unit")
        except BaseException as error:  # goes to whoever waits for this function
            if not driver.in_transaction:
                raise  # SQLite gave up the whole transaction (a full disk): the group fails
            driver.execute("ROLLBACK TO unit")
            driver.execute("RELEASE unit")
            return _Failure(error=self._told(error))
        self._must_truncate = self._must_truncate or work.has_wiped
        self._topics |= work.topics
        return result

    def _told(self, error: BaseException) -> BaseException:
        told = store_error(error, self._db)
        if told is not error:
            told.__cause__ = error
        return told

    def _truncate(self) -> None:
        """Bring the log into the database and empty it; a reader of an old moment postpones that."""
        try:
            with self._engine.connect() as connection:
                is_blocked = empty_log(_driver(connection))
        except (SQLAlchemyError, sqlite3.Error) as error:
            log.warning("the log of %s could not be emptied, trying again: %s", self._db, error)
            return
        self._must_truncate = is_blocked


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
