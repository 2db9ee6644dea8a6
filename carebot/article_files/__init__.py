"""Reads articles from YAML, JSON Lines, Markdown and CSV (the fields: examples/README.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from carebot.article_files.records import Record, plain, records_in
from carebot.core.article import Article, ArticleMode, Variant
from carebot.errors import ArticleError

__all__ = ["ArticleRow", "plain", "read_articles"]

MOST_LISTED = 20


def _slug(value: str) -> str:
    if value == "out_of_scope" or not re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", value):
        raise ValueError("expected small letters, digits and hyphens, and not out_of_scope")
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2}", value):
        raise ValueError(f"expected two small letters such as en, got {value!r}")
    return value


Language = Annotated[str, AfterValidator(_language)]
Slug = Annotated[str, AfterValidator(_slug)]
Words = Annotated[str, Field(min_length=1, pattern=r"\S")]


class VariantRow(BaseModel):
    """One language's wording in a file."""

    model_config = ConfigDict(extra="forbid")

    short: Words | None = None
    long: Words | None = None

    @model_validator(mode="after")
    def _has_a_text(self) -> VariantRow:
        if not (self.short or self.long):
            raise ValueError("expected a `short` or a `long` text (`answer` in CSV and JSON Lines)")
        return self


class ArticleRow(BaseModel):
    """One article in a file, whatever the file's format."""

    model_config = ConfigDict(extra="forbid")

    slug: Slug
    title: Words
    languages: Annotated[dict[Language, VariantRow], Field(min_length=1)]
    examples: tuple[Words, ...] = ()
    brand: Words | None = None
    link: Words | None = None
    mode: ArticleMode | None = None
    safe_with_private: bool = False
    owner: Words | None = None
    review_at: date | None = None
    approved: bool = False


def read_articles(place: Path, *, allow_approved: bool = False) -> list[Article]:
    """Articles of one file, or of all Markdown files in a folder, in their order.

    ``approved: true`` counts only with ``allow_approved``. Languages of one slug that stand apart are joined.
    Raises ArticleError with file and line, and up to 20 mistakes at once.
    """
    files = sorted(place.rglob("*.md")) if place.is_dir() else [place]
    if not files:
        raise ArticleError(f"{place}: there is no .md file in this folder")
    articles: list[Article] = []
    mistakes: list[str] = []
    for file in files:
        for record in records_in(file):
            try:
                row = ArticleRow.model_validate(record.fields)
            except ValidationError as error:
                mistakes.extend(_explain(file, record, error))
            else:
                articles.append(_article(row, allow_approved=allow_approved))
    if mistakes:
        raise ArticleError("\n".join(mistakes[:MOST_LISTED]))
    return _joined(articles)


def _explain(file: Path, record: Record, error: ValidationError) -> Iterator[str]:
    told = {"missing": "is missing", "extra_forbidden": "is not a field of an article"}
    for problem in error.errors(include_url=False):
        steps = tuple(step for step in problem["loc"] if step != "[key]")
        name = ".".join(str(step) for step in steps)
        what = told.get(
            problem["type"],
            problem["msg"].removeprefix("Value error, ").replace("Input should be", "expected"),
        )
        if problem["type"] == "string_pattern_mismatch":
            what = "has no words"
        if steps == ("languages",) and problem["type"] == "missing":
            name, what = "language", "is missing (two letters, such as en)"
        yield f"{file}:{record.line_of(steps)}: `{name}` {what}"


def _article(row: ArticleRow, *, allow_approved: bool) -> Article:
    variants = {
        language: Variant(language=language, short=texts.short, long=texts.long)
        for language, texts in row.languages.items()
    }
    values = {name: value for name, value in row if name not in ("languages", "approved")}
    return Article(variants=variants, approved=row.approved and allow_approved, **values)


def _joined(articles: list[Article]) -> list[Article]:
    """Articles of one slug and brand become one when each adds a language; others stay apart."""
    joined: dict[tuple[str, str | None, int], Article] = {}
    for article in articles:
        number = 0
        while first := joined.get((article.slug, article.brand, number)):
            if not set(first.variants) & set(article.variants):
                article = _with_languages(first, article)
                break
            number += 1
        joined[article.slug, article.brand, number] = article
    return list(joined.values())


def _with_languages(first: Article, second: Article) -> Article:
    return replace(
        first,
        variants={**first.variants, **second.variants},
        examples=tuple(dict.fromkeys((*first.examples, *second.examples))),
        approved=first.approved and second.approved,
    )
