"""What happened to a case since somebody looked at it, in words."""

from __future__ import annotations

from carebot.core.case import Case
from carebot.core.events import Event, EventName
from carebot.core.message import Writer
from carebot.core.ports import Work
from carebot.core.rights import Viewer
from carebot.core.tiers import Zone
from carebot.services.preview_reply import Preview

# What people do; the first of these that happened is named.
_DONE = {
    EventName.PERSON_SPOKE: "replied",
    EventName.CLAIMED: "claimed the case",
    EventName.RELEASED: "released the case",
    EventName.HOLD_BEGUN: "began to hold the thread",
    EventName.LET_GO: "let the thread go",
    EventName.HANDED_TO_CARE: "handed the thread to care",
    EventName.MARKED_HANDLED: "marked the thread as handled",
    EventName.CASE_MERGED: "merged another case into it",
    EventName.CASE_SPLIT: "split the case",
    EventName.CASE_REOPENED: "reopened the case",
}


def what_happened(work: Work, case: Case, before: Preview, now: Preview, viewer: Viewer) -> str:
    """The one thing that matters most to somebody who wanted to reply."""
    since = [event for event in work.events_of(case.id) if event.at >= before.previewed_at]
    if case.zone is Zone.PRIVATE and before.zone is not Zone.PRIVATE and _moved(since):
        return "the case moved to private"
    for name, did in _DONE.items():
        if actors := [event.actor for event in since if event.name is name]:
            return f"{'you have' if actors[-1] == viewer.id else f'{actors[-1]} has'} {did}"
    answered = work.message(before.message_id)
    if answered is not None and answered.deleted_at is not None:
        return "the customer has deleted the message"
    if before.message_id != now.message_id or _wrote_since(work, case, before):
        return "the customer has written again"
    if any(event.name is EventName.TEXT_SENT for event in since):
        return "a text has left"
    return "the case has changed"


def _moved(events: list[Event]) -> bool:
    return any(event.name is EventName.ZONE_MOVED for event in events)


def _wrote_since(work: Work, case: Case, before: Preview) -> bool:
    return any(
        message.writer is Writer.CUSTOMER and message.received_at >= before.previewed_at
        for message in work.messages_of(case.id)
    )
