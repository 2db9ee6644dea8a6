"""Notice that articles have changed, whichever process changed them, at next to no cost while none has."""

from __future__ import annotations

import json
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

from carebot.core.article import Article
from carebot.store.mapping import read_article
from carebot.store.sqlite import BUSY_TIMEOUT, store_error

_ARTICLES = "SELECT slug, article FROM articles ORDER BY slug"


class ArticleWatch:
    """Looks at the articles on a connection of its own, which cannot write and holds no transaction open.

    SQLite counts the commits of all other connections (``PRAGMA data_version``), so a look costs microseconds
    until somebody has written; then the rows are compared as they are stored, and read only when they differ.
    """

    def __init__(self, db: Path, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> None:
        self._db = db
        self._busy = busy_timeout
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._version: int | None = None
        self._stored: list[tuple[str, str]] | None = None

    def __call__(self) -> tuple[Article, ...] | None:
        """All articles by slug when they may differ from the last look, always at the first; None when not.

        Raises StoreError; the next look then finds what this one missed.
        """
        with self._lock:
            try:
                return self._look()
            except sqlite3.Error as error:
                self._let_go()
                raise store_error(error, self._db) from error

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._let_go()

    def _look(self) -> tuple[Article, ...] | None:
        connection = self._connection = self._connection or self._connected()
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return None
        stored = connection.execute(_ARTICLES).fetchall()
        is_same = stored == self._stored
        self._version, self._stored = version, stored
        return None if is_same else tuple(read_article(json.loads(article)) for _, article in stored)

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self._db.resolve().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=self._busy.total_seconds(),
        )

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._version = self._stored = None
