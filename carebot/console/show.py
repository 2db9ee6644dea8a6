"""A case as a template draws it: one line after the other, with what the viewer may do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from carebot.console import words
from carebot.console.pages import REVIEW, Page, holder_of
from carebot.console.reasons import plainly
from carebot.core.case import CaseStatus
from carebot.core.message import Visibility, Writer
from carebot.core.records import OutgoingKind, OutgoingState
from carebot.core.rights import CaseRight, Viewer, may
from carebot.core.tiers import Priority, Zone
from carebot.core.views import CardMessage, CardText, CaseCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was said: by whom, where, when, and how far it has come.

    ``side`` is ``customer``, ``bot`` or ``person``. ``text`` None: ``sealed_as`` says what stands there instead.
    ``may_open``: the viewer may open the seal, giving a reason.
    """

    id: str
    side: str
    who: str
    at: datetime
    visibility: Visibility
    text: str | None
    note: str = ""
    state: str = ""
    sealed_as: str = ""
    may_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A card, ready to be drawn. ``version`` is another one whenever anything on it is."""

    card: CaseCard
    version: str
    group: str
    channel: str
    status: str
    zone: str
    why: str
    holder: str
    is_mine: bool
    is_urgent: bool
    is_folded: bool
    flags: tuple[str, ...]
    lines: tuple[Line, ...]
    suggestions: tuple[Line, ...]
    can: frozenset[str]
    notices: tuple[str, ...]


def shown(card: CaseCard, *, viewer: Viewer, page: Page | None, now: datetime) -> Shown:
    """The card for this viewer on this page."""
    lines = _lines(card, viewer)
    if page is REVIEW:  # never a word, and never a sign, of what was said elsewhere or later
        lines = tuple(
            line for line in lines if line.visibility is Visibility.PUBLIC and line.text is not None
        )
    suggestions = tuple(line for line in lines if line.state == OutgoingState.SUGGESTED)
    made = Shown(
        card=card,
        version="",
        group=page.group_of(card, viewer) if page else "",
        channel=words.channel(card.channel),
        status=words.STATUSES[card.status],
        zone=words.ZONES[card.zone],
        why=plainly(card.why or ""),
        holder=words.who_did(holder_of(card) or "", viewer.id),
        is_mine=holder_of(card) == viewer.id,
        is_urgent=card.priority.rank < Priority.NORMAL.rank,
        is_folded=page is not None and page is not REVIEW and page.group_of(card, viewer) == "resting",
        flags=tuple(words.flag(reason) for reason in sorted(card.flag_reasons)),
        lines=tuple(line for line in lines if line.state != OutgoingState.SUGGESTED),
        suggestions=suggestions if _wants_answer(card) else (),
        can=_can(card, viewer, page, now),
        notices=tuple(_notices(card, viewer, page, now)),
    )
    return replace(made, version=hashlib.sha256(repr(made).encode()).hexdigest()[:12])


def _wants_answer(card: CaseCard) -> bool:
    return card.status.is_open and card.status is not CaseStatus.WAITING_FOR_CUSTOMER


def _lines(card: CaseCard, viewer: Viewer) -> tuple[Line, ...]:
    may_open = may(viewer, CaseRight.OPEN_SEALED, zone=card.zone, tier=card.tier)
    lines = [_incoming(item, may_open) for item in card.messages or ()]
    lines += [_outgoing(item, viewer) for item in card.texts or ()]
    return tuple(sorted(lines, key=lambda line: line.at))


def _incoming(item: CardMessage, may_open: bool) -> Line:
    is_ours = item.writer is Writer.AGENT
    is_deleted = item.deleted_at is not None
    text = (
        f"{item.text or ''} [an image]".strip()
        if item.text is not None and item.has_unread_media
        else item.text
    )
    what = "direct message" if item.visibility is Visibility.DIRECT else "public post"
    return Line(
        id=item.id,
        side="person" if is_ours else "customer",
        who={Writer.CUSTOMER: "Customer", Writer.AGENT: "Brand, on the network itself"}.get(
            item.writer, "A bot"
        ),
        at=item.at,
        visibility=item.visibility,
        text=None if is_deleted else text,
        note="deleted by its author" if is_deleted else "",
        sealed_as=f"{what}, deleted by its author" if is_deleted else f"sealed {what}",
        may_open=may_open and not is_deleted and (text is None or words.is_redacted(text)),
    )


def _outgoing(item: CardText, viewer: Viewer) -> Line:
    is_person = item.origin.startswith("agent:")
    who = words.who_did(item.origin, viewer.id).capitalize() if is_person else "Bot"
    is_hide = item.kind is OutgoingKind.HIDE
    return Line(
        id=item.id,
        side="person" if is_person else "bot",
        who="The post" if is_hide else who,
        at=item.sent_at or item.created_at,
        visibility=item.visibility,
        text="" if is_hide else item.text,
        note=words.state(item)
        if is_hide
        else " · ".join(filter(None, (words.origin(item), words.state(item)))),
        state=item.state,
        sealed_as="our direct message",
    )


def _can(card: CaseCard, viewer: Viewer, page: Page | None, now: datetime) -> frozenset[str]:
    """The buttons: what the viewer has the right to, as far as it makes sense in this state."""

    def has(right: CaseRight) -> bool:
        return may(viewer, right, zone=card.zone, tier=card.tier)

    holder = holder_of(card)
    is_open, is_mine = card.status.is_open, holder == viewer.id
    is_free = holder is None or is_mine
    is_held = card.held_until is not None and card.held_until > now
    reviews = has(CaseRight.HOLD_REPLY) and (page is REVIEW or (page is None and bool(card.flag_reasons)))
    wanted = {
        "claim": has(CaseRight.CLAIM) and is_open and holder is None and page is not REVIEW,
        "release": has(CaseRight.CLAIM) and is_open and is_mine,
        "reply": has(CaseRight.REPLY) and is_open and is_free and _has_customer(card),
        "resolve": has(CaseRight.RESOLVE) and is_open and is_free and page is not REVIEW,
        "snooze": has(CaseRight.RESOLVE) and is_open and is_free and page is not REVIEW,
        "reopen": has(CaseRight.RESOLVE) and card.status is CaseStatus.RESOLVED,
        "hold": reviews and is_open and not is_held,
        "let_go": reviews and is_open and is_held and card.held_by in (None, viewer.id),
        "to_care": reviews and is_open and card.held_by in (None, viewer.id),
        "handled": reviews and is_open and card.held_by in (None, viewer.id),
    }
    return frozenset(name for name, is_wanted in wanted.items() if is_wanted)


def _has_customer(card: CaseCard) -> bool:
    return any(message.writer is Writer.CUSTOMER for message in card.messages or ())


def _notices(card: CaseCard, viewer: Viewer, page: Page | None, now: datetime) -> Iterator[str]:
    """What somebody should know before acting."""
    if page is REVIEW and card.zone is Zone.PRIVATE:
        yield "The private queue has it: nothing more is said about it in public."
    if card.held_until is not None and card.held_until > now:
        by = words.who_did(card.held_by or "marketing", viewer.id)
        yield f"Public replies are held by {by} until {{held_until}}."
    if card.bot_silenced_at is not None:
        yield "The customer asked the bot to stop: it says nothing here any more."
    if page is not REVIEW and card.invited_at is not None and card.zone is Zone.PRIVATE and not _came(card):
        yield "The customer is invited to a private place and has not come yet."
    if card.snoozed_until is not None and card.snoozed_until > now:
        yield "Put aside until {snoozed_until}, or until the customer writes."


def _came(card: CaseCard) -> bool:
    invited_at = card.invited_at
    return invited_at is not None and any(
        message.visibility is Visibility.DIRECT and message.at >= invited_at
        for message in card.messages or ()
    )
