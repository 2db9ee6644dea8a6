"""Reads labelled conversations: one JSON object a line (docs/evaluation.md has the fields)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
)

from carebot.care_file.document import spelled
from carebot.care_file.mistakes import sentence
from carebot.classifier.corpus import opening
from carebot.core.assessment import Category, FlagReason, Kind, Sentiment
from carebot.errors import EvaluationError

MOST_LISTED = 20
EXAMPLE = '{"id": "1", "messages": [{"who": "customer", "text": "..."}], "labels": {"private": true}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation's opening, everything that the customer wrote before the first answer, and its labels.

    A label that is None was not given. ``article`` is the right one, None for a question that none answers;
    it counts only when ``has_article_label``.
    """

    id: str
    line: int
    opening: str
    brand: str | None = None
    private: bool | None = None
    categories: frozenset[Category] | None = None
    exposes_pii: bool | None = None
    kind: Kind | None = None
    sentiment: Sentiment | None = None
    flag: bool | None = None
    flag_reason: FlagReason | None = None
    urgent: bool | None = None
    language: str | None = None
    article: str | None = None
    has_article_label: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledFile:
    """The conversations of a file, and what about it should be said although it is no mistake."""

    conversations: tuple[Conversation, ...]
    notices: tuple[str, ...] = ()


def _name(value: object) -> object:
    """Ids that a script wrote as numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _sound(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character (a lone surrogate)") from None
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError(f"expected two small letters such as en, got {value!r}")
    return value


Text = Annotated[str, Field(strict=True), AfterValidator(_sound)]
Name = Annotated[str, BeforeValidator(_name), Field(strict=True, min_length=1), AfterValidator(_sound)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class MessageRow(_Row):
    """One message; its handle and time may be there and are not read."""

    who: Literal["customer", "agent", "bot"]
    text: Text


class LabelsRow(_Row):
    """What readers said of the opening; whatever is missing is not judged."""

    model_config = ConfigDict(frozen=True, extra="allow")

    private: StrictBool | None = None
    cat: frozenset[Category] | None = None
    exposes_pii: StrictBool | None = None
    kind: Kind | None = None
    sentiment: Sentiment | None = None
    flag: StrictBool | None = None
    flag_reason: FlagReason | None = None
    urgent: StrictBool | None = None
    lang: Annotated[str, Field(strict=True), AfterValidator(_language)] | None = None
    article: Name | None = None


class ConversationRow(_Row):
    """One line."""

    id: Name
    brand: Name | None = None
    messages: Annotated[list[MessageRow], Field(min_length=1)]
    labels: LabelsRow = LabelsRow()


def read_conversations(file: Path) -> LabelledFile:
    """The conversations of a file in their order.

    Raises EvaluationError with file, line and what was expected, up to 20 mistakes at once.
    """
    rows: list[Conversation] = []
    mistakes: list[str] = []
    unknown: Counter[str] = Counter()
    lines: dict[str, int] = {}
    for number, line in _lines(file):
        try:
            row = ConversationRow.model_validate(_parsed(line))
            rows.append(_conversation(row, number, lines))
            unknown.update((row.labels.model_extra or {}).keys())
        except ValidationError as error:
            mistakes += [f"{file}:{number}: {told}" for told in _told(error)]
        except ValueError as error:
            mistakes.append(f"{file}:{number}: {error}")
    if mistakes:
        more = len(mistakes) - MOST_LISTED
        raise EvaluationError("\n".join(mistakes[:MOST_LISTED] + ([f"and {more} more"] if more > 0 else [])))
    if not rows:
        raise EvaluationError(f"{file}: the file is empty; expected one conversation a line: {EXAMPLE}")
    return LabelledFile(conversations=tuple(rows), notices=tuple(_notices(unknown)))


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong = error.object.count(b"\n", 0, error.start) + 1
        raise EvaluationError(f"{file}:{wrong}: not UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise EvaluationError(f"{file}: cannot be read ({error.strerror})") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def _parsed(line: str) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON at column {error.colno} ({error.msg}); expected {EXAMPLE}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON that can be read: too deep, or a number too long") from error
    if not isinstance(parsed, dict):
        raise ValueError(f"expected one JSON object a line: {EXAMPLE}")
    return parsed


def _conversation(row: ConversationRow, line: int, lines: dict[str, int]) -> Conversation:
    if (first := lines.setdefault(row.id, line)) != line:
        raise ValueError(f"`id` {row.id!r} stands in line {first} already; expected every id once")
    messages = [{"who": message.who, "text": message.text} for message in row.messages]
    if messages[0]["who"] != "customer":
        raise ValueError("`messages[0].who` expected 'customer': there is nothing before the first answer")
    labels = row.labels
    return Conversation(
        id=row.id,
        line=line,
        opening=opening(messages),
        brand=row.brand,
        private=labels.private,
        categories=labels.cat,
        exposes_pii=labels.exposes_pii,
        kind=labels.kind,
        sentiment=labels.sentiment,
        flag=labels.flag,
        flag_reason=labels.flag_reason,
        urgent=labels.urgent,
        language=labels.lang,
        article=labels.article,
        has_article_label="article" in labels.model_fields_set,
    )


def _told(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        name = spelled(tuple(step for step in problem["loc"] if isinstance(step, int | str)))
        match problem["type"]:
            case "missing":
                yield f"`{name}` is missing; expected {EXAMPLE}"
            case "model_type":
                yield f"`{name}` expected a JSON object"
            case "list_type" | "frozen_set_type":
                yield f"`{name}` expected a list"
            case "value_error":
                yield f"`{name}` " + problem["msg"].removeprefix("Value error, ")
            case _:
                yield f"`{name}` {sentence(problem)}"


def _notices(unknown: Counter[str]) -> Iterator[str]:
    for name, count in sorted(unknown.items()):
        yield f"labels.{name} (in {count:,} lines) is no label that is judged here; it was left alone"
