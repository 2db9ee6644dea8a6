"""Play messages of the past through the same pipeline, at their own times, without sending anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from carebot.core.message import IncomingMessage
from carebot.services.ingest import Ingest, Received
from carebot.services.outcome import Outcome
from carebot.services.triage import Decided, Triage
from carebot.services.understand import Understood

BATCH = 64  # messages that are read side by side and decided in one transaction
UNREADABLE = "(not shown: it could not be searched for personal data)"


class Replay:
    """Ingest and triage as they run in service; only the clock is the messages' own ``at``."""

    def __init__(self, *, ingest: Ingest, triage: Triage) -> None:
        self._ingest = ingest
        self._triage = triage

    def __call__(
        self, messages: Iterable[IncomingMessage], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Outcome]:
        """Play messages in the order given; ``progress`` is told how many more are done."""
        stream = iter(messages)
        while batch := list(islice(stream, BATCH)):
            yield from self._play(batch)
            if progress is not None:
                progress(len(batch))

    def _play(self, batch: Sequence[IncomingMessage]) -> Iterator[Outcome]:
        received = self._ingest(batch)
        fresh = [(item.message, item.original) for item in received if item.message is not None]
        decided = iter(self._triage(fresh, at_message_time=True))
        for incoming, item in zip(batch, received, strict=True):
            yield _outcome(incoming, item, decided)


def _outcome(incoming: IncomingMessage, received: Received, decided: Iterator[Decided]) -> Outcome:
    if not received.is_new:
        return Outcome(message=incoming, shown_text="", is_duplicate=True)
    result = next(decided)
    return Outcome(
        message=incoming,
        case_id=result.case.id if result.case else None,
        decision=result.decision,
        assessment=result.understood.assessment,
        texts=result.texts,
        held=result.held,
        entity_kinds=_kinds(result.understood),
        shown_text=UNREADABLE if result.understood.masked_text is None else result.understood.masked_text,
    )


def _kinds(understood: Understood) -> tuple[str, ...]:
    return tuple(sorted(kind for kind, count in understood.assessment.entity_counts.items() if count))
