"""One process of the demo: started, watched, killed, stopped by its own id, and never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from carebot.errors import CarebotError

LEASH = Path(__file__).with_name("leash.py")
_LAST_LINES = 12


class ChildError(CarebotError):
    """A process of the demo did not come up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What is run. ``log`` takes everything that it prints; ``is_ready`` asks whether it can be used."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    is_ready: Callable[[], Awaitable[bool]]


class Child:
    """A program that may be started again and again; one process of it at a time."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The running process; None when there is none."""
        process = self._process
        return None if process is None or process.returncode is not None else process.pid

    async def start(self) -> None:
        """Start it, and return at once."""
        if self.pid is not None:
            return
        with self.program.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid())),
                *self.program.command,
                env=dict(self.program.environment),
                cwd=self.program.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C is for us: we stop them in order
            )

    async def ready(self, within: float) -> None:
        """Wait until it can be used; raises ChildError with its last lines when it ended or took too long."""
        deadline = asyncio.get_running_loop().time() + within
        while not await self.program.is_ready():
            if self.pid is None:
                raise ChildError(self._complaint("ended before it was ready"))
            if asyncio.get_running_loop().time() > deadline:
                raise ChildError(self._complaint(f"was not ready within {within:g} seconds"))
            await asyncio.sleep(0.05)

    async def ended(self) -> None:
        """Wait until the present process has ended."""
        if self._process is not None:
            await self._process.wait()

    async def kill(self) -> int | None:
        """SIGKILL: it has no moment to finish anything. Its id, None when it was not running."""
        pid = self.pid
        if pid is not None:
            await self._end(signal.SIGKILL)
        return pid

    async def stop(self, within: float = 5.0) -> None:
        """Ask it to end; kill it when it has not by then."""
        if self.pid is None:
            return
        try:
            async with asyncio.timeout(within):
                await self._end(signal.SIGTERM)
        except TimeoutError:
            await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.send_signal(how)
        await self._process.wait()

    def last_lines(self) -> str:
        """The end of its log."""
        try:
            lines = self.program.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            lines = []
        return "\n".join(f"  {line}" for line in lines[-_LAST_LINES:]) or "  (it printed nothing)"

    def _complaint(self, what: str) -> str:
        return f"{self.program.name} {what}; the last lines of its log:\n{self.last_lines()}"
