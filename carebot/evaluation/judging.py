"""Reads openings as triage reads messages: find personal data, mask it, classify, tell the band."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

from carebot.core.article import Article
from carebot.core.assessment import Assessment, Band, Reading
from carebot.core.bands import band_of
from carebot.core.care import Care
from carebot.core.channel_rules import ChannelRules
from carebot.core.finding import Finding
from carebot.core.message import Visibility
from carebot.core.ports import Classifier, Recognizer
from carebot.core.situation import Situation, route_of
from carebot.core.thresholds import Threshold, Thresholds
from carebot.errors import ClassifierError
from carebot.evaluation.conversations import Conversation

Mask = Callable[[str, Sequence[Finding]], str]
WORKERS = max(1, min(4, os.cpu_count() or 1))
_CHANNEL = ChannelRules(name="evaluation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One opening and what was said of it.

    ``masked`` None: it could not be searched for personal data. ``reading`` None: it could not be read, and
    ``failure`` says why. ``answered``: the best article is sure enough, whatever the band. ``seconds`` is how
    long this one took.
    """

    conversation: Conversation
    findings: tuple[Finding, ...]
    masked: str | None
    reading: Reading | None
    failure: str | None
    band: Band
    answered: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything that was judged, in the order of the file, with the time that it took."""

    judged: tuple[Judged, ...]
    seconds: float
    workers: int


def in_force(thresholds: Thresholds) -> tuple[Threshold, ...]:
    """Those that an evaluation goes by."""
    return (thresholds.private, thresholds.doubt, thresholds.answer, thresholds.flag, thresholds.urgent)


class Judge:
    """The parts that triage reads with. A message that cannot be read is in doubt, as in service."""

    def __init__(
        self,
        *,
        recognizer: Recognizer,
        mask: Mask,
        classifier: Classifier,
        care: Care,
        thresholds: Thresholds,
        workers: int = WORKERS,
    ) -> None:
        self._recognizer = recognizer
        self._mask = mask
        self._classifier = classifier
        self._care = care
        self._thresholds = thresholds
        self._workers = workers

    def use_articles(self, articles: Sequence[Article]) -> None:
        """Answer from these; loads the model. Raises ClassifierError when there is none."""
        self._classifier.use_articles(articles)
        self._warm_up()

    def __call__(
        self, conversations: Sequence[Conversation], *, progress: Callable[[], None] = lambda: None
    ) -> Run:
        """Judge openings side by side; the results do not depend on one another, nor on the threads."""
        pool = ThreadPoolExecutor(self._workers, "evaluation", initializer=self._warm_up_quietly)
        try:
            began = perf_counter()
            judged = tuple(self._counted(pool.map(self._judge, conversations), progress))
            return Run(judged=judged, seconds=perf_counter() - began, workers=self._workers)
        finally:
            pool.shutdown(cancel_futures=True)  # Ctrl+C does not wait for what was not begun

    def _counted(self, results: Iterator[Judged], progress: Callable[[], None]) -> Iterator[Judged]:
        for result in results:
            progress()
            yield result

    def _warm_up(self) -> None:
        self._classifier.classify("hello", entity_counts={}, brand=None)

    def _warm_up_quietly(self) -> None:
        with suppress(Exception):  # what it trips over, messages trip over too, and are counted
            self._warm_up()

    def _judge(self, one: Conversation) -> Judged:
        began = perf_counter()
        findings, masked = self._masked(one.opening)
        assessment = self._assessed(masked, findings, one.brand)
        band = self._band(assessment, one.brand or "")
        answer = assessment.reading.answer if assessment.reading else None
        return Judged(
            conversation=one,
            findings=findings,
            masked=masked,
            reading=assessment.reading,
            failure=assessment.failure,
            band=band,
            answered=answer is not None and self._thresholds.answer.passes(answer.confidence),
            seconds=perf_counter() - began,
        )

    def _masked(self, text: str) -> tuple[tuple[Finding, ...], str | None]:
        """What was found, without the brand's own contacts, and the text without it."""
        allowed = self._care.allow_list
        try:
            found = self._recognizer.find(text)
            findings = tuple(
                each for each in found if not allowed.allows(each.kind, text[each.start : each.end])
            )
            return findings, self._mask(text, findings)
        except Exception:  # noqa: BLE001 - whatever a recognizer trips over: triage leaves it to people, too
            return (), None

    def _assessed(self, masked: str | None, findings: tuple[Finding, ...], brand: str | None) -> Assessment:
        if masked is None:
            return Assessment(reading=None, failure="it could not be searched for personal data")
        counts = dict(Counter(each.kind for each in findings))
        try:
            reading = self._classifier.classify(masked, entity_counts=counts, brand=brand)
        except ClassifierError as error:
            return Assessment(reading=None, failure=str(error), entity_counts=counts)
        except Exception as error:  # noqa: BLE001 - any fault of a model means doubt
            failure = f"the classifier failed ({type(error).__name__})"
            return Assessment(reading=None, failure=failure, entity_counts=counts)
        return Assessment(reading=reading, entity_counts=counts)

    def _band(self, assessment: Assessment, brand: str) -> Band:
        """The band by itself, as the policy tells it before rules and the case raise it."""
        situation = Situation(
            channel=_CHANNEL,
            brand=brand,
            visibility=Visibility.PUBLIC,
            assessment=assessment,
            route=route_of(assessment),
        )
        return band_of(
            situation, self._care.policy(self._thresholds, brand=brand, channel=_CHANNEL.name)
        ).band
