"""Put articles to use: by somebody with the right, and written down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from carebot.core.events import Event, EventName
from carebot.core.ports import Clock, UnitOfWork, Work
from carebot.core.rights import HouseRight, Viewer, require_in_house
from carebot.errors import ArticleError


def approve_articles(
    slugs: Collection[str], *, viewer: Viewer, uow: UnitOfWork, clock: Clock
) -> tuple[str, ...]:
    """Approve all of them or none; which were not approved before.

    Raises NotAllowedError without the right, ArticleError for a slug that does not exist.
    """
    require_in_house(viewer, HouseRight.APPROVE_ARTICLES)

    def approve(work: Work) -> tuple[str, ...]:
        articles = {article.slug: article for article in work.articles()}
        if unknown := sorted(set(slugs) - articles.keys()):
            raise ArticleError(f"there is no article {', '.join(unknown)}; `carebot kb list` lists them")
        fresh = tuple(slug for slug in dict.fromkeys(slugs) if not articles[slug].approved)
        for slug in fresh:
            work.save_article(replace(articles[slug], approved=True))
        work.add_events(
            [
                Event(name=EventName.ARTICLE_APPROVED, at=clock.now(), actor=viewer.id, facts={"slug": slug})
                for slug in fresh
            ]
        )
        return fresh

    return uow.run(approve)
