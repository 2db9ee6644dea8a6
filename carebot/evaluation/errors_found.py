"""The worst errors of an evaluation, for people to read: masked texts only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from carebot.core.assessment import Band, Reading
from carebot.core.thresholds import Threshold, Thresholds
from carebot.evaluation.answering import asked, confidence, is_right
from carebot.evaluation.judging import Judged

MOST_SHOWN = 10
LONGEST = 280  # characters of a text
HIDDEN = "(not shown: it exposes personal data that was not found, so it could not be masked)"
UNSEARCHED = "(not shown: it could not be searched for personal data)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One wrong judgement: what readers said, what carebot said, and how sure it was."""

    id: str
    label: str
    said: str
    confidence: float | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistakes:
    """The surest wrong judgements of one sort, and how many there are in all."""

    title: str
    total: int
    worst: tuple[Mistake, ...]


def worst_errors(judged: Sequence[Judged], thresholds: Thresholds) -> list[Mistakes]:
    """Every sort of error that happened, the gravest sort first."""
    sorts = (
        ("Private messages that were called clear", _called_clear(judged)),
        ("Harmless messages that were called private", _called_private(judged)),
        ("Personal data that no recognizer found", _not_found(judged)),
        ("Wrong answers, the surest first", _wrong_answers(judged)),
        ("Wrong kinds, the surest first", _wrong_choice(judged, "kind")),
        ("Wrong sentiments, the surest first", _wrong_choice(judged, "sentiment")),
        ("Missed flags, the least likely first", _missed(judged, "flag", thresholds.flag)),
        ("Missed urgency, the least likely first", _missed(judged, "urgent", thresholds.urgent)),
        ("Wrong languages, the surest first", _wrong_choice(judged, "language")),
    )
    listed = [(title, sorted(found, key=lambda pair: pair[0], reverse=True)) for title, found in sorts]
    return [
        Mistakes(title=title, total=len(found), worst=tuple(one for _, one in found[:MOST_SHOWN]))
        for title, found in listed
        if found
    ]


Weighed = Iterator[tuple[float, Mistake]]  # how bad, and what


def shown(one: Judged) -> str:
    """The masked text, shortened; none where something in it is known to be unmasked."""
    if one.masked is None:
        return UNSEARCHED
    if one.conversation.exposes_pii and not one.findings:
        return HIDDEN
    text = " ".join(one.masked.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _mistake(one: Judged, label: object, said: object, confidence: float | None) -> Mistake:
    return Mistake(
        id=one.conversation.id, label=str(label), said=str(said), confidence=confidence, text=shown(one)
    )


def _read(judged: Sequence[Judged]) -> Iterator[tuple[Judged, Reading]]:
    return ((one, one.reading) for one in judged if one.reading is not None)


def _called_clear(judged: Sequence[Judged]) -> Weighed:
    for one, reading in _read(judged):
        if one.conversation.private and one.band is Band.CLEAR:
            score = reading.probabilities.private
            yield 1 - score, _mistake(one, "private", "clear", score)


def _called_private(judged: Sequence[Judged]) -> Weighed:
    for one, reading in _read(judged):
        if one.conversation.private is False and one.band is Band.PRIVATE:
            score = reading.probabilities.private
            found = ", ".join(sorted({each.kind.replace("_", " ") for each in one.findings}))
            said = f"private (found: {found})" if found else "private"
            yield score, _mistake(one, "harmless", said, score)


def _not_found(judged: Sequence[Judged]) -> Weighed:
    for one in judged:
        if one.conversation.exposes_pii and not one.findings:
            score = one.reading.probabilities.exposes_pii if one.reading else None
            yield 1 - (score or 0.0), _mistake(one, "personal data", "none", score)


def _wrong_answers(judged: Sequence[Judged]) -> Weighed:
    for one in asked(judged):
        best = one.reading.answer if one.reading else None
        if best is not None and not is_right(one):
            label = one.conversation.article or "none (out of scope)"
            said = best.slug if one.answered else f"{best.slug} (kept to itself)"
            yield confidence(one), _mistake(one, label, said, best.confidence)


def _wrong_choice(judged: Sequence[Judged], head: str) -> Weighed:
    for one, reading in _read(judged):
        label, said = getattr(one.conversation, head), getattr(reading, head)
        if label is not None and label != said:
            score: float = getattr(reading, f"{head}_confidence")
            yield score, _mistake(one, label, said, score)


def _missed(judged: Sequence[Judged], head: str, threshold: Threshold) -> Weighed:
    for one, reading in _read(judged):
        chance: float = getattr(reading.probabilities, head)
        if getattr(one.conversation, head) and not threshold.passes(chance):
            yield 1 - chance, _mistake(one, head, "not marked", chance)
