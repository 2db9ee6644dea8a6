"""The statements of work.py, built once: building one costs more than SQLite needs to run it."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Executable, Select, Table, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from carebot.core.case import Case, CaseStatus
from carebot.core.clocks import CaseClock
from carebot.core.events import Event
from carebot.core.message import Visibility, Writer
from carebot.core.records import (
    AnswerReview,
    BandReview,
    ChannelState,
    Customer,
    DecisionRecord,
    MessageState,
    StoredMessage,
)
from carebot.store import mapping, rows
from carebot.store.rows import table

CUSTOMERS, MESSAGES, CASES = table(rows.CustomerRow), table(rows.MessageRow), table(rows.CaseRow)
DECISIONS, OUTBOX, CLOCKS = table(rows.DecisionRow), table(rows.OutgoingRow), table(rows.ClockRow)
EVENTS, ARTICLES = table(rows.EventRow), table(rows.ArticleRow)
CHANNEL_STATES, ANSWER_REVIEWS = table(rows.ChannelStateRow), table(rows.AnswerReviewRow)
BAND_REVIEWS = table(rows.BandReviewRow)
SWITCHES, COUNTERS = table(rows.SwitchRow), table(rows.CounterRow)


@cache
def add_once(dialect: str, target: Table, *key: str) -> Executable:
    """Insert a row unless one with the same key (any unique key, when none is named) is there already."""
    return _insert(dialect, target).on_conflict_do_nothing(index_elements=list(key) or None)


@cache
def put(dialect: str, target: Table, *key: str) -> Executable:
    """Insert a row or replace the one with the same key."""
    insert = _insert(dialect, target)
    return insert.on_conflict_do_update(index_elements=list(key), set_=dict(insert.excluded.items()))


@cache
def count_up(dialect: str) -> Executable:
    """The next number of a counter, which starts at ``first``."""
    insert = _insert(dialect, COUNTERS).values(name=bindparam("counter"), value=bindparam("first"))
    again = insert.on_conflict_do_update(index_elements=["name"], set_={"value": COUNTERS.c.value + 1})
    return again.returning(COUNTERS.c.value)


def _insert(dialect: str, target: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(target) if dialect == "postgresql" else sqlite.insert(target)


def _reading(source: Table, record: type[mapping.Record]) -> Select[Any]:
    return select(*mapping.columns_of(source, record))


def _of_case(source: Table, record: type[mapping.Record], *order: str) -> Select[Any]:
    of_case = _reading(source, record).where(source.c.case_id == bindparam("case_id"))
    return of_case.order_by(*(source.c[name] for name in order))


CUSTOMER = _reading(CUSTOMERS, Customer).where(CUSTOMERS.c.wrapped_key.is_not(None))
CUSTOMER_BY_ID = CUSTOMER.where(CUSTOMERS.c.id == bindparam("id"))
CUSTOMER_BY_FINGERPRINT = CUSTOMER.where(
    CUSTOMERS.c.channel == bindparam("channel"),
    CUSTOMERS.c.account == bindparam("account"),
    CUSTOMERS.c.fingerprint == bindparam("fingerprint"),
)
MESSAGE = _reading(MESSAGES, StoredMessage).where(MESSAGES.c.id == bindparam("id"))
MESSAGE_BY_EXTERNAL_ID = _reading(MESSAGES, StoredMessage).where(
    MESSAGES.c.channel == bindparam("channel"),
    MESSAGES.c.account == bindparam("account"),
    MESSAGES.c.external_id == bindparam("external_id"),
)
UNDECIDED = (
    _reading(MESSAGES, StoredMessage)
    .where(MESSAGES.c.state == MessageState.RECEIVED)
    .order_by(MESSAGES.c.priority, MESSAGES.c.at, MESSAGES.c.seq)
    .limit(bindparam("most"))
)
_MOMENT: BindParameter[Any] = bindparam("moment", type_=MESSAGES.c.deleted_at.type)
FORGET = (
    update(MESSAGES)
    .where(MESSAGES.c.id == bindparam("key"))
    .values(masked_text=None, deleted_at=func.coalesce(MESSAGES.c.deleted_at, _MOMENT))
)
MARK = (
    update(MESSAGES)
    .where(MESSAGES.c.id == bindparam("key"), MESSAGES.c.state == MessageState.RECEIVED)
    .values(state=MessageState.DECIDED, case_id=bindparam("in_case"), masked_text=bindparam("text"))
)
WIPE = (
    update(MESSAGES)
    .where(
        MESSAGES.c.case_id == bindparam("in_case"),
        MESSAGES.c.visibility == Visibility.DIRECT,
        MESSAGES.c.masked_text.is_not(None),
    )
    .values(masked_text=None)
)
_THESE: BindParameter[str] = bindparam("these", expanding=True)
# Decisions and outgoing texts belong to a message: they are always in the case that it is in.
MOVE = tuple(
    update(moved).where(key.in_(_THESE)).values(case_id=bindparam("in_case"))
    for moved, key in (
        (DECISIONS, DECISIONS.c.message_id),
        (OUTBOX, OUTBOX.c.message_id),
        (MESSAGES, MESSAGES.c.id),
    )
)
CASE = _reading(CASES, Case).where(CASES.c.id == bindparam("id"))
CASES_OF = (
    _reading(CASES, Case)
    .where(CASES.c.customer_id == bindparam("customer_id"), CASES.c.status != CaseStatus.CLOSED)
    .order_by(CASES.c.opened_at, CASES.c.id)
)
OPEN_CASES_IN = (
    _reading(CASES, Case)
    .where(
        CASES.c.channel == bindparam("channel"),
        CASES.c.account == bindparam("account"),
        CASES.c.thread_id == bindparam("thread_id"),
        CASES.c.status.not_in([status for status in CaseStatus if not status.is_open]),
    )
    .order_by(CASES.c.opened_at, CASES.c.id)
)
RESTING = (
    _reading(CASES, Case)
    .where(CASES.c.status == CaseStatus.RESOLVED, CASES.c.updated_at <= bindparam("before"))
    .order_by(CASES.c.updated_at, CASES.c.id)
    .limit(bindparam("most"))
)
HELD_UNTIL = (
    _reading(CASES, Case)
    .where(
        CASES.c.held_until <= bindparam("now"),
        CASES.c.status.not_in([status for status in CaseStatus if not status.is_open]),
    )
    .order_by(CASES.c.held_until, CASES.c.id)
    .limit(bindparam("most"))
)
UPDATE_CASE = update(CASES).where(CASES.c.id == bindparam("key"), CASES.c.version == bindparam("expected"))
PERSON_SPOKE = select(func.max(MESSAGES.c.at)).where(
    MESSAGES.c.customer_id == bindparam("customer"),
    MESSAGES.c.thread_id.is_not_distinct_from(bindparam("thread")),
    or_(MESSAGES.c.thread_id.is_not(None), MESSAGES.c.visibility == Visibility.DIRECT),
    MESSAGES.c.writer == Writer.AGENT,
    or_(MESSAGES.c.state == MessageState.DECIDED, MESSAGES.c.at <= bindparam("until")),
)
CASES_IN_THREAD = (
    select(MESSAGES.c.case_id)
    .distinct()
    .where(
        MESSAGES.c.customer_id == bindparam("customer"),
        MESSAGES.c.thread_id == bindparam("thread"),
        MESSAGES.c.case_id.is_not(None),
    )
)
MESSAGES_OF = _of_case(MESSAGES, StoredMessage, "at", "seq")
DECISIONS_OF = _of_case(DECISIONS, DecisionRecord, "at", "seq")
CLOCKS_OF = _of_case(CLOCKS, CaseClock, "seq")
EVENTS_OF = _of_case(EVENTS, Event, "seq")
STOP_CLOCKS = (
    update(CLOCKS)
    .where(CLOCKS.c.case_id == bindparam("in_case"), CLOCKS.c.stopped_at.is_(None))
    .values(stopped_at=bindparam("moment"))
)
STOP_CLOCK = STOP_CLOCKS.where(CLOCKS.c.kind == bindparam("of_kind"))
DUE_CLOCKS = (
    _reading(CLOCKS, CaseClock)
    .where(
        CLOCKS.c.kind == bindparam("kind"),
        CLOCKS.c.stopped_at.is_(None),
        CLOCKS.c.due_at <= bindparam("now"),
    )
    .order_by(CLOCKS.c.due_at, CLOCKS.c.seq)
    .limit(bindparam("most"))
)
CHANNEL_STATE = _reading(CHANNEL_STATES, ChannelState).where(
    CHANNEL_STATES.c.channel == bindparam("channel"), CHANNEL_STATES.c.account == bindparam("account")
)
BAND_REVIEW = _reading(BAND_REVIEWS, BandReview).where(BAND_REVIEWS.c.message_id == bindparam("message_id"))
ALL_BAND_REVIEWS = _reading(BAND_REVIEWS, BandReview).order_by(BAND_REVIEWS.c.at, BAND_REVIEWS.c.message_id)
ALL_REVIEWS = _reading(ANSWER_REVIEWS, AnswerReview).order_by(ANSWER_REVIEWS.c.at, ANSWER_REVIEWS.c.seq)
WRAPPED = (
    select(CUSTOMERS.c.id, CUSTOMERS.c.wrapped_key)
    .where(CUSTOMERS.c.wrapped_key.is_not(None), CUSTOMERS.c.id > bindparam("after"))
    .order_by(CUSTOMERS.c.id)
    .limit(bindparam("most"))
)
SILENCE = update(CUSTOMERS).where(CUSTOMERS.c.id == bindparam("key")).values(is_silenced=True)
REPLACE_KEY = (
    update(CUSTOMERS)
    .where(CUSTOMERS.c.id == bindparam("key"), CUSTOMERS.c.wrapped_key.is_not(None))
    .values(wrapped_key=bindparam("wrapped"))
)
ALL_ARTICLES = select(ARTICLES.c.article).order_by(ARTICLES.c.slug)
SWITCH = select(SWITCHES.c.value).where(SWITCHES.c.name == bindparam("name"))
