"""What is going on, in numbers: for ``carebot status``, /health and /metrics. No text, no handle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from carebot.core.records import ChannelState, OutgoingState
from carebot.core.tiers import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigure:
    """The open cases of one queue in one zone; ``waiting`` ones wait for people, the oldest since then."""

    queue: str
    zone: Zone
    open: int
    waiting: int
    oldest_waiting_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A text that cannot be sent, and why."""

    id: str
    case_id: str
    channel: str
    account: str
    created_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """An installation at one moment. ``dead`` are the latest; ``outbox`` counts them all."""

    undecided: int = 0
    oldest_undecided_at: datetime | None = None
    channels: tuple[ChannelState, ...] = ()
    queues: tuple[QueueFigure, ...] = ()
    outbox: Mapping[OutgoingState, int] = field(default_factory=dict)
    dead: tuple[DeadLetter, ...] = ()
    is_bot_awake: bool = True
    bot_stopped_at: datetime | None = None
    is_replayed: bool = False

    def channel(self, name: str, account: str) -> ChannelState:
        """What is known of one account; of one that was never read, nothing."""
        found = (state for state in self.channels if (state.channel, state.account) == (name, account))
        return next(found, ChannelState(channel=name, account=account))


class ReadFigures(Protocol):
    """Reads the figures, without writing."""

    def __call__(self, *, dead: int = 20) -> Figures:
        """The figures now, with so many dead letters; raises StoreError."""
        ...


def unsynced_for(state: ChannelState, now: datetime) -> timedelta | None:
    """How old the oldest message can be that was not read yet; None for an account that was never read."""
    return None if state.last_success_at is None else max(timedelta(), now - state.last_success_at)
