"""YAML with the place of everything in it, so that a mistake can be shown where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from carebot.errors import ConfigurationError

Steps = tuple[str | int, ...]  # keys, and positions in lists
Data = None | str | list["Data"] | dict[str, "Data"]

_NULL = "tag:yaml.org,2002:null"
_SCALARS = ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
_TAGS = {f"tag:yaml.org,2002:{name}" for name in (*_SCALARS, "map", "seq")}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where something stands in its file, counted from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mistake:
    """One thing that is wrong, and where. ``path`` leads to it, such as ``rules.ordered[2].then.queue``."""

    place: Place
    path: str = ""
    text: str

    def line_of(self, file: str) -> str:
        """The mistake as one line for people."""
        where = f"{file}:{self.place.line}:{self.place.column}: "
        return where + (f"{self.path}: {self.text}" if self.path else self.text)


def refusal(file: str, mistakes: list[Mistake]) -> ConfigurationError:
    """The error that lists every mistake, in the order of the file, one a line."""
    return ConfigurationError("\n".join(mistake.line_of(file) for mistake in sorted(set(mistakes))))


@dataclass(slots=True, kw_only=True)
class Document:
    """A YAML file as read: scalars are text (what they mean is for the schema to say), with their places."""

    data: Data = None
    keys: dict[Steps, Place] = field(default_factory=dict)
    values: dict[Steps, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def place_of(self, path: Steps) -> Place:
        """Where a value stands, or the nearest thing around it that stands in the file."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place())

    def place_of_key(self, path: Steps) -> Place:
        """Where a key stands, or what its value is part of."""
        return self.keys.get(path) or self.place_of(path)


def read_document(file: Path, *, hint: str = "") -> Document:
    """Read a file; raises ConfigurationError for one that is not there, not text or not YAML."""
    return parse_document(_text_of(file, hint), file.name)


def parse_document(content: str, name: str) -> Document:
    """Parse the content of a file called ``name``; raises ConfigurationError for text that is not YAML."""
    document = Document()
    try:
        node = _composed(content)
        if node is not None:
            document.data = _Reader(document=document, seen=set()).read(node, ())
    except yaml.MarkedYAMLError as error:
        raise refusal(name, [_syntax_mistake(error, content)]) from error
    except yaml.YAMLError as error:
        text = "is not YAML: " + " ".join(str(error).split())
        raise refusal(name, [Mistake(place=Place(), text=text)]) from error
    except RecursionError as error:
        raise refusal(name, [Mistake(place=Place(), text="is nested too deeply")]) from error
    return document


def _composed(content: str) -> yaml.Node | None:
    """The nodes of a text: by libyaml, which takes a tenth of the time, where PyYAML was built with it.

    What it refuses is read again by PyYAML's own parser, whose messages are better.
    """
    try:
        return yaml.compose(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return yaml.compose(content, Loader=yaml.SafeLoader)


def _text_of(file: Path, hint: str) -> str:
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(f"{file}: there is no such file{hint}") from error
    except IsADirectoryError as error:
        raise ConfigurationError(f"{file}: is a folder, expected a YAML file") from error
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read ({error.strerror})") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Place(line=before.count(b"\n") + 1, column=error.start - before.rfind(b"\n"))
        text = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise refusal(file.name, [Mistake(place=place, text=text)]) from error


def _syntax_mistake(error: yaml.MarkedYAMLError, text: str) -> Mistake:
    mark = error.problem_mark or error.context_mark
    place = Place() if mark is None else Place(line=mark.line + 1, column=mark.column + 1)
    line = text.splitlines()[place.line - 1 : place.line]
    if line and "\t" in line[0][: place.column] and not line[0][: place.column].strip():
        return Mistake(place=place, text="a tab indents this line; YAML wants spaces")
    problem = " ".join(part for part in (error.context, error.problem) if part)
    return Mistake(place=place, text=f"is not YAML: {problem}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Turns nodes into data and notes the places. Anchors are refused: with them a path has two places."""

    document: Document
    seen: set[int]

    def read(self, node: yaml.Node, path: Steps) -> Data:
        self.document.values.setdefault(path, _place(node))
        if id(node) in self.seen:
            self._refuse(node, path, "anchors and aliases (&, *) are not read; write it out")
            return None
        self.seen.add(id(node))
        if node.tag not in _TAGS:
            self._refuse(node, path, f"the tag {node.tag} is not read; write the value without it")
        if isinstance(node, yaml.MappingNode):
            return {key: self.read(value, (*path, key)) for key, value in self._pairs(node, path)}
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        return None if node.tag == _NULL else str(node.value)

    def _pairs(self, node: yaml.MappingNode, path: Steps) -> Iterator[tuple[str, yaml.Node]]:
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(key, path, "a key must be a word, not a list or a mapping")
                continue
            name, place = str(key.value), _place(key)
            first = self.document.keys.setdefault((*path, name), place)
            if first != place:
                text = f"the key {name!r} stands here again; its first place is line {first.line}"
                self._refuse(key, (*path, name), text)
                continue
            yield name, value

    def _refuse(self, node: yaml.Node, path: Steps, text: str) -> None:
        self.document.mistakes.append(Mistake(place=_place(node), path=spelled(path), text=text))


def _place(node: yaml.Node) -> Place:
    return Place(line=node.start_mark.line + 1, column=node.start_mark.column + 1)


def spelled(path: Steps) -> str:
    """A path as people write it: ``rules.ordered[2].then.queue``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
