"""The rules of ``care.yaml``, as they are written; their keys are the fields of ``core.rules``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from carebot.care_file.types import (
    BrandName,
    ChannelName,
    LanguageCode,
    Name,
    QueueName,
    Section,
    Several,
    Share,
    known_of,
    mistake,
)
from carebot.core.assessment import Band, Category, Kind, Sentiment
from carebot.core.finding import EntityKind
from carebot.core.message import Visibility
from carebot.core.rules import Rule, RuleSet, Then, When, word_hits
from carebot.core.tiers import Priority


def _phrase(text: str) -> str:
    probe = Rule(name="probe", when=When(words=(text,)), then=Then())
    if not word_hits(RuleSet(ordered=(probe,)), text):
        raise mistake(f"the phrase {text!r} has no letter or digit, so it would never be found")
    return text


Phrase = Annotated[str, AfterValidator(_phrase)]


class WhenSection(Section):
    """What a rule asks of a message: all that is given must hold; of a list one is enough."""

    words: Several[Phrase] = Field(
        default_factory=list, description="Phrases that stand in the text as whole words, in any case"
    )
    channels: Several[ChannelName] = Field(default_factory=list, description="The channel that it came by")
    brands: Several[BrandName] = Field(default_factory=list, description="The brand that it was written to")
    visibility: Visibility | None = Field(default=None, description="Who can read it on its network")
    languages: Several[LanguageCode] = Field(
        default_factory=list, description="Its language; und when it could not be told"
    )
    kinds: Several[Kind] = Field(default_factory=list, description="What it is, as the classifier reads it")
    sentiments: Several[Sentiment] = Field(default_factory=list, description="How it sounds")
    categories: Several[Category] = Field(
        default_factory=list, description="Whose data it carries or would need"
    )
    entities: Several[EntityKind] = Field(
        default_factory=list, description="Personal data that was found in the text"
    )
    articles: Several[Name] = Field(
        default_factory=list, description="The article (its slug) that answers it best"
    )
    followers_at_least: int | None = Field(default=None, ge=0, description="The author's reach")
    urgent_at_least: Share | None = Field(default=None, description="Probability that it is urgent")
    flag_at_least: Share | None = Field(default=None, description="Probability that marketing should look")
    private_at_least: Share | None = Field(default=None, description="Probability that it needs private data")

    def build(self) -> When:
        """The same in core's words."""
        given: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        for name, value in given.items():
            given[name] = tuple(value) if isinstance(value, list) else value
        return When(**given)


class ThenSection(Section):
    """What a rule does; at least one thing."""

    queue: QueueName | None = Field(
        default=None, description="Where the case goes, if the queue may speak of its zone"
    )
    priority: Priority | None = Field(default=None, description="How urgent the case is")
    flag: Name | None = Field(default=None, description="Marketing sees the public thread, for this reason")
    band: Literal["doubt", "private"] | None = Field(
        default=None, description="Raises the band; nothing lowers it"
    )
    silent: bool = Field(default=False, description="No automatic text: people speak first")
    no_case: bool = Field(default=False, description="Nobody has to care, unless it is private")
    label: Name | None = Field(default=None, description="A word for the reports")

    @model_validator(mode="after")
    def _does_something(self) -> ThenSection:
        if self == type(self).model_construct():
            raise mistake(f"a rule that does nothing; give one of {', '.join(type(self).model_fields)}")
        if self.no_case and (self.queue or self.priority):
            raise mistake("no_case makes no case, so there is none to give a queue or a priority")
        return self

    def build(self) -> Then:
        """The same in core's words."""
        given: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        return Then(**{**given, "band": None if self.band is None else Band(self.band)})


class RuleSection(Section):
    """One rule."""

    name: Name = Field(description="A name of its own, as the timeline of a case shows it")
    when: WhenSection = Field(
        default_factory=WhenSection, description="What it asks; nothing means every message"
    )
    then: ThenSection = Field(description="What it does")

    @field_validator("name")
    @classmethod
    def _is_free(cls, name: str, info: ValidationInfo) -> str:
        if not known_of(info).take("rule", name):
            raise mistake(f"there is another rule {name!r} (perhaps a shipped one); give it its own name")
        return name

    def build(self) -> Rule:
        """The same in core's words."""
        return Rule(name=self.name, when=self.when.build(), then=self.then.build())


class UnorderedThen(ThenSection):
    """What an unordered rule does: it adds, it does not choose."""

    @model_validator(mode="after")
    def _only_adds(self) -> UnorderedThen:
        chosen = [name for name in ("queue", "band", "no_case") if getattr(self, name)]
        if chosen:
            raise mistake(f"only an ordered rule can choose {' and '.join(chosen)}; move it to rules.ordered")
        return self


class UnorderedRule(RuleSection):
    """One rule that runs whatever other rules matched."""

    then: UnorderedThen = Field(description="What it adds")


class RulesSection(Section):
    """All rules: of the ordered ones the first match wins, of the unordered ones all that match run."""

    defaults: bool = Field(
        default=True, validate_default=True, description="Keep the shipped rules; they come before your own"
    )
    ordered: list[RuleSection] = Field(
        default_factory=list, description="The first that matches wins, the rest is skipped"
    )
    unordered: list[UnorderedRule] = Field(
        default_factory=list, description="All that match run, beside the one that won"
    )

    @field_validator("defaults")
    @classmethod
    def _take_shipped_names(cls, defaults: bool, info: ValidationInfo) -> bool:
        for name in known_of(info).shipped_rules if defaults else ():
            known_of(info).take("rule", name)
        return defaults

    def build(self, shipped: RuleSet) -> RuleSet:
        """The rules in core's words, behind the shipped ones where these are kept."""
        before = shipped if self.defaults else RuleSet()
        return RuleSet(
            ordered=(*before.ordered, *(rule.build() for rule in self.ordered)),
            unordered=(*before.unordered, *(rule.build() for rule in self.unordered)),
        )
