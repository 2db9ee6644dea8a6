"""The statements about the outbox, built once like those of statements.py."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, bindparam, case, exists, func, or_, select, update

from carebot.core.records import Outgoing, OutgoingKind, OutgoingState
from carebot.core.tiers import Priority
from carebot.store import mapping
from carebot.store.statements import OUTBOX

TO_TRY = (OutgoingState.QUEUED, OutgoingState.FAILED)
ON_THE_WAY = (*TO_TRY, OutgoingState.SENDING, OutgoingState.UNKNOWN)

_ROW = select(*mapping.columns_of(OUTBOX, Outgoing))
_RANK = case({priority: priority.rank for priority in Priority}, value=OUTBOX.c.priority)
_OF_ACCOUNT = and_(OUTBOX.c.channel == bindparam("channel"), OUTBOX.c.account == bindparam("account"))
_IS_DUE = or_(OUTBOX.c.not_before.is_(None), OUTBOX.c.not_before <= bindparam("now"))
_OLDEST_FIRST = (OUTBOX.c.created_at, OUTBOX.c.seq)

_BEFORE = OUTBOX.alias("before")
_ANOTHER_GOES_FIRST = exists().where(
    _BEFORE.c.case_id == OUTBOX.c.case_id,
    _BEFORE.c.state.in_(ON_THE_WAY),
    or_(
        _BEFORE.c.created_at < OUTBOX.c.created_at,
        and_(_BEFORE.c.created_at == OUTBOX.c.created_at, _BEFORE.c.seq < OUTBOX.c.seq),
    ),
)

OUTGOING_OF = _ROW.where(OUTBOX.c.case_id == bindparam("case_id")).order_by(*_OLDEST_FIRST)
OUTGOING = _ROW.where(OUTBOX.c.id == bindparam("id"))
DUE = (
    _ROW.where(_OF_ACCOUNT, OUTBOX.c.state.in_(TO_TRY), _IS_DUE, ~_ANOTHER_GOES_FIRST)
    .order_by(_RANK, *_OLDEST_FIRST)
    .limit(bindparam("most"))
)


def _page(*conditions: Any) -> Select[Any]:
    return _ROW.where(*conditions).order_by(*_OLDEST_FIRST).limit(bindparam("most"))


EXPIRED = _page(OUTBOX.c.state == OutgoingState.SENDING, OUTBOX.c.lease_until <= bindparam("now"))
UNCERTAIN = _page(_OF_ACCOUNT, OUTBOX.c.state == OutgoingState.UNKNOWN, _IS_DUE)
POSTED_AS = _ROW.where(_OF_ACCOUNT, OUTBOX.c.external_id == bindparam("external_id"))
NOT_CONFIRMED = _ROW.where(
    _OF_ACCOUNT,
    OUTBOX.c.in_reply_to == bindparam("in_reply_to"),
    OUTBOX.c.attempts > 0,
    # Written so that SQLite does not walk all rows without a post: those to one message are few.
    func.coalesce(OUTBOX.c.external_id, "") == "",
).order_by(*_OLDEST_FIRST)
REPLACE = update(OUTBOX).where(
    OUTBOX.c.id == bindparam("key"),
    OUTBOX.c.state == bindparam("was_state"),
    OUTBOX.c.attempts == bindparam("was_attempts"),
    OUTBOX.c.empty_reads == bindparam("was_empty_reads"),
    OUTBOX.c.lease_owner.is_not_distinct_from(bindparam("was_lease_owner")),
)
# A hide protects the customer and says nothing: it is never held with the bot's texts.
_HELD_BACK = and_(OUTBOX.c.state.in_(TO_TRY), OUTBOX.c.is_automatic, OUTBOX.c.kind == OutgoingKind.TEXT)
CASES_WITH_QUEUED = select(OUTBOX.c.case_id).distinct().where(_HELD_BACK)
HOLD_ALL = update(OUTBOX).where(_HELD_BACK).values(state=OutgoingState.HELD, reason=bindparam("why"))
HOLD = HOLD_ALL.where(OUTBOX.c.case_id == bindparam("in_case"))
