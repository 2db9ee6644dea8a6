"""How statements are run within a transaction that somebody else begins and ends."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Executable, Table

from carebot.core.ports import Topic
from carebot.store import mapping
from carebot.store import statements as sql
from carebot.store.mapping import RecordT


class Running:
    """What every part of a unit's work shares: its connection, and what it will have to say."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self.has_wiped = False
        self.topics: set[Topic] = set()

    def _one(self, record: type[RecordT], statement: Executable, **values: Any) -> RecordT | None:
        row = self._connection.execute(statement, values).one_or_none()
        return None if row is None else mapping.read(record, row)

    def _all(self, record: type[RecordT], statement: Executable, **values: Any) -> tuple[RecordT, ...]:
        return tuple(mapping.read(record, row) for row in self._connection.execute(statement, values))

    def _count(self, statement: Executable, **values: Any) -> int:
        return self._connection.execute(statement, values).rowcount

    def _add(self, target: Table, values: mapping.Values, *key: str) -> bool:
        """Insert; False when a row with the same key (any unique key when none is named) is there already."""
        return self._count(sql.add_once(self._dialect, target, *key), **values) == 1

    def _put(self, target: Table, values: mapping.Values, *key: str) -> None:
        self._connection.execute(sql.put(self._dialect, target, *key), values)
