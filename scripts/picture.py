"""Draw docs/demo.svg: a few messages of `carebot demo --once`, as a terminal shows them.

    .venv/bin/python scripts/picture.py

What the demo printed is cut, not changed. The same code and model draw the same file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from carebot.demo.run import play_morning

TARGET = Path(__file__).parents[1] / "docs" / "demo.svg"
WIDTH = 80
SHOWN = (11, 12, 21, 31, 33)  # invited, in doubt, danger, a person of the brand, answered

# rich's template asks a server for its font; whoever looks at the picture has a monospaced one.
_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)

# A terminal with a white ground: it reads on light and on dark pages, and prints well.
THEME = TerminalTheme(
    (255, 255, 255),
    (36, 41, 47),
    [(36, 41, 47), (190, 40, 30), (74, 194, 107), (212, 167, 44), (9, 105, 218), (130, 80, 223),
     (27, 124, 131), (110, 119, 129)],
    [(87, 96, 106), (207, 34, 46), (45, 164, 78), (154, 103, 0), (33, 139, 255), (164, 117, 249),
     (49, 146, 170), (255, 255, 255)],
)  # fmt: skip


def printed() -> str:
    """What the demo prints on a colour terminal of this width, with its colour codes."""
    out = io.StringIO()
    play_morning(
        Console(file=out, width=WIDTH, force_terminal=True, color_system="standard", emoji=False),
        pace=0.0,
        sleep=lambda _: None,
    )
    return out.getvalue()


def blocks(text: str) -> Iterator[Text]:
    """The wanted messages, each as printed: they stand apart by an empty line and end their first with "11/50"."""
    for block in text.split("\n\n"):
        part = Text.from_ansi(block)
        number = re.match(r"[^\n]* (\d+)/\d+\s*(?:\n|\Z)", part.plain)
        if number and int(number[1]) in SHOWN:
            yield part


def draw() -> str:
    """The picture as SVG."""
    screen = Console(file=io.StringIO(), width=WIDTH, record=True, force_terminal=True, emoji=False)
    screen.print("[bold]$ make demo ARGS=--once[/]   [dim](cut)[/]", highlight=False)
    for block in blocks(printed()):
        screen.print()
        screen.print(block, highlight=False, soft_wrap=True)
    drawn = screen.export_svg(title="carebot demo", theme=THEME, unique_id="carebot")
    # Some viewers would drop the spaces that a line begins with.
    return _FONT_FACE.sub("", drawn).replace("<svg ", '<svg xml:space="preserve" ', 1)


if __name__ == "__main__":
    TARGET.write_text(draw(), encoding="utf-8")
