"""Turn what was decided into the texts that would leave, and let the gate judge each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from carebot.core.article import Article
from carebot.core.case import Case
from carebot.core.decision import Draft
from carebot.core.finding import Finding
from carebot.core.gate import Leaving, Refusal, judge
from carebot.core.message import Visibility
from carebot.core.records import Outgoing, OutgoingState, StoredMessage
from carebot.core.texts import TextKey
from carebot.core.tiers import Priority, Zone
from carebot.core.wording import wording
from carebot.services.house import House

INVITATIONS = frozenset(
    {
        TextKey.INVITATION,
        TextKey.INVITATION_EXPOSED,
        TextKey.INVITATION_CONTACT,
        TextKey.INVITATION_CONTACT_EXPOSED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """One text, with why the gate refuses it (nothing, when it may leave)."""

    outgoing: Outgoing
    refusals: tuple[Refusal, ...]


class Compose:
    """Puts texts together from approved articles and system texts only."""

    def __init__(self, *, house: House, find: Callable[[str], tuple[Finding, ...]]) -> None:
        self._house = house
        self._find = find

    def __call__(
        self,
        draft: Draft,
        *,
        case: Case,
        message: StoredMessage,
        language: str,
        articles: Mapping[str, Article],
        outgoing_id: str,
        priority: Priority,
        at: datetime,
    ) -> Composed:
        """The text of a draft, addressed to the message that it answers.

        ``case`` is the case after the decision; its ``automatic_texts`` may already count this text.
        """
        text, spoken_in = self._text(draft, message, language, articles, at)
        origin = f"article:{draft.article}" if draft.text is None else str(draft.text)
        outgoing = Outgoing(
            id=outgoing_id,
            case_id=case.id,
            message_id=message.id,
            channel=message.channel,
            account=message.account,
            zone=draft.zone,
            text=text,
            language=spoken_in,
            origin=origin,
            in_reply_to=message.external_id,
            idempotency_key=f"{message.id}/{origin}",
            created_at=at,
            priority=priority,
            state=OutgoingState.SUGGESTED if draft.for_agent else OutgoingState.QUEUED,
        )
        return Composed(outgoing=outgoing, refusals=self._judged(outgoing, draft, case, message))

    def _text(
        self,
        draft: Draft,
        message: StoredMessage,
        language: str,
        articles: Mapping[str, Article],
        at: datetime,
    ) -> tuple[str, str]:
        if draft.text is None:
            assert draft.article is not None
            article = articles.get(draft.article)
            return self._article(article, draft.zone, message, language, at) or "", language
        brand = self._house.care.brand(message.brand)
        spoken = self._house.texts.text(
            draft.text,
            language,
            brand=brand.name,
            when=self._house.opening(at, language),
            contact=brand.private_contact or "",
        )
        text = f"{spoken.text} {brand.signature or ''}".strip()
        if draft.article is None:
            return text, spoken.language
        article = articles.get(draft.article)
        steps = self._article(article, draft.zone, message, spoken.language, at, before=text)
        return steps or text, spoken.language

    def _article(
        self,
        article: Article | None,
        zone: Zone,
        message: StoredMessage,
        language: str,
        at: datetime,
        *,
        before: str = "",
    ) -> str | None:
        """None also for an article that was withdrawn since the decision: the gate lets no empty text leave."""
        if article is None:
            return None
        return article_text(
            self._house.as_said(article, at),
            visibility=_visibility(zone),
            message=message,
            language=language,
            house=self._house,
            before=before,
        )

    def _judged(
        self, outgoing: Outgoing, draft: Draft, case: Case, message: StoredMessage
    ) -> tuple[Refusal, ...]:
        channel = self._house.channel(message.channel)
        visibility = _visibility(draft.zone)
        objection = channel.can_reply(
            visibility=visibility, post_kind=message.post_kind, summons=message.summons
        )
        leaving = Leaving(
            text=outgoing.text,
            findings=self._find(outgoing.text),
            visibility=visibility,
            channel=channel,
            case_zone=case.zone,
            is_automatic=not draft.for_agent,
            invites=draft.text in INVITATIONS,
            person_has_spoken=case.is_with_a_person,
            bot_is_silenced=case.bot_silenced_at is not None and draft.text is not TextKey.STOPPED,
            channel_objection=None if draft.for_agent else objection,
        )
        return judge(leaving, self._house.allow_list)


def article_text(
    article: Article,
    *,
    visibility: Visibility,
    message: StoredMessage,
    language: str,
    house: House,
    before: str = "",
) -> str | None:
    """An article, as ``House.as_said`` gives it, with the bot's mark; None when no wording fits here."""
    mark = "" if before else house.mark(message.brand, language)
    return wording(
        article,
        language=language,
        visibility=visibility,
        channel=house.channel(message.channel),
        mark=mark,
        before=before,
    )


def _visibility(zone: Zone) -> Visibility:
    return Visibility.PUBLIC if zone is Zone.PUBLIC else Visibility.DIRECT


def refused(texts: Sequence[Composed]) -> tuple[Refusal, ...]:
    """Why any of several texts may not leave."""
    return tuple(refusal for text in texts for refusal in text.refusals)
