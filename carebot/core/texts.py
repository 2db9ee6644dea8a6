"""The few texts that the bot writes itself, in every language we speak (``carebot/texts/system_texts.yaml``).

Everything is checked when the file is read, so that a placeholder that a translation forgot is found before a
customer sees it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import Any, Self

FALLBACK = "en"

Translations = Mapping[str, str]  # by language

_DAYS = 7
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})  # the script, or a region that writes in it


class TextKey(StrEnum):
    """The texts; which of them is said when is the policy's business."""

    INVITATION = "invitation"
    INVITATION_EXPOSED = "invitation_exposed"
    INVITATION_CONTACT = "invitation_contact"
    INVITATION_CONTACT_EXPOSED = "invitation_contact_exposed"
    ACKNOWLEDGED = "acknowledged"
    HANDED_OVER = "handed_over"
    STOPPED = "stopped"
    HOLDING = "holding"
    ASK_PRODUCT = "ask_product"
    ASK_PLATFORM = "ask_platform"
    AUTOMATED_MARK = "automated_mark"  # stands at the end of an article


class WhenPhrase(StrEnum):
    """When a person answers; what fills ``{when}``."""

    SOON = "soon"  # people are there now, or nobody knows when, or it is too far away for a weekday
    TODAY_AT = "today_at"
    TOMORROW_AT = "tomorrow_at"
    WEEKDAY_AT = "weekday_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A text, and the language that was used: not always the one that was asked for."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemTexts:
    """All texts in all languages; ``weekdays``, Monday first, worded as they stand in ``when_phrases``."""

    texts: Mapping[TextKey, Translations]
    when_phrases: Mapping[WhenPhrase, Translations]
    weekdays: Mapping[str, Sequence[str]]

    @classmethod
    def from_mapping(cls, data: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read ``system_texts.yaml`` as loaded; ValueError names the key and language that do not fit."""
        demand_keys("system texts", data, {*TextKey, "when_phrases"})
        phrases = data["when_phrases"]
        demand_keys("when_phrases", phrases, {*WhenPhrase, "weekdays"})
        languages = {FALLBACK, *data[TextKey.INVITATION]}
        return cls(
            texts={key: translations(key, data[key], languages) for key in TextKey},
            when_phrases={key: translations(key, phrases[key], languages) for key in WhenPhrase},
            weekdays=weekdays(phrases["weekdays"], languages),
        )

    @property
    def languages(self) -> frozenset[str]:
        """The languages that are spoken, as they are written in the file."""
        return frozenset(self.weekdays)

    def text(self, key: TextKey, language: str, **values: str) -> Spoken:
        """The text in ``language`` (such as "nl", "pt-BR", "zh-TW"), or in English if we do not speak it.

        ValueError: a placeholder has no value, or a blank one. Values that the text does not use are ignored.
        """
        used = self._spoken(language)
        return Spoken(text=_filled(key, self.texts[key][used], values), language=used)

    def when(
        self, phrase: WhenPhrase, language: str, *, time: str = "", weekday: int | None = None
    ) -> Spoken:
        """The value for ``{when}``; ``time`` as it is read ("9:00"), ``weekday`` from 0, Monday, to 6."""
        used = self._spoken(language)
        values = {"time": time}
        if weekday is not None:
            if weekday not in range(_DAYS):
                raise ValueError(f"{phrase}: weekday is {weekday}; 0 (Monday) to 6 (Sunday) are possible")
            values["weekday"] = self.weekdays[used][weekday]
        return Spoken(text=_filled(phrase, self.when_phrases[phrase][used], values), language=used)

    def _spoken(self, tag: str) -> str:
        primary, *rest = tag.replace("_", "-").lower().split("-")
        if primary == "zh" and "hans" not in rest and not _TRADITIONAL.isdisjoint(rest):
            primary = "zh-Hant"
        return primary if primary in self.weekdays else FALLBACK


def _filled(key: str, template: str, values: Mapping[str, str]) -> str:
    if blank := sorted(name for name in _placeholders(template) if not values.get(name, "").strip()):
        raise ValueError(f"{key}: no value for {', '.join(blank)}")
    return template.format_map(values)


def _placeholders(template: str) -> frozenset[str]:
    """The names in braces; ValueError: a brace without its partner, or anything but a plain name inside."""
    names = set()
    for _, name, spec, conversion in Formatter().parse(template):
        if name is None:  # only text
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"only a plain name may stand in braces: {template!r}")
        names.add(name)
    return frozenset(names)


def demand_keys(where: str, found: Mapping[str, object], wanted: Collection[str]) -> None:
    """Raises ValueError with the keys that are missing or unknown."""
    if wrong := found.keys() ^ set(wanted):
        raise ValueError(f"{where}: missing or unknown: {', '.join(sorted(wrong))}")


def translations(key: str, found: Translations, languages: Collection[str]) -> Translations:
    """A text in all languages; ValueError: one is missing, or has other placeholders than the English one."""
    demand_keys(key, found, languages)
    wanted = _placeholders(found[FALLBACK])
    for language, template in found.items():
        if _placeholders(template) != wanted:
            raise ValueError(f"{key}.{language}: the English text has the placeholders {sorted(wanted)}")
    return dict(found)


def weekdays(found: Mapping[str, Sequence[str]], languages: Collection[str]) -> Mapping[str, Sequence[str]]:
    """The seven names of the days in all languages, Monday first; ValueError: there are not seven."""
    demand_keys("weekdays", found, languages)
    for language, names in found.items():
        if len(names) != _DAYS:
            raise ValueError(f"weekdays.{language}: {len(names)} names instead of {_DAYS}")
    return {language: tuple(names) for language, names in found.items()}
