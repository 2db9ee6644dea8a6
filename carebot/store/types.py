"""Column types, so that rows hold exactly what core's data classes hold.

Aware UTC datetimes need none here: sqlmodel's own UTCDateTime keeps them (a test pins it).
"""

# ruff: noqa: ARG002  # SQLAlchemy hands every method the dialect

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import JSON, Integer, String
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

from carebot.core.tiers import Priority


class OneOf(TypeDecorator[StrEnum]):
    """A member of a closed set, stored by its value: renaming it in Python does not touch the database."""

    impl = String
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        self.members = members
        super().__init__()

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.members(value)


class Names(TypeDecorator[frozenset[str]]):
    """A set of names, stored as a sorted JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> list[str] | None:
        return None if value is None else sorted(value)

    def process_result_value(self, value: list[str] | None, dialect: Dialect) -> frozenset[str]:
        return frozenset(value or ())


class Rank(TypeDecorator[Priority]):
    """A priority, stored as its rank: an index then has the urgent first."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Priority | None, dialect: Dialect) -> int | None:
        return None if value is None else value.rank

    def process_result_value(self, value: int | None, dialect: Dialect) -> Priority | None:
        return None if value is None else next(member for member in Priority if member.rank == value)
