"""What is measured when somebody asks: the database's figures and the workers, beside what the meter counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from carebot.core.figures import Figures, unsynced_for
from carebot.core.records import OutgoingState
from carebot.engine.health import HealthParts
from carebot.engine.meter import Meter
from carebot.errors import StoreError


class Gauges(Collector):
    """The figures of one scrape."""

    def __init__(self, parts: HealthParts) -> None:
        self._parts = parts

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family after the other; without a database only the workers."""
        yield _family(
            "carebot_worker_up",
            "Whether a worker's thread runs and its latest look went well",
            ["worker"],
            [((worker.name,), worker.is_alive and not worker.is_failing) for worker in self._parts.workers()],
        )
        try:
            figures = self._parts.figures(dead=0)
        except StoreError:
            return
        yield from self._of_store(figures)
        yield from self._of_channels(figures)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing beforehand: registering must not read the database."""
        yield from ()

    def _of_store(self, figures: Figures) -> Iterator[GaugeMetricFamily]:
        now = self._parts.clock.now()
        oldest = figures.oldest_undecided_at
        age = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
        yield _one("carebot_bot_awake", "Whether automatic texts may leave", figures.is_bot_awake)
        yield _one("carebot_undecided", "Messages that wait for a decision", figures.undecided)
        yield _one("carebot_oldest_undecided_seconds", "How long the oldest of them waits", age)
        yield _family(
            "carebot_outgoing",
            "Rows of the outbox, by state",
            ["state"],
            [((str(state),), figures.outbox.get(state, 0)) for state in OutgoingState],
        )
        labels = ["queue", "zone"]
        queues = [((figure.queue, str(figure.zone)), figure) for figure in figures.queues]
        yield _family(
            "carebot_open_cases", "Open cases", labels, [(where, figure.open) for where, figure in queues]
        )
        yield _family(
            "carebot_waiting_cases",
            "Open cases that wait for people",
            labels,
            [(where, figure.waiting) for where, figure in queues],
        )

    def _of_channels(self, figures: Figures) -> Iterator[GaugeMetricFamily]:
        now = self._parts.clock.now()
        labels = ["channel", "account"]
        states = [figures.channel(channel.name, channel.account) for channel in self._parts.channels]
        yield _family(
            "carebot_channel_up",
            "Whether the latest read went well",
            labels,
            [
                (
                    (state.channel, state.account),
                    state.failing_since is None and state.last_success_at is not None,
                )
                for state in states
            ],
        )
        ages = [(state, unsynced_for(state, now)) for state in states]
        yield _family(
            "carebot_channel_unsynced_seconds",
            "How old the oldest message can be that was not read yet",
            labels,
            [((state.channel, state.account), age.total_seconds()) for state, age in ages if age is not None],
        )


def exposition(parts: HealthParts, meter: Meter) -> Callable[[], bytes]:
    """What /metrics says, in Prometheus's text format."""
    meter.registry.register(Gauges(parts))
    return lambda: generate_latest(meter.registry)


def _one(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=float(value))


def _family(
    name: str, about: str, labels: Sequence[str], values: Sequence[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=labels)
    for where, value in values:
        family.add_metric(where, float(value))
    return family
