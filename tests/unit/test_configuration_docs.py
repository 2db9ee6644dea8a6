from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import pytest
from pydantic import BaseModel

from carebot.care_file import parse_care, shipped_rules
from carebot.care_file.rules import RuleSection, ThenSection, WhenSection
from carebot.care_file.schema import CareSection, section_at
from carebot.care_file.types import Section
from carebot.core.article import ArticleMode
from carebot.core.assessment import Category, Kind, Sentiment
from carebot.core.finding import EntityKind
from carebot.core.rights import Role
from carebot.core.rules import Rule, Then, When
from carebot.core.tiers import PRESETS, Priority, Zone
from carebot.settings import Settings

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([\w.*]+)` \| *([^|]*?) *\|", DOCUMENT, re.MULTILINE))


def keys(section: type[Section] = CareSection, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every key of care.yaml as the document spells it; ``*`` stands for a number or name of your own."""
    for name in section.model_fields:
        here = (*path, name)
        item = section_at((*here, "*"))
        if (inner := section_at(here) or item) is None:
            yield ".".join(here).replace("brands.*", "brands")
        else:
            yield from keys(inner, here if inner is not item else (*here, "*"))


def documented(key: str) -> bool:
    key = re.sub(r"^rules\.(un)?ordered\.\*\.(when|then)\.", r"\2.", key)
    return re.sub(r"^rules\.(un)?ordered\.\*", "rules.*", key) in ROWS


@pytest.mark.parametrize("key", [*keys()])
def test_every_key_of_the_care_file_is_documented(key: str) -> None:
    assert documented(key)


def test_no_key_is_documented_that_does_not_exist() -> None:
    known = {re.sub(r"^rules\.(un)?ordered\.\*\.", "rules.*.", key) for key in keys()}
    known |= {key.removeprefix("rules.*.") for key in known}
    known |= {".".join(key.split(".")[:n]) for key in known for n in range(1, 5)}
    known |= {"rules.ordered", "rules.unordered", *(rule.name for rule in _shipped())}
    assert {key for key in ROWS if not key.startswith("CAREBOT_")} <= known


def _shipped() -> tuple[Rule, ...]:
    return (*shipped_rules().ordered, *shipped_rules().unordered)


@pytest.mark.parametrize(
    "field", [*(f"when.{f.name}" for f in fields(When)), *(f"then.{f.name}" for f in fields(Then))]
)
def test_every_condition_and_outcome_of_a_rule_is_documented(field: str) -> None:
    assert field in ROWS


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    default = Settings.model_fields[name].default
    assert ROWS[f"CAREBOT_{name.upper()}"] == ("" if default is None else f"`{default}`")


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name != "care_file"])
def test_every_setting_stands_in_the_example(name: str) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    default = Settings.model_fields[name].default
    assert f"#CAREBOT_{name.upper()}={'' if default is None else default}\n" in example


def test_every_shipped_rule_is_documented() -> None:
    assert all(rule.name in ROWS for rule in _shipped())


def test_the_documented_defaults_are_those_that_hold() -> None:
    parts: dict[str, list[str]] = {}
    for key, default in ROWS.items():
        part, _, name = key.partition(".")
        if part in CareSection.model_fields and name.isidentifier() and re.fullmatch("`[^`]+`", default):
            parts.setdefault(part, []).append(f"{name}: {default.strip('`')}")
    body = "\n".join(
        f"{part}: {{{', '.join(defaults)}}}" for part, defaults in parts.items() if part != "brands"
    )
    assert sum(map(len, parts.values())) > 15
    assert parse_care(f"version: 1\n{body}") == parse_care("version: 1")


@pytest.mark.parametrize("values", [ArticleMode, Category, Kind, Sentiment, EntityKind, Role, Priority, Zone])
def test_every_value_that_a_key_can_take_is_documented(values: type[StrEnum]) -> None:
    assert all(f"`{value}`" in DOCUMENT for value in values)


def test_every_preset_is_documented() -> None:
    assert all(f"`{name}`" in DOCUMENT for name in PRESETS)


def test_every_key_explains_itself_to_an_editor() -> None:
    paths = {tuple(key.split(".")[:-1]) for key in keys()}
    found = [section_at(path) for path in paths]
    sections: list[type[BaseModel]] = [Settings, RuleSection, *(section for section in found if section)]
    assert {CareSection, WhenSection, ThenSection} <= set(sections)
    for section in sections:
        assert all(field.description for field in section.model_fields.values()), section
