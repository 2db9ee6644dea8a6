"""One word for one thing: every word that the code can say is in docs/glossary.md."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

import carebot.core

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
# The words that people mix up; each stands in bold in the first table.
WORDS = (
    "message", "thread", "interaction", "invitation", "band", "case", "channel", "customer", "agent", "bot",
    "tier", "zone", "priority", "queue", "intent", "`out_of_scope`", "abstain", "confidence", "score",
    "coverage", "selective risk", "triage", "route", "assign", "handoff", "handback", "escalation", "brief",
    "macro", "rule", "automation", "SLA policy", "SLA target", "clock", "first response time", "contained",
    "bot_resolved", "recognizer", "mask", "seal", "redacted", "model", "port", "adapter",
)  # fmt: skip


def enums() -> Iterator[type[StrEnum]]:
    """Every StrEnum that a module of carebot.core defines."""
    for found in pkgutil.walk_packages(carebot.core.__path__, "carebot.core."):
        module = importlib.import_module(found.name)
        for name, item in vars(module).items():
            is_enum = isinstance(item, type) and issubclass(item, StrEnum) and item.__module__ == found.name
            if is_enum and item.__name__ == name:  # not the short names that modules give their own enums
                yield item


def explained(text: str) -> dict[str, dict[str, str]]:
    """Tables by the name in their heading: what each row says of its value."""
    tables: dict[str, dict[str, str]] = {}
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        heading, _, *rows = table.splitlines()
        if name := re.match(r"\| `(\w+)` \|", heading):
            cells = (re.match(r"\| `([^`]+)` \| *(.*?) *\|$", row) for row in rows)
            tables[name[1]] = {cell[1]: cell[2] for cell in cells if cell}
    return tables


TABLES = explained(GLOSSARY)


@pytest.mark.parametrize("enum", [*enums()], ids=lambda enum: enum.__name__)
def test_every_member_of_an_enum_is_explained_and_no_other(enum: type[StrEnum]) -> None:
    assert set(TABLES.get(enum.__name__, {})) == {str(member) for member in enum}
    assert all(TABLES[enum.__name__].values())


def test_no_table_explains_what_does_not_exist() -> None:
    found = [enum.__name__ for enum in enums()]

    assert len(found) > 20
    assert set(TABLES) == set(found)


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_explained(word: str) -> None:
    assert re.search(rf"^\| (?:\*\*[^|]+\*\*, )?\*\*{re.escape(word)}\*\*", GLOSSARY, re.MULTILINE)


def test_a_value_that_is_missing_would_be_seen() -> None:
    table = "| `Band` | what may be done |\n|---|---|\n| `clear` | the bot may answer |\n"

    assert explained(table) == {"Band": {"clear": "the bot may answer"}}
