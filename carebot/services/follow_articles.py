"""Use the articles that people approve, change or withdraw in other processes, while messages are decided."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from carebot.core.article import Article
from carebot.core.ports import Clock

log = logging.getLogger(__name__)


class AnswersFromArticles(Protocol):
    """What is needed of services.triage.Triage."""

    @property
    def articles(self) -> Mapping[str, Article]:
        """The approved articles in use, by slug."""
        ...

    def use_articles(self, articles: Sequence[Article]) -> None:
        """Answer from these approved articles from now on."""
        ...


class FollowArticles:
    """One look: when the approved articles are not those in use, use them. Reading and deciding go on meanwhile.

    ``watch`` gives all articles when they may have changed since it was last asked, or None.
    """

    def __init__(
        self, *, watch: Callable[[], tuple[Article, ...] | None], triage: AnswersFromArticles, clock: Clock
    ) -> None:
        self._watch = watch
        self._triage = triage
        self._clock = clock
        self._waiting: tuple[Article, ...] | None = None  # until the model has taken all of them up

    def __call__(self) -> None:
        """Raises StoreError; what kept one look from its end does not keep the next one from trying again."""
        found = self._watch()
        if found is not None and (self._waiting is not None or _approved(found) != self._triage.articles):
            self._waiting = found
        if self._waiting is not None:
            self._take_up(self._waiting)
            self._waiting = None

    def _take_up(self, articles: Sequence[Article]) -> None:
        before, now = self._triage.articles, _approved(articles)
        began_at = self._clock.now()
        self._triage.use_articles(articles)
        log.info(
            "articles taken up: %d approved (%d new, %d changed, %d withdrawn), in %.1f s",
            len(now),
            len(now.keys() - before.keys()),
            sum(before[slug] != article for slug, article in now.items() if slug in before),
            len(before.keys() - now.keys()),
            (self._clock.now() - began_at).total_seconds(),
        )


def _approved(articles: Sequence[Article]) -> dict[str, Article]:
    return {article.slug: article for article in articles if article.approved}
