"""The words of 13 languages, as data; ``core.texts`` and ``core.commands`` say what is done with them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from carebot.core.commands import CommandWords
from carebot.core.opening_texts import OpeningTexts
from carebot.core.texts import SystemTexts

_HERE = Path(__file__).parent


@cache
def system_texts() -> SystemTexts:
    """The system texts that ship."""
    return SystemTexts.from_mapping(_read("system_texts.yaml"))


@cache
def opening_texts() -> OpeningTexts:
    """The words that opening hours are told with."""
    return OpeningTexts.from_mapping(_read("opening_hours.yaml"))


@cache
def command_words() -> CommandWords:
    """The phrasings of "human" and "stop" that ship."""
    return CommandWords.from_mapping(_read("commands.yaml"))


def _read(name: str) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, ten times as fast, where it is built
    return yaml.load((_HERE / name).read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe
