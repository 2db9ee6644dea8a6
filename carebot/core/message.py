"""One post, reply, mention or direct message, as a channel hands it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from carebot.core.tiers import Zone


class Visibility(StrEnum):
    """Who can read a message on its network."""

    PUBLIC = "public"
    DIRECT = "direct"

    @property
    def zone(self) -> Zone:
        """The zone that a message of this visibility is spoken in."""
        return Zone.PUBLIC if self is Visibility.PUBLIC else Zone.DIRECT


class PostKind(StrEnum):
    """How a message came about on its network."""

    POST = "post"
    REPLY = "reply"
    QUOTE = "quote"
    REPOST = "repost"


class Writer(StrEnum):
    """Who wrote a message: a customer, a person of the brand, or another program."""

    CUSTOMER = "customer"
    AGENT = "agent"
    OTHER_BOT = "other_bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """The account that wrote a message; ``followers`` is its reach, None when unknown."""

    external_id: str
    handle: str
    writer: Writer = Writer.CUSTOMER
    followers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMessage:
    """A message as its channel delivered it, with its original text.

    ``answers`` is the external id of the customer whose case a person of the brand speaks in (for
    ``Writer.AGENT``). ``summons`` says that the author called the brand in this very message: some networks
    allow a reply only then. ``has_unread_media`` is true when an image carries no words that were read.
    ``in_reply_to`` is the external id of the message that this one answers, where the network says so.
    """

    channel: str
    account: str
    external_id: str
    author: Author
    visibility: Visibility
    text: str
    at: datetime
    brand: str
    thread_id: str | None = None
    post_kind: PostKind = PostKind.POST
    answers: str | None = None
    summons: bool = True
    has_unread_media: bool = False
    in_reply_to: str | None = None

    def __post_init__(self) -> None:
        require_utc(self.at, "a message's at")


def require_utc(moment: datetime, what: str) -> None:
    """Refuse a time without a zone, or in another zone than UTC."""
    if moment.tzinfo is None or moment.utcoffset() != timedelta(0):
        raise ValueError(f"{what} must be an aware UTC time, got {moment!r}")
