"""What a screen shows of a case: already cut down to what the viewer may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from carebot.core.case import CaseStatus
from carebot.core.events import EventName, Fact
from carebot.core.message import Visibility, Writer
from carebot.core.records import OutgoingKind, OutgoingState
from carebot.core.tiers import Priority, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class CardMessage:
    """A message that came in. ``text`` None: sealed, deleted, or not for this viewer."""

    id: str
    at: datetime
    writer: Writer
    visibility: Visibility
    text: str | None
    deleted_at: datetime | None = None
    has_unread_media: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardText:
    """A text of ours, wherever it is on its way. ``text`` None: not for this viewer."""

    id: str
    message_id: str
    created_at: datetime
    zone: Zone
    text: str | None
    origin: str
    state: OutgoingState
    reason: str | None
    is_automatic: bool
    kind: OutgoingKind = OutgoingKind.TEXT
    sent_at: datetime | None = None

    @property
    def visibility(self) -> Visibility:
        """Who can read it on its network."""
        return Visibility.PUBLIC if self.zone is Zone.PUBLIC else Visibility.DIRECT


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCard:
    """A case as it lies on the desk.

    ``why`` is the reason of the latest decision that the viewer may know, ``followers`` the reach of the
    customer's account as it was then. ``messages`` and ``texts`` are None where the viewer may read nothing.
    """

    id: str
    channel: str
    account: str
    brand: str
    status: CaseStatus
    tier: int
    zone: Zone
    band: str
    queue: str
    priority: Priority
    language: str
    opened_at: datetime
    updated_at: datetime
    last_customer_at: datetime | None
    owner_id: str | None
    person_spoke_at: datetime | None
    bot_silenced_at: datetime | None
    invited_at: datetime | None
    snoozed_until: datetime | None
    merged_into: str | None
    version: int
    held_by: str | None = None
    held_until: datetime | None = None
    flag_reasons: frozenset[str] = frozenset()
    why: str | None = None
    followers: int | None = None
    messages: tuple[CardMessage, ...] | None = None
    texts: tuple[CardText, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One line of a case's timeline."""

    at: datetime
    name: EventName
    actor: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which open cases a page lists: those of some queues, a person's own, or the flagged public threads.

    ``newest_first`` False: those that wait for people first, the urgent, then the oldest.
    """

    queues: frozenset[str] = frozenset()
    owner_id: str | None = None
    is_flagged: bool = False
    newest_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many cases wait for people, by queue, and how many flagged public threads are open (500 at most)."""

    by_queue: Mapping[str, int] = field(default_factory=dict)
    flagged: int = 0
