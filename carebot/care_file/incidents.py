"""What is going wrong at the moment, and what the bot says of it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from carebot.care_file.types import Moment, Name, Section, Several, SupportedLanguage, known_of, mistake
from carebot.core.incident import Incident


class IncidentSection(Section):
    """One incident: its text is said before the articles that it touches, or in their place."""

    id: str = Field(pattern=r"^[\w-]+$", description="A short name, such as sms-codes; reasons name it")
    texts: dict[SupportedLanguage, Name] = Field(min_length=1, description="What is said, by language")
    articles: Several[Name] = Field(min_length=1, description="The articles that it touches")
    replaces: bool = Field(default=False, description="The text is the whole answer")
    since: Moment | None = Field(default=None, description="From when on; without it, it has begun")
    until: Moment | None = Field(default=None, description="Until when; without it, until it is taken out")

    @field_validator("id")
    @classmethod
    def _is_free(cls, name: str, info: ValidationInfo) -> str:
        if not known_of(info).take("incident", name):
            raise mistake(f"there is another incident {name!r}")
        return name

    @field_validator("texts")
    @classmethod
    def _have_words(cls, texts: dict[str, str]) -> dict[str, str]:
        if blank := sorted(code for code, text in texts.items() if not text.strip()):
            raise mistake(f"the {blank[0]} text has no words")
        return texts

    @field_validator("until")
    @classmethod
    def _is_later(cls, until: datetime | None, info: ValidationInfo) -> datetime | None:
        since = info.data.get("since")
        if since is None or until is None:
            return until
        if (since.tzinfo is None) != (until.tzinfo is None):
            raise mistake("since and until: give both with an offset such as +01:00, or neither")
        if until <= since:
            raise mistake(f"it ends before it begins: since is {since:%Y-%m-%d %H:%M}")
        return until

    def build(self, time_zone: str) -> Incident:
        """The same in core's words; a time without an offset is one of the opening hours' time zone."""
        return Incident(
            id=self.id,
            texts=dict(self.texts),
            articles=frozenset(self.articles),
            replaces=self.replaces,
            since=_aware(self.since, time_zone),
            until=_aware(self.until, time_zone),
        )


def _aware(moment: datetime | None, time_zone: str) -> datetime | None:
    if moment is None:
        return None
    local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone))
    return local.astimezone(UTC)
