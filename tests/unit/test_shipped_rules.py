from __future__ import annotations

import re
from dataclasses import fields

import pytest

from carebot.care_file import default_care, parse_care, shipped_rules, shipped_text
from carebot.core.assessment import Assessment, Band, Kind, Probabilities, Reading, Sentiment
from carebot.core.care import Care
from carebot.core.channel_rules import ChannelRules
from carebot.core.evidence import Evidence
from carebot.core.message import Visibility
from carebot.core.policy import decide
from carebot.core.rules import RuleSet, Then, word_hits
from carebot.core.situation import Situation
from carebot.core.thresholds import thresholds_from
from carebot.core.tiers import PRESETS, Priority, Zone

LANGUAGES = ("en", "nl", "de", "fr", "es", "it", "pt", "ru", "zh", "ja", "pl", "tr", "ar")


def care(body: str, **kwargs: object) -> Care:
    return parse_care("version: 1\n" + body, **kwargs)  # type: ignore[arg-type]


def hits(text: str) -> frozenset[str]:
    return word_hits(shipped_rules(), text)


def test_your_rules_come_behind_the_shipped_ones() -> None:
    read = care("rules: {ordered: [{name: mine, then: {flag: f}}]}")
    assert [rule.name for rule in read.rules.ordered] == ["danger", "identity_theft", "mine"]
    assert read.rules.unordered == shipped_rules().unordered


def test_the_shipped_rules_can_be_left_out() -> None:
    assert care("rules: {defaults: false}").rules == RuleSet()
    assert (
        care("rules: {defaults: no, ordered: [{name: danger, then: {flag: f}}]}").rules.ordered[0].then.flag
        == "f"
    )


def test_danger_goes_to_its_queue_urgently_and_the_bot_is_silent() -> None:
    danger = shipped_rules().ordered[0]
    assert danger.then == Then(
        queue="danger", priority=Priority.URGENT, flag="safety", band=Band.PRIVATE, silent=True
    )


def test_the_shipped_queues_are_in_every_preset() -> None:
    queues = {rule.then.queue for rule in shipped_rules().ordered}
    assert all(plan.has_queue(str(queue)) for plan in PRESETS.values() for queue in queues)


@pytest.mark.parametrize("plan", PRESETS.values(), ids=PRESETS)
def test_a_shipped_queue_speaks_in_the_zone_that_its_rule_moves_to(plan: object) -> None:
    for rule in shipped_rules().ordered:
        assert rule.then.band is Band.PRIVATE
        assert Zone.PRIVATE in plan.queue(rule.then.queue).zones  # type: ignore[attr-defined]


def situation(text: str) -> Situation:
    """A harmless reading of a public post, so that only its words can tell."""
    none = {field.name: 0.0 for field in fields(Probabilities)}
    reading = Reading(
        probabilities=Probabilities(**none),
        kind=Kind.PROBLEM,
        kind_confidence=0.9,
        sentiment=Sentiment.NEG,
        sentiment_confidence=0.9,
        language="en",
        language_confidence=1.0,
        answer=None,
        model="a model",
    )
    return Situation(
        channel=ChannelRules(name="townsquare"),
        brand="acme",
        visibility=Visibility.PUBLIC,
        assessment=Assessment(reading=reading),
        word_hits=hits(text),
    )


@pytest.mark.parametrize(
    ("text", "queue", "priority"),
    [
        ("your charger caught fire", "danger", Priority.URGENT),
        ("somebody opened an account in my name", "fraud", Priority.HIGH),
        ("I'm a reporter", "care", Priority.NORMAL),
        ("my lawyer will write to you", "care", Priority.NORMAL),
    ],
)
def test_a_public_post_goes_to_people_without_a_word(text: str, queue: str, priority: Priority) -> None:
    read = default_care()
    sure = {"private": Evidence(scores=(0.1, 0.9) * 400, outcomes=(False, True) * 400, source="a test")}
    policy = read.policy(thresholds_from(sure, read.targets), brand="acme", channel="townsquare")
    decision = decide(situation(text), policy)
    assert (decision.queue, decision.priority) == (queue, priority)
    assert decision.drafts == ()
    assert decision.silence is not None


def test_danger_has_six_to_twenty_phrases_in_each_language() -> None:
    text = shipped_text("rules.yaml").partition("- name: danger")[2].partition("then:")[0]
    parts = re.split(r"^ +# (\w\w)$", text, flags=re.MULTILINE)[1:]
    counts = {language: body.count("- ") for language, body in zip(parts[::2], parts[1::2], strict=True)}
    assert tuple(counts) == LANGUAGES
    assert all(6 <= count <= 20 for count in counts.values()), counts


@pytest.mark.parametrize(
    "rule", [*shipped_rules().ordered, *shipped_rules().unordered], ids=lambda rule: rule.name
)
def test_each_shipped_phrase_is_given_once_and_found(rule: object) -> None:
    words = rule.when.words  # type: ignore[attr-defined]
    assert len(words) == len(set(words))
    for phrase in words:
        assert rule.name in hits(f"Hello, {phrase}!"), phrase  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "I want to kill myself",
        "There's a GAS LEAK in our flat since your technician left",
        "the charger caught fire last night",
        "Your phone exploded in my hand.",
        "İntihar etmek istiyorum",
        "ich will mich umbringen",
        "手机着火了怎么办",
        "充電器が発火しました",
        "телефон взорвался в руках",
        "جهازكم انفجر في يدي",
    ],
)
def test_danger_to_somebodys_life_is_found(text: str) -> None:
    assert "danger" in hits(text)


@pytest.mark.parametrize(
    "text",
    [
        "your app makes me want to die laughing",
        "my battery dies after an hour",
        "that's a killer feature!",
        "this update is killing me",
        "your support team is on fire today",
        "the servers exploded on launch day",
        "I'd kill for a dark mode",
        "the hero dies in the last episode, no spoilers please",
        "dead on arrival, want my money back",
        "the new album is fire",
        "my feed is a dumpster fire",
        "die App stürzt dauernd ab",
        "cette appli va me tuer",
        "esta app me mata de risa",
        "me muero de hambre, dónde está mi pedido",
        "на экране загорелся индикатор",
        "la batteria muore subito",
        "de batterij gaat dood",
        "笑い死ぬかと思った",
        "bu uygulama beni öldürüyor",
        "aplikacja mnie zabija",
        "descarga la app",
        "a bateria morre rápido",
    ],
)
def test_figures_of_speech_are_no_danger(text: str) -> None:
    assert hits(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("I'm a reporter and I'm writing a story about your outage", "press"),
        ("you will hear from my lawyer", "regulator_or_lawyer"),
        ("Ich nehme mir einen Anwalt, rechtliche Schritte folgen", "regulator_or_lawyer"),
        ("everyone boycott this company", "boycott"),
        ("somebody opened an account in my name", "identity_theft"),
    ],
)
def test_the_other_shipped_rules_find_their_words(text: str, rule: str) -> None:
    assert hits(text) == {rule}
