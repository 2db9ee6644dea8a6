"""Thresholds, computed from targets and evidence and never typed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import sqrt

from carebot.core.evidence import Evidence

ONE_SIDED_95 = 1.6448536269514722  # standard normal quantile: 95 % of the mass lies below


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What the care lead asks for; shares between 0 and 1.

    ``harmless_sent_away``: of the messages without private data, at most this share is sent to a private place.
    ``private_called_clear``: of the private ones, at most this share is called clear.
    ``answer_precision``: of the automatic answers, at least this share is right.
    ``no_care_precision``: of the messages that are set aside, at least this share needs nobody.
    ``flag_marked_at_most``: of all messages, at most this share is flagged by the model for marketing.
    ``urgent_marked_at_most``: of all messages, at most this share is called urgent by the model.
    """

    harmless_sent_away: float = 0.08
    private_called_clear: float = 0.01
    answer_precision: float = 0.98
    no_care_precision: float = 0.80
    flag_marked_at_most: float = 0.10
    urgent_marked_at_most: float = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A computed threshold and what it rests on.

    ``value`` None means that the evidence never reaches the target, so nothing passes. ``support`` counts the
    examples the bound was computed over.
    """

    name: str
    value: float | None
    target: float
    support: int
    source: str

    def passes(self, score: float) -> bool:
        """Whether a score reaches the threshold."""
        return self.value is not None and score >= self.value


def more_likely_than_not(name: str, share: float) -> Threshold:
    """The threshold of a model that brings no evidence of whom it would mark."""
    return _threshold(name, 0.5, share, 0, "no evidence: more likely than not")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The thresholds that decide: band private from, band doubt from, answer, set aside, flag, urgent from."""

    private: Threshold
    doubt: Threshold
    answer: Threshold
    no_care: Threshold
    flag: Threshold = field(
        default_factory=lambda: more_likely_than_not("flag", Targets().flag_marked_at_most)
    )
    urgent: Threshold = field(
        default_factory=lambda: more_likely_than_not("urgent", Targets().urgent_marked_at_most)
    )


def upper_bound(hits: int, total: int, z: float = ONE_SIDED_95) -> float:
    """Upper end of Wilson's one-sided 95 % interval of a share; 1.0 without examples."""
    return 1.0 if total == 0 else _wilson(hits, total, z)


def lower_bound(hits: int, total: int, z: float = ONE_SIDED_95) -> float:
    """Lower end of Wilson's one-sided 95 % interval of a share; 0.0 without examples."""
    return 0.0 if total == 0 else _wilson(hits, total, -z)


def _wilson(hits: int, total: int, z: float) -> float:
    share = hits / total
    centre = share + z * z / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return min(1.0, max(0.0, (centre + spread) / (1 + z * z / total)))


def _falling(evidence: Evidence) -> list[tuple[float, int, int]]:
    """For each distinct score, falling: (score, how many are true at it, how many are false at it)."""
    pairs = sorted(zip(evidence.scores, evidence.outcomes, strict=True), reverse=True)
    steps = []
    for score, group in groupby(pairs, key=lambda pair: pair[0]):
        outcomes = [outcome for _, outcome in group]
        steps.append((score, sum(outcomes), len(outcomes) - sum(outcomes)))
    return steps


def private_from(evidence: Evidence, share: float) -> Threshold:
    """The lowest score at which at most ``share`` of the harmless messages (bounded) still lie at or above."""
    harmless = sum(1 for outcome in evidence.outcomes if not outcome)
    sent_away, value = 0, None
    for score, _, false in _falling(evidence):
        sent_away += false
        if upper_bound(sent_away, harmless) > share:
            break
        value = score
    return _threshold("private", value, share, harmless, evidence.source)


def doubt_from(evidence: Evidence, share: float) -> Threshold:
    """The highest score below which at most ``share`` of the private messages (bounded) lie.

    Without enough evidence the threshold is 0: everything is at least doubt.
    """
    private = sum(evidence.outcomes)
    below, value = 0, 0.0
    for score, true, _ in reversed(_falling(evidence)):
        if upper_bound(below, private) > share:
            break
        value = score
        below += true
    return _threshold("doubt", value, share, private, evidence.source)


def precise_from(name: str, evidence: Evidence, precision: float, least: int = 30) -> Threshold:
    """The lowest score from which the precision's lower bound reaches the target, over ``least`` examples or more."""
    right, total, value, support = 0, 0, None, 0
    for score, true, false in _falling(evidence):
        right, total = right + true, total + true + false
        if total >= least and lower_bound(right, total) >= precision:
            value, support = score, total
    return _threshold(name, value, precision, support or total, evidence.source)


def marked_from(name: str, evidence: Evidence | None, share: float) -> Threshold:
    """The lowest score at which at most ``share`` of all messages (bounded) lie at or above.

    Without evidence: more likely than not. Of messages that are all unmarked nothing can be told either.
    """
    if evidence is None or not any(evidence.outcomes):
        return more_likely_than_not(name, share)
    marked, value = 0, None
    for score, true, false in _falling(evidence):
        marked += true + false
        if upper_bound(marked, len(evidence.scores)) > share:
            break
        value = score
    return _threshold(name, value, share, len(evidence.scores), evidence.source)


def _not_above(private: Threshold, doubt: Threshold) -> Threshold:
    """Doubt from where private begins at the latest: a model that leaves no doubt has no band for it."""
    if private.value is None or doubt.value is None:
        return doubt
    return replace(doubt, value=min(doubt.value, private.value))


def _threshold(name: str, value: float | None, target: float, support: int, source: str) -> Threshold:
    return Threshold(name=name, value=value, target=target, support=support, source=source)


def thresholds_from(evidence: Mapping[str, Evidence], targets: Targets) -> Thresholds:
    """All thresholds from the evidence that ships with the model, or from reviewed outcomes.

    A curve that is missing yields the most careful threshold: all is doubt, nothing is answered or set aside;
    flagged and urgent is then what is more likely than not.
    """
    none = Evidence(scores=(), outcomes=(), source="no evidence")
    curve = evidence.get("private", none)
    private = private_from(curve, targets.harmless_sent_away)
    return Thresholds(
        private=private,
        doubt=_not_above(private, doubt_from(curve, targets.private_called_clear)),
        answer=precise_from("answer", evidence.get("answer", none), targets.answer_precision),
        no_care=precise_from("no_care", evidence.get("no_care", none), targets.no_care_precision),
        flag=marked_from("flag", evidence.get("flag"), targets.flag_marked_at_most),
        urgent=marked_from("urgent", evidence.get("urgent"), targets.urgent_marked_at_most),
    )
