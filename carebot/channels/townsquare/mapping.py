"""From the square's JSON to carebot's messages. What does not fit is a bad answer, never another exception."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, RootModel, ValidationError

from carebot.channels.townsquare.errors import BadAnswerError
from carebot.core.channel import Change, ChangeKind, Fetched, Gap, Posted
from carebot.core.message import Author, IncomingMessage, PostKind, Visibility, Writer

NAME = "townsquare"
T = TypeVar("T", bound=BaseModel)
Id = Annotated[str, Field(min_length=1, max_length=200)]


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time that no calendar has") from error


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class AccountBody(_Body):
    """An account, as ``/me`` and posts show it."""

    id: Id
    handle: Id
    followers: int | None = None


class ToBody(_Body):
    """Whom a post answers."""

    id: Id
    handle: Id


class PostBody(_Body):
    """A post."""

    id: Id
    kind: Literal["post", "direct"]
    author: AccountBody
    to: ToBody | None = None
    text: Annotated[str, Field(max_length=100_000)]
    in_reply_to: Id | None = None
    thread_id: Id
    at: Moment
    deleted_at: Moment | None = None
    mentions: list[str] = Field(default_factory=list)

    @property
    def posted(self) -> Posted:
        """Where and when it stands."""
        return Posted(external_id=self.id, at=self.at)


class PostsBody(RootModel[list[PostBody]]):
    """Posts."""


class ItemBody(_Body):
    """Something that happened."""

    change: Literal["new", "edited", "deleted"]
    at: Moment
    post: PostBody


class GapBody(_Body):
    """A time that the square knows nothing of any more."""

    since: Moment
    until: Moment


class InboxBody(_Body):
    """A page of the inbox."""

    account: Id
    items: list[ItemBody]
    cursor: Annotated[str, Field(min_length=1, max_length=1000)]
    is_last: bool
    gap: GapBody | None = None


class PushedBody(_Body):
    """What a webhook brings."""

    account: Id
    items: list[ItemBody]


def parsed(kind: type[T], content: bytes) -> T:
    """The answer as it should be; raises BadAnswerError that names the first fields that are not."""
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)[:3]
        places = ", ".join(".".join(str(part) for part in item["loc"]) or item["type"] for item in found)
        raise BadAnswerError(f"unexpected at {places}") from None


def plain_handle(account: str) -> str:
    """An account as the square writes it: without the @, in small letters."""
    return account.strip().removeprefix("@").casefold()


class Mapping:
    """How one account sees what happened."""

    def __init__(self, *, account: str, brand: str) -> None:
        self._account = account
        self._brand = brand
        self._handle = plain_handle(account)

    def is_ours(self, handle: str) -> bool:
        """Whether this is our own account."""
        return handle.casefold() == self._handle

    def fetched(self, page: InboxBody) -> Fetched:
        """A page of the inbox."""
        return self._fetched(page.items, cursor=page.cursor, is_last=page.is_last, gap=page.gap)

    def pushed(self, body: PushedBody) -> Fetched:
        """What a webhook brought; it moves no cursor."""
        return self._fetched(body.items, cursor=None, is_last=True, gap=None)

    def _fetched(
        self, items: list[ItemBody], *, cursor: str | None, is_last: bool, gap: GapBody | None
    ) -> Fetched:
        ordered = sorted(items, key=lambda item: item.at)
        return Fetched(
            messages=tuple(self._messages(ordered)),
            changes=tuple(self._changes(ordered)),
            cursor=cursor,
            gap=None if gap is None else Gap(since=gap.since, until=gap.until),
            is_last=is_last,
        )

    def _messages(self, items: list[ItemBody]) -> Iterator[IncomingMessage]:
        """What was written, without what was taken back since, and what of ours answers nobody."""
        for item in items:
            post = item.post
            if item.change != "new" or post.deleted_at is not None or not post.text.strip():
                continue
            if not self.is_ours(post.author.handle) or post.to is not None:
                yield self._message(post)

    def _changes(self, items: list[ItemBody]) -> Iterator[Change]:
        for item in items:
            if item.change == "deleted":
                yield Change(kind=ChangeKind.DELETED, external_id=item.post.id, at=item.at)
            elif item.change == "edited" and item.post.deleted_at is None and item.post.text.strip():
                if self.is_ours(item.post.author.handle) and item.post.to is None:
                    continue
                edited = self._message(item.post)
                yield Change(kind=ChangeKind.EDITED, external_id=item.post.id, at=item.at, edited=edited)

    def _message(self, post: PostBody) -> IncomingMessage:
        is_ours, is_direct = self.is_ours(post.author.handle), post.kind == "direct"
        return IncomingMessage(
            channel=NAME,
            account=self._account,
            external_id=post.id,
            author=Author(
                external_id=post.author.id,
                handle=post.author.handle,
                writer=Writer.AGENT if is_ours else Writer.CUSTOMER,
                followers=post.author.followers,
            ),
            visibility=Visibility.DIRECT if is_direct else Visibility.PUBLIC,
            text=post.text,
            at=post.at,
            brand=self._brand,
            thread_id=post.thread_id,
            post_kind=PostKind.POST if post.in_reply_to is None else PostKind.REPLY,
            answers=post.to.id if is_ours and post.to is not None else None,
            summons=not is_ours and (is_direct or self._calls_us(post)),
            in_reply_to=post.in_reply_to,
        )

    def _calls_us(self, post: PostBody) -> bool:
        answers_us = post.in_reply_to is not None and post.to is not None and self.is_ours(post.to.handle)
        return answers_us or any(self.is_ours(handle) for handle in post.mentions)
