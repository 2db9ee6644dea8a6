"""Decide what was received, in two stages side by side: one batch is read while the one before is decided."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from carebot.core.ports import UnitOfWork
from carebot.core.records import StoredMessage
from carebot.engine.originals import Originals
from carebot.engine.worker import Worker
from carebot.services.ingest import Original
from carebot.services.triage import Decided, Read

log = logging.getLogger(__name__)

BATCH = 50  # messages in one transaction: people's own changes wait no longer than that


class DecidesInSteps(Protocol):
    """What is needed of services.triage.Triage."""

    def reopen(self, messages: Sequence[StoredMessage]) -> list[tuple[StoredMessage, Original]]:
        """Open seals."""
        ...

    def read(self, messages: Sequence[tuple[StoredMessage, Original]]) -> list[Read]:
        """Read messages; nothing is written."""
        ...

    def decide(self, reads: Sequence[Read]) -> list[Decided]:
        """Decide about what was read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _InHand:
    """A batch that is being decided."""

    ids: frozenset[str]
    done: Future[None]


class Deciding:
    """Takes messages that nobody has decided, urgent first, and decides them; ``worker`` does it by itself."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        triage: DecidesInSteps,
        originals: Originals,
        decided: Callable[[Sequence[Decided]], None],
        at_latest: timedelta,
        batch: int = BATCH,
    ) -> None:
        self._uow = uow
        self._triage = triage
        self._originals = originals
        self._tell = decided
        self._batch = batch
        self._in_hand: _InHand | None = None
        self._second = ThreadPoolExecutor(max_workers=1, thread_name_prefix="carebot-deciding")
        self.worker = Worker("triage", self._look, at_latest=at_latest)

    def once(self) -> int:
        """Decide everything that waits, in the caller's thread; how many messages."""
        total = 0
        while batch := self._uow.run(lambda work: work.undecided(self._batch)):
            self._decide(self._triage.read(self._opened(batch)))
            total += len(batch)
        return total

    def stop(self, within: timedelta) -> bool:
        """Begin no batch and finish what is in hand; whether that came to its end in time."""
        self.worker.stop()
        has_ended = self.worker.join(within)
        if has_ended and self._in_hand is not None:
            try:
                self._in_hand.done.result(timeout=within.total_seconds())
            except FutureTimeout:
                has_ended = False
            except Exception as error:  # noqa: BLE001 - it stays undecided; the next start takes it up
                log.warning("a batch stays undecided until the next start (%s)", type(error).__name__)
        self._second.shutdown(wait=False)
        return has_ended

    def _look(self) -> bool:
        """Read a batch while the one before is decided; True while there is something to do."""
        ids = frozenset() if self._in_hand is None else self._in_hand.ids
        found = self._uow.run(lambda work: work.undecided(self._batch + len(ids)))
        batch = [message for message in found if message.id not in ids][: self._batch]
        if not batch:
            return self._finish()
        reads = self._triage.read(self._opened(batch))
        self._finish()
        self._in_hand = _InHand(
            ids=frozenset(message.id for message in batch), done=self._second.submit(self._decide, reads)
        )
        return True

    def _finish(self) -> bool:
        """Wait for the batch in hand, and raise what it raised; False when there was none."""
        if self._in_hand is None:
            return False
        in_hand, self._in_hand = self._in_hand, None
        in_hand.done.result()
        return True

    def _opened(self, batch: Sequence[StoredMessage]) -> list[tuple[StoredMessage, Original]]:
        """Originals from memory, and from their seals where memory has none."""
        known = {message.id: self._originals.find(message.id) for message in batch}
        sealed = [message for message in batch if known[message.id] is None]
        opened = {message.id: original for message, original in self._triage.reopen(sealed)} if sealed else {}
        return [(message, known[message.id] or opened[message.id]) for message in batch]

    def _decide(self, reads: Sequence[Read]) -> None:
        self._tell(self._triage.decide(reads))
        self._originals.forget(read.message.id for read in reads)
