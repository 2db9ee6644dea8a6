"""The square's own pages: one HTML file and its assets, which then speak to the HTTP API from the browser.

They know nothing of the network's Python. All addresses in them are relative, so they work under any path prefix.
"""

from importlib.resources import files
from typing import Final

from fastapi import APIRouter, HTTPException, Response

# frame-ancestors: the demo shows the square in a pane of a page of the same origin, and nobody else may.
POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # Asked for again each time: after an upgrade, no browser may mix old modules with new ones.
    "Cache-Control": "no-cache",
}
KINDS: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


def make_pages(_square: object = None) -> APIRouter:
    """Return the routes `/`, `/static/<name>` and the examples to try.

    Everything is read once, here: the package may be a zip file.
    """
    router = APIRouter(include_in_schema=False)
    page = _read("templates", "square.html")
    assets = {name: _read("static", name) for name in _asset_names()}

    @router.get("/")
    def show_square() -> Response:
        return Response(page, media_type="text/html; charset=utf-8", headers=HEADERS)

    @router.get("/static/{name}")
    def give_asset(name: str) -> Response:
        # A look-up, not a path: nothing outside the folder can be asked for.
        if name not in assets:
            raise HTTPException(404, f"The square has no asset named {name!r}.")
        return Response(assets[name], media_type=KINDS[_suffix(name)], headers=HEADERS)

    @router.get("/api/v1/suggestions")
    def suggestions() -> list[dict[str, str]]:
        # None of ours: the page has its own. Who serves the square under another site may answer for it.
        return []

    return router


def _asset_names() -> list[str]:
    folder = files(__package__) / "static"
    return sorted(entry.name for entry in folder.iterdir() if _suffix(entry.name) in KINDS)


def _read(folder: str, name: str) -> bytes:
    return (files(__package__) / folder / name).read_bytes()


def _suffix(name: str) -> str:
    return name.rpartition(".")[2]
