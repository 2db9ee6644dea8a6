"""What passes between carebot and a network: what arrives from it, and what it is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from carebot.core.message import IncomingMessage, Visibility, require_utc


class ChangeKind(StrEnum):
    """What an author did to a message afterwards."""

    EDITED = "edited"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A message that its author edited or deleted. ``edited`` is the message as it is now."""

    kind: ChangeKind
    external_id: str
    at: datetime
    edited: IncomingMessage | None = None

    def __post_init__(self) -> None:
        require_utc(self.at, "a change's at")
        if (self.kind is ChangeKind.EDITED) != (self.edited is not None):
            raise ValueError("an edit comes with the message as it is now, and a deletion without one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time whose messages the network can no longer give."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one read brought, oldest first, and the cursor from which the next one goes on.

    Posts of our own account are messages with ``Writer.AGENT``, whoever wrote them. A message may come again,
    and a late one may come after younger ones: the intake sorts that out. ``is_last`` False: there is more
    to read at once.
    """

    messages: tuple[IncomingMessage, ...] = ()
    changes: tuple[Change, ...] = ()
    cursor: str | None = None
    gap: Gap | None = None
    is_last: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A text on its way to a network. ``recipient`` is the customer's external id there.

    ``idempotency_key`` is the same however often it is tried; a network that knows such keys posts it once.
    """

    text: str
    visibility: Visibility
    in_reply_to: str
    thread_id: str | None
    recipient: str
    idempotency_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A post of ours as the network has it."""

    external_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTraits:
    """What has to be known of a connection before it is used.

    ``visible_after``: a post that was taken may stay invisible to reads for this long. ``call_limit``: no call
    takes longer, retries within it included; it is under half of ``core.delivery.LEASE``. ``poll_every``: how
    often it is read when it does not call us by itself.
    """

    visible_after: timedelta
    call_limit: timedelta
    poll_every: timedelta
