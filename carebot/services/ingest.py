"""Take messages in: each once, sealed before anything else happens, committed with ids and times only."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from carebot.core.events import Event, EventName
from carebot.core.message import Author, IncomingMessage, Writer
from carebot.core.ports import Clock, Sealer, UnitOfWork, Work
from carebot.core.records import Customer, StoredMessage
from carebot.core.tiers import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What is sealed of a message: its text and who wrote it."""

    text: str
    handle: str
    author_id: str
    followers: int | None

    def to_bytes(self) -> bytes:
        """As it is encrypted."""
        data = {
            "text": self.text,
            "handle": self.handle,
            "author_id": self.author_id,
            "followers": self.followers,
        }
        return json.dumps(data, ensure_ascii=False).encode("utf-8", errors="surrogatepass")

    @classmethod
    def from_bytes(cls, plain: bytes) -> Original:
        """As it was before it was encrypted."""
        return cls(**json.loads(plain.decode("utf-8", errors="surrogatepass")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message that was written down; ``is_new`` False for a delivery that was seen before."""

    message: StoredMessage | None
    original: Original
    is_new: bool


class Ingest:
    """Webhooks, polls and replays all come in here."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        sealer: Sealer,
        clock: Clock,
        urgency: Callable[[str], Priority] = lambda _: Priority.NORMAL,
    ) -> None:
        self._uow = uow
        self._sealer = sealer
        self._clock = clock
        self._urgency = urgency

    def __call__(self, messages: Sequence[IncomingMessage]) -> list[Received]:
        """Write messages down in the order given; raises the first error after keeping all the others."""
        results = self._uow.run_all([partial(self.take_in, incoming=message) for message in messages])
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [result for result in results if isinstance(result, Received)]

    def take_in(self, work: Work, incoming: IncomingMessage) -> Received:
        """Write one message down within a transaction that somebody else began."""
        author = incoming.author
        original = Original(
            text=incoming.text, handle=author.handle, author_id=author.external_id, followers=author.followers
        )
        customer = self._customer(work, incoming)
        message_id = work.new_id("m")
        message = StoredMessage(
            id=message_id,
            channel=incoming.channel,
            account=incoming.account,
            brand=incoming.brand,
            external_id=incoming.external_id,
            customer_id=customer.id,
            writer=author.writer,
            visibility=incoming.visibility,
            post_kind=incoming.post_kind,
            thread_id=incoming.thread_id,
            summons=incoming.summons,
            has_unread_media=incoming.has_unread_media,
            at=incoming.at,
            received_at=self._clock.now(),
            sealed=self._sealer.seal(customer.wrapped_key, original.to_bytes(), context=message_id),
            priority=self._urgency(incoming.text),
        )
        if not work.add_message(message):
            return Received(message=None, original=original, is_new=False)
        return Received(message=message, original=original, is_new=True)

    def _customer(self, work: Work, incoming: IncomingMessage) -> Customer:
        """The customer in whose conversation this was said, also when a person of the brand says it."""
        about_another = incoming.author.writer is Writer.AGENT and incoming.answers is not None
        author = Author(external_id=incoming.answers or "", handle="") if about_another else incoming.author
        fingerprint = self._sealer.fingerprint(f"{incoming.channel}/{author.external_id}")
        known = work.customer(incoming.channel, incoming.account, fingerprint)
        if known is not None:
            return known
        key, customer_id = self._sealer.new_key(), work.new_id("u")
        profile = Original(
            text="", handle=author.handle, author_id=author.external_id, followers=author.followers
        )
        customer = Customer(
            id=customer_id,
            channel=incoming.channel,
            account=incoming.account,
            wrapped_key=key,
            profile=self._sealer.seal(key, profile.to_bytes(), context=customer_id),
        )
        work.add_customer(customer, fingerprint)
        return customer


def open_original(
    work: Work, sealer: Sealer, message: StoredMessage, *, actor: str, clock: Clock
) -> Original:
    """Open the seal of one message; every opening is written down with who did it."""
    customer = work.customer_by_id(message.customer_id)
    plain = sealer.open(customer.wrapped_key, message.sealed, context=message.id)
    event = Event(
        name=EventName.SEAL_OPENED,
        at=clock.now(),
        actor=actor,
        case_id=message.case_id,
        message_id=message.id,
    )
    work.add_events([event])
    return Original.from_bytes(plain)
