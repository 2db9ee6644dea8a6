"""``care.yaml`` as it is written: one section a key. ``build`` turns each into core's words."""

from __future__ import annotations

from datetime import date, time, timedelta
from types import UnionType
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from carebot.care_file.brands import AllowListSection, BotSection, BrandSection
from carebot.care_file.incidents import IncidentSection
from carebot.care_file.plan import PlanSection
from carebot.care_file.rules import RulesSection
from carebot.care_file.types import (
    Days,
    HeadName,
    Hours,
    Name,
    Section,
    Several,
    Target,
    TimeZone,
    mistake,
)
from carebot.classifier.labels import objection_to as objection_to_labels
from carebot.core.care import Care, ClassifierChoice
from carebot.core.case import CaseWindows
from carebot.core.hours import Calendar, objection_to
from carebot.core.rights import Role
from carebot.core.rules import RuleSet
from carebot.core.thresholds import Targets


class TargetsSection(Section):
    """What is asked of the thresholds, which are then computed from evidence."""

    harmless_sent_away: Target = Field(
        default=0.08, description="Of harmless messages, at most this share is sent away"
    )
    private_called_clear: Target = Field(
        default=0.01, description="Of private ones, at most this share is called clear"
    )
    answer_precision: Target = Field(
        default=0.98, description="Of automatic answers, at least this share is right"
    )
    no_care_precision: Target = Field(
        default=0.80, description="Of what is set aside, this share needs nobody"
    )
    flag_marked_at_most: Target = Field(
        default=0.10, description="Of all messages, the model flags at most this share"
    )
    urgent_marked_at_most: Target = Field(
        default=0.10, description="Of all messages, the model calls at most this share urgent"
    )


def _unless_closed(value: object) -> object:
    return [] if value == "closed" else value


Day = Annotated[Several[Hours], BeforeValidator(_unless_closed, json_schema_input_type=str | list[str])]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class WeekSection(Section):
    """Opening hours by weekday, such as 09:00-12:30; a day that is not given is closed."""

    monday: Day = Field(default_factory=list, description="Hours, or closed")
    tuesday: Day = Field(default_factory=list, description="Hours, or closed")
    wednesday: Day = Field(default_factory=list, description="Hours, or closed")
    thursday: Day = Field(default_factory=list, description="Hours, or closed")
    friday: Day = Field(default_factory=list, description="Hours, or closed")
    saturday: Day = Field(default_factory=list, description="Hours, or closed")
    sunday: Day = Field(default_factory=list, description="Hours, or closed")

    @field_validator(*WEEKDAYS)
    @classmethod
    def _in_order(cls, day: list[tuple[time, time]]) -> list[tuple[time, time]]:
        if objection := objection_to(tuple(day)):
            raise mistake(objection)
        return day


class HoursSection(Section):
    """When people answer: clocks and texts count from it."""

    time_zone: TimeZone = Field(description="The zone that the hours are meant in, such as Europe/Amsterdam")
    week: WeekSection = Field(description="Hours by weekday")
    holidays: Several[date] = Field(default_factory=list, description="Closed days")

    def build(self) -> Calendar:
        """The calendar."""
        week = tuple(tuple(getattr(self.week, day)) for day in WEEKDAYS)
        return Calendar(time_zone=self.time_zone, week=week, holidays=frozenset(self.holidays))


class CasesSection(Section):
    """How long a case stays the place for the same customer's next message."""

    same_problem_days: Days = Field(
        default=3, description="Another thread joins an open case that was active since"
    )
    reopen_days: Days = Field(default=7, description="A message reopens a resolved case within this time")
    close_days: Days = Field(default=7, description="A resolved case closes by itself after this time")
    turn_seconds: float = Field(
        default=120, ge=0, le=3600, description="Direct messages in a row that are one turn"
    )

    def build(self) -> CaseWindows:
        """The windows."""
        return CaseWindows(
            same_problem=timedelta(days=self.same_problem_days),
            reopen=timedelta(days=self.reopen_days),
            close=timedelta(days=self.close_days),
            turn=timedelta(seconds=self.turn_seconds),
        )


class DidTheyComeSection(Section):
    """What happens after an invitation to a private place."""

    close_after_days: Days = Field(default=7, description="The case of a customer who does not come closes")


class ClassifierSection(Section):
    """Which model reads the messages."""

    model: Name | None = Field(
        default=None, description="Folder or name of another model than the one that ships"
    )
    labels: dict[Name, Several[HeadName]] = Field(
        default_factory=dict, description="What each label of a model of your own means: a head, or several"
    )
    max_tokens: int = Field(default=128, ge=8, le=4096, description="A model of your own reads at most these")
    revision: Name | None = Field(
        default=None, description="The commit, tag or branch of a model at Hugging Face"
    )
    time_limit_ms: int = Field(
        default=2000, ge=50, le=60_000, description="A message that takes longer goes to people"
    )

    def build(self) -> ClassifierChoice:
        """The same in core's words."""
        return ClassifierChoice(
            model=self.model,
            labels={label: tuple(heads) for label, heads in self.labels.items()},
            max_tokens=self.max_tokens,
            revision=self.revision,
            time_limit=timedelta(milliseconds=self.time_limit_ms),
        )

    @field_validator("labels")
    @classmethod
    def _tells_what_is_private(cls, labels: dict[str, list[str]]) -> dict[str, list[str]]:
        if labels and (objection := objection_to_labels(labels)):
            raise mistake(objection)
        return labels


Version = Annotated[Literal["1"], WithJsonSchema({"const": 1})]


class CareSection(Section):
    """The whole file."""

    version: Version = Field(description="The version of this format")
    brands: list[BrandSection] = Field(default_factory=list, description="Whom customers write to")
    plan: PlanSection = Field(default_factory=PlanSection, description="Tiers and queues")
    targets: TargetsSection = Field(
        default_factory=TargetsSection, description="What is asked of the thresholds"
    )
    bot: BotSection = Field(default_factory=BotSection, description="What the bot may do")
    allow_list: AllowListSection = Field(
        default_factory=AllowListSection, description="The only contacts that may be sent"
    )
    rules: RulesSection = Field(
        default_factory=RulesSection, description="Rules of your own, beside the shipped ones"
    )
    hours: HoursSection | None = Field(default=None, description="When people answer; without it, always")
    incidents: list[IncidentSection] = Field(
        default_factory=list, description="What is going wrong, and what is said of it"
    )
    cases: CasesSection = Field(default_factory=CasesSection, description="How long a case is found again")
    did_they_come: DidTheyComeSection = Field(
        default_factory=DidTheyComeSection, description="After an invitation"
    )
    classifier: ClassifierSection = Field(
        default_factory=ClassifierSection, description="Which model reads the messages"
    )
    people: dict[Name, Several[Role]] = Field(
        default_factory=dict, description="Who may do what: a person's id and roles"
    )

    def build(self, shipped: RuleSet) -> Care:
        """The configuration in core's words, with the shipped rules."""
        hours = self.hours.build() if self.hours else Calendar()
        return Care(
            brands=tuple(brand.build() for brand in self.brands),
            plan=self.plan.build(),
            targets=Targets(**self.targets.model_dump()),
            bot=self.bot.build(),
            allow_list=self.allow_list.build(self.brands),
            rules=self.rules.build(shipped),
            hours=hours,
            incidents=tuple(incident.build(hours.time_zone) for incident in self.incidents),
            cases=self.cases.build(),
            come_within=timedelta(days=self.did_they_come.close_after_days),
            classifier=self.classifier.build(),
            people={person: frozenset(roles) for person, roles in self.people.items()},
        )


def section_at(path: tuple[str | int, ...]) -> type[Section] | None:
    """The section that a path leads to, to name its keys; None where there is none."""
    annotation: Any = CareSection
    for step in path:
        annotation = _inside(annotation, str(step))
    annotation = _given(annotation)
    return annotation if _is_section(annotation) else None


def _inside(annotation: Any, step: str) -> Any:
    """What stands under a key of a section, or what a list or a mapping is made of."""
    annotation = _given(annotation)
    if _is_section(annotation):
        field = annotation.model_fields.get(step)
        return field.annotation if field else None
    return get_args(annotation)[-1] if get_args(annotation) else None


def _given(annotation: Any) -> Any:
    """``X`` of ``X | None``."""
    return get_args(annotation)[0] if isinstance(annotation, UnionType) else annotation


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Section)
