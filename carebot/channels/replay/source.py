"""Opens a file, finds out how it is written, and hands on its records with their line numbers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from carebot.channels.replay.errors import EXAMPLE, BadLineError, Complaints
from carebot.channels.replay.rows import FIELDS, REQUIRED
from carebot.errors import ReplayError

Record = tuple[int, dict[str, Any]]  # the line a record begins on, and its fields
DELIMITERS = (",", ";", "\t")
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MOST_FIELD = 1_000_000  # characters in one CSV field; Python's own limit is 131,072


def records(path: Path, complaints: Complaints) -> Iterator[Record]:
    """Every record of a JSON Lines or CSV file; bad ones go to ``complaints``.

    Raises ReplayError when the file as a whole cannot be read.
    """
    with _opened(path) as file:
        first = _first_line(file, path)
        if first.startswith("["):
            raise ReplayError(f"{path}, line 1: this is one JSON list; write one object a line: {EXAMPLE}")
        if first.startswith("{"):
            yield from _json_records(file, complaints)
        else:
            yield from _csv_records(file, _delimiter(first, path), complaints)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path.is_dir():
        raise ReplayError(f"{path} is a folder; name a .jsonl or .csv file in it")
    try:
        file = path.open("rb")
    except OSError as error:
        raise ReplayError(f"{path} cannot be opened: {error.strerror}") from error
    with file:
        yield file


def _first_line(file: BinaryIO, path: Path) -> str:
    """The first line that is not empty; the file stands at its start again, behind a byte order mark."""
    start = file.read(3)
    if start.startswith(_UTF16):
        raise ReplayError(f"{path}, line 1: the file is UTF-16; save it as UTF-8")
    begin = 3 if start == _BOM else 0
    file.seek(begin)
    first = next((line for line in file if line.strip()), b"")
    file.seek(begin)
    if not first:
        raise ReplayError(f"{path} is empty; expected one message a line: {EXAMPLE}")
    return first.decode("utf-8", errors="replace").strip()


def _json_records(file: BinaryIO, complaints: Complaints) -> Iterator[Record]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            yield number, _parsed(line)
        except BadLineError as error:
            complaints.add(number, str(error))


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(line.strip().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadLineError(f"not UTF-8 at byte {error.start + 1} of the line") from error
    except json.JSONDecodeError as error:
        raise BadLineError(f"not JSON at column {error.colno} ({error.msg}); one object a line") from error
    except (ValueError, RecursionError) as error:
        raise BadLineError("not JSON that can be read: too deep, or a number too long") from error
    if not isinstance(parsed, dict):
        raise BadLineError("expected one JSON object a line")
    return parsed


def _delimiter(header: str, path: Path) -> str:
    for delimiter in DELIMITERS:
        try:
            names = _names(next(csv.reader([header], delimiter=delimiter)))
        except csv.Error:
            continue  # no text file at all, or a line end that CSV does not know
        if {"id", "text"} <= set(names):
            if missing := [name for name in REQUIRED if name not in names]:
                raise ReplayError(f"{path}, line 1: the header has no column {', '.join(missing)}")
            return delimiter
    raise ReplayError(
        f"{path}, line 1: neither JSON Lines nor CSV; expected an object a line, as in {EXAMPLE}, or a "
        "header id,channel,visibility,author,text,at separated by comma, semicolon or tab"
    )


def _names(cells: list[str]) -> list[str]:
    return [cell.strip().casefold() for cell in cells]


def _csv_records(file: BinaryIO, delimiter: str, complaints: Complaints) -> Iterator[Record]:
    csv.field_size_limit(max(_MOST_FIELD, csv.field_size_limit()))
    # Bytes that are not UTF-8 become surrogates here, which the check of each row then refuses by line.
    lines = (line.decode("utf-8", errors="surrogateescape") for line in file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    names: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            complaints.add(line, f"not CSV: {error}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = _names(cells)
        elif len(cells) > len(names):
            complaints.add(line, f"{len(cells)} columns, but the header has {len(names)}; quote the text")
        else:
            yield line, dict(zip(names, cells, strict=False))


def unknown_fields(record: dict[str, Any]) -> set[str]:
    """Fields of a simple line that carebot does not know; a misspelt optional one would go unnoticed."""
    return {name for name in record if name and name not in FIELDS}
