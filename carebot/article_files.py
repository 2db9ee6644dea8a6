"""Reads articles from YAML, JSON Lines, Markdown and CSV (the fields: examples/README.md)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from carebot.care_file.document import Document, Steps, parse_document
from carebot.core.article import Article, ArticleMode, Variant
from carebot.errors import ArticleError, ConfigurationError

MOST_LISTED = 20
_WORDINGS = ("short", "long", "answer")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """An article as its file has it. ``document`` knows the lines of its fields, below ``path``."""

    line: int
    fields: dict[str, Any]
    document: Document | None = None
    path: Steps = ()

    def line_of(self, steps: Steps) -> int:
        if self.document is None:
            return self.line
        return self.document.place_of_key((*self.path, *steps)).line


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
        for record in _records(file):
            try:
                row = ArticleRow.model_validate(record.fields)
            except ValidationError as error:
                mistakes.extend(_explain(file, record, error))
            else:
                articles.append(_article(row, allow_approved=allow_approved))
    if mistakes:
        raise ArticleError("\n".join(mistakes[:MOST_LISTED]))
    return _joined(articles)


def _records(file: Path) -> Iterator[_Record]:
    readers = {
        ".yaml": _yaml_records,
        ".yml": _yaml_records,
        ".jsonl": _json_records,
        ".md": _markdown_records,
        ".csv": _csv_records,
        ".tsv": _csv_records,
    }
    reader = readers.get(file.suffix.casefold())
    if reader is None:
        raise ArticleError(f"{file}: expected a file that ends in {', '.join(readers)}, or a folder of .md")
    try:
        text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ArticleError(f"{file}: not UTF-8 at byte {error.start + 1}; save it as UTF-8") from error
    except OSError as error:
        raise ArticleError(f"{file}: cannot be read: {error.strerror}") from error
    if not text.strip():
        raise ArticleError(f"{file}: the file is empty; expected articles")
    return reader(text, file)


def _yaml_records(text: str, file: Path) -> Iterator[_Record]:
    document = _document(text, file)
    data, start = document.data, ()
    if isinstance(data, dict) and set(data) == {"articles"}:
        data, start = data["articles"], ("articles",)  # type: ignore[assignment]
    if not isinstance(data, list):
        raise ArticleError(f"{file}:1: expected `articles:` and a list below it, or a bare list")
    for index, item in enumerate(data):
        path = (*start, index)
        line = document.place_of(path).line
        if not isinstance(item, dict):
            raise ArticleError(f"{file}:{line}: expected an article with `slug`, `title`, `languages`")
        fields = {name: value for name, value in item.items() if value is not None}
        yield _Record(line=line, fields=fields, document=document, path=path)


def _document(text: str, file: Path) -> Document:
    try:
        document = parse_document(text, str(file))
    except ConfigurationError as error:
        raise ArticleError(error.detail) from error
    if document.mistakes:
        raise ArticleError("\n".join(mistake.line_of(str(file)) for mistake in sorted(document.mistakes)))
    return document


def _json_records(text: str, file: Path) -> Iterator[_Record]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ArticleError(f"{file}:{number}: not JSON; expected one article a line") from error
        if not isinstance(fields, dict):
            raise ArticleError(f"{file}:{number}: expected one JSON object a line")
        yield _Record(line=number, fields=_nested(fields))


def _csv_records(text: str, file: Path) -> Iterator[_Record]:
    header = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True)
    names: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not names:
                names = [cell.strip().casefold() for cell in cells]
            elif len(cells) > len(names):
                raise ArticleError(f"{file}:{line}: {len(cells)} columns under {len(names)} headings")
            elif any(cell.strip() for cell in cells):
                yield _Record(line=line, fields=_nested(dict(zip(names, cells, strict=False))))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ArticleError(f"{file}:{line}: not CSV: {error}") from error


# A Markdown article: a line of three dashes, YAML, a line of three dashes, and the text.
_FRONT = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)\n---[ \t]*(?:\n|\Z)(?P<body>.*)", re.DOTALL)


def _markdown_records(text: str, file: Path) -> Iterator[_Record]:
    match = _FRONT.match(text)
    if match is None:
        raise ArticleError(f"{file}:1: expected `---`, then slug, title and language, then `---`")
    document = _document("\n" + match["yaml"], file)  # the empty line stands for the dashes: lines stay right
    if not isinstance(document.data, dict):
        raise ArticleError(f"{file}:2: expected fields such as `slug: returns`")
    fields: dict[str, Any] = dict(document.data)
    body = plain(match["body"])
    paragraphs = [part for part in re.split(r"\n{2,}", body) if part]
    if paragraphs:
        fields = {"short": paragraphs[0], **fields, "long": body}
    yield _Record(line=1, fields=_nested(fields), document=document)


def plain(markdown: str) -> str:
    """A Markdown text as a network shows it: no marks, one line a paragraph, links in brackets."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", markdown)  # pictures
    text = re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", r"\1 (\2)", text)  # [words](link)
    text = re.sub(r"^#{1,6}[ \t].*$", "", text, flags=re.MULTILINE)  # headings: the title says it
    text = re.sub(r"^[ \t]*[*+][ \t]+", "- ", text, flags=re.MULTILINE)  # one sign for list items
    text = re.sub(r"(?<!\n)\n(?!\n|- |\d{1,2}[.)] )", " ", text.strip())  # lines of one paragraph
    text = re.sub(r"(\*{1,3}|`+)(\S(?:[^\n]*?\S)?)\1", r"\2", text)  # bold, italic, code
    return re.sub(r"[ \t]*\n\s*\n\s*", "\n\n", text)


def _nested(fields: dict[str, Any]) -> dict[str, Any]:
    """A flat record with the texts of its one language below ``languages``; empty fields are missing."""
    filled = {name: value for name, value in fields.items() if value not in ("", None)}
    texts = {name: filled.pop(name) for name in _WORDINGS if name in filled}
    if "answer" in texts and "long" not in texts:
        texts["long"] = texts.pop("answer")
    if isinstance(filled.get("examples"), str):
        filled["examples"] = [part.strip() for part in re.split(r"[|\n]", filled["examples"]) if part.strip()]
    if "languages" not in filled and (language := filled.pop("language", None)):
        filled["languages"] = {language: texts}
    return filled


def _explain(file: Path, record: _Record, error: ValidationError) -> Iterator[str]:
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
