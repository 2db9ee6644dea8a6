"""Pull the plug: kill carebot in the middle of a reply, start it again, and see that nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Protocol

from carebot.errors import CarebotError
from carebot.testing.compare import Comparison

HOLD_MS = 400  # how long the square keeps the reply in hand: the moment in which carebot dies
QUESTIONS = (
    "@plumvelo how long does the battery take to charge?",
    "@plumvelo where can i test ride a bike",
    "@plumvelo what tyre pressure for the Plum Cargo?",
    "@plumvelo which languages does the app have",
)
_LONGEST = 8.0  # seconds until it is killed all the same
_SETTLING = 60.0


class PlugStage(StrEnum):
    """How far it is; what the page shows."""

    IDLE = "idle"
    ARMED = "armed"
    KILLED = "killed"
    RESTARTING = "restarting"
    READING_BACK = "reading_back"
    RIGHT = "right"
    WRONG = "wrong"
    FAILED = "failed"


class Process(Protocol):
    """What is killed and started again."""

    async def kill(self) -> int | None:
        """End it at once; its id, None when it was not running."""
        ...

    async def start(self) -> None:
        """Start it, and return at once."""
        ...

    async def ready(self, within: float) -> None:
        """Wait until it can be used; raises CarebotError."""
        ...


class Plug:
    """One pull at a time. ``hears`` waits for the square to say that it has a post in hand.

    ``hold`` makes the square keep the next post, ``ask`` writes a question that an article answers, ``look``
    compares afresh. ``told`` is called after every step; each is shown for ``seen`` seconds at least. A question
    is asked after ``patience`` seconds without a reply that could be interrupted.
    """

    def __init__(
        self,
        *,
        process: Process,
        hold: Callable[[int], Awaitable[None]],
        hears: Callable[[float], Awaitable[bool]],
        ask: Callable[[str], Awaitable[None]],
        look: Callable[[], Awaitable[Comparison | None]],
        told: Callable[[], None],
        seen: float = 1.7,
        patience: float = 2.0,
    ) -> None:
        self._process = process
        self._hold = hold
        self._hears = hears
        self._ask = ask
        self._look = look
        self._told = told
        self._seen = seen
        self._patience = patience
        self._task: asyncio.Task[None] | None = None
        self.stage = PlugStage.IDLE
        self.pulled = 0
        self.in_the_middle = 0
        self.was_in_the_middle = False

    @property
    def is_busy(self) -> bool:
        """Whether a pull is under way."""
        return self._task is not None and not self._task.done()

    def pull(self) -> None:
        """Begin; does nothing while one is under way."""
        if not self.is_busy:
            self._task = asyncio.create_task(self._pull(), name="the plug")

    async def finished(self) -> None:
        """Wait until it is over."""
        if self._task is not None:
            await self._task

    async def close(self) -> None:
        """Stop in the middle."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _pull(self) -> None:
        try:
            self._at(PlugStage.ARMED)
            self.was_in_the_middle = await self._reply_begins()
            await self._process.kill()
            self.pulled += 1
            self.in_the_middle += self.was_in_the_middle
            self._at(PlugStage.KILLED)
            await asyncio.sleep(self._seen)
            self._at(PlugStage.RESTARTING)
            await self._process.start()
            await self._process.ready(30)
            self._at(PlugStage.READING_BACK)
            await asyncio.sleep(self._seen)
            self._at(PlugStage.RIGHT if await self._settles() else PlugStage.WRONG)
        except CarebotError:
            self._at(PlugStage.FAILED)

    async def _reply_begins(self) -> bool:
        """Wait for a reply to be in the square's hands; ask for one when nobody did.

        False when there was none to interrupt, or the square itself is down: then carebot dies between two.
        """
        heard = asyncio.ensure_future(self._hears(_LONGEST))
        try:
            await self._hold(HOLD_MS)
            await asyncio.wait({heard}, timeout=self._patience)
            if not heard.done():
                await self._ask(QUESTIONS[self.pulled % len(QUESTIONS)])
            return await heard
        except CarebotError:
            return False
        finally:
            heard.cancel()

    async def _settles(self) -> bool:
        """Compare until nothing is on its way, and everything is where it belongs."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + _SETTLING
        while clock() < deadline:
            found = await self._look()
            if found is not None and found.is_settled:
                return found.is_right
            await asyncio.sleep(0.3)
        return False

    def _at(self, stage: PlugStage) -> None:
        self.stage = stage
        self._told()
