"""The channels by name. Everything here is a string, so that looking does not import an adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from carebot.core.channel_rules import ChannelRules
from carebot.errors import ConfigurationError

if TYPE_CHECKING:
    from carebot.core.ports import Channel

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEntry:
    """A channel's folder beside this file and where its adapter is (``module:name``; None: not built yet).

    ``is_live`` False: it is read from files, and no account is connected.
    """

    folder: str
    adapter: str | None = None
    is_live: bool = True


CHANNELS: dict[str, ChannelEntry] = {
    "bluesky": ChannelEntry(folder="bluesky"),
    "mastodon": ChannelEntry(folder="mastodon"),
    "replay": ChannelEntry(
        folder="replay", adapter="carebot.channels.replay.adapter:read_conversations", is_live=False
    ),
    "townsquare": ChannelEntry(folder="townsquare", adapter="carebot.channels.townsquare.adapter:connect"),
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


def connect(name: str, account: str, brand: str, values: Mapping[str, str]) -> Channel:
    """Connect an account to its network; ``values`` are CAREBOT_<NAME>_* with that prefix cut, in small letters.

    Asks the network nothing yet. Raises ConfigurationError for a channel that cannot be connected, and with every
    setting that is missing or wrong.
    """
    where = adapter_of(name)
    if where is None or not CHANNELS[name].is_live:
        can = ", ".join(other for other in known() if CHANNELS[other].adapter and CHANNELS[other].is_live)
        raise ConfigurationError(f"the channel {name!r} cannot be connected in this version; {can} can")
    module, _, function = where.partition(":")
    make: Callable[[str, str, Mapping[str, str]], Channel] = getattr(import_module(module), function)
    return make(account, brand, values)


@cache
def rules_of(name: str) -> ChannelRules:
    """What the network allows; raises ConfigurationError for a name that is not known or a broken file."""
    folder = folder_of(name)
    from carebot.channels.rules_file import read_rules  # yaml and pydantic only when rules are asked for

    return read_rules(folder / "rules.yaml")
