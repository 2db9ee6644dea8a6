"""The demo behind its page: two processes, what watches them, and what the page's controls do."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal

import httpx

from carebot.demo.child import Child, Program
from carebot.demo.hub import Hub
from carebot.demo.installation import BRAND, HOST, Installation, make
from carebot.demo.latest import Latest
from carebot.demo.player import Player, handle_of, morning
from carebot.demo.plug import Plug
from carebot.demo.sessions import run_command
from carebot.demo.square import POSTING, Ear, Square, SquareError
from carebot.errors import CarebotError
from carebot.testing.compare import Comparison, compare
from carebot.testing.sides import items_of

EXAMPLES = (  # whom the examples are written by: each begins a case of its own
    ("slow_lane_media", "Slow Lane Media", 80_000),
    ("twice_billed", "Twice Billed", 61),
    ("human_please", "Human Please", 38),
    ("careless_kees", "Careless Kees", 52),
)
CURIOUS = ("curious_cora", "Curious Cora", 24)  # who asks when nobody else does
VISITOR = ("visitor", "A visitor", 120)
FAULTS: Mapping[str, Mapping[str, object]] = {
    "slow": {"delay_ms": 1200, "delay_jitter_ms": 800},
    "limits": {"limit_every": 3},
    "lost": {"lose_answer_every": 2},
}
DOWN_FOR = 10
_READY_WITHIN = 60.0
_LOOKS = 0.4  # seconds between two looks at the census and the database

State = Literal["starting", "up", "down"]


class Stage:
    """One demo. ``open`` brings it up, ``close`` leaves nothing behind; both may be called in any state."""

    def __init__(self, there: Installation, *, carebot: Child | None = None) -> None:
        self.there = there
        self.hub = Hub()
        self.square = Square(there.square_url)
        self.ear = Ear(self.square)
        self.square_child = Child(self._square_program())
        self.carebot = carebot or Child(self._carebot_program())
        self.carebot_state: State = "starting"
        self.comparison: Comparison | None = None
        self.player = Player(morning(), self.square, self.tell)
        self.plug = Plug(
            process=self.carebot,
            hold=lambda ms: self.square.set_faults(hold_next_post_ms=ms),
            hears=lambda within: self.ear.hears(POSTING, within),
            ask=self._ask,
            look=self.look,
            told=self.tell,
        )
        self._latest = Latest(there.database, tier_names(there))
        self._health = httpx.AsyncClient(base_url=there.inside_url, timeout=3, trust_env=False)
        self._tasks: list[asyncio.Task[None]] = []
        self._faults: dict[str, Any] = {}
        self._is_awake = True

    def _square_program(self) -> Program:
        there = self.there
        arguments = ("serve", "--database", str(there.folder / "square.db"), "--port", str(there.square))
        return Program(
            name="the town square",
            command=(sys.executable, "-m", "carebot.channels.townsquare", *arguments, "--host", HOST),
            environment=there.environment,
            folder=there.folder,
            log=there.folder / "square.log",
            is_ready=self.square.is_ready,
        )

    def _carebot_program(self) -> Program:
        there = self.there
        return Program(
            name="carebot",
            command=there.command("run"),
            environment=there.environment,
            folder=there.folder,
            log=there.folder / "carebot.log",
            is_ready=self._is_healthy,
        )

    async def _is_healthy(self) -> bool:
        try:
            return (await self._health.get("/health")).is_success
        except httpx.HTTPError:
            return False

    async def open(self) -> None:
        """Bring everything up, the slow things side by side. Raises ChildError with the last lines of a log."""
        await self.square_child.start()
        await asyncio.gather(asyncio.to_thread(make, self.there), self.square_child.ready(_READY_WITHIN))
        self.there.known_as(await self._make_accounts())
        await self.carebot.start()
        await self.carebot.ready(_READY_WITHIN)
        self.carebot_state = "up"
        for job in (self.ear.listen(), self._watch_carebot(), self._keep_looking()):
            self._tasks.append(asyncio.create_task(job))

    async def _make_accounts(self) -> str:
        """Everybody of the morning, those of the examples and the brand, whose token this is."""
        lines = morning()
        followers = {line.author: line.followers for line in lines}
        people = [(handle, handle.replace("_", " ").title(), count) for handle, count in followers.items()]
        token = await self.square.make_account(BRAND, "Plumvelo", 48_200, is_brand=True)
        for handle, name, count in [VISITOR, *EXAMPLES, CURIOUS, *people]:
            if handle_of(handle) != BRAND:
                await self.square.make_account(handle, name, count)
        return token

    async def close(self) -> None:
        """Stop everything that was started, whatever state it is in."""
        self.hub.close()
        await asyncio.gather(self.player.close(), self.plug.close())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(self.carebot.stop(), self.square_child.stop())
        await asyncio.gather(self.square.close(), self._health.aclose())

    # What the controls do --------------------------------------------------------------------------------------

    async def switch_fault(self, name: str, is_on: bool) -> None:
        """One of the faults that may stay on, or ``down`` for ten seconds. Raises SquareError, KeyError."""
        if name == "down":
            await self.square.set_faults(down_for_s=DOWN_FOR)
        else:
            changes = FAULTS[name]
            await self.square.set_faults(**{key: value if is_on else 0 for key, value in changes.items()})
        await self._look_at_faults()

    async def switch_bot(self, is_on: bool) -> None:
        """Wake the bot, or stop all its texts; raises ChildError."""
        await run_command(self.there, "bot", "start" if is_on else "stop")
        await asyncio.to_thread(self._read_news, {})
        self.tell()

    async def _ask(self, question: str) -> None:
        await self.square.post(CURIOUS[0], question)

    # What is watched -------------------------------------------------------------------------------------------

    async def _watch_carebot(self) -> None:
        """Say whether it is up. What ended is started again, carebot only when nobody has pulled the plug."""
        while True:
            is_up = self.carebot.pid is not None and await self._is_healthy()
            state: State = "up" if is_up else "starting" if self.carebot.pid else "down"
            if state != self.carebot_state:
                self.carebot_state = state
                self.tell()
            if state == "down" and not self.plug.is_busy:
                await self.carebot.start()
            await self.square_child.start()  # does nothing while it runs
            await asyncio.sleep(0.25 if state != "up" else 0.5)

    async def _keep_looking(self) -> None:
        while True:
            with suppress(SquareError):
                await self._look_at_faults()
            await self.look()
            await asyncio.sleep(_LOOKS)

    async def _look_at_faults(self) -> None:
        self._faults = await self.square.faults()
        self.tell()

    async def look(self) -> Comparison | None:
        """Compare now and tell what is new; None when the square or the database cannot be read right now."""
        try:
            census = await self.square.census()
            found, news = await asyncio.to_thread(self._read, census)
        except (CarebotError, sqlite3.Error):
            return None
        self.comparison = found
        for one in news:
            self.hub.tell_news(one)
        self.tell()
        return found

    def _read(self, census: Mapping[str, Any]) -> tuple[Comparison, list[dict[str, object]]]:
        handles = {str(item["id"]): str(item["author"]["handle"]) for item in items_of(census)}
        found = compare(census, self.there.database, account=BRAND, now=datetime.now(UTC))
        return found, self._read_news(handles)

    def _read_news(self, handles: Mapping[str, str]) -> list[dict[str, object]]:
        self._is_awake = self._latest.bot_is_awake()
        return [one.as_json() for one in self._latest.read(handles)]

    # What the page is told -------------------------------------------------------------------------------------

    def tell(self) -> None:
        """The state, as it is now, to whoever looks."""
        self.hub.tell_state(self.state())

    def state(self) -> dict[str, Any]:
        """Everything but the news."""
        return {
            "carebot": self.carebot_state,
            "counters": _counters(self.comparison),
            "player": {
                "speed": self.player.speed if self.player.is_playing else 0,
                "played": self.player.played,
                "total": self.player.total,
            },
            "plug": {
                "stage": self.plug.stage,
                "pulled": self.plug.pulled,
                "inTheMiddle": self.plug.was_in_the_middle,
            },
            "faults": {name: _is_on(self._faults, changes) for name, changes in FAULTS.items()},
            "botIsAwake": self._is_awake,
        }


def _is_on(faults: Mapping[str, Any], changes: Mapping[str, object]) -> bool:
    return all(faults.get(name) for name in changes)


def _counters(found: Comparison | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "messages": found.messages,
        "takenIn": found.taken_in,
        "decided": found.decided,
        "repliesDecided": found.replies_decided,
        "replies": found.replies_in_square,
        "byHand": found.by_hand,
        "onTheirWay": found.on_their_way,
        "lost": len(found.lost) + len(found.missing),
        "doubled": len(found.doubled),
        "afterPerson": len(found.after_person),
        "inPublic": len(found.in_public),
        "isSettled": found.is_settled,
    }


def tier_names(_: Installation) -> Mapping[int, str]:
    """The demo brand's tiers by number."""
    from carebot.core.tiers import PRESETS

    return {tier.number: tier.name for tier in PRESETS["full"].tiers}
