"""The console as one application, to be mounted on the inside port."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carebot.console import actions, lists, sign_in
from carebot.console.access import ForeignFormError, NoRoleError, SignedOutError, prefix_of
from carebot.console.parts import ConsoleParts
from carebot.console.render import Pages
from carebot.console.signing import Signing
from carebot.errors import CarebotError, NotAllowedError, StoreBusyError
from carebot.services.reply import Reply

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'self'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def make_console(parts: ConsoleParts) -> FastAPI:
    """The console's pages under ``/``; what else lives on the port is mounted before it."""
    console = FastAPI(title="carebot", docs_url=None, redoc_url=None, openapi_url=None)
    console.state.parts = parts
    console.state.pages = Pages(parts)
    console.state.signing = Signing(parts.secret, parts.clock.now)
    console.state.reply = Reply(uow=parts.uow, clock=parts.clock, house=parts.house, find=parts.find)
    for router in (sign_in.router, lists.router, actions.router):
        console.include_router(router)
    with as_file(files("carebot.console") / "static") as static:
        console.mount("/static", StaticFiles(directory=Path(static)))
    for error, answer in _ANSWERS.items():
        console.add_exception_handler(error, answer)
    console.add_middleware(_Headers)
    return console


class _Headers:
    """Puts the same headers on every answer; pages are never kept by anybody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                is_asset = str(scope.get("path", "")).startswith("/static/")
                headers["Cache-Control"] = "public, max-age=3600" if is_asset else "no-store"
            await send(message)

        await self._app(scope, receive, with_headers)


def _signed_out(request: Request, _: Exception) -> Response:
    """Who is not signed in sees how to; a page that refreshes itself is loaded anew to say so."""
    answer = _told(
        request,
        401,
        "You are not signed in",
        "Ask for a link: whoever runs carebot makes one with `carebot sign-in NAME`. It works once, for ten minutes.",
    )
    if "hx-request" in request.headers:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _no_role(request: Request, error: Exception) -> Response:
    title = "You have no role here"
    told = f"{error} is not in the list of people in care.yaml, or has no role there. Ask your care lead."
    return _told(request, 403, title, told)


def _foreign(request: Request, _: Exception) -> Response:
    told = "This form did not come from a page of yours. Load the page again, and send it from there."
    return _told(request, 403, "That was not sent", told)


def _not_allowed(request: Request, error: Exception) -> Response:
    return _told(request, 403, "Not for your role", str(error))


def _unknown(request: Request, error: Exception) -> Response:
    return _told(
        request, 404, "There is nothing here", str(error.args[0] if error.args else "Look at the address.")
    )


def _busy(request: Request, _: Exception) -> Response:
    told = "Another process is writing to the database. Try again in a moment; nothing was lost."
    return _told(request, 503, "Busy for a moment", told)


def _failed(request: Request, error: Exception) -> Response:
    return _told(request, 409, "That did not work", str(error))


def _told(request: Request, status: int, title: str, told: str) -> Response:
    """A page of its own; for a part of a page, a line that does not disturb the rest."""
    pages: Pages = request.app.state.pages
    is_part = "hx-request" in request.headers
    values = {"prefix": prefix_of(request), "title": title, "told": told}
    answer = HTMLResponse(pages.draw("told_part.html" if is_part else "told.html", values), status)
    if is_part:
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#announce", "innerHTML"
    return answer


_ANSWERS = {
    SignedOutError: _signed_out,
    NoRoleError: _no_role,
    ForeignFormError: _foreign,
    NotAllowedError: _not_allowed,
    KeyError: _unknown,
    StoreBusyError: _busy,
    CarebotError: _failed,
}
