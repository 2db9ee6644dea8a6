"""Posts of our own account: tell what carebot sent from what somebody sent by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from carebot.core import delivery
from carebot.core.case import Case, CaseStatus
from carebot.core.channel import Posted
from carebot.core.events import Event, EventName
from carebot.core.message import IncomingMessage
from carebot.core.ports import Sealer, Work
from carebot.core.records import Outgoing, OutgoingKind, OutgoingState, StoredMessage
from carebot.services.network_id import wordings_of
from carebot.services.note_outcome import note_outcome
from carebot.services.seal_reply import seal_reply

ACTOR = "system:intake"
_IN_THE_AIR = frozenset({OutgoingState.SENDING, OutgoingState.UNKNOWN})


def is_ours(work: Work, post: IncomingMessage, *, sealer: Sealer, now: datetime) -> bool:
    """Whether carebot sent this post; a row that nobody knew the end of is ``sent`` then.

    A row is written down as ``sending``, with its attempt counted, before its call begins: so a post of ours is
    found here however early the network shows it. Same text, same answered message: that is our row, even if a
    person typed the same words by hand. The customer has them once, and that is what was wanted.
    """
    if work.outgoing_posted_as(post.channel, post.account, post.external_id) is not None:
        return True
    row = next((row for row in _tried(work, post) if squeezed(row.text) == squeezed(post.text)), None)
    if row is None:
        return False
    sent = delivery.posted(row, Posted(external_id=post.external_id, at=post.at), now=now)
    sent = seal_reply(work, sent, sealer=sealer, now=now)
    work.replace_outgoing(row, sent)
    note_outcome(work, sent, now=now)
    return True


def note_by_hand(work: Work, post: IncomingMessage, stored: StoredMessage, *, now: datetime) -> None:
    """Write down that somebody answered from the network itself, and silence the bot in the same transaction.

    The rest (whose turn it is, the clocks) follows when the post is decided, and others may be decided before it.
    """
    answered = None
    if post.in_reply_to is not None:
        answered = work.message_by_external_id(post.channel, post.account, post.in_reply_to)
    event = Event(
        name=EventName.SENT_BY_HAND,
        at=now,
        actor=f"agent:{post.account}",
        case_id=None if answered is None else answered.case_id,
        message_id=stored.id,
        facts={"external_id": post.external_id},
    )
    work.add_events([event])
    for case in _cases_spoken_in(work, event.case_id, stored):
        work.hold_queued(case.id, "a person has spoken")
        if case.person_spoke_at is None:
            work.save_case(replace(case, person_spoke_at=now))


def _cases_spoken_in(work: Work, answered_in: str | None, post: StoredMessage) -> list[Case]:
    """Where it was said: in the answered message's case, else in that customer's of the thread, else in all of it."""
    ids = {answered_in} - {None} or work.cases_in_thread(post.customer_id, post.thread_id)
    found = [case for case in map(work.case, sorted(filter(None, ids))) if case is not None]
    if not found and post.thread_id is not None:
        found = list(work.open_cases_in(post.channel, post.account, post.thread_id))
    return [case for case in found if case.status is not CaseStatus.CLOSED]


def _tried(work: Work, post: IncomingMessage) -> list[Outgoing]:
    """The texts that answer the same message, were tried, and have no known post.

    Those in the air come first: a person may have said again what died before.
    """
    if post.in_reply_to is None:
        return []
    ids = {wording.external_id for wording in wordings_of(work, post.channel, post.account, post.in_reply_to)}
    rows = [
        row
        for answered in {post.in_reply_to, *ids}
        for row in work.outgoing_not_confirmed(post.channel, post.account, answered)
        if row.kind is OutgoingKind.TEXT and row.visibility is post.visibility
    ]
    return sorted(rows, key=lambda row: (row.state not in _IN_THE_AIR, row.created_at))


def squeezed(text: str) -> str:
    """The text as networks leave it alone: they trim it and change its spaces."""
    return " ".join(text.split())
