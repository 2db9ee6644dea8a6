"""What pydantic found wrong, said as one sentence at the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from carebot.care_file.document import Document, Mistake, Steps, spelled
from carebot.care_file.schema import section_at
from carebot.care_file.types import MISTAKE, nearest

Details = Mapping[str, Any]

_A_LIST = "expected a list, each item on its own line after '- '"
_A_MAPPING = "expected keys with values (key: value)"
_A_NUMBER = "expected a number"
_A_WHOLE_NUMBER = "expected a whole number"
_A_TEXT = "expected a text that is not empty"
_A_DATE = "expected a date such as 2026-12-25"

# By pydantic's name of the error. What is not here keeps pydantic's own words; a test shows that nothing is.
SENTENCES: Mapping[str, Callable[[Details], str]] = {
    MISTAKE: lambda details: str(details["sentence"]),
    "enum": lambda details: "expected " + str(details["expected"]),
    "literal_error": lambda details: "expected " + str(details["expected"]),
    "list_type": lambda _: _A_LIST,
    "dict_type": lambda _: _A_MAPPING,
    "model_type": lambda _: _A_MAPPING,
    "string_type": lambda _: "expected a text",
    "string_too_short": lambda _: _A_TEXT,
    "string_too_long": lambda details: f"expected at most {details['max_length']} characters",
    "too_short": lambda details: "expected at least one item" if details["field_type"] == "List" else _A_TEXT,
    "int_type": lambda _: _A_WHOLE_NUMBER,
    "int_parsing": lambda _: _A_WHOLE_NUMBER,
    "int_parsing_size": lambda _: "expected a smaller number",
    "float_type": lambda _: _A_NUMBER,
    "float_parsing": lambda _: _A_NUMBER,
    "finite_number": lambda _: _A_NUMBER,
    "bool_type": lambda _: "expected true or false",
    "bool_parsing": lambda _: "expected true or false",
    "greater_than": lambda details: f"expected more than {details['gt']:g}",
    "greater_than_equal": lambda details: f"expected {details['ge']:g} or more",
    "less_than_equal": lambda details: f"expected {details['le']:g} or less",
    "date_type": lambda _: _A_DATE,
    "date_parsing": lambda _: _A_DATE,
    "date_from_datetime_parsing": lambda _: _A_DATE,
    "date_from_datetime_inexact": lambda _: _A_DATE,
}


def mistakes_of(errors: Iterable[ErrorDetails], document: Document) -> list[Mistake]:
    """Every error of one validation, as mistakes in the file."""
    return [_mistake(error, document) for error in errors]


def _mistake(error: ErrorDetails, document: Document) -> Mistake:
    path: Steps = error["loc"]
    match error["type"]:
        case "extra_forbidden":
            text = f"there is no key {path[-1]!r} here{nearest(path[-1], _keys_at(path[:-1]))}"
            place = document.place_of_key(path)
        case "missing":
            text, path = f"the key {path[-1]!r} is missing", path[:-1]
            place = document.place_of_key(path)
        case _ if path[-1:] == ("[key]",):
            text, path = sentence(error), path[:-1]
            place = document.place_of_key(path)
        case _:
            text, path = sentence(error), _in_file(path, document)
            place = document.place_of(path)
    return Mistake(place=place, path=spelled(path), text=text)


def sentence(error: ErrorDetails) -> str:
    """What was expected, what was given instead, and what is nearest to it."""
    say = SENTENCES.get(error["type"])
    text = say(error.get("ctx", {})) if say else error["msg"]
    given = error["input"]
    if error["type"] == MISTAKE or isinstance(given, list | dict):
        return text
    text += f", got {'nothing' if given is None else repr(given)}"
    if error["type"] in ("enum", "literal_error"):
        close = nearest(given, re.findall(r"'([^']*)'", text.partition(", got ")[0]))
        text += close if "did you mean" in close else ""
    return text


def _keys_at(path: Steps) -> Iterable[str]:
    section = section_at(path)
    return section.model_fields if section else ()


def _in_file(path: Steps, document: Document) -> Steps:
    """The path without the position that a single value got when it was taken for a list."""
    if path and isinstance(path[-1], int) and path not in document.values:
        return path[:-1]
    return path
