"""What is written down: messages, customers, decisions and outgoing texts, as services read and write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carebot.core.decision import Decision
from carebot.core.message import PostKind, Visibility, Writer, require_utc
from carebot.core.tiers import Priority, Zone

REPLAYED = "replayed"  # the switch of a database that a replay filled: what its outbox holds is never sent
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer account on a channel. ``wrapped_key`` is the customer's data key, itself encrypted.

    ``profile`` is the sealed handle, external id and follower count. ``is_silenced``: said "stop".
    """

    id: str
    channel: str
    account: str
    wrapped_key: bytes
    profile: bytes
    is_silenced: bool = False
    language: str = "und"


class MessageState(StrEnum):
    """How far a message has come."""

    RECEIVED = "received"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message at rest. ``sealed`` is the encrypted original (text, author, followers).

    ``masked_text`` is None until it is decided, and again after its case moved to private (direct messages).
    ``priority`` is what its words alone promise, before anything is read: the urgent are decided first.
    ``deleted_at``: its author took it back on the network.
    """

    id: str
    channel: str
    account: str
    brand: str
    external_id: str
    customer_id: str
    writer: Writer
    visibility: Visibility
    post_kind: PostKind
    thread_id: str | None
    summons: bool
    has_unread_media: bool
    at: datetime
    received_at: datetime
    sealed: bytes
    state: MessageState = MessageState.RECEIVED
    case_id: str | None = None
    masked_text: str | None = None
    priority: Priority = Priority.NORMAL
    deleted_at: datetime | None = None

    def __post_init__(self) -> None:
        require_utc(self.at, "a message's at")
        require_utc(self.received_at, "a message's received_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """A decision as it is kept, with the situation it was taken in, for ``explain``.

    ``situation`` is what ``core.snapshot`` made of it: no text, and nothing that the channel forbids to keep.
    """

    message_id: str
    case_id: str | None
    at: datetime
    decision: Decision
    situation: Mapping[str, Json]
    model: str | None = None


class OutgoingKind(StrEnum):
    """What an outgoing row does on the network."""

    TEXT = "text"
    HIDE = "hide"


class OutgoingState(StrEnum):
    """Where an outgoing row is on its way; ``core.delivery`` has the steps."""

    QUEUED = "queued"
    HELD = "held"
    SUGGESTED = "suggested"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A row of the outbox: a text (or a hide) that was decided, in the transaction that decided it.

    ``origin`` is the system text's key, ``article:<slug>``, ``agent:<id>`` or ``hide``. ``in_reply_to`` is the
    external id answered, or hidden. ``idempotency_key`` is the same for the same decision, however often it is
    tried. ``attempts`` counts the calls that were begun. ``not_before``: nothing is tried earlier. A row in
    ``sending`` belongs to ``lease_owner`` until ``lease_until``. ``tried_at`` is when the last call began,
    ``empty_reads`` how often the network was read since without finding the post, ``external_id`` the post.
    """

    id: str
    case_id: str
    message_id: str
    channel: str
    account: str
    zone: Zone
    text: str
    language: str
    origin: str
    in_reply_to: str
    idempotency_key: str
    created_at: datetime
    priority: Priority = Priority.NORMAL
    is_automatic: bool = True
    state: OutgoingState = OutgoingState.QUEUED
    reason: str | None = None
    kind: OutgoingKind = OutgoingKind.TEXT
    attempts: int = 0
    not_before: datetime | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    tried_at: datetime | None = None
    empty_reads: int = 0
    external_id: str | None = None
    sent_at: datetime | None = None

    @property
    def visibility(self) -> Visibility:
        """Who can read it on its network."""
        return Visibility.PUBLIC if self.zone is Zone.PUBLIC else Visibility.DIRECT


class Verdict(StrEnum):
    """What a person says of an answer that the bot suggested, or of one that it kept to itself."""

    RIGHT = "right"
    WRONG = "wrong"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReview:
    """A person's verdict on the article that was found for a message; ``confidence`` is what the model gave it.

    ``was_suggested`` False: the bot had abstained, and the message was drawn at random for review.
    """

    message_id: str
    article: str
    confidence: float
    verdict: Verdict
    reviewer: str
    at: datetime
    was_suggested: bool


class BandVerdict(StrEnum):
    """What a person says of a message in doubt: whether it may be spoken of in public."""

    FINE_IN_PUBLIC = "fine_in_public"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class BandReview:
    """A person's word on the band of a message. It names the message and holds nothing of its text."""

    message_id: str
    verdict: BandVerdict
    reviewer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """What is known of one account's connection, kept so that a restart goes on where it ended.

    ``cursor`` is the network's own mark of what was read. ``failing_since`` is set while reads fail, with
    ``last_error`` in words for people (never a message's text). ``paused_until``: the network asked us to wait.
    """

    channel: str
    account: str
    cursor: str | None = None
    last_success_at: datetime | None = None
    failing_since: datetime | None = None
    last_error: str | None = None
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """One message of a case, redacted."""

    id: str
    at: datetime
    writer: Writer
    visibility: Visibility
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as a role may see it: ``None`` where the role has no right to the text."""

    id: str
    channel: str
    brand: str
    status: str
    tier: int
    zone: Zone
    band: str
    queue: str
    priority: Priority
    opened_at: datetime
    flag_reasons: frozenset[str] = frozenset()
    texts: tuple[MessageView, ...] | None = None
