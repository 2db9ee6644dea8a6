"""Text from strangers made safe for a terminal, and laid out in columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

# Cc: control characters, the escape that starts a terminal command among them. Cs, Co, Cn: cannot be printed.
_NOT_PRINTED = frozenset({"Cc", "Cs", "Co", "Cn"})
_WIDEST = 100  # columns: longer lines are hard to read, however wide the terminal
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # would turn the line around


def harmless(text: str) -> str:
    """The text on one line, without anything that a terminal would obey instead of print."""
    kept = (
        " " if char in "\n\r\t" else char
        for char in text
        if char in "\n\r\t" or (char not in _DIRECTION and unicodedata.category(char) not in _NOT_PRINTED)
    )
    return " ".join("".join(kept).split())


def is_rich(console: Console) -> bool:
    """Whether colours and line drawing are welcome: a terminal, and no NO_COLOR."""
    return console.is_terminal and not console.no_color and not console.legacy_windows


def can_draw(console: Console) -> bool:
    """Whether signs beyond ASCII can be written at all."""
    return console.encoding.lower().startswith("utf")


def width_of(console: Console) -> int:
    """The columns to fill."""
    return min(console.width, _WIDEST)


def write(console: Console, *parts: Text | str) -> None:
    """Print one line as it is; a sign that the output cannot take becomes a question mark."""
    line = Text.assemble(*parts)
    if not can_draw(console):
        line = Text(line.plain.encode(console.encoding, "replace").decode(console.encoding))
    console.print(line, highlight=False, soft_wrap=True)


def hung(console: Console, text: Text, *, first: Text | str, rest: Text | str) -> Iterator[Text]:
    """The text wrapped to the width, one line at a time, with a margin before each line.

    Wide signs (Chinese, Japanese, emoji) count as the two columns that they take.
    """
    first, rest = Text.assemble(first), Text.assemble(rest)
    room = max(20, width_of(console) - max(first.cell_len, rest.cell_len))
    for number, line in enumerate(text.wrap(console, room, overflow="fold")):
        line.rstrip()
        yield Text.assemble(rest if number else first, line)
