"""Read one message: find and mask personal data, classify what is left, within a time limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Lock

from carebot.core.assessment import Assessment, Reading
from carebot.core.commands import Command, commands_in
from carebot.core.finding import EntityKind, Finding
from carebot.core.ports import Classifier, Recognizer
from carebot.core.rules import word_hits
from carebot.errors import ClassifierError, ClassifierTimeoutError
from carebot.services.house import House

Mask = Callable[[str, Sequence[Finding]], str]
Task = Callable[[], Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One message in the classifier's hands, and whose."""

    task: Task
    future: Future[Reading]
    pool: ThreadPoolExecutor


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """Everything that is read off a text; the text itself stays behind.

    ``masked_text`` None: it could not be searched for personal data, so nothing of it may be shown.
    """

    masked_text: str | None
    assessment: Assessment
    commands: frozenset[Command] = frozenset()
    word_hits: frozenset[str] = frozenset()
    missing_details: tuple[str, ...] = ()


class Understand:
    """Reads messages in a few threads. A slow, failing or missing classifier means doubt, never an error."""

    def __init__(
        self,
        *,
        recognizer: Recognizer,
        mask: Mask,
        classifier: Classifier,
        house: House,
        time_limit: timedelta = timedelta(seconds=2),
        workers: int = 2,
    ) -> None:
        self._recognizer = recognizer
        self._mask = mask
        self._classifier = classifier
        self._house = house
        self._time_limit = time_limit
        self._workers = workers
        self._lock = Lock()  # around the pool: several callers may find it stuck at once
        self._pool = self._new_pool()

    def __call__(self, text: str, *, brand: str) -> Understood:
        """Read one text."""
        return self.many([(text, brand)])[0]

    def many(self, texts: Sequence[tuple[str, str]]) -> list[Understood]:
        """Read several (text, brand) side by side; the results do not depend on one another."""
        prepared = [self._prepare(text, brand) for text, brand in texts]
        jobs = [None if task is None else self._submit(task) for _, _, task in prepared]
        assessments = [
            self._assessment(job, counts) for job, (_, counts, _) in zip(jobs, prepared, strict=True)
        ]
        return [
            self._understood(text, masked, assessment)
            for (text, _), (masked, _, _), assessment in zip(texts, prepared, assessments, strict=True)
        ]

    def warm_up(self) -> None:
        """Read something in every thread, without a time limit, so that nobody waits for the model to load."""
        read = partial(self._classifier.classify, "hello", entity_counts={}, brand=None)
        wait([self._submit(read).future for _ in range(self._workers)])

    def findings(self, text: str) -> tuple[Finding, ...]:
        """Personal data in a text, without the brand's own contacts."""
        allowed = self._house.allow_list
        found = self._recognizer.find(text)
        return tuple(f for f in found if not allowed.allows(f.kind, text[f.start : f.end]))

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _prepare(self, text: str, brand: str) -> tuple[str | None, Counter[EntityKind], Task | None]:
        try:
            findings = self.findings(text)
            masked, counts = self._mask(text, findings), Counter(f.kind for f in findings)
        except Exception:  # noqa: BLE001 - whatever a recognizer trips over, the message goes to people unread
            return None, Counter(), None
        return masked, counts, partial(self._classifier.classify, masked, entity_counts=counts, brand=brand)

    def _understood(self, text: str, masked: str | None, assessment: Assessment) -> Understood:
        return Understood(
            masked_text=masked,
            assessment=assessment,
            commands=commands_in(text, self._house.commands),
            word_hits=word_hits(self._house.care.rules, text),
            missing_details=self._house.care.bot.details.missing_in(text),
        )

    def _assessment(self, job: _Job | None, counts: Counter[EntityKind]) -> Assessment:
        if job is None:
            return Assessment(reading=None, failure="it could not be searched for personal data")
        try:
            return Assessment(reading=self._result(job), entity_counts=dict(counts))
        except ClassifierError as error:
            return Assessment(reading=None, failure=str(error), entity_counts=dict(counts))
        except Exception as error:  # noqa: BLE001 - any fault of a model means doubt, never a lost message
            failure = f"the classifier failed ({type(error).__name__})"
            return Assessment(reading=None, failure=failure, entity_counts=dict(counts))

    def _result(self, job: _Job) -> Reading:
        seconds = self._time_limit.total_seconds()
        while True:
            try:
                return job.future.result(timeout=seconds)
            except CancelledError:  # it waited behind another message's stuck thread
                job = self._submit(job.task)
            except FutureTimeout:
                self._start_afresh(job.pool)
                raise ClassifierTimeoutError(f"the classifier took longer than {seconds:g} s") from None

    def _submit(self, task: Task) -> _Job:
        with self._lock:
            return _Job(task=task, future=self._pool.submit(task), pool=self._pool)

    def _start_afresh(self, stuck: ThreadPoolExecutor) -> None:
        """A thread cannot be stopped: leave the stuck one behind and go on with fresh ones."""
        with self._lock:
            if self._pool is stuck:
                self._pool = self._new_pool()
        stuck.shutdown(wait=False, cancel_futures=True)

    def _new_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=self._workers, thread_name_prefix="classifier")
