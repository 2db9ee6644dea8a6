"""``carebot demo``: bring everything up, print one address, and clear it all away at the end."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import tempfile
import time
import webbrowser
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carebot.demo.installation import HOST, Installation, listening, plan
from carebot.errors import ConfigurationError

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI
    from rich.console import Console

    from carebot.demo.stage import Stage

PORT = 8300
_MADE = ("care.yaml", ".env", "carebot.key", "carebot.db", "square.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for. ``speed`` begins the morning at once; 0 waits for the button."""

    port: int = PORT
    speed: int = 0
    keep: Path | None = None
    opens_browser: bool = True


def show_live(console: Console, wishes: Wishes) -> None:
    """Run until Ctrl+C or SIGTERM. Raises ChildError when a process does not come up."""
    began = time.perf_counter()
    listener = listening(wishes.port)
    with _folder(wishes.keep) as folder, listener:
        there = plan(folder)
        asyncio.run(_until_told(lambda stop: _show(console, wishes, there, listener, stop, began)))
    if wishes.keep is not None:
        console.print(f"Kept in {wishes.keep}.", markup=False)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where everything lies; it is gone afterwards, unless it is kept."""
    if keep is None:
        place = Path(tempfile.mkdtemp(prefix="carebot-demo-"))
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)
        return
    if there := [name for name in _MADE if (keep / name).exists()]:
        raise ConfigurationError(f"--keep: {keep} has a {there[0]} already; name a new folder")
    keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    yield keep.resolve()


async def _until_told(show: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run it with an event that Ctrl+C, SIGTERM or a closed terminal sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, stop.set)
    await show(stop)


async def _show(
    console: Console,
    wishes: Wishes,
    there: Installation,
    listener: socket.socket,
    stop: asyncio.Event,
    began: float,
) -> None:
    from carebot.demo.stage import Stage

    stage = Stage(there)
    try:
        with console.status("starting the town square and carebot"):
            if not await _unless(stop, stage.open()):
                return
        address = f"http://{HOST}:{listener.getsockname()[1]}"
        async with _site(stage) as app:
            _greet(console, address, time.perf_counter() - began)
            if wishes.speed:
                stage.player.play(wishes.speed)
            if wishes.opens_browser:
                await asyncio.to_thread(webbrowser.open, address)
            await _serve(app, listener, stop, stage)
    finally:
        await stage.close()


async def _unless(stop: asyncio.Event, doing: Coroutine[Any, Any, None]) -> bool:
    """Whether it was done before we were told to end."""
    task, told = asyncio.create_task(doing), asyncio.create_task(stop.wait())
    await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if task.done():
        await task
        return True
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return False


def _greet(console: Console, address: str, seconds: float) -> None:
    console.print(f"\n  carebot demo: [bold]{address}[/bold]   (ready after {seconds:.1f} s)")
    console.print("  Ctrl+C ends it; nothing is left behind.\n")


@asynccontextmanager
async def _site(stage: Stage) -> AsyncIterator[FastAPI]:
    """The page with its proxy; connections to the sites are closed at the end."""
    from carebot.demo.page import make_page, text_of
    from carebot.demo.proxy import PEOPLE, Proxy, Site, client
    from carebot.demo.sessions import Session, link_maker

    square, console = client(stage.there.square_url), client(stage.there.inside_url)
    link = link_maker(stage.there)
    sessions = {prefix: Session(person, console, link) for prefix, person in PEOPLE.items()}
    sites = [Site(prefix="square", name="the town square", http=square)]
    sites += [
        Site(prefix=prefix, name="carebot", http=console, session=session)
        for prefix, session in sessions.items()
    ]
    early = asyncio.gather(*(one.sign_in("") for one in sessions.values()), return_exceptions=True)
    try:
        yield make_page(stage, Proxy(sites, text_of("templates", "down.html")))
    finally:
        early.cancel()
        await asyncio.gather(early, return_exceptions=True)
        await asyncio.gather(square.aclose(), console.aclose())


async def _serve(app: FastAPI, listener: socket.socket, stop: asyncio.Event, stage: Stage) -> None:
    import uvicorn

    config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1)
    server = _our_signals(uvicorn.Server(config))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    told = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    stage.hub.close()
    server.should_exit = True
    await serving


def _our_signals(server: uvicorn.Server) -> uvicorn.Server:
    """The server without signal handlers of its own: we stop everything in order."""

    @contextmanager
    def none() -> Iterator[None]:
        yield

    server.capture_signals = none  # type: ignore[method-assign]
    return server
