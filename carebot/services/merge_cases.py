"""Merge two cases of one customer that are one problem: the younger goes into the older."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from carebot.core.assessment import Band
from carebot.core.became_private import PRIVATE_SINCE, private_since
from carebot.core.case import Case, CaseStatus
from carebot.core.events import Event, EventName, Fact
from carebot.core.joining import by_age, joined
from carebot.core.ports import Clock, Sealer, UnitOfWork, Work
from carebot.core.records import StoredMessage
from carebot.core.rights import Viewer
from carebot.core.tiers import Zone
from carebot.errors import IllegalTransitionError
from carebot.services.carry_clocks import carry_clocks
from carebot.services.find_case import find_case, refuse_closed
from carebot.services.seal_reply import seal_replies


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What came of it: ``case`` goes on, ``closed`` has ended; how many messages moved, and what was undone."""

    case: Case
    closed: Case
    messages: int
    texts_held: int
    texts_wiped: int


def merge_cases(
    case_id: str, other_id: str, *, viewer: Viewer, uow: UnitOfWork, sealer: Sealer, clock: Clock
) -> Merged:
    """Merge them, whichever is named first; the viewer needs the right to both.

    Raises KeyError, NotAllowedError, or IllegalTransitionError when they are not two cases of one customer and
    brand on one channel, or one of them is closed.
    """

    def merge(work: Work) -> Merged:
        one, other = find_case(work, case_id, viewer), find_case(work, other_id, viewer)
        _refuse(one, other)
        merged = _merge(work, *by_age(one, other), clock.now(), viewer.id)
        seal_replies(work, merged.case.id, sealer=sealer, now=clock.now())
        return merged

    return uow.run(merge)


def _refuse(one: Case, other: Case) -> None:
    if one.id == other.id:
        raise IllegalTransitionError(f"case {one.id} cannot be merged with itself; name another case")
    for case in (one, other):
        refuse_closed(case)
    for what in ("channel", "account", "brand", "customer_id"):
        if getattr(one, what) != getattr(other, what):
            raise IllegalTransitionError(
                f"{one.id} and {other.id} cannot be merged: their {what.removesuffix('_id')} is not the same; "
                "only cases of one customer on one channel are merged"
            )


def _merge(work: Work, older: Case, younger: Case, now: datetime, actor: str) -> Merged:
    since = [moment for case in (older, younger) if (moment := _private_since(work, case)) is not None]
    held = _hold(work, older, younger)
    case, changes = joined(older, younger, now, actor, texts_held=held > 0)
    closed, steps = replace(younger, merged_into=case.id).moved_to(CaseStatus.CLOSED, now, actor)
    messages = work.messages_of(younger.id)
    work.move_messages([message.id for message in messages], case.id)
    carry_clocks(work, younger.id, case)
    work.stop_clocks(younger.id, now)
    is_private = case.zone is Zone.PRIVATE or case.band is Band.PRIVATE
    wiped = work.wipe_direct_texts(case.id) if is_private else 0
    facts: dict[str, Fact] = {"merged": younger.id, "messages": len(messages), "texts_held": held}
    facts |= {PRIVATE_SINCE: min(since).isoformat()} if since else {}
    work.save_case(case)
    work.save_case(closed)
    work.add_events([case.event(EventName.CASE_MERGED, now, actor, **facts), *changes])
    work.add_events(attached(case, messages, now, actor))
    if wiped:
        work.add_events([case.event(EventName.MASKED_TEXT_WIPED, now, actor, texts=wiped)])
    work.add_events([closed.event(EventName.CASE_MERGED, now, actor, into=case.id), *steps])
    return Merged(case=case, closed=closed, messages=len(messages), texts_held=held, texts_wiped=wiped)


def _private_since(work: Work, case: Case) -> datetime | None:
    return private_since(case, work.messages_of(case.id), work.decisions_of(case.id), work.events_of(case.id))


def _hold(work: Work, older: Case, younger: Case) -> int:
    """The bot's queued texts of the younger case, and of the older where it may no longer say them."""
    held = work.hold_queued(younger.id, f"merged into {older.id}")
    silenced = younger.person_spoke_at is not None or younger.bot_silenced_at is not None
    if silenced or (younger.zone is Zone.PRIVATE and older.zone is not Zone.PRIVATE):
        held += work.hold_queued(older.id, f"{younger.id} was merged into it")
    return held


def attached(case: Case, messages: Sequence[StoredMessage], at: datetime, actor: str) -> list[Event]:
    """One event per message, in the case that it is in now."""
    event = case.event(EventName.MESSAGE_ATTACHED, at, actor)
    return [replace(event, message_id=message.id) for message in messages]
