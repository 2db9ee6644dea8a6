"""Between rows and core: columns are named like fields, so only what is nested needs words here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any, ClassVar, Protocol, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Column, Row, Table

from carebot.core.article import Article
from carebot.core.decision import Decision
from carebot.core.records import DecisionRecord

Values = dict[str, Any]

# Unknown keys are ignored and missing ones take the class's default, so that a decision of an older release
# can still be read; a member of a closed set that no longer exists is an error, and needs a migration.
DECISION = TypeAdapter(Decision)
ARTICLE = TypeAdapter(Article)


class Record(Protocol):
    """Any data class."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


RecordT = TypeVar("RecordT", bound=Record)


def columns_of(table: Table, record: type[Record]) -> list[Column[Any]]:
    """The columns that hold the fields of a data class."""
    return [table.c[field.name] for field in fields(record)]


def values_of(record: Record) -> Values:
    """A data class as a row, one level deep."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def read(record: type[RecordT], row: Row[Any]) -> RecordT:
    """A row of ``columns_of`` as its data class."""
    return record(**row._mapping)


def decision_values(record: DecisionRecord) -> Values:
    """A decision as a row."""
    decision = DECISION.dump_python(record.decision, mode="json")
    return {
        **values_of(record),
        "zone": record.decision.zone,
        "decision": decision,
        "situation": dict(record.situation),
    }


def read_decision(row: Row[Any]) -> DecisionRecord:
    """A row of decisions."""
    values = row._asdict()
    return DecisionRecord(**{**values, "decision": DECISION.validate_python(values["decision"])})


def article_values(article: Article) -> Values:
    """An article as a row."""
    return {"slug": article.slug, "article": ARTICLE.dump_python(article, mode="json")}


def read_article(article: Mapping[str, Any]) -> Article:
    """An article as it was written down."""
    return ARTICLE.validate_python(article)
