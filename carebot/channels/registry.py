"""The channels by name. Everything here is a string, so that looking does not import an adapter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from carebot.core.channel_rules import ChannelRules
from carebot.errors import ConfigurationError

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEntry:
    """A channel's folder beside this file and where its adapter is (``module:name``; None: not built yet)."""

    folder: str
    adapter: str | None = None


CHANNELS: dict[str, ChannelEntry] = {
    "bluesky": ChannelEntry(folder="bluesky"),
    "mastodon": ChannelEntry(folder="mastodon"),
    "replay": ChannelEntry(folder="replay", adapter="carebot.channels.replay.adapter:read_conversations"),
    "townsquare": ChannelEntry(folder="townsquare"),
    "x": ChannelEntry(folder="x"),
}


def known() -> tuple[str, ...]:
    """The names of all channels, sorted."""
    return tuple(sorted(CHANNELS))


def folder_of(name: str) -> Path:
    """Where a channel's ``rules.yaml`` lies; raises ConfigurationError for a name that is not known."""
    if name not in CHANNELS:
        raise ConfigurationError(f"there is no channel {name!r}; the channels are {', '.join(known())}")
    return _HERE / CHANNELS[name].folder


def adapter_of(name: str) -> str | None:
    """Where a channel's adapter is (``module:name``); None while only its rules are known."""
    folder_of(name)
    return CHANNELS[name].adapter


@cache
def rules_of(name: str) -> ChannelRules:
    """What the network allows; raises ConfigurationError for a name that is not known or a broken file."""
    folder = folder_of(name)
    from carebot.channels.rules_file import read_rules  # yaml and pydantic only when rules are asked for

    return read_rules(folder / "rules.yaml")
