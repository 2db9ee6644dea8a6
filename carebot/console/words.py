"""Facts in plain words: what the pages say about states, events, flags and refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping

from carebot.core.case import CaseStatus
from carebot.core.events import EventName
from carebot.core.records import OutgoingKind, OutgoingState
from carebot.core.tiers import Zone
from carebot.core.views import CardText, CaseEvent

_MASK = re.compile(r"<[A-Z_]{3,30}>")
CHANNELS = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon", "townsquare": "Town square"}
STATUSES: Mapping[CaseStatus, str] = {
    CaseStatus.NEW: "new",
    CaseStatus.WITH_BOT: "with the bot",
    CaseStatus.WAITING_FOR_AGENT: "waiting for somebody",
    CaseStatus.WITH_AGENT: "with a person",
    CaseStatus.WAITING_FOR_CUSTOMER: "waiting for the customer",
    CaseStatus.RESOLVED: "resolved",
    CaseStatus.CLOSED: "closed",
}
ZONES: Mapping[Zone, str] = {
    Zone.PUBLIC: "may be spoken of in public",
    Zone.DIRECT: "in direct messages only",
    Zone.PRIVATE: "in a private place only",
}
STATES: Mapping[OutgoingState, str] = {
    OutgoingState.QUEUED: "waiting to leave",
    OutgoingState.HELD: "held back",
    OutgoingState.SUGGESTED: "suggested, not sent",
    OutgoingState.SENDING: "on its way",
    OutgoingState.SENT: "sent",
    OutgoingState.UNKNOWN: "may have been sent: the network is being asked",
    OutgoingState.FAILED: "not sent yet, it is tried again",
    OutgoingState.DEAD: "could not be sent",
}
HIDES: Mapping[OutgoingState, str] = {
    OutgoingState.SENT: "hidden on the network",
    OutgoingState.DEAD: "the network would not hide it",
}
FLAGS = {
    "risk": "It may harm the brand if it is answered badly.",
    "reach": "Many people follow this account, and it is unhappy.",
    "safety": "Somebody may get hurt.",
    "press": "The press is asking.",
    "legal": "It speaks of lawyers or courts.",
    "boycott": "It calls for a boycott.",
    "anger": "Many people are angry about this.",
    "abuse": "It insults or threatens people.",
    "security": "It tells of a security problem.",
    "personal_data": "It tells of a leak of personal data.",
}
ORIGINS = {
    "invitation": "invitation to a private place",
    "invitation_exposed": "invitation, and the advice to delete the post",
    "invitation_contact": "invitation to write to the brand",
    "invitation_contact_exposed": "invitation, and the advice to delete the post",
    "acknowledged": "acknowledgement",
    "handed_over": "handed over",
    "stopped": "the bot stops",
    "holding": "please wait",
    "ask_product": "question about the product",
    "ask_platform": "question about the platform",
}
EVENTS: Mapping[EventName, str] = {
    EventName.CASE_OPENED: "The case was opened",
    EventName.CASE_REOPENED: "The case was opened again",
    EventName.MESSAGE_ATTACHED: "A message came in",
    EventName.DECIDED: "It was decided",
    EventName.BAND_RAISED: "It needs more care: band {before} became {after}",
    EventName.ZONE_MOVED: "It moved from the {before} zone to the {after} zone",
    EventName.TIER_CHANGED: "It moved from tier {before} to tier {after}",
    EventName.QUEUE_CHANGED: "It moved from the queue {before} to {after}",
    EventName.FLAGGED: "It was flagged for marketing: {reason}",
    EventName.ANSWER_QUEUED: "An answer was prepared for sending",
    EventName.ANSWER_SUGGESTED: "An answer was suggested",
    EventName.INVITATION_QUEUED: "An invitation to a private place was prepared",
    EventName.TEXT_REFUSED: "A text was refused before it could leave",
    EventName.HANDED_OFF: "It was handed to people",
    EventName.PERSON_SPOKE: "A person of the brand spoke: the bot is silent",
    EventName.BOT_SILENCED: "The customer asked the bot to stop",
    EventName.CLOCK_STARTED: "A clock was started",
    EventName.CLOCK_STOPPED: "A clock was stopped",
    EventName.MASKED_TEXT_WIPED: "Texts of direct messages were wiped",
    EventName.STATUS_CHANGED: "It is now {after}",
    EventName.CASE_MERGED: "It was merged with another case",
    EventName.CASE_SPLIT: "It was split",
    EventName.SEAL_OPENED: "A sealed message was opened: {reason}",
    EventName.ARTICLE_APPROVED: "An article was approved",
    EventName.CLAIMED: "It was claimed",
    EventName.RELEASED: "It was released",
    EventName.REPLY_QUEUED: "A reply was sent on its way",
    EventName.TEXT_SENT: "A text was sent",
    EventName.TEXT_HELD: "A text was held back",
    EventName.TEXT_UNKNOWN: "It is not known whether a text was sent",
    EventName.TEXT_DEAD: "A text could not be sent",
    EventName.POST_HIDDEN: "A post was hidden",
    EventName.SENT_BY_HAND: "Somebody answered on the network itself",
    EventName.MESSAGE_DELETED: "The author deleted a message",
    EventName.MESSAGE_EDITED: "The author edited a message",
    EventName.BOT_STOPPED: "The bot was stopped",
    EventName.BOT_STARTED: "The bot was woken",
    EventName.CHANNEL_LOST: "The network cannot be reached",
    EventName.CHANNEL_BACK: "The network is back",
    EventName.GAP_FOUND: "Messages of some time are missing",
    EventName.INVITED_NOT_COME: "The customer was invited and did not come",
    EventName.HOLD_BEGUN: "Public replies are held back",
    EventName.HOLD_ENDED: "The hold ended",
    EventName.LET_GO: "Public replies may leave again",
    EventName.HANDED_TO_CARE: "It was handed to care",
    EventName.MARKED_HANDLED: "It was marked as handled",
    EventName.ANSWER_REVIEWED: "An answer was reviewed",
    EventName.BAND_REVIEWED: "Somebody said of a message: {verdict}",
    EventName.SIGNED_IN: "Somebody signed in",
}


def plain(name: str) -> str:
    """A name as people write it."""
    return name.replace("_", " ")


def is_redacted(text: str) -> bool:
    """Whether personal data was taken out of it: ``<EMAIL>`` stands where an address stood."""
    return _MASK.search(text) is not None


def counted(many: int, one: str, more: str) -> str:
    """So many of something, as the beginning of a sentence."""
    return f"{many} {one if many == 1 else more}" if many else f"No {one}"


def channel(name: str) -> str:
    """A network's name as people write it."""
    return CHANNELS.get(name, plain(name))


def flag(reason: str) -> str:
    """Why marketing should look."""
    return FLAGS.get(reason, f"A rule flagged it: {plain(reason)}.")


def who_did(actor: str, me: str) -> str:
    """Who did something, as the viewer would say it."""
    kind, colon, name = actor.partition(":")
    if actor == me or (kind == "agent" and name == me):
        return "you"
    if kind == "system":
        return "carebot"
    return name if colon else actor


def origin(text: CardText) -> str:
    """Where a text of ours comes from: an article, a fixed text, or nothing when a person wrote it."""
    kind, _, slug = text.origin.partition(":")
    if kind == "agent":
        return ""
    return f"article {plain(slug)}" if kind == "article" else ORIGINS.get(kind, plain(kind))


def state(text: CardText) -> str:
    """How far a text of ours has come."""
    if text.kind is OutgoingKind.HIDE:
        return HIDES.get(text.state, "is being hidden on the network")
    words = STATES[text.state]
    is_told = text.reason and text.state in (OutgoingState.HELD, OutgoingState.FAILED, OutgoingState.DEAD)
    return f"{words}: {text.reason}" if is_told else words


def event(item: CaseEvent) -> str:
    """One line of the timeline."""
    facts = {key: plain(str(value)) for key, value in item.facts.items()}
    if item.name is EventName.STATUS_CHANGED and "after" not in facts:
        return "It was put aside for a while"
    if item.name is EventName.STATUS_CHANGED:
        facts["after"] = STATUSES.get(CaseStatus(str(item.facts["after"])), facts["after"])
    try:
        return EVENTS[item.name].format_map(facts)
    except KeyError:
        return EVENTS[item.name].partition(":")[0]
