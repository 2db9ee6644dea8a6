"""The demo's own web: its page, its controls, its stream of events, and everything else behind the proxy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from carebot.demo.player import SPEEDS
from carebot.demo.proxy import Proxy
from carebot.demo.stage import FAULTS, Stage
from carebot.errors import CarebotError

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
# One origin for all panes; nothing from elsewhere, and nobody else may show it in a frame.
POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none';"
    " img-src 'self' data:"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


# More to try, shown in the square itself; the page has its own examples.
SUGGESTIONS = (
    {"label": "Smoke", "text": "the battery is smoking in our hallway!! what do we do"},
    {"label": "Lawyer", "text": "your fork broke under me. you will hear from my lawyer"},
    {"label": "German", "text": "Guten Morgen, welchen Reifendruck braucht das Plum One?"},
    {"label": "Praise", "text": "1000 km on my Plum One and still grinning, love this bike!"},
    {
        "label": "New address",
        "text": "I moved: please deliver to Wilgenpad 12, 3511 XX Utrecht",
        "kind": "direct",
    },
)


class Speed(BaseModel):
    """How fast the morning plays; 0 pauses."""

    speed: int


class Switch(BaseModel):
    """Something that is on or off."""

    on: bool


def text_of(folder: str, name: str) -> str:
    """A file that ships with the demo."""
    return (files("carebot.demo") / folder / name).read_text(encoding="utf-8")


def make_page(stage: Stage, proxy: Proxy) -> FastAPI:
    """The whole site."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    # Only by its own names: a web page elsewhere cannot have its name point here and then read along.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])
    app.middleware("http")(_only_from_our_own_page)
    app.exception_handler(CarebotError)(_not_done)
    app.include_router(_shown(stage))
    app.include_router(_controls(stage), prefix="/demo")

    @app.api_route("/{prefix}/{path:path}", methods=METHODS)
    async def hand_on(request: Request, prefix: str, path: str) -> Response:
        if not proxy.has(prefix):
            return HTMLResponse("<p>There is nothing here.</p>", status_code=404)
        return await proxy.handle(request, prefix, path)

    return app


def _shown(stage: Stage) -> APIRouter:
    router = APIRouter()
    page = text_of("templates", "demo.html")

    @router.get("/")
    def show() -> Response:
        return HTMLResponse(page, headers=HEADERS)

    @router.get("/demo/static/{name}")
    def asset(name: str) -> Response:
        folder = files("carebot.demo") / "static"
        kind = KINDS.get(name.rpartition(".")[2])
        if kind is None or name not in {entry.name for entry in folder.iterdir()}:
            return Response(status_code=404)
        return Response((folder / name).read_bytes(), media_type=kind, headers=HEADERS)

    @router.get("/demo/events")
    def events() -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stage.hub.listen(), media_type="text/event-stream", headers=headers)

    @router.get("/square/api/v1/suggestions")
    def suggestions() -> list[dict[str, str]]:
        return [dict(one) for one in SUGGESTIONS]  # the square's own pages ask for them

    @router.get("/demo/state")
    def state() -> dict[str, Any]:
        return stage.state()

    return router


def _controls(stage: Stage) -> APIRouter:
    router = APIRouter()

    @router.post("/play")
    async def play(wanted: Speed) -> Response:
        if wanted.speed not in (0, *SPEEDS):
            return JSONResponse({"detail": f"the speeds are {SPEEDS}, and 0 to pause"}, status_code=422)
        stage.player.play(wanted.speed)
        return JSONResponse(stage.state())

    @router.post("/plug")
    async def pull_the_plug() -> dict[str, Any]:
        stage.plug.pull()
        return stage.state()

    @router.post("/faults/{name}")
    async def fault(name: str, wanted: Switch) -> Response:
        if name not in (*FAULTS, "down"):
            return JSONResponse({"detail": f"the faults are {', '.join(FAULTS)} and down"}, status_code=404)
        await stage.switch_fault(name, wanted.on)
        return JSONResponse(stage.state())

    @router.post("/bot")
    async def bot(wanted: Switch) -> dict[str, Any]:
        await stage.switch_bot(wanted.on)
        return stage.state()

    return router


async def _only_from_our_own_page(
    request: Request, go_on: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Whoever opens the demo is signed in as three people: no page of another site may press a button here."""
    if request.method in ("GET", "HEAD") or _is_from_here(request):
        return await go_on(request)
    return JSONResponse({"detail": "this is for the demo's own page"}, status_code=403)


def _is_from_here(request: Request) -> bool:
    """Whether a page of ours sent it, or no page at all: browsers always say one of the two."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site in ("same-origin", "none")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def _not_done(_: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, status_code=502)
