"""The band of a message: the bot may answer, people look first, or it is for a private place."""

from __future__ import annotations

from dataclasses import dataclass

from carebot.core.assessment import Band
from carebot.core.decision import ThresholdUse
from carebot.core.languages import UNDETERMINED, is_supported, language_name
from carebot.core.situation import PolicySettings, Situation
from carebot.core.thresholds import Threshold

_ORDER = (Band.CLEAR, Band.DOUBT, Band.PRIVATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BandFinding:
    """A band and why."""

    band: Band
    reason: str
    uses: tuple[ThresholdUse, ...] = ()


def highest(*bands: Band) -> Band:
    """The most careful of several bands."""
    return max(bands, key=_ORDER.index)


def use(threshold: Threshold, score: float) -> ThresholdUse:
    """Record one comparison of a score with a threshold."""
    return ThresholdUse(
        name=threshold.name,
        score=score,
        threshold=threshold.value,
        target=threshold.target,
        support=threshold.support,
        source=threshold.source,
    )


def band_of(situation: Situation, settings: PolicySettings) -> BandFinding:
    """The band of this message by itself: rules and the case can only raise it afterwards."""
    found = sorted(kind for kind, count in situation.assessment.entity_counts.items() if count)
    if found:
        names = ", ".join(kind.replace("_", " ") for kind in found)
        return BandFinding(band=Band.PRIVATE, reason=f"the text carries personal data ({names})")
    if situation.reading is None:
        return BandFinding(
            band=Band.DOUBT, reason=f"the classifier could not read it: {situation.assessment.failure}"
        )
    return _by_probability(situation, settings)


def _by_probability(situation: Situation, settings: PolicySettings) -> BandFinding:
    reading = situation.reading
    assert reading is not None
    score, limits = reading.probabilities.private, settings.thresholds
    uses = (use(limits.private, score), use(limits.doubt, score))
    # A language that no model of ours was trained on has scores that mean nothing, in either direction.
    if not is_supported(reading.language):
        return BandFinding(band=Band.DOUBT, reason=_unread(situation, reading.language), uses=uses)
    if limits.private.passes(score):
        reason = f"it needs this customer's own data ({score:.0%} likely)"
        return BandFinding(band=Band.PRIVATE, reason=reason, uses=uses)
    if limits.doubt.passes(score):
        reason = f"it may need this customer's own data ({score:.0%} likely)"
        return BandFinding(band=Band.DOUBT, reason=reason, uses=uses)
    if situation.has_unread_media:
        return BandFinding(band=Band.DOUBT, reason=_IMAGE, uses=uses)
    if situation.route.people_first is not None:
        return BandFinding(band=Band.DOUBT, reason=situation.route.people_first, uses=uses)
    return BandFinding(band=Band.CLEAR, reason="nothing of it is this customer's own data", uses=uses)


_IMAGE = "an image that nobody has read came with it"


def _unread(situation: Situation, language: str) -> str:
    if language != UNDETERMINED:
        return f"it is in {language_name(language)}, a language that is not read with confidence"
    return _IMAGE if situation.has_unread_media else "its language could not be told"
