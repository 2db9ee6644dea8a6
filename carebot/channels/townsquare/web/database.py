"""The square's own SQLite file: the schema, and one connection that everybody shares."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# A change is one row of the log that cursors run along; `inbox` says which accounts it concerns. `changes.text` is
# the text as of that change, so that a late reader sees an edit as an edit; a deletion empties them all.
SCHEMA = """
CREATE TABLE IF NOT EXISTS square (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    handle TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    followers INTEGER NOT NULL,
    is_brand INTEGER NOT NULL,
    token TEXT NOT NULL UNIQUE,
    webhook_url TEXT,
    webhook_secret TEXT,
    webhook_position INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS posts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    author INTEGER NOT NULL REFERENCES accounts,
    addressee INTEGER REFERENCES accounts,
    text TEXT NOT NULL,
    in_reply_to INTEGER REFERENCES posts,
    thread TEXT NOT NULL,
    mentions TEXT NOT NULL,
    key TEXT,
    at INTEGER NOT NULL,
    edited_at INTEGER,
    deleted_at INTEGER,
    hidden_at INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS posts_by_key ON posts (author, key) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS posts_by_thread ON posts (thread);
CREATE INDEX IF NOT EXISTS posts_by_author ON posts (author, kind);
CREATE INDEX IF NOT EXISTS posts_by_parent ON posts (in_reply_to) WHERE in_reply_to IS NOT NULL;
CREATE TABLE IF NOT EXISTS changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    post INTEGER NOT NULL REFERENCES posts,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS changes_by_post ON changes (post);
CREATE TABLE IF NOT EXISTS inbox (
    account INTEGER NOT NULL REFERENCES accounts,
    change INTEGER NOT NULL REFERENCES changes,
    PRIMARY KEY (account, change)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audience (
    post INTEGER NOT NULL REFERENCES posts,
    account INTEGER NOT NULL REFERENCES accounts,
    PRIMARY KEY (post, account)
) WITHOUT ROWID;
"""

Row = sqlite3.Row


class Database:
    """One connection and one lock: calls are short, and their order is the order of the log."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(file, timeout=5, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "temp_store = MEMORY"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction: all of it or nothing."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def add(self, table: str, **values: Any) -> int:
        """Insert a row; its number. Names are the program's own, never a caller's."""
        marks = ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 our own names
        with self._lock:
            return self._connection.execute(statement, tuple(values.values())).lastrowid or 0

    def run(self, statement: str, *values: Any) -> None:
        """Change rows."""
        with self._lock:
            self._connection.execute(statement, values)

    def run_many(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """The same for many rows."""
        with self._lock:
            self._connection.executemany(statement, rows)

    def all(self, query: str, *values: Any) -> list[Row]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def one(self, query: str, *values: Any) -> Row | None:
        """The first row of a query."""
        with self._lock:
            row: Row | None = self._connection.execute(query, values).fetchone()
            return row

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
