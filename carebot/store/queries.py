"""Reads for screens: the rights of core decide what is listed and which texts come with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, case, or_, select, tuple_
from sqlalchemy.exc import DBAPIError

from carebot.core.became_private import TELLING, private_from
from carebot.core.case import CaseStatus
from carebot.core.message import Visibility
from carebot.core.records import CaseView, MessageView
from carebot.core.rights import CaseRight, Viewer, may, require
from carebot.core.tiers import Priority, Zone
from carebot.store.schema import require_current
from carebot.store.sqlite import BUSY_TIMEOUT, reading_engine, store_error
from carebot.store.statements import CASES, DECISIONS, EVENTS, MESSAGES

_CASE = select(*(CASES.c[field.name] for field in fields(CaseView) if field.name != "texts"))
_RANK = case({priority: priority.rank for priority in Priority}, value=CASES.c.priority)
_NOT_OPEN = tuple(status for status in CaseStatus if not status.is_open)


class SqlQueries:
    """Implements core.ports.Queries on connections that cannot write."""

    def __init__(self, db: Path, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> None:
        require_current(db)
        self._db = db
        self._engine = reading_engine(db, busy_timeout)

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
            wanted = _CASE.where(tuple_(CASES.c.zone, CASES.c.tier).in_(_seen_by(viewer, connection)))
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

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise store_error(error, self._db) from error


def _seen_by(viewer: Viewer, connection: Connection) -> list[tuple[Zone, int]]:
    """The zones and tiers, of those that occur, whose cases the viewer may see: core's table decides."""
    present = connection.execute(select(CASES.c.zone, CASES.c.tier).distinct())
    return [(zone, tier) for zone, tier in present if may(viewer, CaseRight.SEE_CASE, zone=zone, tier=tier)]


def _views(viewer: Viewer, found: Sequence[Row[Any]], connection: Connection) -> tuple[CaseView, ...]:
    readable = {row.id: row for row in found if _rights(viewer, row) != (False, False)}
    messages = _messages(readable, connection)
    closed_at = _became_private([row.id for row in readable.values() if row.zone is Zone.PRIVATE], connection)
    return tuple(
        CaseView(
            **row._mapping,
            texts=_texts(_rights(viewer, row), row, messages[row.id], closed_at.get(row.id))
            if row.id in readable
            else None,
        )
        for row in found
    )


def _rights(viewer: Viewer, row: Row[Any]) -> tuple[bool, bool]:
    """Whether the viewer may read what was said in public, and all the rest, of this case."""
    return (
        may(viewer, CaseRight.SEE_PUBLIC_TEXT, zone=row.zone, tier=row.tier),
        may(viewer, CaseRight.SEE_DIRECT_TEXT, zone=row.zone, tier=row.tier),
    )


def _texts(
    rights: tuple[bool, bool], row: Row[Any], messages: Sequence[Row[Any]], closed_at: datetime | None
) -> tuple[MessageView, ...]:
    """Every message, with its masked text where the viewer may read it.

    Of a private case the public right reaches only the public posts up to the one that made it private. When
    nothing tells which one that was, it reaches the first message only.
    """
    public, rest = rights
    until = closed_at or min((message.at for message in messages), default=None)

    def may_read(message: Row[Any]) -> bool:
        if rest:
            return True
        is_early = row.zone is not Zone.PRIVATE or until is None or message.at <= until
        return public and message.visibility is Visibility.PUBLIC and is_early

    return tuple(
        MessageView(
            id=message.id,
            at=message.at,
            writer=message.writer,
            visibility=message.visibility,
            text=message.masked_text if may_read(message) else None,
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


def _became_private(case_ids: Sequence[str], connection: Connection) -> dict[str, datetime]:
    """The time of the first message that was decided private, or of the first move to private by a person.

    A case that was merged or split knows from its other half since when that one was private.
    """
    decided = (
        select(DECISIONS.c.case_id, MESSAGES.c.at)
        .join(MESSAGES, MESSAGES.c.id == DECISIONS.c.message_id)
        .where(DECISIONS.c.case_id.in_(case_ids), DECISIONS.c.zone == Zone.PRIVATE)
    )
    moved = select(EVENTS.c.case_id, EVENTS.c.name, EVENTS.c.at, EVENTS.c.facts).where(
        EVENTS.c.case_id.in_(case_ids), EVENTS.c.name.in_(TELLING)
    )
    moments = [(row.case_id, row.at) for row in connection.execute(decided)]
    moments += [
        (row.case_id, since)
        for row in connection.execute(moved)
        if (since := private_from(row.name, row.at, row.facts)) is not None
    ]
    first: dict[str, datetime] = {}
    for case_id, at in moments:
        first[case_id] = min(at, first.get(case_id, at))
    return first
