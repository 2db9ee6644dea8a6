"""Reads for the console: cases as cards, their timeline, and how many wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
)

from carebot.core.case import CaseStatus
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.records import OutgoingKind, OutgoingState
from carebot.core.rights import CaseRight, Viewer, may, require
from carebot.core.tiers import Priority, Zone
from carebot.core.views import CardMessage, CardText, CaseCard, CaseEvent, Waiting, Wanted
from carebot.store.queries_rights import Reader, became_private, reader, seen_by
from carebot.store.statements import CASES, DECISIONS, EVENTS, MESSAGES, OUTBOX

_OWN = [
    field.name for field in fields(CaseCard) if field.name not in ("why", "followers", "messages", "texts")
]
_CARD = select(*(CASES.c[name] for name in _OWN))
_OPEN = [status for status in CaseStatus if status.is_open]
_WAITING = [CaseStatus.NEW, CaseStatus.WAITING_FOR_AGENT]
# The ball is with the bot or with the customer: behind everything that waits for people.
_RESTING = case((CASES.c.status.in_([CaseStatus.WITH_BOT, CaseStatus.WAITING_FOR_CUSTOMER]), 1), else_=0)
_RANK = case({priority: priority.rank for priority in Priority}, value=CASES.c.priority)
_URGENT_FIRST = (_RESTING, _RANK, CASES.c.opened_at, CASES.c.id)
_NEWEST_FIRST = (func.coalesce(CASES.c.last_customer_at, CASES.c.opened_at).desc(), CASES.c.id)
_MOST_FLAGGED = 500  # more are not counted
_IS_FLAGGED = and_(
    CASES.c.flag_reasons != frozenset(),
    exists().where(MESSAGES.c.case_id == CASES.c.id, MESSAGES.c.visibility == Visibility.PUBLIC),
)
# What people did with a case: what somebody may know who has no right to hear why it was decided so.
_BY_PEOPLE = (
    EventName.CASE_OPENED,
    EventName.CASE_REOPENED,
    EventName.FLAGGED,
    EventName.CLAIMED,
    EventName.RELEASED,
    EventName.PERSON_SPOKE,
    EventName.SENT_BY_HAND,
    EventName.HOLD_BEGUN,
    EventName.HOLD_ENDED,
    EventName.LET_GO,
    EventName.HANDED_TO_CARE,
    EventName.MARKED_HANDLED,
    EventName.POST_HIDDEN,
)


def cards(
    viewer: Viewer, wanted: Wanted, now: datetime, limit: int, connection: Connection
) -> tuple[CaseCard, ...]:
    """The cards of a page."""
    is_own = CASES.c.owner_id == (wanted.owner_id or "")
    is_awake = or_(CASES.c.snoozed_until.is_(None), CASES.c.snoozed_until <= now)
    places: list[ColumnElement[bool]] = [is_own, and_(CASES.c.queue.in_(wanted.queues), is_awake)]
    if wanted.is_flagged:
        places.append(_IS_FLAGGED)
    found = _CARD.where(CASES.c.status.in_(_OPEN), or_(*places), _seen(viewer, connection))
    order = _NEWEST_FIRST if wanted.newest_first else _URGENT_FIRST
    return _filled(viewer, connection.execute(found.order_by(*order).limit(limit)).all(), connection)


def card(viewer: Viewer, case_id: str, connection: Connection) -> CaseCard:
    """One card."""
    return _filled(viewer, [_allowed(viewer, case_id, connection)], connection)[0]


def timeline(viewer: Viewer, case_id: str, connection: Connection) -> tuple[CaseEvent, ...]:
    """What happened to a case, as far as the viewer may know it."""
    found = _allowed(viewer, case_id, connection)
    wanted = select(EVENTS.c.at, EVENTS.c.name, EVENTS.c.actor, EVENTS.c.facts)
    wanted = wanted.where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq)
    if not may(viewer, CaseRight.EXPLAIN, zone=found.zone, tier=found.tier):
        wanted = wanted.where(EVENTS.c.name.in_(_BY_PEOPLE))
    return tuple(
        CaseEvent(at=row.at, name=row.name, actor=row.actor, facts=row.facts)
        for row in connection.execute(wanted)
    )


def waiting(viewer: Viewer, now: datetime, connection: Connection) -> Waiting:
    """How many cases wait for people."""
    seen = _seen(viewer, connection)
    is_awake = or_(CASES.c.snoozed_until.is_(None), CASES.c.snoozed_until <= now)
    by_queue = select(CASES.c.queue, func.count()).where(CASES.c.status.in_(_WAITING), is_awake, seen)
    loud = select(CASES.c.id).where(CASES.c.status.in_(_OPEN), _IS_FLAGGED, seen).limit(_MOST_FLAGGED)
    flagged = select(func.count()).select_from(loud.subquery())
    rows = connection.execute(by_queue.group_by(CASES.c.queue))
    counted = {row[0]: row[1] for row in rows}
    return Waiting(by_queue=counted, flagged=connection.execute(flagged).scalar_one())


def _seen(viewer: Viewer, connection: Connection) -> ColumnElement[bool]:
    return tuple_(CASES.c.zone, CASES.c.tier).in_(seen_by(viewer, connection))


def _allowed(viewer: Viewer, case_id: str, connection: Connection) -> Row[Any]:
    row = connection.execute(_CARD.where(CASES.c.id == case_id)).one_or_none()
    if row is None:
        raise KeyError(f"no case {case_id}")
    require(viewer, CaseRight.SEE_CASE, zone=row.zone, tier=row.tier)
    return row


def _filled(viewer: Viewer, found: Sequence[Row[Any]], connection: Connection) -> tuple[CaseCard, ...]:
    ids = [row.id for row in found]
    messages = _by_case(connection, _columns(MESSAGES, CardMessage, "masked_text"), MESSAGES, ids, "at")
    texts = _by_case(connection, _columns(OUTBOX, CardText), OUTBOX, ids, "created_at")
    decided = _by_case(connection, _DECIDED, DECISIONS, ids, "at")
    closed_at = became_private([row.id for row in found if row.zone is Zone.PRIVATE], connection)
    return tuple(
        _card(viewer, row, messages[row.id], texts[row.id], decided[row.id], closed_at.get(row.id))
        for row in found
    )


def _card(
    viewer: Viewer,
    row: Row[Any],
    messages: Sequence[Row[Any]],
    texts: Sequence[Row[Any]],
    decided: Sequence[Row[Any]],
    private_since: datetime | None,
) -> CaseCard:
    reads = reader(viewer, row, messages, private_since)
    said = {message.id: message for message in messages}
    explains = may(viewer, CaseRight.EXPLAIN, zone=row.zone, tier=row.tier)
    known = [
        item
        for item in decided
        if explains
        or ((of := said.get(item.message_id)) is not None and reads.may_read(of.visibility, of.at))
    ]
    return CaseCard(
        **row._mapping,
        why=known[-1].reason if known else None,
        followers=next((item.followers for item in reversed(known) if item.followers is not None), None),
        messages=None if reads.reads_nothing else tuple(_message(reads, item) for item in messages),
        texts=None
        if reads.reads_nothing
        else tuple(_text(reads, item, said) for item in texts if _is_here(item)),
    )


def _message(reads: Reader, row: Row[Any]) -> CardMessage:
    values = dict(row._mapping)
    text, _ = values.pop("masked_text"), values.pop("case_id")
    return CardMessage(**values, text=text if reads.may_read(row.visibility, row.at) else None)


def _is_here(row: Row[Any]) -> bool:
    """Whether the row still has its words; a person's private reply moves into a sealed message once it is sent."""
    return bool(row.text) or row.kind is not OutgoingKind.TEXT or row.state is not OutgoingState.SENT


def _text(reads: Reader, row: Row[Any], said: dict[str, Row[Any]]) -> CardText:
    """A text of ours is as readable as the message that it answers, at the place where it is said."""
    values = dict(row._mapping)
    values.pop("case_id")
    place = Visibility.PUBLIC if row.zone is Zone.PUBLIC else Visibility.DIRECT
    answered = said.get(row.message_id)
    is_readable = reads.may_read(place, answered.at if answered is not None else row.created_at)
    return CardText(**{**values, "text": row.text if is_readable else None})


_DECIDED = select(
    DECISIONS.c.case_id,
    DECISIONS.c.message_id,
    DECISIONS.c.decision["reason"].as_string().label("reason"),
    DECISIONS.c.situation["followers"].as_integer().label("followers"),
)


def _columns(source: Table, record: type[CardMessage] | type[CardText], *more: str) -> Select[Any]:
    names = [field.name for field in fields(record) if field.name in source.c]
    return select(source.c.case_id, *(source.c[name] for name in (*names, *more)))


def _by_case(
    connection: Connection, wanted: Select[Any], source: Table, case_ids: Iterable[str], order: str
) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    ordered = wanted.order_by(source.c.case_id, source.c[order], source.c.seq)
    for row in connection.execute(ordered.where(source.c.case_id.in_(list(case_ids)))):
        found[row.case_id].append(row)
    return found
