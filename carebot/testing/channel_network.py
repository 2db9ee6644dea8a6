"""What the channel contract needs beside the channel: somebody on the other side of its network, and some helpers."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeVar

from carebot.core.channel import Change, Sending
from carebot.core.message import IncomingMessage, Visibility
from carebot.core.ports import Channel

PATIENCE = 10.0  # seconds that a condition is waited for
T = TypeVar("T")
E = TypeVar("E", bound=Exception)
Connect = Callable[[], Channel]


class Fault(StrEnum):
    """What a network does at its worst. Each lasts until ``heal``."""

    LOSE_ANSWERS = "lose_answers"  # what is asked is done, and the answer is lost
    LIMIT = "limit"  # too often, with the time to wait
    LIMIT_WITHOUT_TIME = "limit_without_time"
    BREAK = "break"  # an error of the network itself; nothing is done
    INVISIBLE = "invisible"  # new posts are not shown at once, but within traits.visible_after
    DUPLICATES = "duplicates"
    DISORDER = "disorder"
    DOWN = "down"


class Network(Protocol):
    """The network behind the channel, seen from outside. ``customer`` is the external id of who writes."""

    customer: str

    def write(self, text: str, *, visibility: Visibility = ..., in_reply_to: str | None = None) -> str:
        """The customer writes to the brand; the post's external id."""
        ...

    def edit(self, external_id: str, text: str) -> None:
        """The customer changes a post."""
        ...

    def delete(self, external_id: str) -> None:
        """The customer takes a post back."""
        ...

    def write_by_hand(self, text: str, in_reply_to: str) -> str:
        """Somebody answers from the brand's account on the network itself."""
        ...

    def texts_of_brand(self) -> list[str]:
        """Every text of the brand that stands there."""
        ...

    def is_hidden(self, external_id: str) -> bool:
        """Whether the public cannot read it any more."""
        ...

    def begin(self, fault: Fault) -> None:
        """Misbehave from now on."""
        ...

    def heal(self) -> None:
        """Behave."""
        ...


def sending(
    network: Network, message: str, text: str = "We are looking into it.", key: str = "k1"
) -> Sending:
    """A public answer to a message."""
    return Sending(
        text=text,
        visibility=Visibility.PUBLIC,
        in_reply_to=message,
        thread_id=None,
        recipient=network.customer,
        idempotency_key=f"{message}:{key}",
    )


def read_all(
    channel: Channel, cursor: str | None = None
) -> tuple[list[IncomingMessage], list[Change], str | None]:
    """All there is to read behind a cursor, and where the next one goes on."""
    messages: list[IncomingMessage] = []
    changes: list[Change] = []
    while True:
        fetched = channel.fetch(cursor)
        cursor = fetched.cursor
        messages += fetched.messages
        changes += fetched.changes
        if fetched.is_last:
            return messages, changes, cursor


def until(condition: Callable[[], T | None]) -> T:
    """What the condition gives as soon as it gives something."""
    give_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < give_up_at:
        if (found := condition()) is not None:
            return found
    raise AssertionError(f"nothing came within {PATIENCE:g} seconds")


def raised(kind: type[E], call: Callable[[], object]) -> E:
    """The error that a call ends in."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")
