"""Ordered rules (the first match wins, the rest is skipped) and unordered rules (all that match run)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from carebot.core.assessment import Assessment, Band, Category, Kind, Sentiment
from carebot.core.finding import EntityKind
from carebot.core.message import Visibility
from carebot.core.tiers import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What a rule asks of a message; every condition that is given must hold, an empty one always does.

    Of a tuple one member is enough. ``words`` are phrases that must stand in the text as whole words, in any
    case; they are matched before the policy runs, because the policy sees no text.
    """

    words: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    visibility: Visibility | None = None
    languages: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    sentiments: tuple[Sentiment, ...] = ()
    categories: tuple[Category, ...] = ()
    entities: tuple[EntityKind, ...] = ()
    articles: tuple[str, ...] = ()
    followers_at_least: int | None = None
    urgent_at_least: float | None = None
    flag_at_least: float | None = None
    private_at_least: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """What a rule does. ``band`` can only raise a band, never lower it; ``silent`` stops all automatic text."""

    queue: str | None = None
    priority: Priority | None = None
    flag: str | None = None
    band: Band | None = None
    silent: bool = False
    no_case: bool = False
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule with its name, as the timeline shows it."""

    name: str
    when: When
    then: Then


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrases:
    """The rules' words, ready to be looked up: pairs of a phrase and the name of its rule."""

    by_first_word: Mapping[str, Sequence[tuple[str, str]]]
    spaceless: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """All rules of one configuration."""

    ordered: tuple[Rule, ...] = ()
    unordered: tuple[Rule, ...] = ()

    @cached_property
    def phrases(self) -> _Phrases:
        """All words of all rules."""
        return _phrases_of((*self.ordered, *self.unordered))

    def __post_init__(self) -> None:
        names = [rule.name for rule in (*self.ordered, *self.unordered)]
        if len(names) != len(set(names)):
            raise ValueError("every rule needs a name of its own")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """The facts that rules look at; ``word_hits`` names the rules whose words stand in the text."""

    channel: str
    brand: str
    visibility: Visibility
    followers: int | None
    assessment: Assessment
    word_hits: frozenset[str]
    categories: frozenset[Category] = frozenset()


def holds(rule: Rule, facts: RuleFacts) -> bool:
    """Whether every condition of the rule holds. A condition on something that is not known does not hold."""
    when, reading = rule.when, facts.assessment.reading
    article = None if reading is None or reading.answer is None else reading.answer.slug
    probabilities = None if reading is None else reading.probabilities
    found = [kind for kind, count in facts.assessment.entity_counts.items() if count]
    return all(
        (
            not when.words or rule.name in facts.word_hits,
            _one_of(when.channels, [facts.channel]),
            _one_of(when.brands, [facts.brand]),
            when.visibility in (None, facts.visibility),
            _one_of(when.languages, [] if reading is None else [reading.language]),
            _one_of(when.kinds, [] if reading is None else [reading.kind]),
            _one_of(when.sentiments, [] if reading is None else [reading.sentiment]),
            _one_of(when.categories, list(facts.categories)),
            _one_of(when.entities, found),
            _one_of(when.articles, [article]),
            _at_least(when.followers_at_least, facts.followers),
            _at_least(when.urgent_at_least, None if probabilities is None else probabilities.urgent),
            _at_least(when.flag_at_least, None if probabilities is None else probabilities.flag),
            _at_least(when.private_at_least, None if probabilities is None else probabilities.private),
        )
    )


def first_match(rules: Sequence[Rule], facts: RuleFacts) -> Rule | None:
    """The ordered rule that wins."""
    return next((rule for rule in rules if holds(rule, facts)), None)


def all_matches(rules: Sequence[Rule], facts: RuleFacts) -> tuple[Rule, ...]:
    """The unordered rules that run."""
    return tuple(rule for rule in rules if holds(rule, facts))


def word_hits(rules: RuleSet, text: str) -> frozenset[str]:
    """The names of the rules one of whose phrases stands in the text as whole words, in any case.

    Scripts without spaces (Chinese, Japanese) have no word borders, so there a phrase counts anywhere.
    """
    plain = _plain(text)
    words = f" {plain} "
    begun = (entry for first in set(plain.split()) for entry in rules.phrases.by_first_word.get(first, ()))
    hits = {name for phrase, name in begun if phrase in words}
    return frozenset(hits | {name for phrase, name in rules.phrases.spaceless if phrase in plain})


def _phrases_of(rules: Sequence[Rule]) -> _Phrases:
    by_first_word: dict[str, list[tuple[str, str]]] = {}
    spaceless: list[tuple[str, str]] = []
    for rule in rules:
        for phrase in filter(None, map(_plain, rule.when.words)):
            if any("\u3040" <= char <= "\u9fff" for char in phrase):
                spaceless.append((phrase, rule.name))
            else:
                by_first_word.setdefault(phrase.split()[0], []).append((f" {phrase} ", rule.name))
    return _Phrases(by_first_word=by_first_word, spaceless=tuple(spaceless))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u0307", "")  # the dot of a Turkish İ
    return " ".join(re.findall(r"[^\W_]+", folded))


def _one_of(wanted: Sequence[object], given: Sequence[object]) -> bool:
    return not wanted or any(item in wanted for item in given)


def _at_least(limit: float | None, value: float | None) -> bool:
    return limit is None or (value is not None and value >= limit)
