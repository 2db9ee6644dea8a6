"""Since when a case is private: of what was said in public, only what came before is for everybody's eyes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from carebot.core.case import Case
from carebot.core.events import Event, EventName, Fact
from carebot.core.records import DecisionRecord, StoredMessage
from carebot.core.tiers import Zone

PRIVATE_SINCE = (
    "private_since"  # a fact: of the message that a person called private, or of the other half of a case
)
TELLING = (EventName.ZONE_MOVED, EventName.CASE_MERGED, EventName.CASE_SPLIT, EventName.BAND_REVIEWED)


def private_from(name: EventName, at: datetime, facts: Mapping[str, Fact]) -> datetime | None:
    """Since when the case is private by this event; None when the event says nothing about it."""
    if (since := facts.get(PRIVATE_SINCE)) is not None:
        return datetime.fromisoformat(str(since))
    is_move = name is EventName.ZONE_MOVED and facts.get("after", Zone.PRIVATE) == Zone.PRIVATE
    return at if is_move else None


def private_since(
    case: Case,
    messages: Iterable[StoredMessage],
    decisions: Iterable[DecisionRecord],
    events: Iterable[Event],
) -> datetime | None:
    """The first message that was decided private, or the first event that says so; None: it is not private.

    When nothing tells, it was private from its first message on.
    """
    if case.zone is not Zone.PRIVATE:
        return None
    said = {message.id: message.at for message in messages}
    moments = [
        said[item.message_id]
        for item in decisions
        if item.decision.zone is Zone.PRIVATE and item.message_id in said
    ]
    moments += [
        since for item in events if (since := private_from(item.name, item.at, item.facts)) is not None
    ]
    return min(moments or said.values(), default=case.opened_at)
