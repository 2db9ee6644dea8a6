"""Refit what tells private messages from harmless ones to what people reviewed, unless that makes it worse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from carebot.core.assessment import Band
from carebot.core.evidence import Evidence
from carebot.core.lessons import Judged, Learned, band_by, judge
from carebot.core.ports import Clock, Learner, UnitOfWork, Work
from carebot.core.records import Json, Verdict
from carebot.core.rights import HouseRight, Viewer, require_in_house
from carebot.core.thresholds import Thresholds
from carebot.errors import LearningError
from carebot.services.lessons_of import LessonsOf, Taught, needed
from carebot.services.preview_reply import may_read

SHOWN = 10  # messages whose band changes
PLACES = 5  # digits of a probability that evidence keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A message whose band would be another; ``text`` None where the viewer may not read it."""

    text: str | None
    before: Band
    after: Band
    is_private: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A message that should have been answered: an example phrasing for the article."""

    article: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was learnt. ``before`` and ``after`` judge the held-back messages only.

    ``not_read``: reviewed messages that were deleted, or could not be opened. ``changed`` are the first
    ``SHOWN`` of ``changes``. ``refusals`` say why it is not used; ``folder`` is what was written, if anything.
    """

    reviews: int
    private: int
    held_back: int
    not_read: int
    learned: Learned
    before: Judged
    after: Judged
    thresholds_before: Thresholds
    thresholds_after: Thresholds
    changes: int
    changed: tuple[Changed, ...]
    refusals: tuple[str, ...]
    folder: Path | None = None


class LearnFromReviews:
    """``thresholds_of`` computes thresholds from curves and the targets; ``thresholds`` are those in force."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        clock: Clock,
        lessons: LessonsOf,
        learner: Learner,
        thresholds: Thresholds,
        thresholds_of: Callable[[Mapping[str, Evidence]], Thresholds],
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._lessons = lessons
        self._learner = learner
        self._thresholds = thresholds
        self._thresholds_of = thresholds_of

    def suggestions(self, viewer: Viewer) -> tuple[Suggestion, ...]:
        """What the bot kept to itself although it had the right article, as far as the viewer may read it.

        Raises NotAllowedError.
        """
        require_in_house(viewer, HouseRight.CHANGE_RULES)
        return self._uow.run(lambda work: _suggestions(work, viewer))

    def __call__(self, viewer: Viewer, folder: Path | None) -> Report:
        """Learn, and write the model into a new folder (None: nothing is written) unless the report refuses it.

        Raises NotAllowedError, ClassifierError, LearningError when too little was reviewed.
        """
        require_in_house(viewer, HouseRight.CHANGE_RULES)
        asked = self._uow.run(needed)
        if asked.missing:
            raise LearningError(asked.in_words())
        taught = self._lessons(viewer)
        learned = self._learner.learn([each.lesson for each in taught])
        evidence = self._evidence(taught, learned)
        report = self._report(taught, learned, evidence, not_read=asked.reviews - len(taught))
        if folder is None or report.refusals:
            return report
        self._learner.write(folder, learned, evidence, self._about(report))
        return replace(report, folder=folder)

    def _evidence(self, taught: Sequence[Taught], learned: Learned) -> Mapping[str, Evidence]:
        """The curves that shipped, with the reviewed messages added to ``private``: each as read unseen."""
        curves = self._learner.shipped_evidence()
        shipped = curves["private"]
        added = [
            (round(score, PLACES), each.lesson.is_private)
            for each, score in zip(taught, learned.after, strict=True)
            if each.lesson.is_evidence
        ]
        private = Evidence(
            scores=(*shipped.scores, *(score for score, _ in added)),
            outcomes=(*shipped.outcomes, *(outcome for _, outcome in added)),
            source=f"{shipped.source}, and {len(added):,} reviewed messages",
        )
        return {**curves, "private": private}

    def _report(
        self, taught: Sequence[Taught], learned: Learned, evidence: Mapping[str, Evidence], *, not_read: int
    ) -> Report:
        after = self._thresholds_of(evidence)
        held = [place for place, each in enumerate(taught) if each.lesson.is_held_back]
        private = [taught[place].lesson.is_private for place in held]
        if not any(private) or all(private):
            raise LearningError(
                f"of the {len(taught)} reviewed messages {len(held)} are held back, and they are all of one kind: "
                "review more, of other customers"
            )
        old = judge([learned.before[place] for place in held], private, self._thresholds)
        new = judge([learned.after[place] for place in held], private, after)
        changed = _changed(taught, learned, self._thresholds, after)
        return Report(
            reviews=len(taught),
            private=sum(each.lesson.is_private for each in taught),
            held_back=len(held),
            not_read=not_read,
            learned=learned,
            before=old,
            after=new,
            thresholds_before=self._thresholds,
            thresholds_after=after,
            changes=len(changed),
            changed=tuple(changed[:SHOWN]),
            refusals=_refusals(old, new),
        )

    def _about(self, report: Report) -> Mapping[str, Json]:
        """What the model's manifest says of its origin."""
        return {
            "learnt_from": self._learner.name,
            "at": self._clock.now().date().isoformat(),
            "reviews": report.reviews,
            "private": report.private,
            "held_back": report.held_back,
            "reach": report.learned.reach,
            "log_loss": [round(report.before.log_loss, 4), round(report.after.log_loss, 4)],
        }


def _changed(
    taught: Sequence[Taught], learned: Learned, before: Thresholds, after: Thresholds
) -> list[Changed]:
    changed = []
    for each, old, new in zip(taught, learned.before, learned.after, strict=True):
        was, is_now = band_by(old, before), band_by(new, after)
        if was is not is_now:
            private = each.lesson.is_private
            changed.append(Changed(text=each.shown, before=was, after=is_now, is_private=private))
    return changed


def _refusals(before: Judged, after: Judged) -> tuple[str, ...]:
    found = []
    if after.log_loss > before.log_loss:
        found.append(f"the log loss would go from {before.log_loss:.4f} to {after.log_loss:.4f}")
    if after.private_called_clear > before.private_called_clear:
        found.append(
            f"{after.private_called_clear} private messages would be called clear, "
            f"not {before.private_called_clear}"
        )
    return tuple(found)


def _suggestions(work: Work, viewer: Viewer) -> tuple[Suggestion, ...]:
    examples = {article.slug: article.examples for article in work.articles()}
    found = []
    for review in work.answer_reviews():
        if review.was_suggested or review.verdict is not Verdict.RIGHT or review.article not in examples:
            continue
        message = work.message(review.message_id)
        case = None if message is None or message.case_id is None else work.case(message.case_id)
        if message is None or case is None or not may_read(viewer, case, message):
            continue
        text = message.masked_text
        if text is not None and text not in examples[review.article]:
            found.append(Suggestion(article=review.article, text=text))
    return tuple(found)
