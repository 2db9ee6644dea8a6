"""From what was judged to figures: one function a section."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import numpy as np

from carebot.classifier.text import plain
from carebot.core.assessment import Band, Category, Reading
from carebot.core.thresholds import Threshold, Thresholds
from carebot.evaluation.answering import answer_figures
from carebot.evaluation.bootstrap import Flags, Floats, precision_at, ranking, share
from carebot.evaluation.calibrating import calibration_figures
from carebot.evaluation.conversations import Conversation
from carebot.evaluation.figures import (
    BandShares,
    CategoryFigures,
    Choice,
    Evaluation,
    Figures,
    LanguageFigures,
    PersonalData,
    Sensitivity,
    Speed,
    YesNo,
)
from carebot.evaluation.judging import Judged, Run

LONG_FROM = 5  # words
# Scripts that put no space between words: Thai, Lao, Burmese, Khmer, kana, Chinese characters. Two signs are a word.
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def evaluation(run: Run, *, model: str, thresholds: Thresholds) -> Evaluation:
    """Everything, at the thresholds in force."""
    judged = run.judged
    languages = sorted({one.conversation.language for one in judged} - {None}, key=str)
    by_language = {
        str(language): figures([one for one in judged if one.conversation.language == language], thresholds)
        for language in languages
    }
    return Evaluation(
        model=model,
        figures=figures(judged, thresholds),
        languages=by_language if len(languages) > 1 else {},
        speed=_speed(run),
    )


def figures(judged: Sequence[Judged], thresholds: Thresholds) -> Figures:
    """The figures over these conversations."""
    return Figures(
        count=len(judged),
        unread=sum(one.reading is None for one in judged),
        sensitivity=_sensitivity(judged),
        categories=_categories(judged),
        personal_data=_personal_data(judged),
        kind=_choice(judged, lambda one: one.kind, lambda reading: reading.kind),
        sentiment=_choice(judged, lambda one: one.sentiment, lambda reading: reading.sentiment),
        urgent=_yes_no(judged, "urgent", thresholds.urgent),
        flag=_yes_no(judged, "flag", thresholds.flag),
        flag_reason=_choice(judged, lambda one: one.flag_reason, lambda reading: reading.flag_reason),
        language=_language(judged),
        answers=answer_figures(judged, thresholds.answer),
        calibration=calibration_figures(judged),
    )


def _sensitivity(judged: Sequence[Judged]) -> Sensitivity | None:
    known = [one for one in judged if one.conversation.private is not None]
    if not known:
        return None
    private = _flags(one.conversation.private for one in known)
    read = [one for one in known if one.reading is not None]
    truth, scores = _flags(one.conversation.private for one in read), _scores(read, "private")
    return Sensitivity(
        count=len(known),
        private=int(private.sum()),
        auroc=ranking(truth, scores),
        precision_at_95_recall=precision_at(truth, scores, 0.95),
        bands={band: _band_shares(_flags(one.band is band for one in known), private) for band in Band},
    )


def _band_shares(inside: Flags, private: Flags) -> BandShares:
    return BandShares(harmless=share(inside, ~private), private=share(inside, private), all=share(inside))


def _categories(judged: Sequence[Judged]) -> Mapping[str, CategoryFigures] | None:
    known = [one for one in judged if one.conversation.categories is not None and one.reading is not None]
    if not known:
        return None
    made = {}
    for category in Category:
        truth = _flags(category in (one.conversation.categories or ()) for one in known)
        auroc = ranking(truth, _scores(known, category))
        made[str(category)] = CategoryFigures(count=len(known), true=int(truth.sum()), auroc=auroc)
    return made


def _personal_data(judged: Sequence[Judged]) -> PersonalData | None:
    known = [one for one in judged if one.conversation.exposes_pii is not None and one.masked is not None]
    if not known:
        return None
    truth = _flags(one.conversation.exposes_pii for one in known)
    found = _flags(bool(one.findings) for one in known)
    read = [one for one in known if one.reading is not None]
    return PersonalData(
        count=len(known),
        true=int(truth.sum()),
        recall=share(found, truth),
        precision=share(truth, found),
        auroc=ranking(_flags(one.conversation.exposes_pii for one in read), _scores(read, "exposes_pii")),
    )


def _choice(
    judged: Sequence[Judged],
    label: Callable[[Conversation], str | None],
    said: Callable[[Reading], str | None],
) -> Choice | None:
    pairs = [
        (str(label(one.conversation)), str(said(one.reading)))
        for one in judged
        if one.reading is not None and label(one.conversation) is not None and said(one.reading) is not None
    ]
    if not pairs:
        return None
    right = _flags(one == other for one, other in pairs)
    return Choice(count=len(pairs), accuracy=share(right), confusion=_confusion(pairs))


def _confusion(pairs: Sequence[tuple[str, str]]) -> Mapping[str, Mapping[str, int]]:
    """Labels down, what was said across; both have the same names, so that the diagonal is right."""
    counts = Counter(pairs)
    names = sorted({name for pair in pairs for name in pair})
    return {label: {said: counts[label, said] for said in names} for label in names}


def _yes_no(judged: Sequence[Judged], head: Literal["urgent", "flag"], threshold: Threshold) -> YesNo | None:
    known = [one for one in judged if getattr(one.conversation, head) is not None and one.reading is not None]
    if not known:
        return None
    truth, scores = _flags(getattr(one.conversation, head) for one in known), _scores(known, head)
    marked = _flags(threshold.passes(score) for score in scores)
    return YesNo(
        count=len(known),
        true=int(truth.sum()),
        threshold=threshold.value,
        recall=share(marked, truth),
        precision=share(truth, marked),
        marked=share(marked),
        auroc=ranking(truth, scores),
    )


def _language(judged: Sequence[Judged]) -> LanguageFigures | None:
    pairs = [
        (one.conversation.language, one.reading.language, words_in(one.masked or "") >= LONG_FROM)
        for one in judged
        if one.conversation.language is not None and one.reading is not None
    ]
    if not pairs:
        return None
    right = _flags(label == said for label, said, _ in pairs)
    return LanguageFigures(
        count=len(pairs),
        accuracy=share(right),
        accuracy_five_words=share(right, _flags(is_long for _, _, is_long in pairs)),
        confusion=_confusion([(label, said) for label, said, _ in pairs]),
    )


def words_in(masked_text: str) -> int:
    """Words of a text, without handles; two signs of a script without spaces are one."""
    text = plain(masked_text)
    return len(_SPACELESS.sub(" ", text).split()) + len(_SPACELESS.findall(text)) // 2


def _speed(run: Run) -> Speed:
    each = np.array([one.seconds for one in run.judged]) * 1000
    return Speed(
        messages_per_second=round(len(each) / max(run.seconds, 1e-9), 1),
        p50_ms=round(float(np.percentile(each, 50)), 2),
        p95_ms=round(float(np.percentile(each, 95)), 2),
        seconds=round(run.seconds, 2),
        threads=run.workers,
    )


def _flags(values: Iterable[bool | None]) -> Flags:
    return np.array([bool(value) for value in values], dtype=np.bool_)


def _scores(read: Sequence[Judged], head: str) -> Floats:
    return np.array([getattr(one.reading.probabilities, head) for one in read if one.reading], dtype=float)
