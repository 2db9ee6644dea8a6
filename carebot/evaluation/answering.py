"""Figures about answers: is the best article the right one, and is it known when there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from carebot.core.assessment import Band
from carebot.core.thresholds import Threshold
from carebot.evaluation.bootstrap import precision_when_answered, ranking, share
from carebot.evaluation.figures import AnswerFigures
from carebot.evaluation.judging import Judged


def asked(judged: Sequence[Judged]) -> list[Judged]:
    """The conversations that answers are judged with: labelled, read, and with articles to choose from."""
    known = [one for one in judged if one.conversation.has_article_label and one.reading is not None]
    return known if any(one.reading and one.reading.answer for one in known) else []


def is_right(one: Judged) -> bool:
    """Whether the best article is the right one; out of scope none is."""
    best = one.reading.answer if one.reading else None
    return best is not None and best.slug == one.conversation.article


def confidence(one: Judged) -> float:
    """In the best article; 0 where there is none to choose from."""
    best = one.reading.answer if one.reading else None
    return 0.0 if best is None else best.confidence


def answer_figures(judged: Sequence[Judged], threshold: Threshold) -> AnswerFigures | None:
    """The section about answers; None without labelled articles or without a knowledge base."""
    known = asked(judged)
    if not known:
        return None
    inside = np.array([one.conversation.article is not None for one in known])
    right = np.array([is_right(one) for one in known])
    sure = np.array([confidence(one) for one in known])
    answered = np.array([one.answered for one in known])
    sent = answered & np.array([one.band is Band.CLEAR for one in known])
    return AnswerFigures(
        count=len(known),
        answerable=int(inside.sum()),
        out_of_scope=int((~inside).sum()),
        threshold=threshold.value,
        right_when_forced=share(right, inside),
        coverage=share(answered),
        coverage_of_answerable=share(answered, inside),
        precision=share(right, answered),
        coverage_when_clear=share(sent),
        precision_when_clear=share(right, sent),
        precision_at_70_coverage=precision_when_answered(right[inside], inside[inside], sure[inside], 0.70),
        precision_at_70_coverage_of_all=precision_when_answered(right, np.ones_like(inside), sure, 0.70),
        precision_at_half_answered=precision_when_answered(right, inside, sure, 0.50),
        out_of_scope_recall=share(~answered, ~inside),
        out_of_scope_auroc=ranking(inside, sure),
    )
