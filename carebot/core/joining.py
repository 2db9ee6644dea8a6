"""Two cases that are one problem, and one case that is two: nothing becomes more open, nobody is lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from carebot.core.bands import highest
from carebot.core.case import Case, CaseStatus
from carebot.core.events import Event, EventName
from carebot.core.message import Writer
from carebot.core.records import StoredMessage
from carebot.core.tiers import Zone

_NEEDS_PEOPLE = {CaseStatus.NEW, CaseStatus.WAITING_FOR_AGENT, CaseStatus.WITH_AGENT}


def by_age(one: Case, other: Case) -> tuple[Case, Case]:
    """The older and the younger; of two that were opened at the same moment the smaller number is older."""
    older, younger = sorted((one, other), key=lambda case: (case.opened_at, len(case.id), case.id))
    return older, younger


def joined(
    older: Case, younger: Case, at: datetime, actor: str, *, texts_held: bool
) -> tuple[Case, tuple[Event, ...]]:
    """The older case with all that the younger one brings: the more careful band, the closed zone, the higher tier.

    The queue is that of the case which is more closed, then higher, then open; the owner, of one that was as
    closed and as high as both are now. ``texts_held``: the customer was not told what was decided, so a
    person has to look.
    """
    first = max((older, younger), key=lambda case: (case.zone.rank, case.tier, case.status.is_open))
    zone, tier = first.zone, max(older.tier, younger.tier)
    second = younger if first is older else older
    owners = [case.owner_id for case in (first, second) if (case.zone, case.tier) == (zone, tier)]
    case = replace(
        _remembering(older, younger),
        band=highest(older.band, younger.band),
        zone=zone,
        tier=tier,
        queue=first.queue,
        owner_id=next((owner for owner in owners if owner is not None), None),
        updated_at=at,
    )
    after, steps = case.moved_to(_status(case, (older.status, younger.status), texts_held), at, actor)
    reopened = older.status is CaseStatus.RESOLVED and after.status.is_open
    reopening = (case.event(EventName.CASE_REOPENED, at, actor),) if reopened else ()
    return after, (*reopening, *after.moves_since(older, at, actor), *steps)


def _remembering(older: Case, younger: Case) -> Case:
    """Everything that was said and promised in either: what keeps the bot silent in one does so in both."""
    snoozed = (older.snoozed_until, younger.snoozed_until)
    return replace(
        older,
        thread_id=older.thread_id or younger.thread_id,
        priority=min(older.priority, younger.priority, key=lambda item: item.rank),
        flag_reasons=older.flag_reasons | younger.flag_reasons,
        language=younger.language if older.language == "und" else older.language,
        last_customer_at=_last(older.last_customer_at, younger.last_customer_at),
        first_reply_at=_first(older.first_reply_at, younger.first_reply_at),
        first_agent_reply_at=_first(older.first_agent_reply_at, younger.first_agent_reply_at),
        person_spoke_at=_first(older.person_spoke_at, younger.person_spoke_at),
        bot_silenced_at=_first(older.bot_silenced_at, younger.bot_silenced_at),
        invited_at=_last(older.invited_at, younger.invited_at),
        snoozed_until=None if None in snoozed else _first(*snoozed),
        automatic_texts=max(older.automatic_texts, younger.automatic_texts),
        details_asked=older.details_asked + younger.details_asked,
    )


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _last(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def _status(case: Case, before: Collection[CaseStatus], texts_held: bool) -> CaseStatus:
    """Who holds the ball in the joined case: a person, as soon as one had to act in either."""
    if not any(status.is_open for status in before):
        return CaseStatus.RESOLVED
    bot_in_private = CaseStatus.WITH_BOT in before and case.zone is Zone.PRIVATE
    if texts_held or bot_in_private or _NEEDS_PEOPLE.intersection(before):
        return case.with_people
    waits = CaseStatus.WAITING_FOR_CUSTOMER in before
    return CaseStatus.WAITING_FOR_CUSTOMER if waits else CaseStatus.WITH_BOT


def split_off(
    case: Case, new_id: str, moved: Sequence[StoredMessage], at: datetime, actor: str
) -> tuple[Case, tuple[Event, ...]]:
    """A new case of these messages. It inherits everything that keeps the first one closed or the bot silent."""
    new = replace(
        case,
        id=new_id,
        thread_id=moved[0].thread_id,
        opened_at=moved[0].at,
        updated_at=at,
        status=CaseStatus.NEW,
        last_customer_at=max(item.at for item in moved if item.writer is Writer.CUSTOMER),
        first_reply_at=None,
        first_agent_reply_at=None,
        snoozed_until=None,
        version=0,
    )
    after, steps = new.moved_to(new.with_people, at, actor)
    return after, (new.event(EventName.CASE_OPENED, at, actor, channel=case.channel), *steps)


def without(case: Case, kept: Sequence[StoredMessage], at: datetime) -> Case:
    """The case after a split; its thread is one in which something of it was said."""
    threads = [message.thread_id for message in kept]
    thread = case.thread_id if case.thread_id in threads else threads[0]
    return replace(case, thread_id=thread, updated_at=at)
