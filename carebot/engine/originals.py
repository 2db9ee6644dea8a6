"""What was just taken in stays readable in memory until it is decided, so that its seal need not be opened."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

from carebot.core.message import IncomingMessage
from carebot.core.ports import Clock, Sealer, UnitOfWork, Work
from carebot.core.tiers import Priority
from carebot.services.ingest import Ingest, Original, Received

MOST = 5_000  # messages; whatever is older is read from its seal


class Originals:
    """The originals of the newest messages that nobody has decided yet. Safe to use from several threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Original] = OrderedDict()

    def keep(self, message_id: str, original: Original) -> None:
        """Remember one, and forget the oldest when there are too many."""
        with self._lock:
            self._kept[message_id] = original
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def find(self, message_id: str) -> Original | None:
        """The original, if it is remembered."""
        with self._lock:
            return self._kept.get(message_id)

    def forget(self, message_ids: Iterable[str]) -> None:
        """They are decided."""
        with self._lock:
            for message_id in message_ids:
                self._kept.pop(message_id, None)


class RememberingIngest(Ingest):
    """An intake that keeps each new original before anybody can know of its message.

    The transaction may still fail: then nobody ever asks for it, and it is forgotten as the oldest.
    """

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        sealer: Sealer,
        clock: Clock,
        urgency: Callable[[str], Priority],
        originals: Originals,
    ) -> None:
        super().__init__(uow=uow, sealer=sealer, clock=clock, urgency=urgency)
        self._originals = originals

    def take_in(self, work: Work, incoming: IncomingMessage) -> Received:
        """As its parent does."""
        taken = super().take_in(work, incoming)
        if taken.is_new and taken.message is not None:
            self._originals.keep(taken.message.id, taken.original)
        return taken
