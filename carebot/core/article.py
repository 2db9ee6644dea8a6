"""Approved knowledge articles: the only source of what the bot says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ArticleMode(StrEnum):
    """What the bot may do with an article: nothing, offer it to an agent, or send it."""

    OFF = "off"
    SUGGEST = "suggest"
    AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One language's wording of an article; ``short`` is for networks that count characters."""

    language: str
    short: str | None = None
    long: str | None = None

    def __post_init__(self) -> None:
        if not (self.short or self.long):
            raise ValueError(f"the {self.language} variant has neither a short nor a long text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One question and its approved answer.

    ``brand`` None serves every brand. ``mode`` None takes the brand's or channel's mode. ``safe_with_private``
    allows the general steps to travel with an invitation. Only an approved article is ever sent.
    """

    slug: str
    title: str
    variants: Mapping[str, Variant]
    examples: tuple[str, ...] = ()
    brand: str | None = None
    link: str | None = None
    mode: ArticleMode | None = None
    safe_with_private: bool = False
    owner: str | None = None
    review_at: date | None = None
    approved: bool = False

    def variant(self, language: str) -> Variant | None:
        """The wording in ``language``, or None: another language is never a stand-in."""
        return self.variants.get(language)
