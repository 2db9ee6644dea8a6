"""The scripted morning, played into the town square: at any speed, with a pause, to the end or not."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from itertools import pairwise
from typing import Protocol

from carebot.demo.installation import BRAND
from carebot.demo.square import SquareError

SPEEDS = (1, 20, 100)

# The brand's handles on the other networks: @plumvelo, then ".example" or "@fiets.example".
_BRAND_ELSEWHERE = re.compile(rf"@{BRAND}(?:@[\w-]+)?(?:\.example)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message of the morning as it is written in the square; ``after`` seconds from the one before."""

    id: str
    author: str
    text: str
    is_direct: bool
    in_reply_to: str | None
    after: float
    followers: int


class Writer(Protocol):
    """Whoever writes into the square."""

    async def post(
        self, handle: str, text: str, *, in_reply_to: str | None = None, key: str | None = None
    ) -> str:
        """Write in public; the post's id."""
        ...

    async def direct(self, handle: str, to: str, text: str, *, key: str | None = None) -> str:
        """Write to somebody alone; the message's id."""
        ...


def morning() -> tuple[Line, ...]:
    """The demo's morning, as it can happen in the square: reposts are left out, it has none."""
    text = (files("carebot.demo") / "morning.jsonl").read_text(encoding="utf-8")
    return tuple(lines_of(json.loads(line) for line in text.splitlines()))


def lines_of(rows: Iterable[Mapping[str, str]]) -> Iterator[Line]:
    """Rows of a replay file as lines of the square."""
    kept = [row for row in rows if row.get("kind") != "repost"]
    times = [datetime.fromisoformat(row["at"]) for row in kept]
    gaps = [0.0, *((later - earlier).total_seconds() for earlier, later in pairwise(times))]
    for row, after in zip(kept, gaps, strict=True):
        yield Line(
            id=row["id"],
            author=handle_of(row["author"]),
            text=_BRAND_ELSEWHERE.sub(f"@{BRAND}", row["text"]),
            is_direct=row["visibility"] == "direct",
            in_reply_to=row.get("in_reply_to"),
            after=after,
            followers=int(row.get("followers", 0)),
        )


def handle_of(author: str) -> str:
    """An author's handle in the square: without the network that it came from."""
    return author.partition("@")[0].removesuffix(".example")


class Player:
    """Plays lines into the square. ``told`` is called after every step, to show how far it is."""

    def __init__(self, lines: tuple[Line, ...], writer: Writer, told: Callable[[], None]) -> None:
        self._lines = lines
        self._writer = writer
        self._told = told
        self._posts: dict[str, str] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.speed = 0
        self.played = 0
        self.failed = 0
        self.round = 0

    @property
    def total(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    @property
    def is_playing(self) -> bool:
        """Whether lines come by themselves at this moment."""
        return self.speed > 0 and self.played < self.total

    def play(self, speed: int) -> None:
        """Go on at this speed; 0 pauses. What was played to its end begins anew."""
        if speed and self.played >= self.total:
            self.played, self._posts = 0, {}
            self.round += 1
        self.speed = speed
        self._changed.set()
        if speed and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run(), name="the morning")
        self._told()

    async def close(self) -> None:
        """Stop in the middle."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def finished(self) -> None:
        """Wait for the end, or for a pause that has begun."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self.played < self.total and self.speed:
            line = self._lines[self.played]
            if not await self._waited(line.after if self.played else 0.0):
                return
            await self._write(line)
            self.played += 1
            self._told()
        self.speed = 0
        self._told()

    async def _waited(self, seconds: float) -> bool:
        """Wait so many seconds of the morning; False when it was paused meanwhile."""
        left = seconds
        clock = asyncio.get_running_loop().time
        while left > 0 and self.speed:
            self._changed.clear()
            speed, began = self.speed, clock()
            try:
                async with asyncio.timeout(left / speed):
                    await self._changed.wait()
            except TimeoutError:
                return True
            left -= (clock() - began) * speed
        return self.speed > 0

    async def _write(self, line: Line) -> None:
        """A post that the square does not take now (a fault that is on) is tried a few times, then left out."""
        key = f"morning-{self.round}-{line.id}"
        for pause in (0.5, 1.0, 2.0, 4.0, None):
            try:
                self._posts[line.id] = await self._said(line, key)
                return
            except SquareError:
                if pause is not None:
                    await asyncio.sleep(pause)
        self.failed += 1

    def _said(self, line: Line, key: str) -> Awaitable[str]:
        if line.is_direct:
            return self._writer.direct(line.author, BRAND, line.text, key=key)
        answered = self._posts.get(line.in_reply_to or "")
        return self._writer.post(line.author, line.text, in_reply_to=answered, key=key)
