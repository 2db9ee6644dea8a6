"""What the engine is made of, as far as it needs to know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from carebot.core.channel import Fetched
from carebot.core.ports import Channel, Clock, UnitOfWork
from carebot.engine.deciding import DecidesInSteps
from carebot.engine.meter import Meter
from carebot.engine.originals import Originals


class Reads(Protocol):
    """What is needed of services.intake.Intake."""

    def poll(self, channel: Channel) -> Fetched:
        """Read an account from its cursor on, and take in what came; raises StoreError."""
        ...


class Delivers(Protocol):
    """What is needed of services.deliver.Deliver, for one account."""

    def deliver(self, limit: int = 50) -> int:
        """Send what is due; how many rows were tried."""
        ...

    def read_back(self, limit: int = 50) -> int:
        """Look for what may have been sent; how many rows were looked for."""
        ...

    def recover(self, *, is_alone: bool = False) -> int:
        """Give up calls that nobody will finish; ``is_alone``: also those of every other owner. How many rows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account on a network, and what delivers to it."""

    channel: Channel
    deliver: Delivers

    @property
    def name(self) -> str:
        """As logs and workers call it."""
        return f"{self.channel.name}/{self.channel.account}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """How often something is looked at that nobody woke. ``at_latest`` holds whatever the wall clock does."""

    work: timedelta = timedelta(seconds=1)
    recovery: timedelta = timedelta(seconds=5)
    chores: timedelta = timedelta(seconds=30)
    watches: timedelta = timedelta(seconds=0.5)
    at_latest: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """One installation. ``chores`` are done every half minute, such as closing cases at rest.

    ``watches`` look every half second, each in a thread of its own, for what other processes have changed.
    """

    uow: UnitOfWork
    clock: Clock
    triage: DecidesInSteps
    intake: Reads
    accounts: tuple[Account, ...]
    originals: Originals
    meter: Meter
    chores: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    watches: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    paces: Paces = Paces()
