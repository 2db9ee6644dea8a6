"""How far each head's confidence can be taken at its word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from carebot.classifier.evaluation import calibration_error, reliability
from carebot.core.assessment import Category, Reading
from carebot.evaluation.answering import asked, confidence, is_right
from carebot.evaluation.conversations import Conversation
from carebot.evaluation.figures import Calibration
from carebot.evaluation.judging import Judged

Said = tuple[float, bool]  # a confidence, and whether it came true


def calibration_figures(judged: Sequence[Judged]) -> Mapping[str, Calibration]:
    """One row for each head that has labels: yes-or-no heads, then the confidence in each choice."""
    read = [(one.conversation, one.reading) for one in judged if one.reading is not None]
    by_head: dict[str, list[Said]] = {}
    for conversation, reading in read:
        for head, said in (*_marks(conversation, reading), *_choices(conversation, reading)):
            by_head.setdefault(head, []).append(said)
    answers = [(confidence(one), is_right(one)) for one in asked(judged)]
    if answers:
        by_head["answer"] = answers
    return {head: _calibration(pairs) for head, pairs in by_head.items()}


def _marks(one: Conversation, reading: Reading) -> Iterator[tuple[str, Said]]:
    said = reading.probabilities
    if one.private is not None:
        yield "private", (said.private, one.private)
    if one.categories is not None:
        for category in Category:
            yield category, (said.of(category), category in one.categories)
    if one.exposes_pii is not None:
        yield "exposes_pii", (said.exposes_pii, one.exposes_pii)
    if one.urgent is not None:
        yield "urgent", (said.urgent, one.urgent)
    if one.flag is not None:
        yield "flag", (said.flag, one.flag)


def _choices(one: Conversation, reading: Reading) -> Iterator[tuple[str, Said]]:
    if one.kind is not None:
        yield "kind", (reading.kind_confidence, reading.kind is one.kind)
    if one.sentiment is not None:
        yield "sentiment", (reading.sentiment_confidence, reading.sentiment is one.sentiment)
    if one.language is not None:
        yield "language", (reading.language_confidence, reading.language == one.language)
    if one.flag_reason is not None and reading.flag_reason is not None:
        yield "flag_reason", (reading.flag_reason_confidence, reading.flag_reason is one.flag_reason)


def _calibration(pairs: Sequence[Said]) -> Calibration:
    said = np.array([confidence for confidence, _ in pairs], dtype=float)
    truth = np.array([came for _, came in pairs], dtype=bool)
    return Calibration(
        count=len(pairs), error=calibration_error(truth, said), bins=tuple(reliability(truth, said))
    )
