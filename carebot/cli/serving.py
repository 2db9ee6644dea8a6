"""The process of ``carebot run``: what has to be so before it starts, what it serves, and how it ends."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import typer

from carebot import __version__
from carebot.channels.registry import CHANNELS
from carebot.cli.common import shown
from carebot.core.channel import Fetched
from carebot.core.ports import Channel
from carebot.core.records import REPLAYED
from carebot.engine.embedded import Round
from carebot.engine.gauges import exposition
from carebot.engine.health import look
from carebot.engine.lock import RunLock
from carebot.engine.serving import Site, bare_app, make_inside
from carebot.errors import ChannelError, ConfigurationError
from carebot.store import schema

if TYPE_CHECKING:
    from fastapi import APIRouter

    from carebot.app import App
    from carebot.settings import Settings

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=25)  # for what is in hand; shorter than service managers wait
_CLOSING = timedelta(seconds=5)  # for everything behind it


@runtime_checkable
class Pushed(Protocol):
    """A channel whose network calls us when something happens."""

    def subscribe(self, url: str) -> None:
        """Ask the network to; raises ConfigurationError without a secret, and ChannelError."""
        ...

    def hooks(self, take: Callable[[Fetched], object]) -> APIRouter:
        """The route that it calls."""
        ...


def one_round(app: App) -> Round:
    """Read, decide, deliver what is due, under the same lock as the service."""
    with _lock_of(app):
        return app.running.engine.once()


class Service:
    """``carebot run`` from start to end. Signals stop it, so it belongs into the main thread."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    def run(self) -> None:
        """Serve until a signal says otherwise. Raises ConfigurationError and AlreadyRunningError."""
        app = self._app
        # Each statement of the database gives the interpreter away for a moment; a thread that computes keeps it
        # for this long. With Python's own 5 ms the one writer waits more than it writes.
        sys.setswitchinterval(0.001)
        with ExitStack() as stack, _Signals() as signals:
            lock = stack.enter_context(_lock_of(app))
            app.preload()
            inside = Site(self._settings.inside, setting="CAREBOT_INSIDE")
            stack.callback(inside.stop, _CLOSING)
            outside = Site(self._settings.outside, setting="CAREBOT_OUTSIDE")
            stack.callback(outside.stop, _CLOSING)
            self._serve(inside, outside)
            app.running.engine.start()
            lock.tell(inside.url)
            self._say(inside, outside)
            signals.wait()
            self._stop(outside)

    def _serve(self, inside: Site, outside: Site) -> None:
        from carebot.console import make_console

        running = self._app.running
        parts = running.health_parts
        if not inside.is_loopback:
            log.warning(
                "the console is open to other machines at %s, without encryption: put a proxy with TLS before it",
                inside.url,
            )
        pages = make_console(running.console_parts)
        inside.serve(make_inside(partial(look, parts), exposition(parts, running.meter), pages))
        hooks = bare_app()
        for channel in running.channels:
            if isinstance(channel, Pushed):
                hooks.include_router(
                    channel.hooks(partial(running.intake.take, channel.name, channel.account))
                )
                address = self._settings.outside_url or outside.url
                running.more_chores[f"webhook of {channel.name}/{channel.account}"] = _Subscribing(
                    channel, channel, address.rstrip("/")
                )
        outside.serve(hooks)

    def _say(self, inside: Site, outside: Site) -> None:
        app = self._app
        typer.echo(f"carebot {__version__} serves {shown(app.places.database)}")
        for channel in app.running.channels:
            seconds = channel.traits.poll_every.total_seconds()
            typer.echo(f"  connected  {channel.name} @{channel.account}, read every {seconds:g} s")
        people = ", ".join(sorted(app.care.people)) or "nobody yet; add people to care.yaml"
        typer.echo(f"  console    {inside.url} (sign in with `carebot sign-in PERSON`: {people})")
        typer.echo(f"  health     {inside.url}/health and {inside.url}/metrics")
        typer.echo(f"  webhooks   {self._settings.outside_url or outside.url}/hooks/")
        typer.echo("stop it with Ctrl+C or SIGTERM: what is in hand is finished first")
        sys.stdout.flush()

    def _stop(self, outside: Site) -> None:
        log.info("stopping: what is in hand is finished first")
        _end_at_the_latest(GRACE + _CLOSING)
        outside.stop(_CLOSING)
        if self._app.running.engine.stop(GRACE):
            log.info("stopped")
            _end_at_the_latest(_CLOSING * 2)  # a model that hangs is nothing to wait for
        else:
            _end("what is in hand did not end in time; it is taken up at the next start")


class _Subscribing:
    """Asks a network to call us until it has agreed; without a secret nothing that it says is taken."""

    def __init__(self, channel: Channel, pushed: Pushed, address: str) -> None:
        self._channel = channel
        self._pushed = pushed
        self._url = f"{address}/hooks/{channel.name}/{channel.account}"
        self._is_settled = False

    def __call__(self) -> None:
        if self._is_settled:
            return
        try:
            self._pushed.subscribe(self._url)
        except ConfigurationError:
            log.info(
                "%s/%s is only read: it has no webhook secret", self._channel.name, self._channel.account
            )
        except ChannelError as error:
            log.debug("no webhook at %s yet (%s)", self._channel.name, type(error).__name__)
            return
        self._is_settled = True


class _Signals:
    """SIGTERM and SIGINT ask for an end; a second one ends at once."""

    def __enter__(self) -> _Signals:
        # Python runs handlers between two steps of the main thread, which does not come out of a read that began a
        # moment after the signal. So the byte is written where the signal arrives, by the interpreter itself.
        self._reads, self._writes = os.pipe()
        os.set_blocking(self._writes, False)
        self._count = 0
        self._before = {number: signal.signal(number, self._asked) for number in _ENDING}
        self._woke_before = signal.set_wakeup_fd(self._writes, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(self._woke_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._reads)
        os.close(self._writes)

    def wait(self) -> None:
        """Until the first of them."""
        os.read(self._reads, 1)

    def _asked(self, number: int, _: object) -> None:
        self._count += 1
        if self._count > 1:
            os._exit(128 + number)


_ENDING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def _lock_of(app: App) -> Iterator[RunLock]:
    """The lock of an installation that can be run. Raises ConfigurationError, AlreadyRunningError."""
    schema.require_current(app.places.database)
    with RunLock(app.places.database) as lock:
        if app.uow.run(lambda work: work.switch(REPLAYED)):
            raise ConfigurationError(
                f"{app.places.database} holds messages that were played back, and nothing of them may be sent; "
                "run carebot with a database of its own (`carebot init` in another folder)"
            )
        if not app.running.channels:
            can = ", ".join(name for name, entry in CHANNELS.items() if entry.adapter and entry.is_live)
            raise ConfigurationError(
                "there is no account to connect: name one in care.yaml under brands, accounts "
                f"(channels that can be connected: {can}), and its address and token in .env"
            )
        yield lock


def _end_at_the_latest(after: timedelta) -> None:
    """A thread that hangs (a model, a library) keeps a process alive; this one ends it then."""
    late = threading.Timer(after.total_seconds(), _end, ["it did not end by itself"])
    late.daemon = True
    late.start()


def _end(reason: str) -> None:
    log.error("ended at once: %s", reason)
    logging.shutdown()
    sys.stdout.flush()
    os._exit(1)
