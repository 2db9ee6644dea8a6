"""What is counted while the engine runs: by Prometheus's client, in a registry of its own."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram

from carebot.core.channel import Sending
from carebot.core.ports import Channel, Clock
from carebot.services.ingest import Received
from carebot.services.triage import Decided

_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 15, 60, 300, 1800, 7200)
_MOST_ARRIVALS = 5_000
_DOUBTS = 3  # readings that failed in a row: then the classifier is taken to be broken


class Meter:
    """Counts messages, decisions and sends. Safe to use from several threads; labels hold no text and no handle."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._arrivals: OrderedDict[tuple[str, str, str], datetime] = OrderedDict()
        self._failures = 0
        self.failure: str | None = None
        self.registry = CollectorRegistry()
        self._received = Counter(
            "carebot_messages_received", "Messages taken in", ["channel"], registry=self.registry
        )
        self._decided = Counter(
            "carebot_messages_decided", "Messages decided, by action", ["action"], registry=self.registry
        )
        self._calls = Counter(
            "carebot_sends",
            "Calls that send or hide, by how they ended",
            ["channel", "kind", "outcome"],
            registry=self.registry,
        )
        self._to_decided = Histogram(
            "carebot_arrival_to_decided_seconds",
            "From taking a message in to its decision",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._to_sent = Histogram(
            "carebot_arrival_to_sent_seconds",
            "From taking a message in to the reply that the network took",
            buckets=_SECONDS,
            registry=self.registry,
        )

    @property
    def is_classifier_failing(self) -> bool:
        """Whether the latest readings all failed."""
        with self._lock:
            return self._failures >= _DOUBTS

    def received(self, new: Sequence[Received]) -> None:
        """Messages were written down, and that is committed."""
        for message in (one.message for one in new):
            if message is None:
                continue
            self._received.labels(channel=message.channel).inc()
            with self._lock:
                self._arrivals[message.channel, message.account, message.external_id] = message.received_at
                while len(self._arrivals) > _MOST_ARRIVALS:
                    self._arrivals.popitem(last=False)

    def decided(self, batch: Sequence[Decided]) -> None:
        """Messages were decided."""
        now = self._clock.now()
        for one in batch:
            action = "by_person" if one.decision is None else one.decision.action
            self._decided.labels(action=str(action)).inc()
            self._to_decided.observe(max(0.0, (now - one.message.received_at).total_seconds()))
            self._note_reading(one.understood.assessment.failure)

    def called(self, channel: Channel, kind: str, outcome: str, sending: Sending | None = None) -> None:
        """A call to a network ended."""
        self._calls.labels(channel=channel.name, kind=kind, outcome=outcome).inc()
        if sending is None or outcome != "done":
            return
        with self._lock:
            arrived = self._arrivals.get((channel.name, channel.account, sending.in_reply_to))
        if arrived is not None:
            self._to_sent.observe(max(0.0, (self._clock.now() - arrived).total_seconds()))

    def _note_reading(self, failure: str | None) -> None:
        with self._lock:
            self._failures = 0 if failure is None else self._failures + 1
            self.failure = failure
