"""Reads ``rules.yaml``: one schema for every channel, and errors that name the file and the line."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from carebot.core.assessment import Category
from carebot.core.channel_rules import ChannelRules
from carebot.errors import ConfigurationError


def _duration(value: object) -> timedelta | None:
    """``30 days``, ``24 hours`` or ``10 minutes``."""
    if value is None:
        return None
    match = re.fullmatch(r"(\d{1,6}) (minutes|hours|days)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("expected a number and minutes, hours or days, as in `30 days`")
    return timedelta(**{match[2]: int(match[1])})


Claim = Annotated[bool, Field(strict=True)]
Length = Annotated[int, Field(strict=True, gt=0)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]


class RulesFile(BaseModel):
    """The fields of ``rules.yaml``. None has a default: whoever adds a channel answers every question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    public_needs_summons: Claim
    direct_needs_customer_first: Claim
    automatic_replies_per_interaction: Annotated[int, Field(strict=True, ge=0)]
    max_length_public: Length | None
    max_length_direct: Length | None
    length_unit: Literal["characters", "x_weighted", "graphemes"]
    links_in_public: Claim
    link_price: str | None
    direct_is_private: Claim
    has_direct: Claim
    can_hide: Claim
    hides_only_own_conversations: Claim
    idempotency_keys: Claim
    derive_sensitive: Claim
    never_keep: frozenset[Category]
    direct_history: Duration | None
    reply_window: Duration | None
    delete_within: Duration | None
    encrypted_chats_elsewhere: Claim
    by_hand_link: Annotated[str, Field(pattern=r"^https://.*\{message_id\}.*$")] | None
    did_they_come_after: Duration


def read_rules(path: Path) -> ChannelRules:
    """One channel's rules; raises ConfigurationError with file, line and what was expected."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: cannot be read as YAML: {error}") from error
    try:
        rules = RulesFile.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(_explain(path, node, error)) from error
    return ChannelRules(**dict(rules))


def _explain(path: Path, node: yaml.Node | None, error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        field = str(problem["loc"][0]) if problem["loc"] else "the file"
        told = {
            "missing": "is missing",
            "extra_forbidden": "is not a rule that carebot knows",
            "bool_type": "expected true or false",
        }
        plain = problem["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
        what = told.get(problem["type"], plain)
        lines.append(f"{path}, line {_line_of(node, field)}: `{field}` {what}")
    return "\n".join(lines)


def _line_of(node: yaml.Node | None, field: str) -> int:
    """The line that a field stands on, counted from 1; the first when it is missing."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((key.start_mark.line + 1 for key, _ in pairs if key.value == field), 1)
