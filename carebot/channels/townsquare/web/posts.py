"""A post as it is kept and as it is shown: public, or direct between two accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from carebot.channels.townsquare.web.accounts import Account, Accounts
from carebot.channels.townsquare.web.database import Row
from carebot.channels.townsquare.web.problems import EmptyError, GoneError, TooLongError

PUBLIC, DIRECT = "post", "direct"
LONGEST = {PUBLIC: 500, DIRECT: 10_000}
FIRST_ID = 1_000_000  # ids have as many digits for a long time, so they sort as text too
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post. ``addressee`` is whom it answers, or the other side of a direct conversation.

    A brand that continues its own post still answers the one it answered first. Times are microseconds since 1970.
    """

    number: int
    kind: str
    author: Account
    addressee: Account | None
    text: str
    in_reply_to: int | None
    thread: str
    mentions: tuple[str, ...]
    at: int
    edited_at: int | None
    deleted_at: int | None
    hidden_at: int | None

    @property
    def id(self) -> str:
        """As the API writes it."""
        return post_id(self.number)

    def shown(self, *, text: str | None = None, everything: bool = False) -> dict[str, Any]:
        """As the API writes it. What is deleted has no text; what is hidden has one with ``everything`` only."""
        is_open = self.deleted_at is None and (everything or self.hidden_at is None)
        return {
            "id": self.id,
            "kind": self.kind,
            "author": self.author.shown(),
            "to": None
            if self.addressee is None
            else {"id": self.addressee.id, "handle": self.addressee.handle},
            "text": (self.text if text is None else text) if is_open else "",
            "in_reply_to": None if self.in_reply_to is None else post_id(self.in_reply_to),
            "thread_id": self.thread,
            "at": written(self.at),
            "edited_at": written(self.edited_at),
            "deleted_at": written(self.deleted_at),
            "hidden_at": written(self.hidden_at),
            "mentions": list(self.mentions) if is_open else [],
        }


def post_of(row: Row, accounts: Accounts) -> Post:
    """A row of the table ``posts``."""
    return Post(
        number=row["number"],
        kind=row["kind"],
        author=accounts.by_number(row["author"]),
        addressee=None if row["addressee"] is None else accounts.by_number(row["addressee"]),
        text=row["text"],
        in_reply_to=row["in_reply_to"],
        thread=row["thread"],
        mentions=tuple(row["mentions"].split()),
        at=row["at"],
        edited_at=row["edited_at"],
        deleted_at=row["deleted_at"],
        hidden_at=row["hidden_at"],
    )


def accepted(text: str, kind: str) -> str:
    """A text that the square takes, without the space around it."""
    text = text.strip()
    if not text:
        raise EmptyError("a post needs words")
    if len(text) > LONGEST[kind]:
        what = "post" if kind == PUBLIC else "direct message"
        raise TooLongError(f"the {what} has {len(text)} characters; the square takes {LONGEST[kind]}")
    return text


def post_id(number: int) -> str:
    """The id of the post with this number."""
    return str(FIRST_ID + number)


def post_number(external_id: str) -> int:
    """The number of the post with this id."""
    if not (external_id.isascii() and external_id.isdecimal() and len(external_id) < 18):
        raise GoneError(f"there is no post {external_id[:40]!r}")
    return int(external_id) - FIRST_ID


def direct_thread(one: Account, other: Account) -> str:
    """The conversation of two accounts: always the same."""
    low, high = sorted((one.number, other.number))
    return f"direct-{low}-{high}"


def written(moment: int | None) -> str | None:
    """A time as the API writes it: ISO 8601 in UTC with microseconds."""
    return (
        None
        if moment is None
        else (_BEGINNING + timedelta(microseconds=moment)).isoformat(timespec="microseconds")
    )


def microseconds(moment: datetime) -> int:
    """A time as the database keeps it."""
    return (moment - _BEGINNING) // timedelta(microseconds=1)
