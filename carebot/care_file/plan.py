"""The tiers and queues of ``care.yaml``: a preset, and what differs from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from carebot.care_file.types import Name, Section, Several, Share, TierNumber, mistake
from carebot.core.tiers import PRESETS, Queue, Tier, TierPlan, Zone

Preset = Literal["solo", "small", "full"]
DEFAULT_PRESET: Preset = "small"
Place = tuple[str, ...]


class TierSection(Section):
    """One tier; of a tier that the preset has, only what differs."""

    name: Name | None = Field(default=None, description="What people call it")
    zones: Several[Zone] | None = Field(
        default=None, min_length=1, description="Where it may speak with customers"
    )
    time_box_minutes: float | None = Field(
        default=None, gt=0, le=10_080, description="Working time; null for no limit"
    )
    share_target: Share | None = Field(default=None, description="The share of cases that should end here")
    satisfaction_target: Share | None = Field(
        default=None, description="The share of satisfied customers to reach"
    )

    def build(self, number: int, base: Tier | None) -> Tier:
        """The tier in core's words."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "time_box_minutes" in given:
            minutes = given.pop("time_box_minutes")
            given["time_box"] = minutes and timedelta(minutes=minutes)
        if self.zones:
            given["zones"] = frozenset(self.zones)
        kept = {name: value for name, value in given.items() if value is not None or name == "time_box"}
        return replace(base, **kept) if base else Tier(number=number, **kept)


class QueueSection(Section):
    """One queue; of a queue that the preset has, only what differs."""

    tier: TierNumber | None = Field(default=None, description="The tier whose team takes from it")
    zones: Several[Zone] | None = Field(
        default=None, min_length=1, description="Where its cases may be spoken of"
    )
    people_first: bool | None = Field(default=None, description="The bot is silent in it")

    def build(self, name: str, base: Queue | None) -> Queue:
        """The queue in core's words."""
        given: dict[str, Any] = {key: getattr(self, key) for key in type(self).model_fields}
        given["zones"] = self.zones and frozenset(self.zones)
        kept = {key: value for key, value in given.items() if value is not None}
        return replace(base, **kept) if base else Queue(name=name, **kept)


class PlanSection(Section):
    """Who has which skill, and where cases wait."""

    preset: Preset = Field(default=DEFAULT_PRESET, description="The tiers and queues to start from")
    tiers: dict[Annotated[int, Field(ge=0, le=99)], TierSection] = Field(
        default_factory=dict, description="Tiers by number: new ones, and what differs"
    )
    queues: dict[Name, QueueSection] = Field(
        default_factory=dict, description="Queues by name: new ones, and what differs"
    )

    @model_validator(mode="after")
    def _fits(self) -> PlanSection:
        found = [*incomplete_in(self.model_dump(exclude_none=True))] or [*self._contradictions(self.build())]
        if found:
            lines = [InitErrorDetails(type=mistake(text), loc=place, input=None) for place, text in found]
            raise ValidationError.from_exception_data("plan", lines)
        return self

    def build(self) -> TierPlan:
        """The plan in core's words."""
        base = PRESETS[self.preset]
        tiers = {tier.number: tier for tier in base.tiers}
        queues = {queue.name: queue for queue in base.queues}
        tiers |= {number: given.build(number, tiers.get(number)) for number, given in self.tiers.items()}
        queues |= {name: given.build(name, queues.get(name)) for name, given in self.queues.items()}
        return replace(base, tiers=tuple(tiers[n] for n in sorted(tiers)), queues=tuple(queues.values()))

    def _contradictions(self, plan: TierPlan) -> Iterator[tuple[Place, str]]:
        tiers = {tier.number: tier for tier in plan.tiers}
        for queue in plan.queues:
            tier = tiers[queue.tier]
            if beyond := " and ".join(sorted(queue.zones - tier.zones)):
                yield ("queues", queue.name), f"tier {tier.number} ({tier.name}) may not speak in {beyond}"
        needed = {plan.care: Zone.PUBLIC, plan.triage: Zone.PUBLIC, plan.private: Zone.PRIVATE}
        for name, zone in needed.items():
            if zone not in plan.queue(name).zones:
                yield ("queues", name), f"is needed for cases in zone {zone}; add {zone} to its zones"


def incomplete_in(data: object) -> Iterator[tuple[Place, str]]:
    """What new tiers and queues lack, told from the plan as written, whatever else is wrong with it."""
    preset = _preset_of(data)
    parts = {
        "tiers": ({str(tier.number) for tier in preset.tiers}, ("name", "zones")),
        "queues": ({queue.name for queue in preset.queues}, ("tier", "zones")),
    }
    for part, (known, needed) in parts.items():
        for name, given in _mapping(_mapping(data).get(part)).items():
            missing = [key for key in needed if _mapping(given).get(key) is None]
            if missing and str(name) not in known:
                text = f"is not in the preset {preset.name!r}, so it needs {' and '.join(missing)}"
                yield (part, str(name)), text


def numbers_and_names(data: object) -> tuple[set[int], set[str]]:
    """The tiers and queues that a plan will have, told before it is checked."""
    preset, given = _preset_of(data), _mapping(data)
    numbers = {int(key) for key in map(str, _mapping(given.get("tiers"))) if key.isdecimal()}
    names = {str(key) for key in _mapping(given.get("queues"))}
    return numbers | {tier.number for tier in preset.tiers}, names | {queue.name for queue in preset.queues}


def _preset_of(data: object) -> TierPlan:
    return PRESETS.get(str(_mapping(data).get("preset")), PRESETS[DEFAULT_PRESET])


def _mapping(data: object) -> Mapping[object, object]:
    return data if isinstance(data, dict) else {}
