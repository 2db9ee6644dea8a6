"""Reads for screens: the rights of core decide what is listed and which texts come with it."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, case, or_, select, tuple_
from sqlalchemy.exc import DBAPIError

from carebot.core.case import CaseStatus
from carebot.core.records import CaseView, MessageView
from carebot.core.rights import CaseRight, Viewer, require
from carebot.core.tiers import Priority, Zone
from carebot.core.views import CaseCard, CaseEvent, Waiting, Wanted
from carebot.store import queries_cards
from carebot.store.queries_rights import Reader, became_private, reader, seen_by
from carebot.store.schema import require_current
from carebot.store.sqlite import BUSY_TIMEOUT, reading_engine, store_error
from carebot.store.statements import CASES, MESSAGES, SWITCH

_CASE = select(*(CASES.c[field.name] for field in fields(CaseView) if field.name != "texts"))
_RANK = case({priority: priority.rank for priority in Priority}, value=CASES.c.priority)
_NOT_OPEN = tuple(status for status in CaseStatus if not status.is_open)


class SqlQueries:
    """Implements core.ports.Queries on connections that cannot write."""

    def __init__(self, db: Path, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> None:
        require_current(db)
        self._db = db
        self._engine = reading_engine(db, busy_timeout)
        self._since = secrets.token_hex(3)  # the count begins anew with each process
        self._listening = threading.Lock()
        # A connection of its own, without a transaction: SQLite counts for it what the others commit.
        self._listener = sqlite3.connect(
            f"{db.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )

    def cases(
        self,
        viewer: Viewer,
        *,
        open_only: bool = True,
        queue: str | None = None,
        limit: int = 200,
        now: datetime | None = None,
    ) -> tuple[CaseView, ...]:
        with self._reading() as connection:
            wanted = _CASE.where(tuple_(CASES.c.zone, CASES.c.tier).in_(seen_by(viewer, connection)))
            if open_only:
                wanted = wanted.where(CASES.c.status.not_in(_NOT_OPEN))
            if queue is not None:
                wanted = wanted.where(CASES.c.queue == queue)
            if now is not None:
                is_awake = or_(CASES.c.snoozed_until.is_(None), CASES.c.snoozed_until <= now)
                wanted = wanted.where(is_awake)
            ordered = wanted.order_by(_RANK, CASES.c.opened_at, CASES.c.id).limit(limit)
            return _views(viewer, connection.execute(ordered).all(), connection)

    def case(self, viewer: Viewer, case_id: str) -> CaseView:
        with self._reading() as connection:
            row = connection.execute(_CASE.where(CASES.c.id == case_id)).one_or_none()
            if row is None:
                raise KeyError(f"no case {case_id}")
            require(viewer, CaseRight.SEE_CASE, zone=row.zone, tier=row.tier)
            return _views(viewer, [row], connection)[0]

    def pulse(self) -> str:
        with self._listening:
            (mark,) = self._listener.execute("PRAGMA data_version").fetchone()
        return f"{self._since}.{mark}"

    def cards(
        self, viewer: Viewer, wanted: Wanted, *, now: datetime, limit: int = 100
    ) -> tuple[CaseCard, ...]:
        with self._reading() as connection:
            return queries_cards.cards(viewer, wanted, now, limit, connection)

    def card(self, viewer: Viewer, case_id: str) -> CaseCard:
        with self._reading() as connection:
            return queries_cards.card(viewer, case_id, connection)

    def timeline(self, viewer: Viewer, case_id: str) -> tuple[CaseEvent, ...]:
        with self._reading() as connection:
            return queries_cards.timeline(viewer, case_id, connection)

    def waiting(self, viewer: Viewer, *, now: datetime) -> Waiting:
        with self._reading() as connection:
            return queries_cards.waiting(viewer, now, connection)

    def bot_is_awake(self) -> bool:
        with self._reading() as connection:
            return connection.execute(SWITCH, {"name": "bot_awake"}).scalar_one_or_none() is not False

    def close(self) -> None:
        """Let go of the database."""
        self._listener.close()
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise store_error(error, self._db) from error


def _views(viewer: Viewer, found: Sequence[Row[Any]], connection: Connection) -> tuple[CaseView, ...]:
    messages = _messages([row.id for row in found], connection)
    closed_at = became_private([row.id for row in found if row.zone is Zone.PRIVATE], connection)
    return tuple(
        CaseView(
            **row._mapping,
            texts=_texts(reader(viewer, row, messages[row.id], closed_at.get(row.id)), messages[row.id]),
        )
        for row in found
    )


def _texts(reads: Reader, messages: Sequence[Row[Any]]) -> tuple[MessageView, ...] | None:
    """Every message, with its masked text where the viewer may read it; None where that is nowhere."""
    if reads.reads_nothing:
        return None
    return tuple(
        MessageView(
            id=message.id,
            at=message.at,
            writer=message.writer,
            visibility=message.visibility,
            text=message.masked_text if reads.may_read(message.visibility, message.at) else None,
        )
        for message in messages
    )


def _messages(case_ids: Iterable[str], connection: Connection) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {case_id: [] for case_id in case_ids}
    columns = ("case_id", "id", "at", "writer", "visibility", "masked_text")
    wanted = select(*(MESSAGES.c[name] for name in columns)).where(MESSAGES.c.case_id.in_(list(found)))
    for row in connection.execute(wanted.order_by(MESSAGES.c.case_id, MESSAGES.c.at, MESSAGES.c.seq)):
        found[row.case_id].append(row)
    return found
