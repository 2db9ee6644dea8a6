"""What is going on, in numbers, read from one moment of the database."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, case, func, select
from sqlalchemy.exc import DBAPIError

from carebot.core.case import CaseStatus
from carebot.core.events import EventName
from carebot.core.figures import DeadLetter, Figures, QueueFigure
from carebot.core.records import REPLAYED, ChannelState, MessageState, OutgoingState
from carebot.store import rows
from carebot.store.schema import require_current
from carebot.store.sqlite import BUSY_TIMEOUT, reading_engine, store_error
from carebot.store.statements import CASES, EVENTS, MESSAGES, OUTBOX, SWITCH

_CHANNELS = rows.table(rows.ChannelStateRow)
_OPEN = [status for status in CaseStatus if status.is_open]
_WAITING = (CaseStatus.NEW, CaseStatus.WAITING_FOR_AGENT)
_BOT = (EventName.BOT_STOPPED, EventName.BOT_STARTED)


class SqlFigures:
    """Implements core.figures.ReadFigures on connections that cannot write."""

    def __init__(self, db: Path, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> None:
        require_current(db)
        self._db = db
        self._engine = reading_engine(db, busy_timeout)

    def __call__(self, *, dead: int = 20) -> Figures:
        try:
            with self._engine.connect() as connection:
                return _figures(connection, dead)
        except DBAPIError as error:
            raise store_error(error, self._db) from error

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _figures(connection: Connection, dead: int) -> Figures:
    undecided = connection.execute(
        select(func.count(), func.min(MESSAGES.c.received_at)).where(
            MESSAGES.c.state == MessageState.RECEIVED
        )
    ).one()
    by_state = select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state)
    awake = connection.execute(SWITCH, {"name": "bot_awake"}).scalar_one_or_none() is not False
    return Figures(
        undecided=undecided[0],
        oldest_undecided_at=undecided[1],
        channels=_channels(connection),
        queues=_queues(connection),
        outbox={row[0]: row[1] for row in connection.execute(by_state)},
        dead=_dead(connection, dead) if dead else (),
        is_bot_awake=awake,
        bot_stopped_at=None if awake else _bot_stopped_at(connection),
        is_replayed=bool(connection.execute(SWITCH, {"name": REPLAYED}).scalar_one_or_none()),
    )


def _channels(connection: Connection) -> tuple[ChannelState, ...]:
    names = [field.name for field in fields(ChannelState)]
    wanted = select(*(_CHANNELS.c[name] for name in names)).order_by(_CHANNELS.c.channel, _CHANNELS.c.account)
    return tuple(ChannelState(**row._mapping) for row in connection.execute(wanted))


def _queues(connection: Connection) -> tuple[QueueFigure, ...]:
    waits = CASES.c.status.in_(_WAITING)
    wanted = (
        select(
            CASES.c.queue,
            CASES.c.zone,
            func.count().label("open"),
            func.sum(case((waits, 1), else_=0)).label("waiting"),
            func.min(case((waits, CASES.c.opened_at))).label("oldest_waiting_at"),
        )
        .where(CASES.c.status.in_(_OPEN))
        .group_by(CASES.c.queue, CASES.c.zone)
        .order_by(CASES.c.queue, CASES.c.zone)
    )
    return tuple(QueueFigure(**row._mapping) for row in connection.execute(wanted))


def _dead(connection: Connection, limit: int) -> tuple[DeadLetter, ...]:
    names = [field.name for field in fields(DeadLetter)]
    wanted = (
        select(*(OUTBOX.c[name] for name in names))
        .where(OUTBOX.c.state == OutgoingState.DEAD)
        .order_by(OUTBOX.c.created_at.desc())
        .limit(limit)
    )
    return tuple(DeadLetter(**row._mapping) for row in connection.execute(wanted))


def _bot_stopped_at(connection: Connection) -> datetime | None:
    wanted = select(EVENTS.c.at).where(EVENTS.c.name.in_(_BOT)).order_by(EVENTS.c.seq.desc()).limit(1)
    found: datetime | None = connection.execute(wanted).scalar_one_or_none()
    return found
