"""Read ``care.yaml``: every mistake at once, each with its place, or the configuration as one value."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from carebot.care_file.document import (
    Data,
    Document,
    Mistake,
    parse_document,
    read_document,
    refusal,
    spelled,
)
from carebot.care_file.mistakes import mistakes_of
from carebot.care_file.plan import incomplete_in, numbers_and_names
from carebot.care_file.rules import RulesSection
from carebot.care_file.schema import CareSection
from carebot.care_file.types import Known
from carebot.core.care import Care
from carebot.core.rules import RuleSet

VERSION = "1"
INIT_HINT = "; `carebot init` writes one"

__all__ = ["Care", "default_care", "json_schema", "load_care", "parse_care", "shipped_rules", "shipped_text"]


def load_care(file: Path, *, channels: Collection[str] | None = None) -> Care:
    """The configuration in a file; names of channels are checked where ``channels`` says which there are.

    Raises ConfigurationError with every mistake, one a line: file, line, column, path and what was expected.
    """
    return _beside(_care_of(read_document(file, hint=INIT_HINT), file.name, channels), file.absolute().parent)


def parse_care(text: str, *, name: str = "care.yaml", channels: Collection[str] | None = None) -> Care:
    """The same from a text."""
    return _care_of(parse_document(text, name), name, channels)


@cache
def default_care() -> Care:
    """The configuration without a file: no brand, the preset ``small``, the shipped rules, always open."""
    return Care(rules=shipped_rules())


@cache
def shipped_rules() -> RuleSet:
    """The rules that ship with carebot (``presets/rules.yaml``)."""
    document = parse_document(shipped_text("rules.yaml"), "rules.yaml")
    _, queues = numbers_and_names(None)
    return RulesSection.model_validate(document.data, context=Known(queues=queues)).build(RuleSet())


def shipped_text(name: str) -> str:
    """A file of ``carebot/presets``, such as the ``care.yaml`` that ``carebot init`` writes."""
    return (files("carebot") / "presets" / name).read_text(encoding="utf-8")


def json_schema() -> dict[str, Any]:
    """A JSON Schema of ``care.yaml``, for editors."""
    schema = CareSection.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "care.yaml"}


def _care_of(document: Document, name: str, channels: Collection[str] | None) -> Care:
    if objection := _objection_to_version(document):
        raise refusal(name, [objection])
    try:
        section = CareSection.model_validate(document.data, context=_known(document.data, channels))
    except ValidationError as error:
        found = mistakes_of(error.errors(include_url=False), document)
        raise refusal(name, [*document.mistakes, *found, *_incomplete_in(document)]) from error
    if document.mistakes:
        raise refusal(name, document.mistakes)
    return section.build(shipped_rules())


def _beside(care: Care, folder: Path) -> Care:
    """The model's folder lies beside the file, wherever carebot was called."""
    place = folder / (care.classifier.model or "")
    if care.classifier.model is None or not place.is_dir():
        return care
    return replace(care, classifier=replace(care.classifier, model=str(place)))


def _incomplete_in(document: Document) -> Iterator[Mistake]:
    """What new tiers and queues lack: pydantic gets to it only once the rest of the plan is right."""
    plan = document.data.get("plan") if isinstance(document.data, dict) else None
    for place, text in incomplete_in(plan):
        path = ("plan", *place)
        yield Mistake(place=document.place_of(path), path=spelled(path), text=text)


def _objection_to_version(document: Document) -> Mistake | None:
    """Why the file is not one of ours at all: then its other mistakes would mean nothing."""
    data = document.data
    if data is None:
        return Mistake(place=document.place_of(()), text=f"is empty; start with `version: {VERSION}`")
    if not isinstance(data, dict):
        return Mistake(place=document.place_of(()), text="expected keys with values, such as `version: 1`")
    if data.get("version", VERSION) != VERSION:
        text = f"this carebot reads version {VERSION}, got {data['version']!r}"
        return Mistake(place=document.place_of(("version",)), path="version", text=text)
    return None


def _known(data: Data, channels: Collection[str] | None) -> Known:
    """What the parts of the file may refer to, told before they are checked."""
    given = data if isinstance(data, dict) else {}
    tiers, queues = numbers_and_names(given.get("plan"))
    listed = given.get("brands")
    brands = listed if isinstance(listed, list) else []
    names = [brand.get("name") for brand in brands if isinstance(brand, dict)]
    shipped = shipped_rules()
    return Known(
        tiers=tiers,
        queues=queues,
        brands={name for name in names if isinstance(name, str)},
        channels=channels,
        shipped_rules={rule.name for rule in (*shipped.ordered, *shipped.unordered)},
    )
