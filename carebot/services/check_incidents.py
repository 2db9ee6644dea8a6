"""Look for what would keep an incident of ``care.yaml`` from being told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial

from carebot.core.article import Article, Variant
from carebot.core.channel_rules import ChannelRules
from carebot.core.incident import Incident, as_said
from carebot.core.ports import Recognizer
from carebot.services.check_articles import check_articles
from carebot.services.house import House


def check_incidents(
    house: House,
    articles: Sequence[Article],
    *,
    channel_rules: Collection[ChannelRules],
    find: Recognizer,
    now: datetime,
) -> list[str]:
    """What is wrong with those that have not ended, in words; each begins with the incident's id."""
    known = {article.slug: article for article in articles}
    look = partial(_faults, house=house, channel_rules=channel_rules, find=find, now=now)
    return [
        f"{incident.id}: {fault}"
        for incident in house.care.incidents
        if not incident.has_ended(now)
        for fault in (
            *_unknown(incident, known.keys()),
            *look(_alone(incident)),
            *(
                f"before {slug}, {fault}"
                for slug in sorted(incident.articles & known.keys())
                for fault in look(_together(incident, known[slug]), only="warning")
                if not incident.replaces
            ),
            *_unspoken(incident, known),
        )
    ]


def _unknown(incident: Incident, known: Collection[str]) -> Iterator[str]:
    for slug in sorted(incident.articles - set(known)):
        yield f"there is no article {slug}; `carebot kb list` lists them"


def _unspoken(incident: Incident, known: dict[str, Article]) -> Iterator[str]:
    languages = {code for slug in incident.articles & known.keys() for code in known[slug].variants}
    for code in sorted(languages - incident.texts.keys()):
        yield f"it has no {code} text, so people answer in that language while it is current"


def _alone(incident: Incident) -> Article:
    variants = {code: Variant(language=code, short=text) for code, text in incident.texts.items()}
    return Article(slug=incident.id, title=incident.id, variants=variants)


def _together(incident: Incident, article: Article) -> Article:
    return as_said(article, incident, lambda text, _: text)


def _faults(
    article: Article,
    *,
    house: House,
    channel_rules: Collection[ChannelRules],
    find: Recognizer,
    now: datetime,
    only: str | None = None,
) -> Iterator[str]:
    """What the gate would refuse, and where the text does not fit; not what an article needs beside its texts."""
    problems = check_articles(
        [article],
        channel_rules=channel_rules,
        allowed=house.allow_list,
        find=find,
        today=now.date(),
        mark=house.mark("", "en"),
        fill=partial(house.filled, at=now),
        texts_only=True,
    )
    for problem in problems:
        if only in (None, problem.severity):
            yield problem.message
