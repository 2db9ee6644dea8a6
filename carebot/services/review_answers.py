"""Review answers that the bot suggested, and some that it kept to itself: this is what earns ``auto``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

from carebot.core.article import Article
from carebot.core.assessment import AnswerCandidate, Band
from carebot.core.case import Case
from carebot.core.message import Visibility
from carebot.core.ports import Clock, Queries, UnitOfWork, Work
from carebot.core.records import (
    AnswerReview,
    DecisionRecord,
    Outgoing,
    OutgoingState,
    StoredMessage,
    Verdict,
)
from carebot.core.rights import CaseRight, Viewer, may
from carebot.errors import (
    ClaimedError,
    IllegalTransitionError,
    NotAllowedError,
    OutdatedError,
    RefusedTextError,
)
from carebot.services.find_case import find_case
from carebot.services.found_answer import ARTICLE, found_answer, keep_review
from carebot.services.house import House
from carebot.services.preview_reply import may_read
from carebot.services.reply import ANSWERED, Reply
from carebot.services.reviewed_evidence import DRAWN, Progress, progress

MOST_CASES = 2_000  # looked through for something to review, of the open ones and of all
PAGE = 50  # cases in one unit, so that none holds the database for long
_NOT_SENT = (ClaimedError, IllegalTransitionError, NotAllowedError, OutdatedError, RefusedTextError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """An answer to say something about. ``text`` is the message, masked; ``title`` the article's.

    ``outgoing_id`` is the suggestion that can still be sent; None: the bot abstained, or somebody has answered.
    ``answer`` is what the bot would have said, where it had put that together, to ``visibility``.
    """

    message_id: str
    case_id: str
    text: str
    article: str
    title: str
    confidence: float
    was_suggested: bool
    outgoing_id: str | None = None
    answer: str | None = None
    visibility: Visibility | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What came of a verdict: the reply that was queued, or why none was (None: none was to be)."""

    sent: Outgoing | None = None
    not_sent: str | None = None
    is_new: bool = True


def drawn_by_id(message_id: str) -> float:
    """A number from 0 to 1 that looks random and is always the same for a message.

    So a message is drawn or it is not, however often somebody looks.
    """
    return int.from_bytes(hashlib.sha256(message_id.encode()).digest()[:7]) / (1 << 56)


class ReviewAnswers:
    """Lists what waits for a verdict, and keeps verdicts."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        queries: Queries,
        clock: Clock,
        house: House,
        reply: Reply,
        draw: Callable[[str], float] = drawn_by_id,
    ) -> None:
        self._uow = uow
        self._queries = queries
        self._clock = clock
        self._house = house
        self._reply = reply
        self._draw = draw

    def progress(self) -> Progress:
        """How many verdicts there are, and what they say."""
        return progress(self._uow.run(lambda work: work.answer_reviews()))

    def items(self, viewer: Viewer, *, limit: int = 20) -> tuple[ReviewItem, ...]:
        """What the viewer may review and read and nobody has reviewed yet, open and urgent cases first."""
        return tuple(islice(self._items(viewer), limit))

    def give(self, message_id: str, verdict: Verdict, *, viewer: Viewer, send: bool = True) -> Reviewed:
        """Keep a verdict; a right suggestion is sent as the viewer's reply, where that is still possible.

        The first verdict counts. Raises KeyError for a message without an answer, NotAllowedError.
        """
        item = self._uow.run(lambda work: self._named(work, message_id, viewer))
        sent, not_sent = None, None
        if verdict is Verdict.RIGHT and send and item.outgoing_id is not None:
            try:
                sent = self._reply.send_suggested(item.outgoing_id, viewer=viewer)
            except _NOT_SENT as error:
                not_sent = str(error)
        is_new = self._uow.run(lambda work: self._keep(work, item, verdict, viewer))
        return Reviewed(sent=sent, not_sent=not_sent, is_new=is_new or sent is not None)

    def _items(self, viewer: Viewer) -> Iterator[ReviewItem]:
        seen: set[str] = set()
        for open_only in (True, False):  # what can still be sent comes first
            views = self._queries.cases(viewer, open_only=open_only, limit=MOST_CASES)
            ids = [view.id for view in views if view.id not in seen]
            seen.update(ids)
            for start in range(0, len(ids), PAGE):
                page = ids[start : start + PAGE]
                yield from self._uow.run(partial(self._of_cases, case_ids=page, viewer=viewer))

    def _of_cases(self, work: Work, case_ids: list[str], viewer: Viewer) -> list[ReviewItem]:
        reviewed = {review.message_id for review in work.answer_reviews()}
        articles = {article.slug: article for article in work.articles()}
        found = []
        for case_id in case_ids:
            case = work.case(case_id)
            if case is None or not may(viewer, CaseRight.REVIEW, zone=case.zone, tier=case.tier):
                continue
            for record in work.decisions_of(case_id):
                if record.message_id not in reviewed:
                    item = self._item(work, case, record, viewer, articles)
                    found += [item] if item is not None else []
        return found

    def _item(
        self,
        work: Work,
        case: Case,
        record: DecisionRecord,
        viewer: Viewer,
        articles: dict[str, Article],
        *,
        is_named: bool = False,
    ) -> ReviewItem | None:
        """The answer to one message; of the abstained ones only those that are drawn, or that somebody named."""
        suggestion = _suggestion(work, case, record)
        is_up = suggestion is not None or (
            _abstained(record) and (is_named or self._draw(record.message_id) < DRAWN)
        )
        found = found_answer(record, self._house) if is_up else None
        message = work.message(record.message_id) if found is not None else None
        if found is None or message is None or not _is_readable(viewer, case, message):
            return None
        return _made(case, message, found, suggestion, articles)

    def _named(self, work: Work, message_id: str, viewer: Viewer) -> ReviewItem:
        message = work.message(message_id)
        if message is None or message.case_id is None:
            raise KeyError(f"there is no answer to review for a message {message_id}")
        case = find_case(work, message.case_id, viewer, CaseRight.REVIEW)
        articles = {article.slug: article for article in work.articles()}
        for record in work.decisions_of(case.id):
            if record.message_id == message_id:
                item = self._item(work, case, record, viewer, articles, is_named=True)
                if item is not None:
                    return item
        raise KeyError(f"there is no answer to review for message {message_id}")

    def _keep(self, work: Work, item: ReviewItem, verdict: Verdict, viewer: Viewer) -> bool:
        case = find_case(work, item.case_id, viewer, CaseRight.REVIEW)
        review = AnswerReview(
            message_id=item.message_id,
            article=item.article,
            confidence=item.confidence,
            verdict=verdict,
            reviewer=viewer.id,
            at=self._clock.now(),
            was_suggested=item.was_suggested,
        )
        return keep_review(work, case, review)


def _suggestion(work: Work, case: Case, record: DecisionRecord) -> Outgoing | None:
    """The article that was suggested for the message, whether it can still be sent or a person was faster."""
    for row in work.outgoing_of(case.id):
        is_its = row.message_id == record.message_id and row.origin.startswith(ARTICLE)
        if is_its and (row.state is OutgoingState.SUGGESTED or row.reason == ANSWERED):
            return row
    return None


def _abstained(record: DecisionRecord) -> bool:
    """Whether the bot had an answer to a clear message, and was not sure enough of it."""
    decision = record.decision
    return decision.band is Band.CLEAR and any(
        use.name == "answer" and not use.is_reached for use in decision.thresholds
    )


def _is_readable(viewer: Viewer, case: Case, message: StoredMessage) -> bool:
    return message.masked_text is not None and may_read(viewer, case, message)


def _made(
    case: Case,
    message: StoredMessage,
    found: AnswerCandidate,
    suggestion: Outgoing | None,
    articles: dict[str, Article],
) -> ReviewItem:
    slug = found.slug if suggestion is None else suggestion.origin.removeprefix(ARTICLE)
    is_open = suggestion is not None and suggestion.state is OutgoingState.SUGGESTED
    return ReviewItem(
        message_id=message.id,
        case_id=case.id,
        text=message.masked_text or "",
        article=slug,
        title=articles[slug].title if slug in articles else slug,
        confidence=found.confidence,
        was_suggested=suggestion is not None,
        outgoing_id=suggestion.id if suggestion is not None and is_open else None,
        answer=None if suggestion is None else suggestion.text,
        visibility=None if suggestion is None else suggestion.visibility,
    )
