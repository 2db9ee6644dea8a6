"""Judge a text at the moment it leaves: with its case, its customer and the house as they are now."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from carebot.core.case import Case
from carebot.core.finding import Finding
from carebot.core.gate import Leaving, judge
from carebot.core.message import Visibility
from carebot.core.records import Customer, Outgoing, OutgoingKind, StoredMessage
from carebot.core.texts import TextKey
from carebot.services.compose import INVITATIONS
from carebot.services.house import House

log = logging.getLogger(__name__)

Find = Callable[[str], tuple[Finding, ...]]


class Findings:
    """What the recognizers find in texts on their way; the bot's texts come again and again, so it is kept."""

    def __init__(self, find: Find, *, most: int = 2000) -> None:
        self._find = find
        self._most = most
        self._known: dict[str, tuple[Finding, ...] | None] = {}

    def unread(self, rows: Collection[Outgoing]) -> frozenset[str]:
        """The texts that nobody has searched yet."""
        texts = {row.text for row in rows if row.kind is OutgoingKind.TEXT}
        return frozenset(texts - self._known.keys())

    def read(self, texts: Collection[str]) -> None:
        """Search them; takes its time, so never within a transaction."""
        for text in texts:
            self._known[text] = self._found(text)
        for text in list(self._known)[: -self._most]:
            self._known.pop(text, None)

    def of(self, text: str) -> tuple[Finding, ...] | None:
        """What was found; None: it could not be searched."""
        return self._known.get(text)

    def _found(self, text: str) -> tuple[Finding, ...] | None:
        try:
            return self._find(text)
        except Exception as error:  # noqa: BLE001 - whatever a recognizer trips over: the text does not leave
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("a text could not be searched for personal data (%s)\n%s", type(error).__name__, where)
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What a row is judged by, as it is in the transaction that claims it.

    ``spoken_by_hand_at``: a person of the brand last wrote to this customer here, which the case may not know yet.
    """

    case: Case
    message: StoredMessage
    customer: Customer
    bot_is_awake: bool
    at: datetime
    spoken_by_hand_at: datetime | None = None


def why_held(row: Outgoing, now: Now, findings: tuple[Finding, ...] | None, house: House) -> str | None:
    """Why a text may not leave, in words for people; None when it may. Nothing of the text is in the words."""
    if row.visibility is Visibility.PUBLIC and _is_ahead(now.case.held_until, now.at):
        return "marketing holds the thread"
    if row.is_automatic and (reason := _why_the_bot_is_silent(row, now, house)):
        return reason
    if findings is None:
        return "it could not be searched for personal data"
    refusals = judge(_leaving(row, now, findings, house), house.allow_list)
    names = ", ".join(refusal.replace("_", " ") for refusal in refusals)
    return f"the gate refused it ({names})" if refusals else None


def _why_the_bot_is_silent(row: Outgoing, now: Now, house: House) -> str | None:
    if not now.bot_is_awake:
        return "the bot is stopped"
    if now.case.is_with_a_person:
        return "a person has the case"
    if now.spoken_by_hand_at is not None and now.spoken_by_hand_at >= now.message.at:
        return "a person has answered by hand"
    if not now.case.status.is_open:
        return "the case is over"
    if now.message.deleted_at is not None:
        return "the message that it answers was deleted"
    if now.at - row.created_at > house.care.bot.answer_within:
        return "it could not leave in time"
    return None


def _leaving(row: Outgoing, now: Now, findings: tuple[Finding, ...], house: House) -> Leaving:
    channel = house.channel(row.channel)
    is_silenced = now.customer.is_silenced or now.case.bot_silenced_at is not None
    return Leaving(
        text=row.text,
        findings=findings,
        visibility=row.visibility,
        channel=channel,
        case_zone=now.case.zone,
        is_automatic=row.is_automatic,
        invites=row.origin in INVITATIONS,
        person_has_spoken=now.case.is_with_a_person,
        bot_is_silenced=is_silenced and row.origin != TextKey.STOPPED,
        channel_objection=channel.can_reply(
            visibility=row.visibility, post_kind=now.message.post_kind, summons=now.message.summons
        ),
    )


def _is_ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now
