"""From people's verdicts to the evidence that the answer threshold is computed from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carebot.core.evidence import Evidence
from carebot.core.records import AnswerReview, Verdict
from carebot.core.thresholds import lower_bound

ENOUGH = 150  # reviews; with all of them right, the precision is at least 98 % (one-sided 95 % bound)
DRAWN = 0.02  # the share of the abstained answers that is put up for review


def counted(reviews: Sequence[AnswerReview]) -> tuple[AnswerReview, ...]:
    """The reviews that count: the suggested answers', and the drawn ones' once there are enough of those alone.

    Suggested answers are all put up for review, abstained ones by chance: a few of them say nothing yet about
    the many that they stand for, and must not lower the threshold.
    """
    drawn = tuple(review for review in reviews if not review.was_suggested)
    suggested = tuple(review for review in reviews if review.was_suggested)
    return (*suggested, *drawn) if len(drawn) >= ENOUGH else suggested


def reviewed_evidence(reviews: Sequence[AnswerReview]) -> Evidence | None:
    """Confidences and whether the answer was right; None until enough were reviewed.

    A wrong answer that was drawn counts for all those that it stands for. ``sensitive`` is wrong: such a
    message must not be answered by the bot.
    """
    count = counted(reviews)
    if len(count) < ENOUGH:
        return None
    pairs = [
        (review.confidence, review.verdict is Verdict.RIGHT)
        for review in count
        for _ in range(_weight(review))
    ]
    return Evidence(
        scores=tuple(score for score, _ in pairs),
        outcomes=tuple(outcome for _, outcome in pairs),
        source=f"{len(count):,} reviewed answers",
    )


def evidence_with_reviews(
    shipped: Mapping[str, Evidence], reviews: Sequence[AnswerReview]
) -> Mapping[str, Evidence]:
    """The evidence that ships with the model, with the answer's replaced once enough were reviewed here."""
    reviewed = reviewed_evidence(reviews)
    return shipped if reviewed is None else {**shipped, "answer": reviewed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the reviews have come. ``bound``: the precision is at least this, as far as is known now.

    ``bound_then``: what it will be when all the missing ones are right. ``not_counted``: verdicts on drawn
    answers, which are too few yet.
    """

    reviewed: int
    right: int
    missing: int
    bound: float
    bound_then: float
    not_counted: int


def progress(reviews: Sequence[AnswerReview]) -> Progress:
    """Count what counts."""
    count = counted(reviews)
    right = sum(review.verdict is Verdict.RIGHT for review in count)
    missing = max(0, ENOUGH - len(count))
    return Progress(
        reviewed=len(count),
        right=right,
        missing=missing,
        bound=lower_bound(right, len(count)),
        bound_then=lower_bound(right + missing, len(count) + missing),
        not_counted=len(reviews) - len(count),
    )


def _weight(review: AnswerReview) -> int:
    is_right = review.verdict is Verdict.RIGHT
    return 1 if review.was_suggested or is_right else round(1 / DRAWN)
