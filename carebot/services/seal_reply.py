"""Keep what a person said in private as everything private is kept: sealed, among the case's messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from carebot.core.case import Case
from carebot.core.message import PostKind, Writer
from carebot.core.ports import Sealer, Work
from carebot.core.records import Customer, MessageState, Outgoing, OutgoingState, StoredMessage
from carebot.core.tiers import Zone
from carebot.services.ingest import Original

_AT_REST = (OutgoingState.SENT, OutgoingState.HELD, OutgoingState.DEAD)


def seal_reply(work: Work, row: Outgoing, *, sealer: Sealer, now: datetime) -> Outgoing:
    """The row as it is kept once it is at rest: a person's text in a private case moves into a sealed message.

    On its way it is readable in the outbox, because the gate reads it again before it leaves. Every other row
    is kept as it is.
    """
    if row.is_automatic or row.zone is Zone.PUBLIC or row.state not in _AT_REST or not row.text:
        return row
    case = work.case(row.case_id)
    assert case is not None, "an outgoing row needs its case"
    if case.zone is not Zone.PRIVATE:
        return row
    try:
        customer = work.customer_by_id(case.customer_id)
    except KeyError:  # erased: nothing of the conversation is kept
        return replace(row, text="")
    work.add_message(_message(work, row, case, customer, sealer, now))
    return replace(row, text="")


def seal_replies(work: Work, case_id: str, *, sealer: Sealer, now: datetime) -> None:
    """The same for what was said before the case became private."""
    for row in work.outgoing_of(case_id):
        sealed = seal_reply(work, row, sealer=sealer, now=now)
        if sealed is not row:
            work.replace_outgoing(row, sealed)


def _message(
    work: Work, row: Outgoing, case: Case, customer: Customer, sealer: Sealer, now: datetime
) -> StoredMessage:
    answered, message_id = work.message(row.message_id), work.new_id("m")
    assert answered is not None, "an outgoing row needs its message"
    original = Original(text=row.text, handle=row.account, author_id=row.account, followers=None)
    return StoredMessage(
        id=message_id,
        channel=row.channel,
        account=row.account,
        brand=case.brand,
        external_id=row.external_id or f"never posted/{row.id}",
        customer_id=customer.id,
        writer=Writer.AGENT,
        visibility=row.visibility,
        post_kind=PostKind.REPLY,
        thread_id=answered.thread_id,
        summons=False,
        has_unread_media=False,
        at=row.sent_at or now,
        received_at=now,
        sealed=sealer.seal(customer.wrapped_key, original.to_bytes(), context=message_id),
        state=MessageState.DECIDED,
        case_id=row.case_id,
    )
