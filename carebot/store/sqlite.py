"""SQLite as carebot uses it: how connections are opened, and what its errors mean to people."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from carebot.errors import StoreBusyError, StoreError

BUSY_TIMEOUT = timedelta(seconds=5)

# By primary result code (https://sqlite.org/rescode.html): the class, and what to do.
MEANINGS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (
        StoreBusyError,
        "another process is writing to it; stop that one or try again (one carebot at a time writes)",
    ),
    sqlite3.SQLITE_LOCKED: (StoreBusyError, "it is locked within this process; try again"),
    sqlite3.SQLITE_FULL: (StoreError, "the disk is full; free some space, nothing was half-written"),
    sqlite3.SQLITE_IOERR: (StoreError, "the disk refused a read or a write; look at its space and health"),
    sqlite3.SQLITE_READONLY: (StoreError, "it may not be written to; check who owns the file and its folder"),
    sqlite3.SQLITE_CANTOPEN: (
        StoreError,
        "it cannot be opened; check that its folder exists and who owns it",
    ),
    sqlite3.SQLITE_CORRUPT: (StoreError, "it is damaged; put back a backup with `carebot restore`"),
    sqlite3.SQLITE_NOTADB: (StoreError, "it is not a SQLite database; check the path"),
}

# temp_store: statement journals and sorts hold pages with text; in memory they never reach the disk.
# secure_delete: what is deleted is overwritten with zeros. synchronous=FULL: a commit that returned survives
# a power cut.
_WRITING = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
)
_READING = ("PRAGMA query_only=ON", "PRAGMA temp_store=MEMORY")


def writing_engine(db: Path, busy_timeout: timedelta = BUSY_TIMEOUT) -> Engine:
    """One connection at a time; every transaction is BEGIN IMMEDIATE: it never waits in its middle."""
    return _engine(f"file:{_quoted(db)}?mode=rw", _WRITING, "BEGIN IMMEDIATE", busy_timeout, pool_size=1)


def reading_engine(db: Path, busy_timeout: timedelta = BUSY_TIMEOUT) -> Engine:
    """Connections that cannot write; each transaction sees one moment of the database."""
    return _engine(f"file:{_quoted(db)}?mode=ro", _READING, "BEGIN", busy_timeout, pool_size=4)


def empty_log(connection: sqlite3.Connection) -> bool:
    """Bring the write-ahead log into the database and cut it to nothing; True when a reader stood in the way.

    Waits for readers for a moment only: the writer has others to serve.
    """
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout=50")
    try:
        (is_blocked, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout={patience}")
    return bool(is_blocked)


def store_error(error: BaseException, db: Path) -> BaseException:
    """What a database error means to people; anything that is not one is given back as it was raised."""
    cause = error.orig if isinstance(error, StatementError) and error.orig else error
    if not isinstance(cause, sqlite3.Error):
        return cause
    if isinstance(error, IntegrityError):
        return StoreError(f"{db} refused a row: {cause}")
    code = getattr(cause, "sqlite_errorcode", None)
    kind, advice = MEANINGS.get((code or 0) & 0xFF, (StoreError, "see the cause"))
    return kind(f"{db}: {advice} ({cause})")


def _engine(uri: str, pragmas: tuple[str, ...], begin: str, busy: timedelta, *, pool_size: int) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=busy.total_seconds()
        ),
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # they hold texts, and errors are logged
    )

    # With isolation_level None the driver begins nothing by itself: SQLAlchemy's documented way to decide
    # how a transaction begins, and to have savepoints that work.
    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin_so(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _quoted(db: Path) -> str:
    return str(db.resolve()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
