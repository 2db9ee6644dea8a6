"""The records of a file, whatever its format: one an article, with the line of each of its fields."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carebot.care_file.document import Document, Steps, parse_document
from carebot.errors import ArticleError, ConfigurationError

_WORDINGS = ("short", "long", "answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An article as its file has it. ``document`` knows the lines of its fields, below ``path``."""

    line: int
    fields: dict[str, Any]
    document: Document | None = None
    path: Steps = ()

    def line_of(self, steps: Steps) -> int:
        """Where a field stands, or the article, where only that is known."""
        if self.document is None:
            return self.line
        return self.document.place_of_key((*self.path, *steps)).line


def records_in(file: Path) -> Iterator[Record]:
    """The articles of a file as they stand there; raises ArticleError for one that cannot be read."""
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


def _yaml_records(text: str, file: Path) -> Iterator[Record]:
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
        if "language" in fields:  # flat, as in JSON Lines
            fields = _nested(fields)
        yield Record(line=line, fields=fields, document=document, path=path)


def _document(text: str, file: Path) -> Document:
    try:
        document = parse_document(text, str(file))
    except ConfigurationError as error:
        raise ArticleError(error.detail) from error
    if document.mistakes:
        raise ArticleError("\n".join(mistake.line_of(str(file)) for mistake in sorted(document.mistakes)))
    return document


def _json_records(text: str, file: Path) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ArticleError(f"{file}:{number}: not JSON; expected one article a line") from error
        if not isinstance(fields, dict):
            raise ArticleError(f"{file}:{number}: expected one JSON object a line")
        yield Record(line=number, fields=_nested(fields))


def _csv_records(text: str, file: Path) -> Iterator[Record]:
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
                yield Record(line=line, fields=_nested(dict(zip(names, cells, strict=False))))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ArticleError(f"{file}:{line}: not CSV: {error}") from error


# A Markdown article: a line of three dashes, YAML, a line of three dashes, and the text.
_FRONT = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)\n---[ \t]*(?:\n|\Z)(?P<body>.*)", re.DOTALL)


def _markdown_records(text: str, file: Path) -> Iterator[Record]:
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
    yield Record(line=1, fields=_nested(fields), document=document)


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
