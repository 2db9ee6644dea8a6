"""The two sides of a comparison: the square's census, and carebot's database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from carebot.core.message import Visibility
from carebot.core.records import OutgoingKind

CHANNEL = "townsquare"

Item = Mapping[str, Any]
Row = Mapping[str, Any]


def items_of(census: Mapping[str, Any]) -> Iterator[Item]:
    """Every post and direct message of a census, oldest first."""
    found: dict[str, Item] = {}
    for part in census.values():
        if isinstance(part, Sequence) and not isinstance(part, str):
            found |= {
                str(item["id"]): item for item in part if isinstance(item, Mapping) and "author" in item
            }
    yield from sorted(found.values(), key=lambda item: (moment(item["at"]), str(item["id"])))


def moment(value: object) -> datetime:
    """A time as the square or SQLite writes it, in UTC."""
    at = datetime.fromisoformat(str(value))
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def brand_of(items: Iterable[Item]) -> str | None:
    """The handle of the first brand that wrote something."""
    return next((str(item["author"]["handle"]) for item in items if item["author"].get("is_brand")), None)


class InSquare:
    """The square's side: what was written to the brand, and what the brand posted."""

    def __init__(self, items: tuple[Item, ...], brand: str) -> None:
        self._brand = brand.lower()
        here = tuple(item for item in items if not item.get("deleted_at"))
        self.own = tuple(item for item in here if self._is_own(item))
        self.own_ids = {
            str(item["id"]) for item in items if self._is_own(item)
        }  # with those taken down since
        self.others = tuple(item for item in here if not self._is_own(item))

    def _is_own(self, item: Item) -> bool:
        return str(item["author"]["handle"]).lower() == self._brand

    def must_arrive(self, item: Item) -> bool:
        """Whether it was written to the brand; what else the square hands out (its threads) may arrive too."""
        if item["kind"] == Visibility.DIRECT:
            return self._brand in _handles(item.get("to") or self._brand)
        return self._brand in _handles(item.get("mentions") or ()) | _handles(item.get("to") or ())


def _handles(people: object) -> set[str]:
    """Handles in lower case, whether they came as text, as an account, or as several."""
    if isinstance(people, str):
        return {people.removeprefix("@").lower()}
    if isinstance(people, Mapping):
        return _handles(str(people.get("handle", "")))
    return {handle for one in people for handle in _handles(one)} if isinstance(people, Iterable) else set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Carebot's side: rows by what they are looked up by; ``sent_as`` is the outgoing rows by their post."""

    messages: Mapping[str, Row]
    decisions: Mapping[str, Row]
    cases: Mapping[str, Row]
    outgoing: tuple[Row, ...]
    sent_as: Mapping[str, Row]


def read_written(database: Path) -> Written:
    """Read everything in one moment; raises sqlite3.Error."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as db:
        db.row_factory = sqlite3.Row
        db.execute("BEGIN")  # one moment of the database, whatever is written meanwhile
        messages = _rows(db, "SELECT * FROM messages WHERE channel = ?", CHANNEL)
        outgoing = _rows(db, "SELECT * FROM outbox WHERE channel = ? ORDER BY seq", CHANNEL)
        decisions = _rows(db, "SELECT message_id, case_id, zone FROM decisions")
        cases = _rows(db, "SELECT * FROM cases WHERE channel = ?", CHANNEL)
    texts = tuple(row for row in outgoing if row.get("kind", OutgoingKind.TEXT) == OutgoingKind.TEXT)
    return Written(
        messages={str(row["external_id"]): row for row in messages},
        decisions={str(row["message_id"]): row for row in decisions},
        cases={str(row["id"]): row for row in cases},
        outgoing=texts,
        sent_as={str(row["external_id"]): row for row in texts if row.get("external_id")},
    )


def _rows(db: sqlite3.Connection, query: str, *values: str) -> list[Row]:
    return [dict(row) for row in db.execute(query, values)]
