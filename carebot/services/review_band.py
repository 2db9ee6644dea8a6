"""People look at messages in doubt and say "fine in public" or "private": both act at once, and both teach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice

from carebot.core.assessment import Band
from carebot.core.became_private import PRIVATE_SINCE
from carebot.core.case import Case, CaseStatus
from carebot.core.events import Event, EventName, Fact
from carebot.core.ports import Clock, Queries, UnitOfWork, Work
from carebot.core.records import BandReview, BandVerdict, DecisionRecord, Outgoing, StoredMessage
from carebot.core.rights import CaseRight, Viewer, may
from carebot.core.tiers import Zone
from carebot.errors import IllegalTransitionError, NotAllowedError
from carebot.services.become_private import BecomePrivate
from carebot.services.find_case import find_case
from carebot.services.house import House
from carebot.services.preview_reply import may_read

MOST_CASES = 2_000  # looked through for messages in doubt, of the open ones and of all
PAGE = 50  # cases in one unit, so that none holds the database for long


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtItem:
    """A message in doubt that nobody has judged yet, masked, and why it is in doubt."""

    message_id: str
    case_id: str
    text: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BandReviewed:
    """What came of it: the case as it is now, and the bot's texts that were queued (an invitation).

    ``is_new`` False: the same was said before, and nothing happened.
    """

    case: Case
    texts: tuple[Outgoing, ...] = ()
    is_new: bool = True


class ReviewBand:
    """Lists messages in doubt, and keeps what people say of them."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        queries: Queries,
        clock: Clock,
        house: House,
        become_private: BecomePrivate,
    ) -> None:
        self._uow = uow
        self._queries = queries
        self._clock = clock
        self._house = house
        self._become_private = become_private

    def items(self, viewer: Viewer, *, limit: int = 20) -> tuple[DoubtItem, ...]:
        """What the viewer may judge and read and nobody has judged yet, open and urgent cases first."""
        return tuple(islice(self._items(viewer), limit))

    def give(self, message_id: str, verdict: BandVerdict, *, viewer: Viewer) -> BandReviewed:
        """Keep the word on a message, and act on it: one function for terminal, console and chat.

        "Fine in public" lets the case go on in public, with people, once none of its messages is in doubt any
        more. "Private" does what the policy does with a private message; it may also be said of a clear one, and
        takes the place of "fine in public". Raises KeyError, NotAllowedError, IllegalTransitionError.
        """
        return self._uow.run(lambda work: self._give(work, message_id, verdict, viewer))

    def _give(self, work: Work, message_id: str, verdict: BandVerdict, viewer: Viewer) -> BandReviewed:
        case, message, record = self._found(work, message_id, viewer)
        earlier = work.band_review(message_id)
        if earlier is not None and earlier.verdict is verdict:
            return BandReviewed(case=case, is_new=False)
        _refuse(record, verdict, earlier)
        now, before = self._clock.now(), case.band
        work.save_band_review(BandReview(message_id=message_id, verdict=verdict, reviewer=viewer.id, at=now))
        if verdict is BandVerdict.PRIVATE:
            case, texts = self._become_private(work, case, message, record, viewer.id, now)
        else:
            case, texts = self._in_public(work, case, viewer.id, now), ()
        facts: dict[str, Fact] = {"verdict": verdict, "before": before, "after": case.band}
        if verdict is BandVerdict.PRIVATE and case.zone is Zone.PRIVATE:
            facts[PRIVATE_SINCE] = message.at.isoformat()
        event = case.event(EventName.BAND_REVIEWED, now, viewer.id, **facts)
        work.add_events([replace(event, message_id=message_id)])
        return BandReviewed(case=case, texts=texts)

    def _in_public(self, work: Work, case: Case, actor: str, now: datetime) -> Case:
        """The case leaves triage for the care queue, once nothing in it is in doubt. Nothing automatic is said."""
        if case.band is not Band.DOUBT or case.status is CaseStatus.CLOSED or _doubts(work, case.id):
            return case
        plan = self._house.care.plan
        queue = plan.care if case.queue == plan.triage else case.queue
        clear = replace(case, band=Band.CLEAR, queue=queue, updated_at=now)
        work.save_case(clear)
        work.add_events(_but_the_band(clear.moves_since(case, now, actor)))
        return clear

    def _found(
        self, work: Work, message_id: str, viewer: Viewer
    ) -> tuple[Case, StoredMessage, DecisionRecord]:
        message = work.message(message_id)
        if message is None or message.case_id is None:
            raise KeyError(f"there is no message {message_id} in a case")
        case = find_case(work, message.case_id, viewer, CaseRight.REVIEW)
        record = next((item for item in work.decisions_of(case.id) if item.message_id == message_id), None)
        if record is None:
            raise KeyError(f"nothing was decided about message {message_id}, so there is no doubt to settle")
        if not may_read(viewer, case, message):
            raise NotAllowedError(f"{viewer.id} may not read message {message_id}, and so not judge it")
        if message.deleted_at is not None:
            raise IllegalTransitionError(
                f"the author deleted message {message_id}: there is nothing to judge"
            )
        return case, message, record

    def _items(self, viewer: Viewer) -> Iterator[DoubtItem]:
        seen: set[str] = set()
        for open_only in (True, False):
            views = self._queries.cases(viewer, open_only=open_only, limit=MOST_CASES)
            ids = [view.id for view in views if view.id not in seen]
            seen.update(ids)
            for start in range(0, len(ids), PAGE):
                page = ids[start : start + PAGE]
                yield from self._uow.run(partial(_items_of, case_ids=page, viewer=viewer))


def _items_of(work: Work, case_ids: list[str], viewer: Viewer) -> list[DoubtItem]:
    found = []
    for case_id in case_ids:
        case = work.case(case_id)
        if case is None or not may(viewer, CaseRight.REVIEW, zone=case.zone, tier=case.tier):
            continue
        for record in _doubts(work, case_id):
            message = work.message(record.message_id)
            if message is not None and message.masked_text is not None and may_read(viewer, case, message):
                found.append(_item(case, message, record))
    return found


def _item(case: Case, message: StoredMessage, record: DecisionRecord) -> DoubtItem:
    return DoubtItem(
        message_id=message.id,
        case_id=case.id,
        text=message.masked_text or "",
        reason=record.decision.reason,
        at=message.at,
    )


def _doubts(work: Work, case_id: str) -> list[DecisionRecord]:
    """What is in doubt in a case, and nobody has judged; what its author deleted nobody can."""
    return [
        record
        for record in work.decisions_of(case_id)
        if record.decision.band is Band.DOUBT
        and work.band_review(record.message_id) is None
        and (message := work.message(record.message_id)) is not None
        and message.deleted_at is None
    ]


def _refuse(record: DecisionRecord, verdict: BandVerdict, earlier: BandReview | None) -> None:
    band = record.decision.band
    if verdict is BandVerdict.FINE_IN_PUBLIC and earlier is not None:
        raise IllegalTransitionError(
            f"{earlier.reviewer} said that message {record.message_id} is private: that stays so"
        )
    if band is Band.PRIVATE or (verdict is BandVerdict.FINE_IN_PUBLIC and band is not Band.DOUBT):
        raise IllegalTransitionError(
            f"message {record.message_id} is not in doubt: its band is {band}, and there is nothing to settle"
        )


def _but_the_band(events: tuple[Event, ...]) -> list[Event]:
    """The verdict's own event says how the band changed: nothing was raised."""
    return [event for event in events if event.name is not EventName.BAND_RAISED]
