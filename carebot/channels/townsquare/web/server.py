"""The square as a server: its app, and how it is started and stopped."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from carebot.channels.townsquare.web.api import make_api
from carebot.channels.townsquare.web.parts import Parts
from carebot.channels.townsquare.web.problems import SquareError
from carebot.channels.townsquare.web.wire import App, Wire

_KEEP_ALIVE = 75  # seconds; clients let go of idle connections earlier
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def make_app(parts: Parts) -> App:
    """The API and the pages, with everything that can go wrong between them and their clients."""
    app = FastAPI(title="Town square", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = parts
    app.include_router(make_api(parts))
    app.add_exception_handler(SquareError, _refusal)
    app.add_exception_handler(RequestValidationError, _mistake)
    app.add_exception_handler(HTTPException, _not_served)
    with suppress(ModuleNotFoundError):
        from carebot.channels.townsquare.web.pages import make_pages

        app.include_router(make_pages(parts.square))
    return Wire(app, parts.faults, parts.square.accounts)


class Protocol(H11Protocol):
    """uvicorn's connection, which a request may also cut."""

    def connection_made(self, transport: Any) -> None:
        """Lend requests the means to end the connection at once."""
        self.app_state = {**self.app_state, "cut": transport.abort}
        super().connection_made(transport)


class Server(uvicorn.Server):
    """uvicorn that says where it answers, and ends open streams when it stops."""

    def __init__(self, config: uvicorn.Config, parts: Parts, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._parts = parts
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._parts.pusher.start()
        self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is in hand."""
        self._parts.hub.close()
        await super().shutdown(sockets)
        await asyncio.to_thread(self._parts.close)


def serve(database: Path, host: str = "127.0.0.1", port: int = 0) -> None:
    """Run the square until it is stopped; port 0 takes a free one. Prints its address once it answers."""
    listening = _listen(host, port)

    def say() -> None:
        sys.stdout.write(f"town square: {address_of(listening)}\n")
        sys.stdout.flush()

    with suppress(KeyboardInterrupt):
        _server(database, listening, say).run(sockets=[listening])


@contextmanager
def serving(database: Path, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The square in a thread of this process, for tests; gives its address."""
    listening, has_started = _listen(host, port), threading.Event()
    address, server = address_of(listening), _server(database, listening, has_started.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="town-square")
    thread.start()
    try:
        if not has_started.wait(10):
            raise RuntimeError("the town square did not start")
        yield address
    finally:
        server.should_exit = True
        thread.join(10)


def address_of(listening: socket.socket) -> str:
    """Where the square answers."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio switches Nagle off: an answer would wait 40 ms for the client.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def _server(database: Path, listening: socket.socket, on_start: Callable[[], None]) -> Server:
    parts = Parts(database)
    app: Any = make_app(parts)
    if ip_address(listening.getsockname()[0]).is_loopback:
        # Only by its own names: a web page elsewhere cannot have its name point here, and take everybody's tokens.
        app = TrustedHostMiddleware(app, allowed_hosts=_LOOPBACK)
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=5,
    )
    return Server(config, parts, on_start)


async def _refusal(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SquareError)
    return JSONResponse({"error": error.code, "detail": error.detail}, error.status)


async def _mistake(_request: Request, error: Exception) -> JSONResponse:
    """What is wrong with a request, and never what it said."""
    assert isinstance(error, RequestValidationError)
    found = (f"{'.'.join(str(part) for part in item['loc'][1:])}: {item['msg']}" for item in error.errors())
    return JSONResponse({"error": "invalid", "detail": "; ".join(found)}, 422)


async def _not_served(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = "not_found" if error.status_code == 404 else "not_served"
    return JSONResponse({"error": code, "detail": error.detail}, error.status_code)
