"""Every figure of an evaluation, by section. A section without a single label is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from carebot.classifier.evaluation import Bin
from carebot.core.assessment import Band
from carebot.evaluation.bootstrap import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class BandShares:
    """Which share of the harmless, of the private and of all messages a band has."""

    harmless: Figure
    private: Figure
    all: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How private and harmless messages are told apart. ``count`` messages, ``private`` of them private."""

    count: int
    private: int
    auroc: Figure
    precision_at_95_recall: Figure
    bands: Mapping[Band, BandShares]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFigures:
    """One sensitive category: ``true`` of ``count`` messages have it."""

    count: int
    true: int
    auroc: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """What the recognizers find of the messages that expose personal data; ``auroc`` is the model's own guess."""

    count: int
    true: int
    recall: Figure
    precision: Figure
    auroc: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several: ``confusion[label][said]`` counts messages."""

    count: int
    accuracy: Figure
    confusion: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo:
    """A mark that is set from ``threshold`` on (None: never); ``marked`` is the share of all that get it."""

    count: int
    true: int
    threshold: float | None
    recall: Figure
    precision: Figure
    marked: Figure
    auroc: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageFigures:
    """How often the language is told right: of all posts, and of those of five words or more."""

    count: int
    accuracy: Figure
    accuracy_five_words: Figure
    confusion: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFigures:
    """Answers from articles, over ``answerable`` and ``out_of_scope`` questions.

    ``right_when_forced``: of the answerable, those whose best article is the right one, sure or not.
    ``coverage`` and ``precision``: at the threshold in force (None: the evidence never reaches the target).
    ``*_when_clear``: those of them that are in the band clear, which alone are answered automatically.
    ``precision_at_70_coverage``: over the surest 70 % of the answerable; ``..._of_all``: of all questions.
    ``precision_at_half_answered``: over all that are as sure as the surer half of the answerable.
    """

    count: int
    answerable: int
    out_of_scope: int
    threshold: float | None
    right_when_forced: Figure
    coverage: Figure
    coverage_of_answerable: Figure
    precision: Figure
    coverage_when_clear: Figure
    precision_when_clear: Figure
    precision_at_70_coverage: Figure
    precision_at_70_coverage_of_all: Figure
    precision_at_half_answered: Figure
    out_of_scope_recall: Figure
    out_of_scope_auroc: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How far a head's confidence lies from what came true: expected calibration error over ten bins."""

    count: int
    error: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All sections over some conversations; ``unread`` could not be read, and are in doubt."""

    count: int
    unread: int
    sensitivity: Sensitivity | None
    categories: Mapping[str, CategoryFigures] | None
    personal_data: PersonalData | None
    kind: Choice | None
    sentiment: Choice | None
    urgent: YesNo | None
    flag: YesNo | None
    flag_reason: Choice | None
    language: LanguageFigures | None
    answers: AnswerFigures | None
    calibration: Mapping[str, Calibration]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How fast it went on this machine, in ``threads`` at once; milliseconds are one message's."""

    messages_per_second: float
    p50_ms: float
    p95_ms: float
    seconds: float
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What ``carebot evaluate`` found. ``languages`` has figures per labelled language where there are several."""

    model: str
    figures: Figures
    languages: Mapping[str, Figures]
    speed: Speed
