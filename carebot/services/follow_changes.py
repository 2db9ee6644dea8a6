"""Follow what authors do to their messages afterwards: what they took back is shown to nobody any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from carebot.core import delivery
from carebot.core.channel import Change
from carebot.core.events import Event, EventName
from carebot.core.message import IncomingMessage
from carebot.core.ports import Work
from carebot.core.records import Outgoing, OutgoingState, StoredMessage
from carebot.services.ingest import Received
from carebot.services.network_id import edited_id, wordings_of
from carebot.services.own_posts import squeezed

_WAITING = frozenset({OutgoingState.QUEUED, OutgoingState.FAILED})


def follow_deletion(work: Work, channel: str, account: str, change: Change, *, now: datetime) -> None:
    """Forget every wording of the message, and hold the bot's texts that answer it. Doing it twice changes nothing.

    A text that is on its way may still arrive; a person's text is the person's business.
    """
    for message in list(wordings_of(work, channel, account, change.external_id)):
        if message.deleted_at is not None:
            continue
        work.forget_text(message.id, deleted_at=change.at)
        answers = _waiting_answers(work, message)
        for row in answers:
            work.replace_outgoing(row, delivery.held(row, "the message that it answers was deleted"))
        work.add_events([_event(EventName.MESSAGE_DELETED, message, now, held=len(answers))])


def follow_edit(
    work: Work, edited: IncomingMessage, change: Change, take_in: Callable[[Work, IncomingMessage], Received]
) -> Received | None:
    """Take the new wording in as a message of its own that calls nobody, and forget those before.

    What it says is decided about like everything else, but an edit never makes the bot speak where it was not
    called. None: nothing new, or its author took it back since. An edit of a message that was never seen is that
    message. A post of ours that was edited was edited by a person: that is a person who speaks.
    """
    channel, account = edited.channel, edited.account
    earlier = list(wordings_of(work, channel, account, change.external_id))
    if not earlier:
        ours = work.outgoing_posted_as(channel, account, change.external_id)
        if ours is None:
            return take_in(work, edited)
        if squeezed(ours.text) == squeezed(edited.text):
            return None
    elif earlier[0].deleted_at is not None:
        return None
    wording = replace(edited, external_id=edited_id(change.external_id, change.at), summons=False)
    received = take_in(work, wording)
    if received.message is None:
        return None
    for message in earlier:
        work.forget_text(message.id, deleted_at=message.deleted_at)
    if earlier:
        at, new = received.message.received_at, received.message.id
        work.add_events([_event(EventName.MESSAGE_EDITED, earlier[0], at, edited=new)])
    return received


def _waiting_answers(work: Work, message: StoredMessage) -> list[Outgoing]:
    if message.case_id is None:
        return []
    return [
        row
        for row in work.outgoing_of(message.case_id)
        if row.message_id == message.id and row.is_automatic and row.state in _WAITING
    ]


def _event(name: EventName, message: StoredMessage, now: datetime, **facts: str | int) -> Event:
    return Event(
        name=name, at=now, actor="customer", case_id=message.case_id, message_id=message.id, facts=facts
    )
