"""From a line to messages. Threads are known only when the whole file is: see threads.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from carebot.channels.replay.errors import BadLineError
from carebot.channels.replay.rows import ConversationRow, LabelsRow, MessageRow, Turn
from carebot.core.assessment import Category, Kind, Sentiment
from carebot.core.message import Author, IncomingMessage, PostKind, Visibility, Writer

DEFAULT_CHANNEL = "replay"
_WRITERS = {"customer": Writer.CUSTOMER, "agent": Writer.AGENT, "bot": Writer.OTHER_BOT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What readers said of the opening of a conversation: everything before the first agent message."""

    private: bool
    categories: frozenset[Category]
    exposes_pii: bool
    kind: Kind
    sentiment: Sentiment
    is_flagged: bool
    is_urgent: bool
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What really happened to a conversation: the help article that the agent linked, and readers' labels."""

    article_url: str | None = None
    labels: Labels | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message whose thread and addressee may still have to be found in other lines.

    A conversation's messages are complete, and its line stands anywhere in the file.
    """

    line: int
    message: IncomingMessage
    in_reply_to: str | None = None
    is_of_conversation: bool = False


def drafts_of_conversation(row: ConversationRow, *, line: int, channel: str | None) -> Iterator[Draft]:
    """The messages of one conversation; an agent answers the customer who wrote last."""
    customers = [turn.handle for turn in row.messages if turn.who == "customer"]
    if not customers:
        raise BadLineError("`messages`: expected at least one message of a customer")
    customer = customers[0]
    for index, turn in enumerate(row.messages):
        customer = turn.handle if turn.who == "customer" else customer
        message = IncomingMessage(
            channel=channel or DEFAULT_CHANNEL,
            account=row.brand,
            external_id=f"{row.id}/{index}",
            author=Author(external_id=turn.handle, handle=turn.handle, writer=_WRITERS[turn.who]),
            visibility=Visibility.PUBLIC,
            text=turn.text,
            at=turn.at,
            brand=row.brand,
            thread_id=row.id,
            post_kind=PostKind.REPLY if index else PostKind.POST,
            answers=customer if turn.who == "agent" else None,
            summons=_calls(turn, row.brand),
        )
        yield Draft(line=line, message=message, is_of_conversation=True)


def draft_of_message(row: MessageRow, *, line: int, channel: str | None) -> Draft:
    """One simple line; ``channel`` stands above what the line says."""
    name = channel or row.channel
    if name is None:
        raise BadLineError("the field `channel` is missing (or say `--channel` for the whole file)")
    if row.who == "agent" and not (row.to or row.in_reply_to):
        raise BadLineError("an agent's message needs `to` (the customer's author) or `in_reply_to` (an id)")
    message = IncomingMessage(
        channel=name,
        account=row.account or row.brand or name,
        external_id=row.id,
        author=Author(
            external_id=row.author, handle=row.author, writer=_WRITERS[row.who], followers=row.followers
        ),
        visibility=row.visibility,
        text=row.text,
        at=row.at,
        brand=row.brand or row.account or name,
        thread_id=row.thread,
        post_kind=row.kind or (PostKind.REPLY if row.in_reply_to else PostKind.POST),
        answers=row.to if row.who == "agent" else None,
        summons=row.summons,
        has_unread_media=row.media,
    )
    return Draft(line=line, message=message, in_reply_to=row.in_reply_to)


def expectation_of(row: ConversationRow) -> Expectation:
    """What the conversation's line says beside its messages."""
    return Expectation(article_url=row.article_url, labels=_labels(row.labels) if row.labels else None)


def _labels(row: LabelsRow) -> Labels:
    return Labels(
        private=row.private,
        categories=row.cat,
        exposes_pii=row.exposes_pii,
        kind=row.kind,
        sentiment=row.sentiment,
        is_flagged=row.flag,
        is_urgent=row.urgent,
        language=row.lang,
    )


def _calls(turn: Turn, brand: str) -> bool:
    """Whether the brand's handle stands in the text: ``@``, the name, and no letter that would go on."""
    return re.search(rf"@{re.escape(brand)}(?!\w)", turn.text, re.IGNORECASE) is not None
