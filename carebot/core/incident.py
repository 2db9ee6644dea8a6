"""What is going wrong at the moment, and what is said of it before, or instead of, the articles that it touches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from carebot.core.article import Article, Variant

Fill = Callable[[str, str], str]  # a text and its language: the text with its placeholders filled in


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """``texts`` by language are said in front of ``articles`` (slugs), or with ``replaces`` in their place.

    Current from ``since`` (None: always was) until before ``until`` (None: nobody knows); both aware.
    """

    id: str
    texts: Mapping[str, str]
    articles: frozenset[str]
    replaces: bool = False
    since: datetime | None = None
    until: datetime | None = None

    def is_current(self, at: datetime) -> bool:
        """Whether it is to be told of at this moment."""
        return (self.since is None or self.since <= at) and not self.has_ended(at)

    def has_ended(self, at: datetime) -> bool:
        """Whether it is over."""
        return self.until is not None and self.until <= at


def as_said(article: Article, incident: Incident | None, fill: Fill) -> Article:
    """The article as it is said at this moment: the incident's words first, placeholders filled in.

    A language that the incident has no text in is missing then: without it the article would mislead.
    """
    if incident is None:
        worded = dict(article.variants)
    elif incident.replaces:
        worded = {code: Variant(language=code, short=text) for code, text in incident.texts.items()}
    else:
        worded = {
            code: replace(
                article.variants[code],
                short=_behind(text, article.variants[code].short),
                long=_behind(text, article.variants[code].long),
            )
            for code, text in incident.texts.items()
            if code in article.variants
        }
    return replace(
        article,
        variants={
            code: replace(each, short=_filled(each.short, code, fill), long=_filled(each.long, code, fill))
            for code, each in worded.items()
        },
    )


def _behind(words: str, text: str | None) -> str | None:
    return text and f"{words.strip()} {text.strip()}"


def _filled(text: str | None, language: str, fill: Fill) -> str | None:
    return text and fill(text, language)
