"""Situations as plain data, so that a decision can be explained by running the policy again.

What a channel forbids to keep is left out here, before anything is written: the categories of data, or some of
them, with their probabilities. The policy never looks at a probability of a category, only at the route and at
``categories``, which are emptied in the same way before it decides (``withheld``): so a decision that is run
again from a snapshot is the same decision.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from carebot.core.assessment import Category
from carebot.core.channel_rules import ChannelRules
from carebot.core.records import Json
from carebot.core.situation import Situation

T = TypeVar("T")


def not_kept(channel: ChannelRules) -> frozenset[Category]:
    """The categories of data that this channel forbids to keep."""
    return channel.never_keep if channel.derive_sensitive else frozenset(Category)


def withheld(situation: Situation) -> Situation:
    """The situation without the categories that its channel forbids to keep."""
    return replace(situation, categories=situation.categories - not_kept(situation.channel))


def freeze(situation: Situation) -> dict[str, Json]:
    """A situation as JSON, without the channel's rules (its name stays) and what may not be kept."""
    kept = withheld(situation)
    data = {item.name: encode(getattr(kept, item.name)) for item in fields(kept) if item.name != "channel"}
    assessment = data["assessment"]
    assert isinstance(assessment, dict)
    if isinstance(reading := assessment["reading"], dict):
        probabilities = reading["probabilities"]
        assert isinstance(probabilities, dict)
        for category in not_kept(situation.channel):
            probabilities.pop(category.value)
    return {**data, "channel": situation.channel.name}


def thaw(data: Mapping[str, Json], channel: ChannelRules) -> Situation:
    """The situation again; a probability that was not kept reads as 0."""
    plain: dict[str, Any] = {key: value for key, value in data.items() if key != "channel"}
    if reading := plain["assessment"]["reading"]:
        probabilities = {category.value: 0.0 for category in Category} | reading["probabilities"]
        assessment = {**plain["assessment"], "reading": {**reading, "probabilities": probabilities}}
        plain = {**plain, "assessment": assessment}
    hints = get_type_hints(Situation)
    values = {key: decode(hints[key], value) for key, value in plain.items()}
    return Situation(channel=channel, **values)


def encode(value: Any) -> Json:
    """Frozen data classes, enums, sets, tuples, mappings and times as JSON."""
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value):
        return {item.name: encode(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(encode(key)): encode(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted((encode(item) for item in value), key=str)
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def decode(kind: Any, value: Any) -> Any:
    """The reverse of ``encode`` for an annotated type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return decode(next(item for item in arguments if item is not types.NoneType), value)
    if origin is tuple:
        return tuple(decode(arguments[0], item) for item in value)
    if origin is frozenset:
        return frozenset(decode(arguments[0], item) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        return {decode(arguments[0], key): decode(arguments[1], item) for key, item in value.items()}
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        build: Any = kind
        return build(**{key: decode(hints[key], item) for key, item in value.items() if key in hints})
    return _decode_plain(kind, value)


def _decode_plain(kind: Any, value: Any) -> Any:
    if kind is datetime or kind is date:
        return kind.fromisoformat(value)
    if kind is timedelta:
        return timedelta(seconds=value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return float(value) if kind is float else value
