"""From what people reviewed to lessons: which messages, what was said of them, and their masked text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from carebot.core.finding import EntityKind, Finding
from carebot.core.lessons import LEAST, LEAST_OF_EACH, Lesson
from carebot.core.ports import Clock, Sealer, UnitOfWork, Work
from carebot.core.records import BandVerdict, DecisionRecord, StoredMessage, Verdict
from carebot.core.rights import Viewer
from carebot.core.snapshot import thaw
from carebot.errors import SealError
from carebot.services.house import House
from carebot.services.ingest import open_original
from carebot.services.preview_reply import may_read

ACTOR = "system:training"
PAGE = 200  # messages in one unit, so that none holds the database for long


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A lesson, and its text where the viewer may read it."""

    lesson: Lesson
    shown: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """How many reviews there are to learn from, and how many are missing."""

    reviews: int
    private: int

    @property
    def missing_private(self) -> int:
        """Private ones that are missing."""
        return max(0, LEAST_OF_EACH - self.private)

    @property
    def missing_harmless(self) -> int:
        """Harmless ones that are missing."""
        return max(0, LEAST_OF_EACH - (self.reviews - self.private))

    @property
    def missing(self) -> int:
        """All that are missing, of whatever kind."""
        return max(LEAST - self.reviews, self.missing_private + self.missing_harmless, 0)

    def in_words(self) -> str:
        """For people."""
        word = "message" if self.reviews == 1 else "messages"
        said = f"{self.reviews:,} {word} reviewed, {self.private:,} of them private"
        if self.missing == 0:
            return f"{said}: enough for `carebot train --from-reviews`"
        kinds = ((self.missing_private, "private"), (self.missing_harmless, "fine in public"))
        least = [f"at least {count} {kind}" for count, kind in kinds if count]
        more = f"{self.missing} more" + (f" ({' and '.join(least)})" if least else "")
        return f"{said}: `carebot train --from-reviews` needs {more}"


def labels_of(work: Work) -> Mapping[str, bool]:
    """Whether each reviewed message is private; whoever called it private is believed.

    An answer that was right says that its message was fine; one that was sensitive, that it was private.
    """
    answers = {
        review.message_id: review.verdict is Verdict.SENSITIVE
        for review in work.answer_reviews()
        if review.verdict is not Verdict.WRONG
    }
    bands = {review.message_id: review.verdict is BandVerdict.PRIVATE for review in work.band_reviews()}
    return {
        message_id: answers.get(message_id, False) or bands.get(message_id, False)
        for message_id in {**answers, **bands}
    }


def needed(work: Work) -> Needed:
    """Count what there is to learn from."""
    labels = labels_of(work)
    return Needed(reviews=len(labels), private=sum(labels.values()))


class LessonsOf:
    """Collects lessons. Texts that are not kept masked are opened as ``system:training``, with a line in the audit."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        sealer: Sealer,
        clock: Clock,
        house: House,
        find: Callable[[str], tuple[Finding, ...]],
        mask: Callable[[str, Sequence[Finding]], str],
    ) -> None:
        self._uow = uow
        self._sealer = sealer
        self._clock = clock
        self._house = house
        self._find = find
        self._mask = mask

    def __call__(self, viewer: Viewer) -> tuple[Taught, ...]:
        """All lessons, by message; none of messages that their author deleted, or that cannot be opened."""
        labels = self._uow.run(labels_of)
        judged = self._uow.run(lambda work: {review.message_id for review in work.band_reviews()})
        names = sorted(labels)
        found: list[Taught] = []
        for start in range(0, len(names), PAGE):
            units = [
                partial(
                    self._taught,
                    message_id=name,
                    is_private=labels[name],
                    is_evidence=labels[name] or name in judged,
                    viewer=viewer,
                )
                for name in names[start : start + PAGE]
            ]
            for taught in self._uow.run_all(units):
                if isinstance(taught, BaseException) and not isinstance(taught, SealError | KeyError):
                    raise taught
                found += [taught] if isinstance(taught, Taught) else []
        return tuple(found)

    def _taught(
        self, work: Work, message_id: str, is_private: bool, is_evidence: bool, viewer: Viewer
    ) -> Taught | None:
        message = work.message(message_id)
        if message is None or message.deleted_at is not None or message.case_id is None:
            return None
        case = work.case(message.case_id)
        assert case is not None, "a message needs its case"
        masked, counts = self._masked(work, message)
        lesson = Lesson(
            message_id=message.id,
            customer_id=message.customer_id,
            masked_text=masked,
            entity_counts=counts,
            is_private=is_private,
            is_evidence=is_evidence,
        )
        shown = message.masked_text if may_read(viewer, case, message) else None
        return Taught(lesson=lesson, shown=shown)

    def _masked(self, work: Work, message: StoredMessage) -> tuple[str, Mapping[EntityKind, int]]:
        record = _decision(work, message)
        if message.masked_text is not None and record is not None:
            situation = thaw(record.situation, self._house.channel(message.channel))
            return message.masked_text, situation.assessment.entity_counts
        original = open_original(work, self._sealer, message, actor=ACTOR, clock=self._clock)
        findings = self._find(original.text)
        return self._mask(original.text, findings), Counter(finding.kind for finding in findings)


def _decision(work: Work, message: StoredMessage) -> DecisionRecord | None:
    assert message.case_id is not None
    found = work.decisions_of(message.case_id)
    return next((record for record in found if record.message_id == message.id), None)
