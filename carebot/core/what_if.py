"""What would have changed a decision: found by changing one thing and running the policy again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from carebot.core.article import ArticleMode
from carebot.core.assessment import Reading
from carebot.core.decision import Decision
from carebot.core.languages import language_name
from carebot.core.message import PostKind, Visibility
from carebot.core.policy import decide
from carebot.core.situation import PolicySettings, Route, Situation
from carebot.core.thresholds import Threshold

_JUST = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """One change that would have led to another decision.

    ``change`` says it in words; ``situation`` and ``settings`` are what the policy was run with, so that
    anybody can run it again.
    """

    change: str
    situation: Situation
    settings: PolicySettings
    decision: Decision


def what_ifs(situation: Situation, settings: PolicySettings) -> tuple[WhatIf, ...]:
    """Every single change, of those a person could understand, that flips band, zone, tier, queue or action."""
    actual = _outcome(decide(situation, settings))
    found = []
    for change, changed, with_settings in _changes(situation, settings):
        decision = decide(changed, with_settings)
        if _outcome(decision) != actual:
            found.append(WhatIf(change=change, situation=changed, settings=with_settings, decision=decision))
    return tuple(found)


def _outcome(decision: Decision) -> tuple[object, ...]:
    return decision.band, decision.zone, decision.tier, decision.queue, decision.action


def _changes(
    situation: Situation, settings: PolicySettings
) -> Iterator[tuple[str, Situation, PolicySettings]]:
    for words, changed in (
        *_of_reading(situation, settings),
        *_of_text(situation),
        *_of_case(situation),
        *_of_place(situation, settings),
    ):
        yield words, changed, settings
    for rule in (*settings.rules.ordered, *settings.rules.unordered):
        rest = replace(
            settings.rules,
            ordered=tuple(r for r in settings.rules.ordered if r is not rule),
            unordered=tuple(r for r in settings.rules.unordered if r is not rule),
        )
        yield f"without the rule {rule.name}", situation, replace(settings, rules=rest)
    if settings.mode is not ArticleMode.AUTO:
        yield "if the bot's mode were auto", situation, replace(settings, mode=ArticleMode.AUTO)


def _of_reading(situation: Situation, settings: PolicySettings) -> Iterator[tuple[str, Situation]]:
    reading = situation.reading
    if reading is None:
        return
    for limit in (settings.thresholds.private, settings.thresholds.doubt):
        for score, words in _other_side(limit.value, reading.probabilities.private):
            probabilities = replace(reading.probabilities, private=score)
            yield (
                f"if private were {words} {limit.value:.1%} (the threshold of band {limit.name})",
                _with_reading(situation, replace(reading, probabilities=probabilities)),
            )
    if reading.answer is not None and situation.article is not None:
        limit = settings.thresholds.answer
        for score, words in _other_side(limit.value, reading.answer.confidence):
            candidate = replace(reading.answer, confidence=score)
            yield (
                f"if the article {candidate.slug} were {words} {limit.value:.1%} sure",
                _with_reading(situation, replace(reading, answer=candidate)),
            )
    for name, word in (("flag", "flagged"), ("urgent", "urgent")):
        threshold: Threshold = getattr(settings.thresholds, name)
        was = threshold.passes(getattr(reading.probabilities, name))
        probabilities = replace(reading.probabilities, **{name: 0.0 if was else 1.0})
        yield (
            f"if it were {'not ' if was else ''}{word}",
            _with_reading(situation, replace(reading, probabilities=probabilities)),
        )
    if reading.language not in settings.languages and settings.languages:
        language = "en" if "en" in settings.languages else min(settings.languages)
        yield (
            f"if it were in {language_name(language)}",
            _with_reading(situation, replace(reading, language=language)),
        )


def _other_side(threshold: float | None, score: float) -> Iterator[tuple[float, str]]:
    """The nearest score on the threshold's other side, and on which side that is; none without a threshold."""
    if threshold is None:
        return
    if score >= threshold and threshold > 0:
        yield max(0.0, threshold - _JUST), "below"
    elif score < threshold:
        yield threshold, "at"


def _of_text(situation: Situation) -> Iterator[tuple[str, Situation]]:
    if situation.assessment.exposes_entities:
        yield (
            "without the personal data in the text",
            replace(situation, assessment=replace(situation.assessment, entity_counts={})),
        )
    if situation.route != Route():
        yield f"if it were not about {situation.route.queue}", replace(situation, route=Route())
    for command in situation.commands:
        yield (
            f"if the customer had not asked for “{command}”",
            replace(situation, commands=situation.commands - {command}),
        )
    if situation.has_unread_media:
        yield "without the image", replace(situation, has_unread_media=False)
    if situation.missing_details:
        yield "if product and platform were named", replace(situation, missing_details=())
    for rule in situation.word_hits:
        yield (
            f"without the words of the rule {rule}",
            replace(situation, word_hits=situation.word_hits - {rule}),
        )


def _of_case(situation: Situation) -> Iterator[tuple[str, Situation]]:
    case = situation.case
    if not situation.bot_is_awake:
        yield "if automatic text were not stopped", replace(situation, bot_is_awake=True)
    if situation.person_has_spoken:
        yield "if no person had spoken", replace(situation, person_has_spoken=False)
    if situation.is_silenced:
        yield "if the customer had not said stop", replace(situation, is_silenced=False)
    if case is None:
        return
    yield "if it were a customer's first message", replace(situation, case=None)
    if case.automatic_texts:
        yield (
            "if the bot had not spoken since the customer's last message",
            replace(situation, case=replace(case, automatic_texts=0)),
        )
    if case.is_flagged:
        yield "if the case were not flagged", replace(situation, case=replace(case, is_flagged=False))
    if case.invited_lately:
        yield (
            "if the customer had not been invited lately",
            replace(situation, case=replace(case, invited_lately=False)),
        )


def _of_place(situation: Situation, settings: PolicySettings) -> Iterator[tuple[str, Situation]]:
    if situation.visibility is Visibility.PUBLIC:
        yield "in a direct message", replace(situation, visibility=Visibility.DIRECT)
    else:
        yield "in public", replace(situation, visibility=Visibility.PUBLIC)
    if not situation.summons:
        yield "if the customer had mentioned us", replace(situation, summons=True)
    if situation.post_kind is PostKind.REPOST:
        yield "if it were not a repost", replace(situation, post_kind=PostKind.POST)
    if situation.by_other_bot:
        yield "if a person had written it", replace(situation, by_other_bot=False)
    reach = settings.reach
    if (situation.followers or 0) >= reach:
        yield f"with fewer than {reach} followers", replace(situation, followers=reach - 1)
    else:
        yield f"with {reach} followers", replace(situation, followers=reach)
    article = situation.article
    if article is not None and article.mode is not ArticleMode.AUTO:
        yield (
            f"if the article {article.slug} were in the mode auto",
            replace(situation, article=replace(article, mode=ArticleMode.AUTO)),
        )


def _with_reading(situation: Situation, reading: Reading) -> Situation:
    return replace(situation, assessment=replace(situation.assessment, reading=reading))
