"""The answer that the bot had found for a message, and a person's verdict on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from carebot.core.assessment import AnswerCandidate
from carebot.core.case import Case
from carebot.core.events import EventName
from carebot.core.ports import Work
from carebot.core.records import AnswerReview, DecisionRecord, Outgoing, Verdict
from carebot.core.rights import CaseRight, Viewer, may
from carebot.core.snapshot import thaw
from carebot.services.house import House

ARTICLE = "article:"


def found_answer(record: DecisionRecord, house: House) -> AnswerCandidate | None:
    """The article that was found, with its confidence; None when none was."""
    situation = thaw(record.situation, house.channel(str(record.situation["channel"])))
    if situation.reading is None or situation.article is None:
        return None
    return situation.reading.answer


def review_of_sent(
    work: Work, case: Case, suggestion: Outgoing, viewer: Viewer, house: House, at: datetime
) -> AnswerReview | None:
    """Sending a suggestion as it is says that it was right; None from somebody without the right to review."""
    records = {item.message_id: item for item in work.decisions_of(case.id)}
    record = records.get(suggestion.message_id)
    found = None if record is None else found_answer(record, house)
    if found is None or not may(viewer, CaseRight.REVIEW, zone=case.zone, tier=case.tier):
        return None
    return AnswerReview(
        message_id=suggestion.message_id,
        article=suggestion.origin.removeprefix(ARTICLE),
        confidence=found.confidence,
        verdict=Verdict.RIGHT,
        reviewer=viewer.id,
        at=at,
        was_suggested=True,
    )


def keep_review(work: Work, case: Case, review: AnswerReview) -> bool:
    """Keep a verdict, with its event; False when the message's answer was reviewed before."""
    if not work.add_answer_review(review):
        return False
    facts = {"verdict": str(review.verdict), "article": review.article}
    event = case.event(EventName.ANSWER_REVIEWED, review.at, review.reviewer, **facts)
    work.add_events([replace(event, message_id=review.message_id)])
    return True
