"""The tables. A row's columns are named like the fields of the core class that it keeps.

Written and read through SQLAlchemy Core on ``__table__`` (see docs/adr/0002-store.md); a changed row needs a
migration, and a test compares the two.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, MetaData, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from carebot.core.assessment import Band
from carebot.core.case import CaseStatus
from carebot.core.clocks import ClockKind
from carebot.core.events import EventName
from carebot.core.message import PostKind, Visibility, Writer
from carebot.core.records import BandVerdict, MessageState, OutgoingKind, OutgoingState, Verdict
from carebot.core.tiers import Priority, Zone
from carebot.store.types import Names, OneOf, Rank

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class StoreRow(SQLModel):
    """What all rows share: one collection of tables, and names for every constraint."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)


class CustomerRow(StoreRow, table=True):
    """A customer; the fingerprint finds it again. Erased: key, profile and fingerprint are gone."""

    __tablename__ = "customers"
    __table_args__ = (UniqueConstraint("channel", "account", "fingerprint"),)

    id: str = Field(primary_key=True)
    channel: str
    account: str
    fingerprint: str | None
    wrapped_key: bytes | None
    profile: bytes | None
    is_silenced: bool
    language: str


class MessageRow(StoreRow, table=True):
    """A message; ``seq`` keeps the order of intake among messages of the same moment."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("channel", "account", "external_id"),
        Index(None, "state", "priority", "at", "seq"),
        Index(None, "case_id", "at", "seq"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    channel: str
    account: str
    brand: str
    external_id: str
    customer_id: str = Field(foreign_key="customers.id", index=True)
    writer: Writer = Field(sa_type=OneOf(Writer))
    visibility: Visibility = Field(sa_type=OneOf(Visibility))
    post_kind: PostKind = Field(sa_type=OneOf(PostKind))
    thread_id: str | None
    summons: bool
    has_unread_media: bool
    at: datetime
    received_at: datetime
    sealed: bytes
    state: MessageState = Field(sa_type=OneOf(MessageState))
    case_id: str | None = Field(foreign_key="cases.id")
    masked_text: str | None
    priority: Priority = Field(sa_type=Rank)
    deleted_at: datetime | None


class CaseRow(StoreRow, table=True):
    """A case."""

    __tablename__ = "cases"
    __table_args__ = (
        Index(None, "customer_id", "status"),
        Index(None, "status", "queue"),
        Index(None, "zone", "tier"),
        Index(None, "held_until"),
        Index(None, "thread_id"),
    )

    id: str = Field(primary_key=True)
    channel: str
    account: str
    brand: str
    customer_id: str = Field(foreign_key="customers.id")
    thread_id: str | None
    opened_at: datetime
    updated_at: datetime
    status: CaseStatus = Field(sa_type=OneOf(CaseStatus))
    tier: int
    zone: Zone = Field(sa_type=OneOf(Zone))
    band: Band = Field(sa_type=OneOf(Band))
    queue: str
    priority: Priority = Field(sa_type=OneOf(Priority))
    flag_reasons: frozenset[str] = Field(sa_type=Names)
    language: str
    owner_id: str | None
    last_customer_at: datetime | None
    first_reply_at: datetime | None
    first_agent_reply_at: datetime | None
    person_spoke_at: datetime | None
    bot_silenced_at: datetime | None
    invited_at: datetime | None
    snoozed_until: datetime | None
    automatic_texts: int
    details_asked: int
    merged_into: str | None
    held_by: str | None
    held_until: datetime | None
    version: int


class DecisionRow(StoreRow, table=True):
    """A decision and the situation it was taken in; ``zone`` again as a column, because rights ask for it."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "case_id", "at"),)

    seq: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(foreign_key="messages.id", unique=True)
    case_id: str | None = Field(foreign_key="cases.id")
    at: datetime
    zone: Zone = Field(sa_type=OneOf(Zone))
    decision: dict[str, Any] = Field(sa_type=JSON)
    situation: dict[str, Any] = Field(sa_type=JSON)
    model: str | None


class OutgoingRow(StoreRow, table=True):
    """A text on its way out."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("channel", "account", "external_id"),  # one post, one row
        Index(None, "case_id", "created_at", "seq"),
        Index(None, "state", "channel", "account"),
        Index(None, "channel", "account", "in_reply_to"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    case_id: str = Field(foreign_key="cases.id")
    message_id: str = Field(foreign_key="messages.id")
    channel: str
    account: str
    zone: Zone = Field(sa_type=OneOf(Zone))
    text: str
    language: str
    origin: str
    in_reply_to: str
    idempotency_key: str = Field(unique=True)
    created_at: datetime
    priority: Priority = Field(sa_type=OneOf(Priority))
    is_automatic: bool
    state: OutgoingState = Field(sa_type=OneOf(OutgoingState))
    reason: str | None
    kind: OutgoingKind = Field(sa_type=OneOf(OutgoingKind))
    attempts: int
    not_before: datetime | None
    lease_owner: str | None
    lease_until: datetime | None
    tried_at: datetime | None
    empty_reads: int
    external_id: str | None
    sent_at: datetime | None


class ChannelStateRow(StoreRow, table=True):
    """What is known of one account's connection."""

    __tablename__ = "channel_states"

    channel: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    cursor: str | None
    last_success_at: datetime | None
    failing_since: datetime | None
    last_error: str | None
    paused_until: datetime | None


class AnswerReviewRow(StoreRow, table=True):
    """A person's verdict on the answer that was found for a message."""

    __tablename__ = "answer_reviews"

    seq: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(foreign_key="messages.id", unique=True)
    article: str
    confidence: float
    verdict: Verdict = Field(sa_type=OneOf(Verdict))
    reviewer: str
    at: datetime
    was_suggested: bool


class BandReviewRow(StoreRow, table=True):
    """A person's word on the band of a message; no text."""

    __tablename__ = "band_reviews"

    message_id: str = Field(foreign_key="messages.id", primary_key=True)
    verdict: BandVerdict = Field(sa_type=OneOf(BandVerdict))
    reviewer: str
    at: datetime


class ClockRow(StoreRow, table=True):
    """A clock of a case; of each kind one at most is running."""

    __tablename__ = "clocks"
    __table_args__ = (
        Index(None, "case_id"),
        Index(
            "uq_clocks_running",
            "case_id",
            "kind",
            unique=True,
            sqlite_where=text("stopped_at IS NULL"),
            postgresql_where=text("stopped_at IS NULL"),
        ),
        Index(
            "ix_clocks_running",
            "kind",
            "due_at",
            sqlite_where=text("stopped_at IS NULL"),
            postgresql_where=text("stopped_at IS NULL"),
        ),
    )

    seq: int | None = Field(default=None, primary_key=True)
    case_id: str = Field(foreign_key="cases.id")
    kind: ClockKind = Field(sa_type=OneOf(ClockKind))
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None


class EventRow(StoreRow, table=True):
    """A fact. No foreign keys: the trail outlives what it speaks of. A trigger refuses changes."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "case_id", "seq"),)

    seq: int | None = Field(default=None, primary_key=True)
    name: EventName = Field(sa_type=OneOf(EventName))
    at: datetime
    actor: str
    case_id: str | None
    message_id: str | None
    facts: dict[str, Any] = Field(sa_type=JSON)


class ArticleRow(StoreRow, table=True):
    """An article, whole."""

    __tablename__ = "articles"

    slug: str = Field(primary_key=True)
    article: dict[str, Any] = Field(sa_type=JSON)


class SwitchRow(StoreRow, table=True):
    """A switch of the installation."""

    __tablename__ = "switches"

    name: str = Field(primary_key=True)
    value: bool


class CounterRow(StoreRow, table=True):
    """The last number that was given out."""

    __tablename__ = "counters"

    name: str = Field(primary_key=True)
    value: int


def table(row: type[StoreRow]) -> Table:
    """The table of a row class."""
    found = StoreRow.metadata.tables[str(row.__tablename__)]
    assert isinstance(found, Table)
    return found
