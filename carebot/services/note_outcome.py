"""What an outgoing row's new state means for its case, in the transaction that changes the row."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from carebot.core.case import Case
from carebot.core.channel import Posted
from carebot.core.events import Event, EventName
from carebot.core.ports import Work
from carebot.core.records import Outgoing, OutgoingKind, OutgoingState
from carebot.services.who_has_it import given_to_people

ACTOR = "system:deliver"

_NAMES = {
    OutgoingState.HELD: EventName.TEXT_HELD,
    OutgoingState.DEAD: EventName.TEXT_DEAD,
    OutgoingState.UNKNOWN: EventName.TEXT_UNKNOWN,
    OutgoingState.SENT: EventName.TEXT_SENT,
}


def note_outcome(work: Work, row: Outgoing, *, now: datetime) -> None:
    """Write the event of the row's state, and bring the case to people when the row will not leave."""
    case = work.case(row.case_id)
    assert case is not None, "an outgoing row needs its case"
    after, events = case, list(_events(case, row, now))
    if row.state is OutgoingState.SENT and row.kind is OutgoingKind.TEXT:
        after = replace(case, first_reply_at=case.first_reply_at or now)
    if row.state in (OutgoingState.HELD, OutgoingState.DEAD):
        after, steps = given_to_people(case, now, ACTOR, reopens=not row.is_automatic)
        events.extend(steps)
    if after != case:
        work.save_case(after)
    work.add_events(events)


def own_post(work: Work, row: Outgoing, post: Posted | None) -> Posted | None:
    """The post, unless it is another row's: the same words may have answered the same message before."""
    if post is None:
        return None
    known = work.outgoing_posted_as(row.channel, row.account, post.external_id)
    return post if known is None or known.id == row.id else None


def _events(case: Case, row: Outgoing, now: datetime) -> tuple[Event, ...]:
    name = _NAMES.get(row.state)
    if name is None:
        return ()
    if name is EventName.TEXT_SENT and row.kind is OutgoingKind.HIDE:
        name = EventName.POST_HIDDEN
    facts: dict[str, str | int] = {"outgoing": row.id}
    if row.external_id is not None:
        facts["external_id"] = row.external_id
    if name is EventName.TEXT_HELD and row.reason is not None:
        facts["reason"] = row.reason  # ours; what a network says of a dead row stays in the row
    if name in (EventName.TEXT_DEAD, EventName.TEXT_UNKNOWN):
        facts["attempts"] = row.attempts
    return (replace(case.event(name, now, ACTOR, **facts), message_id=row.message_id),)
