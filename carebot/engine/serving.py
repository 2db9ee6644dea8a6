"""Serve a web application beside everything else: in a thread, on an address that is known before it begins."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_address

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from carebot.engine.health import Report
from carebot.errors import ConfigurationError

log = logging.getLogger(__name__)


def make_inside(
    health: Callable[[], Report], metrics: Callable[[], bytes], console: ASGIApp | None
) -> FastAPI:
    """What people and their monitoring look at: /health, /metrics and the console."""
    app = bare_app()

    @app.get("/health")
    def _health() -> Response:
        report = health()
        content = {"status": report.status, **report.parts}
        return JSONResponse(content, status_code=200 if report.is_up else 503)

    @app.get("/metrics")
    def _metrics() -> Response:
        return Response(metrics(), media_type="text/plain; version=0.0.4")

    if console is not None:
        app.mount("/", console)
    return app


def bare_app() -> FastAPI:
    """An application that tells nobody what it is made of."""
    return FastAPI(openapi_url=None, docs_url=None, redoc_url=None)


class Site:
    """One address (``host:port``; port 0 takes a free one) and the thread that serves it.

    Raises ConfigurationError for an address that cannot be had; ``setting`` is the name of what gave it.
    """

    def __init__(self, address: str, *, setting: str) -> None:
        host, _, port = address.rpartition(":")
        self.host = host.strip("[]")
        self._socket = _bound(self.host, int(port), f"{setting}: {address}")
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self._socket.getsockname()[1]}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def serve(self, app: ASGIApp) -> None:
        """Begin to answer, in a thread that keeps nobody from ending."""
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1, ws="none"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [self._socket]},
            name=f"carebot-site-{self.url}",
            daemon=True,
        )
        self._thread.start()

    def stop(self, within: timedelta) -> None:
        """Finish the requests in hand and let go of the address."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(within.total_seconds())
        self._socket.close()


def _bound(host: str, port: int, where: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise ConfigurationError(f"{where} cannot be listened on ({error.strerror or error})") from error
    return listening
