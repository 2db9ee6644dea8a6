"""What is wrong in a file: collected, so that one look shows the first twenty mistakes and not only one.

There is no vendor whose errors need a table: everything ends in ``ReplayError``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from carebot.errors import ReplayError

MOST_LISTED = 20
EXAMPLE = (
    '{"id": "1", "channel": "x", "visibility": "public", "author": "ana", '
    '"text": "Where is my parcel?", "at": "2026-11-22T09:30:00Z"}'
)


class BadLineError(Exception):
    """One line cannot be read. It never leaves this folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line (counted from 1) that was not read, and why; never its text."""

    line: int
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}"


@dataclass(slots=True, kw_only=True)
class Complaints:
    """Gathers bad lines; without ``skip_bad`` the twentieth ends the reading."""

    path: Path
    skip_bad: bool
    bad: list[BadLine] = field(default_factory=list)

    def add(self, line: int, problem: str) -> None:
        """Note a bad line; raises ReplayError when it is the last that is listed."""
        self.bad.append(BadLine(line=line, problem=problem))
        if not self.skip_bad and len(self.bad) >= MOST_LISTED:
            self.raise_if_any()

    def raise_if_any(self) -> None:
        """Raise ReplayError with all that was gathered, unless bad lines may be skipped."""
        if not self.bad or self.skip_bad:
            return
        listed = "\n".join(f"  {bad}" for bad in sorted(self.bad, key=lambda bad: bad.line))
        more = "; reading stopped there" if len(self.bad) >= MOST_LISTED else ""
        count = "1 line" if len(self.bad) == 1 else f"{len(self.bad)} lines"
        raise ReplayError(
            f"{self.path}: {count} cannot be read{more}\n{listed}\n"
            f"  a good line: {EXAMPLE}\n  `--skip-bad` leaves bad lines out and counts them"
        )


def explain(error: ValidationError) -> str:
    """A validation's findings in words, with field names and without anything a customer wrote."""
    return "; ".join(
        _told(".".join(str(part) for part in found["loc"]), found["type"], found["msg"])
        for found in error.errors(include_input=False, include_url=False)
    )


def _told(field_name: str, kind: str, message: str) -> str:
    if kind == "missing":
        return f"the field `{field_name}` is missing"
    if kind == "extra_forbidden":
        return f"the field `{field_name}` is not known"
    reason = message.removeprefix("Value error, ").removeprefix("Input should be ")
    reason = reason if reason != message and kind == "value_error" else f"expected {reason}"
    return f"`{field_name}`: {reason}" if field_name else reason
