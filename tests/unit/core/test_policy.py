"""What the policy promises whatever comes; the transcripts in tests/acceptance show its lines one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from carebot.core.article import ArticleMode
from carebot.core.assessment import Assessment, Band, FlagReason, Kind
from carebot.core.commands import Command
from carebot.core.decision import Action
from carebot.core.finding import EntityKind
from carebot.core.languages import SUPPORTED
from carebot.core.message import Visibility
from carebot.core.policy import decide, why_silent
from carebot.core.rules import Rule, RuleSet, Then, When
from carebot.core.situation import BestArticle
from carebot.core.tiers import PRESETS, Priority, Zone
from tests.unit.core.situations import (
    MASTODON,
    SETTINGS,
    THRESHOLDS,
    X,
    facts,
    probabilities,
    reading,
    situation,
    situations,
    threshold,
)


def said(decision):
    return [draft for draft in decision.drafts if not draft.for_agent]


@given(situations)
def test_every_message_is_decided_and_every_case_has_a_queue_that_exists(any_situation):
    decision = decide(any_situation, SETTINGS)
    assert decision.reason
    if decision.action not in (Action.ANSWER, Action.NO_CASE):
        assert SETTINGS.plan.has_queue(decision.queue)


@given(situations)
def test_a_private_message_is_never_answered_and_never_lost(any_situation):
    decision = decide(any_situation, SETTINGS)
    if decision.band is Band.PRIVATE and decision.rule not in ("not_a_customer", "thanks"):
        assert decision.zone is Zone.PRIVATE
        assert decision.action not in (Action.ANSWER, Action.SUGGEST, Action.NO_CASE)
        assert Zone.PRIVATE in SETTINGS.plan.queue(decision.queue).zones


@given(situations)
def test_nothing_automatic_is_said_in_doubt(any_situation):
    decision = decide(any_situation, SETTINGS)
    if decision.band is Band.DOUBT and decision.rule != "stop":
        assert not said(decision)


@given(situations)
def test_the_bot_says_at_most_one_text_and_none_when_it_may_not_speak(any_situation):
    decision = decide(any_situation, SETTINGS)
    assert len(said(decision)) <= 1
    if why_silent(any_situation):
        assert not said(decision)


@given(situations)
def test_a_tier_never_falls(any_situation):
    before = any_situation.case.tier if any_situation.case else 0
    assert decide(any_situation, SETTINGS).tier >= before


@given(situations)
def test_with_the_mode_suggest_no_article_is_ever_sent(any_situation):
    decision = decide(any_situation, replace(SETTINGS, mode=ArticleMode.SUGGEST))
    assert not any(draft.article for draft in said(decision))


@pytest.mark.parametrize(("preset", "tier"), [("full", 2), ("small", 1), ("solo", 1)])
def test_the_preset_says_which_tier_private_cases_have(preset, tier):
    private = situation(reading(probabilities=probabilities(private=0.9)))
    assert decide(private, replace(SETTINGS, plan=PRESETS[preset])).tier == tier


def test_without_evidence_nothing_is_answered_and_everything_is_doubt():
    limits = replace(
        SETTINGS.thresholds,
        private=threshold("private", None),
        doubt=threshold("doubt", 0.0),
        answer=threshold("answer", None),
    )
    assert decide(situation(), replace(SETTINGS, thresholds=limits)).band is Band.DOUBT
    open_doubt = replace(limits, doubt=threshold("doubt", 1.0))
    assert decide(situation(), replace(SETTINGS, thresholds=open_doubt)).action is Action.HAND_OFF


def test_a_failed_classifier_means_doubt_but_a_card_number_is_still_private():
    failed = Assessment(reading=None, failure="the classifier took longer than 2 s")
    assert decide(situation(assessment=failed), SETTINGS).rule == "doubt"
    with_card = replace(failed, entity_counts={EntityKind.CARD: 1})
    assert decide(situation(assessment=with_card), SETTINGS).action is Action.INVITE


def test_a_rule_can_raise_a_band_but_not_lower_it():
    private = situation(reading(probabilities=probabilities(private=0.9)))
    lower = Rule(name="calm", when=When(), then=Then(band=Band.CLEAR))
    settings = replace(SETTINGS, rules=RuleSet(ordered=(lower,)))
    assert decide(private, settings).band is Band.PRIVATE
    raising = Rule(name="careful", when=When(), then=Then(band=Band.PRIVATE))
    assert decide(situation(), replace(SETTINGS, rules=RuleSet(ordered=(raising,)))).band is Band.PRIVATE


def test_the_first_ordered_rule_wins_and_all_unordered_rules_run():
    first = Rule(name="first", when=When(), then=Then(priority=Priority.HIGH))
    second = Rule(name="second", when=When(), then=Then(priority=Priority.URGENT))
    rules = RuleSet(
        ordered=(first, second),
        unordered=(
            Rule(name="a", when=When(), then=Then(label="a")),
            Rule(name="b", when=When(), then=Then(label="b")),
        ),
    )
    decision = decide(situation(), replace(SETTINGS, rules=rules))
    assert decision.priority is Priority.HIGH
    assert decision.labels == {"a", "b"}


def test_on_x_only_somebody_who_mentioned_us_is_answered():
    summoned = situation(channel=X)
    assert decide(summoned, SETTINGS).action is Action.ANSWER
    decision = decide(replace(summoned, summons=False), SETTINGS)
    assert decision.action is Action.SUGGEST
    assert "mentioned or quoted" in decision.silence


def test_a_mastodon_direct_post_is_not_a_private_place():
    private = situation(
        reading(probabilities=probabilities(private=0.9)), channel=MASTODON, visibility=Visibility.DIRECT
    )
    assert decide(private, SETTINGS).rule == "no_private_place"
    with_contact = replace(SETTINGS, private_contact="care@plum.example")
    assert decide(private, with_contact).action is Action.INVITE


def test_praise_goes_to_marketing_but_not_out_of_an_agents_hands():
    praise = situation(reading(kind=Kind.PRAISE, answer=None), article=None)
    assert decide(praise, SETTINGS).labels == {"delight"}
    assert decide(replace(praise, case=facts()), SETTINGS).action is not Action.NO_CASE


def test_stop_silences_and_human_hands_over_in_every_band():
    for private in (0.01, 0.5, 0.9):
        read = reading(probabilities=probabilities(private=private))
        stop = decide(situation(read, commands=frozenset({Command.STOP})), SETTINGS)
        assert stop.silences_bot
        assert stop.action is Action.HAND_OFF
        human = decide(situation(read, commands=frozenset({Command.HUMAN})), SETTINGS)
        assert human.action in (Action.HAND_OFF, Action.INVITE)


def flagging(**changes):
    return reading(
        probabilities=probabilities(flag=0.3, urgent=0.3), flag_reason=FlagReason.SECURITY, **changes
    )


def with_marks(value: float):
    return replace(
        SETTINGS,
        thresholds=replace(THRESHOLDS, flag=threshold("flag", value), urgent=threshold("urgent", value)),
    )


def test_the_computed_threshold_flags_with_the_models_reason_and_is_cited():
    seen = situation(assessment=Assessment(reading=flagging()))
    marked, unmarked = decide(seen, with_marks(0.25)), decide(seen, with_marks(0.35))
    assert (marked.flag_reasons, marked.priority) == (frozenset({"security"}), Priority.HIGH)
    assert [use.name for use in marked.thresholds if use.is_reached] == ["flag", "urgent"]
    assert (unmarked.flag_reasons, unmarked.priority) == (frozenset(), Priority.NORMAL)
    assert not {"flag", "urgent"} & {use.name for use in unmarked.thresholds}


@pytest.mark.parametrize(
    ("language", "band"),
    [*((code, Band.CLEAR) for code in SUPPORTED), ("sv", Band.DOUBT), ("und", Band.DOUBT)],
)
def test_a_language_that_is_not_read_is_doubt(language, band):
    decision = decide(situation(assessment=Assessment(reading=reading(language=language))), SETTINGS)
    assert decision.band is band
    assert ("Swedish" in decision.reason) is (language == "sv")


def test_an_article_without_the_customers_language_names_it():
    best = BestArticle(slug="charging", mode=ArticleMode.AUTO, in_language=False, fits=False)
    seen = situation(assessment=Assessment(reading=reading(language="pl")), article=best)
    decision = decide(seen, SETTINGS)
    assert (decision.action, decision.band, decision.drafts) == (Action.HAND_OFF, Band.CLEAR, ())
    assert decision.reason.startswith("the customer wrote in Polish, and no article in that language")
