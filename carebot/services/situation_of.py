"""Put together what the policy looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from carebot.core.article import Article
from carebot.core.case import Case
from carebot.core.message import Visibility, Writer
from carebot.core.ports import Work
from carebot.core.records import Customer, OutgoingState, StoredMessage
from carebot.core.situation import BestArticle, CaseFacts, Situation, categories_of, route_of
from carebot.core.texts import TextKey
from carebot.services.compose import article_text
from carebot.services.house import House
from carebot.services.understand import Understood

DETAILS = frozenset({"product", "platform"})
SUGGESTED = OutgoingState.SUGGESTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was said before in a case, or in the thread before there was one.

    ``person_has_spoken`` is true from the moment a person claims the case: the bot does not talk over people.
    ``missing_details`` are those that no earlier message of the case gave.
    """

    person_has_spoken: bool
    said: frozenset[TextKey]
    articles: frozenset[str]
    missing_details: frozenset[str]


def past_of(work: Work, case: Case | None, message: StoredMessage, house: House, now: datetime) -> Past:
    """Look it up; without a case only whether a person has written in the thread."""
    if case is None:
        spoke = person_in_thread(work, message, house, now) is not None
        return Past(person_has_spoken=spoke, said=frozenset(), articles=frozenset(), missing_details=DETAILS)
    keys = set(TextKey)
    by_hand = person_in_thread(work, message, house, now) is not None  # perhaps not decided yet
    told = [text for text in work.outgoing_of(case.id) if text.is_automatic and text.state is not SUGGESTED]
    return Past(
        person_has_spoken=case.is_with_a_person or by_hand,
        said=frozenset(TextKey(text.origin) for text in told if text.origin in keys),
        articles=frozenset(
            text.origin.removeprefix("article:") for text in told if text.origin.startswith("article:")
        ),
        missing_details=_still_missing(work, case, message),
    )


def person_in_thread(work: Work, message: StoredMessage, house: House, now: datetime) -> datetime | None:
    """When a person of the brand wrote in this message's thread before it was a case; long ago does not count.

    Nor does what will be written after ``now``: a replay takes many messages in before it decides about them.
    """
    spoke_at = work.person_spoke_at(message.customer_id, message.thread_id, until=now)
    recent = spoke_at is not None and message.at - spoke_at <= house.care.cases.same_problem
    return spoke_at if recent else None


def _still_missing(work: Work, case: Case, message: StoredMessage) -> frozenset[str]:
    if message.visibility is not Visibility.DIRECT:
        return DETAILS  # nothing is asked in public
    missing = DETAILS
    for record in work.decisions_of(case.id):
        before = record.situation.get("missing_details")
        missing &= frozenset(map(str, before)) if isinstance(before, list) else missing
    return missing


def situation_of(
    *,
    message: StoredMessage,
    followers: int | None,
    understood: Understood,
    case: Case | None,
    customer: Customer,
    articles: Mapping[str, Article],
    house: House,
    bot_is_awake: bool,
    past: Past,
    now: datetime,
) -> Situation:
    """The situation of one message; ``case`` is the one it belongs to, None when it would open one."""
    assessment = understood.assessment
    return Situation(
        channel=house.channel(message.channel),
        brand=message.brand,
        visibility=message.visibility,
        assessment=assessment,
        route=route_of(assessment),
        categories=categories_of(assessment),
        post_kind=message.post_kind,
        by_other_bot=message.writer is Writer.OTHER_BOT,
        summons=message.summons,
        followers=followers,
        has_unread_media=message.has_unread_media,
        commands=understood.commands,
        word_hits=understood.word_hits,
        article=_best(message, understood, articles, house, now),
        case=None if case is None else facts_of(case, house, past, now),
        missing_details=tuple(name for name in understood.missing_details if name in past.missing_details),
        person_has_spoken=past.person_has_spoken,
        is_silenced=customer.is_silenced or (case is not None and case.bot_silenced_at is not None),
        bot_is_awake=bot_is_awake,
    )


def _best(
    message: StoredMessage,
    understood: Understood,
    articles: Mapping[str, Article],
    house: House,
    now: datetime,
) -> BestArticle | None:
    reading = understood.assessment.reading
    if reading is None or reading.answer is None or reading.answer.slug not in articles:
        return None
    article = house.as_said(articles[reading.answer.slug], now)
    incident = house.care.incident_of(article.slug, now)
    text = article_text(
        article,
        visibility=message.visibility,
        message=message,
        language=reading.language,
        house=house,
    )
    return BestArticle(
        slug=article.slug,
        mode=article.mode or house.care.bot.mode_on(message.channel),
        in_language=article.variant(reading.language) is not None,
        fits=text is not None,
        safe_with_private=article.safe_with_private,
        incident=None if incident is None else incident.id,
    )


def facts_of(case: Case, house: House, past: Past, now: datetime) -> CaseFacts:
    """What the policy needs of a case."""
    invited = case.invited_at
    return CaseFacts(
        status=case.status,
        band=case.band,
        zone=case.zone,
        tier=case.tier,
        queue=case.queue,
        automatic_texts=case.automatic_texts,
        invited_lately=invited is not None and now - invited < house.invite_again_after,
        is_flagged=bool(case.flag_reasons),
        said=past.said,
        articles_said=past.articles,
        details_asked=case.details_asked,
    )
