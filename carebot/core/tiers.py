"""Zones and tiers: where a case may be spoken of, and who has the skill for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Zone(StrEnum):
    """Where a case may be spoken of."""

    PUBLIC = "public"
    DIRECT = "direct"
    PRIVATE = "private"

    @property
    def rank(self) -> int:
        """0 for the most open."""
        return (Zone.PUBLIC, Zone.DIRECT, Zone.PRIVATE).index(self)


class Priority(StrEnum):
    """How urgent a case is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """0 for the most urgent."""
        return (Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.LOW).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One level of skill. ``time_box`` is working time, None for no limit; shares and targets are 0 to 1."""

    number: int
    name: str
    zones: frozenset[Zone]
    time_box: timedelta | None = None
    share_target: float | None = None
    satisfaction_target: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Cases waiting for one team: always at a tier that exists, speaking in the zones it is allowed."""

    name: str
    tier: int
    zones: frozenset[Zone]
    people_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPlan:
    """The tiers and queues of one installation.

    ``care`` is the Tier 1 queue, ``triage`` takes the messages in band doubt, ``private`` takes private cases.
    In a queue with ``people_first`` the bot is silent: people speak first.
    """

    name: str
    tiers: tuple[Tier, ...]
    queues: tuple[Queue, ...]
    care: str = "care"
    triage: str = "triage"
    private: str = "private"

    def __post_init__(self) -> None:
        numbers = {tier.number for tier in self.tiers}
        names = {queue.name for queue in self.queues}
        for queue in self.queues:
            if queue.tier not in numbers:
                raise ValueError(f"queue {queue.name} is at tier {queue.tier}, which is not configured")
        for needed in (self.care, self.triage, self.private):
            if needed not in names:
                raise ValueError(f"queue {needed} is needed, but is not configured")
        if len(names) != len(self.queues) or len(numbers) != len(self.tiers):
            raise ValueError("queue names and tier numbers must be unique")

    def queue(self, name: str) -> Queue:
        """The queue of that name; raises KeyError for one that does not exist."""
        for queue in self.queues:
            if queue.name == name:
                return queue
        raise KeyError(f"no queue named {name}; there are {', '.join(q.name for q in self.queues)}")

    def has_queue(self, name: str) -> bool:
        """Whether a queue of that name exists."""
        return any(queue.name == name for queue in self.queues)


_EVERYWHERE = frozenset(Zone)
_OPEN = frozenset({Zone.PUBLIC, Zone.DIRECT})
_BOT = Tier(number=0, name="Bot", zones=_OPEN, share_target=0.80, satisfaction_target=0.95)


def _plan(name: str, tiers: tuple[Tier, ...], private_tier: int) -> TierPlan:
    guarded = tuple(
        Queue(name=queue, tier=private_tier, zones=frozenset({Zone.PRIVATE}), people_first=True)
        for queue in ("fraud", "legal", "danger")
    )
    queues = (
        Queue(name="care", tier=1, zones=_OPEN),
        Queue(name="triage", tier=1, zones=_OPEN),
        Queue(name="private", tier=private_tier, zones=frozenset({Zone.PRIVATE})),
        *guarded,
    )
    return TierPlan(name=name, tiers=tiers, queues=queues)


def _tier(number: int, name: str, minutes: int | None, share: float, zones: frozenset[Zone]) -> Tier:
    box = None if minutes is None else timedelta(minutes=minutes)
    return Tier(
        number=number, name=name, zones=zones, time_box=box, share_target=share, satisfaction_target=0.95
    )


PRESETS: dict[str, TierPlan] = {
    "solo": _plan("solo", (_BOT, _tier(1, "Care and engineering", None, 0.20, _EVERYWHERE)), 1),
    "small": _plan(
        "small",
        (_BOT, _tier(1, "Care", 15, 0.15, _EVERYWHERE), _tier(3, "Engineering", None, 0.05, _EVERYWHERE)),
        1,
    ),
    "full": _plan(
        "full",
        (
            _BOT,
            _tier(1, "Care", 15, 0.15, _OPEN),
            _tier(2, "Helpdesk", 30, 0.05, _EVERYWHERE),
            _tier(3, "Experts", None, 0.03, _EVERYWHERE),
            _tier(4, "Vendor", None, 0.02, frozenset({Zone.PRIVATE})),
        ),
        2,
    ),
}
