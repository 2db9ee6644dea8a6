"""Whether everything works, part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from carebot.core.figures import Figures, ReadFigures, unsynced_for
from carebot.core.ports import Channel, Clock
from carebot.core.records import ChannelState, OutgoingState
from carebot.errors import ClassifierError, StoreError

_LATE = timedelta(minutes=1)  # an account that was not read for longer is degraded, whatever the reason


class Health(StrEnum):
    """How a part is. ``degraded``: it goes on, but somebody should look."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


_WORST = (Health.DOWN, Health.DEGRADED, Health.OK)
Part = Mapping[str, object]  # with "status", and what else is worth knowing


class Alive(Protocol):
    """What is needed of a worker."""

    name: str

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        ...

    @property
    def is_failing(self) -> bool:
        """Whether its latest look failed."""
        ...


class Reading(Protocol):
    """What is known of the classifier's latest readings."""

    failure: str | None

    @property
    def is_classifier_failing(self) -> bool:
        """Whether the latest readings all failed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthParts:
    """What is looked at. ``model`` raises ClassifierError when there is none."""

    clock: Clock
    figures: ReadFigures
    model: Callable[[], object]
    meter: Reading
    channels: Sequence[Channel]
    workers: Callable[[], Sequence[Alive]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was seen. It holds no text and no handle of a customer."""

    status: Health
    parts: Mapping[str, object]

    @property
    def is_up(self) -> bool:
        """Whether messages are taken in and delivered, as well as it goes."""
        return self.status is not Health.DOWN


def look(parts: HealthParts) -> Report:
    """Look at everything once; reads only."""
    now = parts.clock.now()
    try:
        figures = parts.figures(dead=0)
    except StoreError as error:
        seen: dict[str, Part] = {"store": {"status": Health.DOWN, "reason": type(error).__name__}}
        figures = None
    else:
        seen = {"store": {"status": Health.OK}}
    seen["classifier"] = _classifier(parts)
    seen["workers"] = _workers(parts.workers())
    accounts = {}
    if figures is not None:
        seen["outbox"] = _outbox(figures)
        accounts = {
            f"{channel.name}/{channel.account}": _account(figures.channel(channel.name, channel.account), now)
            for channel in parts.channels
        }
    found = {part["status"] for part in (*seen.values(), *accounts.values())}
    status = next(health for health in _WORST if health in found)
    return Report(status=status, parts={**seen, "channels": accounts})


def _classifier(parts: HealthParts) -> Part:
    try:
        parts.model()
    except ClassifierError as error:
        return {"status": Health.DEGRADED, "reason": str(error)}
    if parts.meter.is_classifier_failing:
        return {"status": Health.DEGRADED, "reason": parts.meter.failure}
    return {"status": Health.OK}


def _workers(workers: Sequence[Alive]) -> Part:
    if not workers:
        return {"status": Health.DOWN, "reason": "not started yet"}
    dead = sorted(worker.name for worker in workers if not worker.is_alive)
    failing = sorted(worker.name for worker in workers if worker.is_failing)
    status = Health.DOWN if dead else Health.DEGRADED if failing else Health.OK
    return {"status": status, "alive": len(workers) - len(dead), "dead": dead, "failing": failing}


def _outbox(figures: Figures) -> Part:
    """Dead letters wait for people; they are no illness of the program."""
    counts = {str(state): figures.outbox.get(state, 0) for state in OutgoingState}
    return {"status": Health.OK, **counts, "undecided": figures.undecided}


def _account(state: ChannelState, now: datetime) -> Part:
    age = unsynced_for(state, now)
    is_late = age is None or age > _LATE
    return {
        "status": Health.DEGRADED if state.failing_since or is_late else Health.OK,
        "last_success_at": _iso(state.last_success_at),
        "failing_since": _iso(state.failing_since),
        "paused_until": _iso(state.paused_until),
        "oldest_unsynced_seconds": None if age is None else round(age.total_seconds(), 1),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
