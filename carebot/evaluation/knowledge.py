"""The knowledge base that answers are judged with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from carebot.article_files import read_articles
from carebot.care_file.types import nearest
from carebot.core.article import Article
from carebot.errors import ArticleError, EvaluationError
from carebot.evaluation.conversations import MOST_LISTED, Conversation


def read_knowledge(files: Sequence[Path]) -> tuple[Article, ...]:
    """The articles of all files, as if they were approved. Raises EvaluationError."""
    try:
        articles = [article for file in files for article in read_articles(file)]
    except ArticleError as error:
        raise EvaluationError(error.detail) from error
    slugs = [article.slug for article in articles]
    if twice := sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        names = ", ".join(twice[:MOST_LISTED])
        raise EvaluationError(
            f"--articles: the slug stands there more than once: {names}; expected each once"
        )
    return tuple(replace(article, approved=True) for article in articles)


def require_known(file: Path, conversations: Sequence[Conversation], articles: Sequence[Article]) -> None:
    """Raise EvaluationError for labels that name an article which is not there."""
    mistakes = list(_unknown(file, conversations, {article.slug for article in articles}))
    if mistakes:
        raise EvaluationError("\n".join(mistakes[:MOST_LISTED]))


def _unknown(file: Path, conversations: Sequence[Conversation], slugs: set[str]) -> Iterator[str]:
    for one in conversations:
        if one.article is not None and one.article not in slugs:
            hint = nearest(one.article, sorted(slugs))
            yield f"{file}:{one.line}: `labels.article` there is no article {one.article!r} in --articles{hint}"
