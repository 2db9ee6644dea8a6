"""Take articles that were read from files into the knowledge base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from carebot.core.article import Article
from carebot.core.ports import UnitOfWork, Work
from carebot.errors import ArticleError


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The slugs that were new, that were changed, and that were the same already."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


def import_articles(articles: Sequence[Article], *, uow: UnitOfWork) -> Imported:
    """Save all articles or none; raises ArticleError when a slug stands there twice.

    An article that did not change keeps its approval. A changed one has only the approval that it brings:
    nobody has approved the new words.
    """
    twice = sorted(slug for slug, count in Counter(article.slug for article in articles).items() if count > 1)
    if twice:
        raise ArticleError(f"nothing was imported: more than one article is called {', '.join(twice)}")

    def save(work: Work) -> Imported:
        known = {article.slug: article for article in work.articles()}
        added: list[str] = []
        changed: list[str] = []
        unchanged: list[str] = []
        for article in articles:
            before = known.get(article.slug)
            if before is not None and _is_settled(before, article):
                unchanged.append(article.slug)
                continue
            work.save_article(article)
            (added if before is None else changed).append(article.slug)
        return Imported(added=tuple(added), changed=tuple(changed), unchanged=tuple(unchanged))

    return uow.run(save)


def _is_settled(before: Article, now: Article) -> bool:
    """Nothing new: the same words, and no approval that was missing."""
    return before in (now, replace(now, approved=True))
