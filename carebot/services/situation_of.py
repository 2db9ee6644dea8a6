"""Put together what the policy looks at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from carebot.core.article import Article
from carebot.core.case import Case
from carebot.core.message import Writer
from carebot.core.records import Customer, StoredMessage
from carebot.core.situation import BestArticle, CaseFacts, Situation, categories_of, route_of
from carebot.services.compose import article_text
from carebot.services.house import House
from carebot.services.understand import Understood


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
    is_acknowledged: bool,
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
        article=_best(message, understood, articles, house),
        case=None if case is None else _facts(case, house, is_acknowledged, now),
        missing_details=understood.missing_details,
        is_silenced=customer.is_silenced or (case is not None and case.bot_silenced_at is not None),
        bot_is_awake=bot_is_awake,
    )


def _best(
    message: StoredMessage, understood: Understood, articles: Mapping[str, Article], house: House
) -> BestArticle | None:
    reading = understood.assessment.reading
    if reading is None or reading.answer is None or reading.answer.slug not in articles:
        return None
    article = articles[reading.answer.slug]
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
        fits=text is not None,
        safe_with_private=article.safe_with_private,
    )


def _facts(case: Case, house: House, is_acknowledged: bool, now: datetime) -> CaseFacts:
    invited = case.invited_at
    return CaseFacts(
        status=case.status,
        band=case.band,
        zone=case.zone,
        tier=case.tier,
        queue=case.queue,
        person_has_spoken=case.person_spoke_at is not None,
        automatic_texts=case.automatic_texts,
        invited_lately=invited is not None and now - invited < house.invite_again_after,
        is_acknowledged=is_acknowledged,
        details_asked=case.details_asked,
    )
