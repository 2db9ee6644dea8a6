"""Rules: which words count, and which conditions hold."""

from __future__ import annotations

import pytest

from carebot.core.assessment import Assessment, Category, Kind, Sentiment
from carebot.core.finding import EntityKind
from carebot.core.message import Visibility
from carebot.core.rules import (
    Rule,
    RuleFacts,
    RuleSet,
    Then,
    When,
    all_matches,
    first_match,
    holds,
    word_hits,
)
from tests.unit.core.situations import probabilities, reading


def rule(name: str = "a rule", **when: object) -> Rule:
    return Rule(name=name, when=When(**when), then=Then())


def hits(text: str, *phrases: str) -> bool:
    return bool(word_hits(RuleSet(unordered=(rule(words=phrases),)), text))


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("There is a GAS LEAK here!", "gas leak"),
        ("gas\nleak?", "gas leak"),
        ("gas-leak", "gas leak"),
        ("help: İNTİHAR", "intihar"),
        ("我家煤气泄漏了", "煤气泄漏"),
        ("ｇａｓ　ｌｅａｋ", "gas leak"),
        ("straße", "STRASSE"),
    ],
)
def test_a_phrase_counts_as_whole_words_in_any_case_and_form(text, phrase):
    assert hits(text, phrase)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("skill myself", "kill myself"),
        ("gas leaks", "gas leak"),
        ("gas is what I leak", "gas leak"),
        ("", "gas leak"),
        ("anything", "!!"),
    ],
)
def test_a_phrase_is_no_substring(text, phrase):
    assert not hits(text, phrase)


def test_every_rule_whose_words_stand_there_is_named():
    rules = RuleSet(
        ordered=(rule("one", words=("gas leak",)),), unordered=(rule("two", words=("leak",)), rule("three"))
    )
    assert word_hits(rules, "a gas leak") == {"one", "two"}


FACTS = RuleFacts(
    channel="x",
    brand="Plum",
    visibility=Visibility.PUBLIC,
    followers=900,
    assessment=Assessment(
        reading=reading(
            probabilities=probabilities(urgent=0.6, flag=0.2, private=0.4), sentiment=Sentiment.NEG
        ),
        entity_counts={EntityKind.CARD: 1, EntityKind.EMAIL: 0},
    ),
    word_hits=frozenset({"a rule"}),
    categories=frozenset({Category.BILLING}),
)


@pytest.mark.parametrize(
    ("holding", "failing"),
    [
        ({"channels": ("x", "bluesky")}, {"channels": ("bluesky",)}),
        ({"brands": ("Plum",)}, {"brands": ("Pear",)}),
        ({"visibility": Visibility.PUBLIC}, {"visibility": Visibility.DIRECT}),
        ({"languages": ("en",)}, {"languages": ("nl",)}),
        ({"kinds": (Kind.PROBLEM,)}, {"kinds": (Kind.PRAISE,)}),
        ({"sentiments": (Sentiment.NEG,)}, {"sentiments": (Sentiment.POS,)}),
        ({"categories": (Category.BILLING,)}, {"categories": (Category.HEALTH,)}),
        ({"entities": (EntityKind.CARD,)}, {"entities": (EntityKind.EMAIL,)}),
        ({"articles": ("charging",)}, {"articles": ("other",)}),
        ({"followers_at_least": 900}, {"followers_at_least": 901}),
        ({"urgent_at_least": 0.6}, {"urgent_at_least": 0.61}),
        ({"flag_at_least": 0.2}, {"flag_at_least": 0.21}),
        ({"private_at_least": 0.4}, {"private_at_least": 0.41}),
        ({"words": ("whatever",)}, None),
    ],
)
def test_each_condition_holds_or_not_by_itself(holding, failing):
    assert holds(rule(**holding), FACTS)
    if failing is not None:
        assert not holds(rule(**failing), FACTS)
        assert not holds(rule(**{**holding, **failing}), FACTS)


def test_a_condition_on_something_unknown_does_not_hold():
    unread = RuleFacts(
        channel="x",
        brand="Plum",
        visibility=Visibility.PUBLIC,
        followers=None,
        assessment=Assessment(reading=None, failure="too slow"),
        word_hits=frozenset(),
    )
    for condition in (
        {"followers_at_least": 0},
        {"urgent_at_least": 0.0},
        {"kinds": tuple(Kind)},
        {"languages": ("en", "und")},
        {"words": ("gas leak",)},
    ):
        assert not holds(rule(**condition), unread)
    assert holds(rule(), unread), "a rule without conditions always holds"


def test_the_first_ordered_match_wins_and_every_unordered_match_runs():
    rules = (rule("no", channels=("bluesky",)), rule("first"), rule("second"))
    assert first_match(rules, FACTS).name == "first"
    assert [match.name for match in all_matches(rules, FACTS)] == ["first", "second"]


def test_two_rules_of_one_name_are_refused():
    with pytest.raises(ValueError, match="name of its own"):
        RuleSet(ordered=(rule("twin"),), unordered=(rule("twin"),))
