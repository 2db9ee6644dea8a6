"""What happened to a case: facts in the past tense, with ids and never text or handles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from carebot.core.message import require_utc

Fact = str | int | float | bool


class EventName(StrEnum):
    """Everything that can be recorded of a case."""

    CASE_OPENED = "case_opened"
    CASE_REOPENED = "case_reopened"
    MESSAGE_ATTACHED = "message_attached"
    DECIDED = "decided"
    BAND_RAISED = "band_raised"
    ZONE_MOVED = "zone_moved"
    TIER_CHANGED = "tier_changed"
    QUEUE_CHANGED = "queue_changed"
    FLAGGED = "flagged"
    ANSWER_QUEUED = "answer_queued"
    ANSWER_SUGGESTED = "answer_suggested"
    INVITATION_QUEUED = "invitation_queued"
    TEXT_REFUSED = "text_refused"
    HANDED_OFF = "handed_off"
    PERSON_SPOKE = "person_spoke"
    BOT_SILENCED = "bot_silenced"
    CLOCK_STARTED = "clock_started"
    CLOCK_STOPPED = "clock_stopped"
    MASKED_TEXT_WIPED = "masked_text_wiped"
    STATUS_CHANGED = "status_changed"
    CASE_MERGED = "case_merged"
    CASE_SPLIT = "case_split"
    SEAL_OPENED = "seal_opened"
    ARTICLE_APPROVED = "article_approved"
    CLAIMED = "claimed"
    RELEASED = "released"
    REPLY_QUEUED = "reply_queued"
    TEXT_SENT = "text_sent"
    TEXT_HELD = "text_held"
    TEXT_UNKNOWN = "text_unknown"
    TEXT_DEAD = "text_dead"
    POST_HIDDEN = "post_hidden"
    SENT_BY_HAND = "sent_by_hand"
    MESSAGE_DELETED = "message_deleted"
    MESSAGE_EDITED = "message_edited"
    BOT_STOPPED = "bot_stopped"
    BOT_STARTED = "bot_started"
    CHANNEL_LOST = "channel_lost"
    CHANNEL_BACK = "channel_back"
    GAP_FOUND = "gap_found"
    INVITED_NOT_COME = "invited_not_come"
    HOLD_BEGUN = "hold_begun"
    HOLD_ENDED = "hold_ended"
    LET_GO = "let_go"
    HANDED_TO_CARE = "handed_to_care"
    MARKED_HANDLED = "marked_handled"
    ANSWER_REVIEWED = "answer_reviewed"
    BAND_REVIEWED = "band_reviewed"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact. ``actor`` is ``system:...``, ``customer`` or an agent's id; ``case_id`` None: not about a case."""

    name: EventName
    at: datetime
    actor: str
    case_id: str | None = None
    message_id: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_utc(self.at, "an event's at")
