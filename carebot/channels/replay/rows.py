"""The shape of the lines that can be replayed, and of their fields."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from carebot.core.assessment import Category, Kind, Sentiment
from carebot.core.message import PostKind, Visibility

Who = Literal["customer", "agent", "bot"]


def _moment(value: object, info: ValidationInfo) -> datetime:
    """An ISO 8601 time as UTC; ``info.context`` is the zone of times that name none."""
    example = "2026-11-22T09:30:00Z"
    if not isinstance(value, str) or len(value.strip()) <= len("2026-11-22"):
        raise ValueError(f"expected a date and a time as in {example}")
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError(f"expected an ISO 8601 time as in {example}") from None
    zone: tzinfo | None = info.context
    if moment.tzinfo is None and zone is None:
        raise ValueError(f"the time has no zone: write it as in {example}, or say `--timezone Europe/Berlin`")
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is outside the years 1 to 9999") from None


def _name(value: object) -> object:
    """Ids and handles that a spreadsheet or a script wrote as numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _sound(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character (a lone surrogate) or is not UTF-8") from None
    return value


Name = Annotated[str, BeforeValidator(_name), Field(strict=True, min_length=1)]
Shared = Annotated[Name, AfterValidator(sys.intern)]  # the same few in a large file: held once
Moment = Annotated[datetime, BeforeValidator(_moment)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    @field_validator("*", mode="after")
    @classmethod
    def _is_sound(cls, value: object) -> object:
        return _sound(value) if isinstance(value, str) else value


class MessageRow(_Row):
    """One message a line. An optional field that is empty counts as missing, as it must in CSV."""

    id: Name
    visibility: Visibility
    author: Shared
    text: Annotated[str, Field(strict=True)]
    at: Moment
    channel: Shared | None = None
    brand: Shared | None = None
    account: Shared | None = None
    thread: Name | None = None
    in_reply_to: Name | None = None
    to: Name | None = None
    followers: Annotated[int, Field(ge=0)] | None = None
    who: Who = "customer"
    kind: PostKind | None = None
    summons: bool = True
    media: bool = False

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: item for name, item in value.items() if name == "text" or item not in ("", None)}

    @model_validator(mode="after")
    def _says_something(self) -> MessageRow:
        if not self.text.strip() and not self.media:
            raise ValueError("`text` is empty (only a message with `media` may have none)")
        return self


class Turn(_Row):
    """One message of a conversation."""

    who: Who
    handle: Shared
    at: Moment
    text: Annotated[str, Field(strict=True)]

    @field_validator("text")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("the text is empty")
        return value


class LabelsRow(_Row):
    """What readers said of a conversation's opening (conversations as docs/replay.md describes them)."""

    private: bool
    cat: frozenset[Category] = frozenset()
    exposes_pii: bool
    kind: Kind
    sentiment: Sentiment
    flag: bool
    urgent: bool
    lang: str


class ConversationRow(_Row):
    """One conversation a line, with the article that the agent linked in the end."""

    id: Name
    brand: Shared
    messages: Annotated[tuple[Turn, ...], Field(min_length=1)]
    article_url: str | None = None
    labels: LabelsRow | None = None


FIELDS = frozenset(MessageRow.model_fields)
REQUIRED = tuple(name for name, field in MessageRow.model_fields.items() if field.is_required())
