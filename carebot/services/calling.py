"""Call a network from a few threads, and stop beginning calls as soon as it says that it cannot now."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from threading import Event
from typing import Generic, TypeVar

from carebot.core.channel import Sending
from carebot.core.ports import Sealer
from carebot.core.records import Customer, Outgoing, StoredMessage
from carebot.errors import ChannelError, ChannelUncertainError, SealError
from carebot.services.ingest import Original
from carebot.services.network_id import id_on_network
from carebot.services.pausing import PAUSING

log = logging.getLogger(__name__)

ItemT = TypeVar("ItemT")
ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """A row on its way, with what is needed to address it; a hide needs no customer."""

    row: Outgoing
    message: StoredMessage
    customer: Customer | None = None

    @property
    def answered_id(self) -> str:
        """The network's id of the post that is answered, or hidden."""
        return id_on_network(self.row.in_reply_to)

    def sending(self, sealer: Sealer) -> Sending:
        """What the network is given. Raises ChannelError: the customer's seal does not open."""
        assert self.customer is not None
        customer = self.customer
        try:
            plain = sealer.open(customer.wrapped_key, customer.profile, context=customer.id)
        except SealError as error:
            raise ChannelError(f"the address of customer {customer.id} cannot be opened") from error
        return Sending(
            text=self.row.text,
            visibility=self.row.visibility,
            in_reply_to=self.answered_id,
            thread_id=self.message.thread_id,
            recipient=Original.from_bytes(plain).author_id,
            idempotency_key=sha256(self.row.idempotency_key.encode()).hexdigest(),  # ours names the agent
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[ValueT]):
    """What came of one call. ``is_begun`` False: it certainly was not made."""

    value: ValueT | None = None
    error: ChannelError | None = None
    is_begun: bool = True

    @property
    def pauses(self) -> bool:
        """Whether the account has to be left alone for a while."""
        return isinstance(self.error, PAUSING)


class Calls:
    """A few threads for one account."""

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="deliver")

    def __call__(
        self,
        items: Sequence[ItemT],
        call: Callable[[ItemT], ValueT],
        may_begin: Callable[[ItemT], bool] = lambda _: True,
    ) -> list[Answer[ValueT]]:
        """Call for each item, begun in their order; ``may_begin`` is asked right before each call.

        The first answer that pauses the account keeps the calls that wait from being begun, so that a network
        that is away costs a few time limits and not one for each text.
        """
        brake = Event()

        def once(item: ItemT) -> Answer[ValueT]:
            if brake.is_set() or not may_begin(item):
                return Answer(is_begun=False)
            answer = _answer(call, item)
            if answer.pauses:
                brake.set()
            return answer

        return list(self._pool.map(once, items))

    def close(self) -> None:
        """Finish what was begun and end the threads."""
        self._pool.shutdown()


def _answer(call: Callable[[ItemT], ValueT], item: ItemT) -> Answer[ValueT]:
    try:
        return Answer(value=call(item))
    except ChannelError as error:
        return Answer(error=error)
    except Exception as error:  # noqa: BLE001 - a mistake in an adapter says nothing about what the network did
        where = "".join(traceback.format_tb(error.__traceback__))  # what the error says may quote the text
        name = type(error).__name__
        log.error("a channel raised %s, which it may not\n%s", name, where)
        return Answer(error=ChannelUncertainError(f"the channel raised {name}"))
