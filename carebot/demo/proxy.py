"""Several sites under one origin: each under its own prefix, the console's signed in as another person each time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from starlette.background import BackgroundTask
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse

from carebot.demo.child import ChildError
from carebot.demo.sessions import Session

# Between two neighbours only (RFC 9110, 7.6.1); the length and the host are made anew where they are needed.
_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_NOT_FROM_BROWSER = _HOP | {
    "cookie",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-prefix",
    "forwarded",
}
_NOT_TO_BROWSER = _HOP | {"set-cookie", "x-frame-options"}
_STREAM_WAITS = (
    30.0  # seconds a stream of events waits for a site that is down, because browsers give up on a 503
)
_TRY_AGAIN = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What stands under a prefix. ``session``: signed in by us; without one, cookies pass as they are.

    ``name`` is what the page says is down.
    """

    prefix: str
    name: str
    http: httpx.AsyncClient
    session: Session | None = None


class Proxy:
    """Hands requests on. Bodies and answers are streamed: server-sent events arrive as they are sent."""

    def __init__(self, sites: Iterable[Site], down_page: str) -> None:
        self._sites = {site.prefix: site for site in sites}
        self._down_page = down_page

    def has(self, prefix: str) -> bool:
        """Whether something stands there."""
        return prefix in self._sites

    async def handle(self, request: Request, prefix: str, path: str) -> Response:
        """The site's answer; 503 while it is down."""
        site = self._sites[prefix]
        waits = _STREAM_WAITS if _wants(request, "text/event-stream") else 0.0
        deadline = asyncio.get_running_loop().time() + waits
        while True:
            try:
                return _for_browser(site, await self._ask(site, request, path), request)
            except httpx.InvalidURL:
                return Response(status_code=404)
            except (httpx.HTTPError, ChildError):
                if asyncio.get_running_loop().time() >= deadline:
                    return self._down(site, request)
                await asyncio.sleep(_TRY_AGAIN)

    async def _ask(self, site: Site, request: Request, path: str) -> httpx.Response:
        cookies = site.session.cookies if site.session else ""
        if site.session is not None and not cookies:
            await site.session.sign_in(cookies)
        answer = await _send(site, request, path)
        if site.session is not None and request.method in ("GET", "HEAD") and _is_signed_out(answer):
            await answer.aclose()
            await site.session.sign_in(site.session.cookies)
            answer = await _send(site, request, path)
        if site.session is not None:
            site.session.take(answer.headers)
        return answer

    def _down(self, site: Site, request: Request) -> Response:
        headers = {"Retry-After": "1", "Cache-Control": "no-store"}
        is_page = _wants(request, "text/html") and "hx-request" not in request.headers
        if not is_page or request.method not in ("GET", "HEAD"):
            return PlainTextResponse(f"{site.name} is down", status_code=503, headers=headers)
        return HTMLResponse(self._down_page.replace("{name}", site.name), status_code=503, headers=headers)


async def _send(site: Site, request: Request, path: str) -> httpx.Response:
    has_body = request.method not in ("GET", "HEAD") or "content-length" in request.headers
    asked = site.http.build_request(
        request.method,
        httpx.URL(path="/" + path, query=request.url.query.encode() or None),
        headers=_to_site(site, request.headers),
        content=request.stream() if has_body else None,
    )
    return await site.http.send(asked, stream=True)


def _to_site(site: Site, headers: Headers) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in headers.items() if name not in _NOT_FROM_BROWSER]
    cookies = site.session.cookies if site.session else headers.get("cookie", "")
    given = {
        "x-forwarded-prefix": f"/{site.prefix}",
        "x-forwarded-host": headers.get("host", ""),
        "x-forwarded-proto": "http",
        "cookie": cookies,
    }
    return kept + [(name, value) for name, value in given.items() if value]


def _for_browser(site: Site, answer: httpx.Response, request: Request) -> Response:
    response = StreamingResponse(
        _body(answer), status_code=answer.status_code, background=BackgroundTask(answer.aclose)
    )
    response.raw_headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in _changed(site, answer.headers, request)
    ]
    return response


def _changed(site: Site, headers: httpx.Headers, request: Request) -> Iterable[tuple[str, str]]:
    """An answer's headers: cookies of a kept session stay here, and our own page may show it in a frame."""
    drop = _NOT_TO_BROWSER if site.session is not None else _NOT_TO_BROWSER - {"set-cookie"}
    for name, value in headers.multi_items():
        if name.lower() in drop:
            continue
        if name.lower() == "content-security-policy":
            value = _framed_by_us(value)
        elif name.lower() == "location":
            value = _under_prefix(site, value, request)
        yield name, value


def _framed_by_us(policy: str) -> str:
    parts = [part for part in policy.split(";") if not part.strip().startswith("frame-ancestors")]
    return "; ".join([*(part.strip() for part in parts if part.strip()), "frame-ancestors 'self'"])


def _under_prefix(site: Site, location: str, request: Request) -> str:
    """A redirect as the browser sees it: a site that knows its prefix has put it there already."""
    parts = urlsplit(location)
    if parts.netloc and parts.netloc not in (site.http.base_url.netloc.decode(), request.headers.get("host")):
        return location
    path = parts.path if not parts.query else f"{parts.path}?{parts.query}"
    if not path.startswith("/") or path == f"/{site.prefix}" or path.startswith(f"/{site.prefix}/"):
        return path
    return f"/{site.prefix}{path}"


def _is_signed_out(answer: httpx.Response) -> bool:
    return answer.status_code == 401 or (
        answer.is_redirect and "/sign-in" in urlsplit(answer.headers.get("location", "")).path
    )


def _wants(request: Request, kind: str) -> bool:
    return kind in request.headers.get("accept", "")


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The bytes as they come; a site that is killed in the middle ends them, and the browser asks again."""
    try:
        async for part in answer.aiter_raw():
            yield part
    except httpx.HTTPError:
        return
    finally:
        await answer.aclose()


def client(url: str) -> httpx.AsyncClient:
    """For one site: as many streams at once as a browser opens, and no limit on how long one is silent."""
    return httpx.AsyncClient(
        base_url=url,
        timeout=httpx.Timeout(5, read=None),
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=20),
        trust_env=False,
        follow_redirects=False,
    )


PEOPLE: Mapping[str, str] = {"agent": "sanne", "helpdesk": "wim", "marketing": "joao"}
