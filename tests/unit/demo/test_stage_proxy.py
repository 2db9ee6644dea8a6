"""Several sites under one origin: prefixes, cookies that stay here, frames, streams, and sites that are down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from carebot.demo.proxy import Proxy, Site
from carebot.demo.sessions import Session

HTML = {"accept": "text/html,*/*"}
SIGNED = "carebot_session=sanne"


async def echo(request: Request) -> Response:
    names = ("x-forwarded-prefix", "x-forwarded-host", "cookie", "host")
    told = " ".join(f"{name}={request.headers.get(name)}" for name in names)
    body = (await request.body()).decode()
    answer = PlainTextResponse(f"{request.method} {request.url.path}?{request.url.query} {told} {body}")
    answer.set_cookie("other", "1")
    answer.headers["X-Frame-Options"] = "DENY"
    answer.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
    return answer


async def desk(request: Request) -> Response:
    if SIGNED not in request.headers.get("cookie", ""):
        return RedirectResponse("/sign-in", 303)
    return PlainTextResponse("the desk")


async def look(request: Request) -> Response:
    return PlainTextResponse("press the button")


async def enter(request: Request) -> Response:
    form = (await request.body()).decode()
    if form != "token=for-sanne" or request.headers.get("sec-fetch-site") != "same-origin":
        return PlainTextResponse("no", 403)
    answer = RedirectResponse("/", 303)
    answer.set_cookie("carebot_session", "sanne", path="/")
    return answer


async def away(_: Request) -> Response:
    return RedirectResponse("/desk?page=2", 303)


UPSTREAM = Starlette(
    routes=[
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/desk", desk),
        Route("/sign-in", look),
        Route("/sign-in", enter, methods=["POST"]),
        Route("/away", away),
    ]
)


async def link(person: str) -> str:
    return f"for-{person}"


def front(proxy: Proxy) -> Starlette:
    async def hand_on(request: Request) -> Response:
        return await proxy.handle(request, request.path_params["prefix"], request.path_params["path"])

    return Starlette(routes=[Route("/{prefix}/{path:path}", hand_on, methods=["GET", "POST"])])


Ask = Callable[..., Coroutine[Any, Any, httpx.Response]]


def asking(
    upstream: Any, play: Callable[[httpx.AsyncClient], Coroutine[Any, Any, None]], transport: Any = None
) -> None:
    """Run with a browser in front of a proxy in front of this site, once signed in and once plain."""

    async def doing() -> None:
        http = httpx.AsyncClient(
            base_url="http://site.test", transport=transport or httpx.ASGITransport(app=upstream)
        )
        sites = [
            Site(prefix="agent", name="carebot", http=http, session=Session("sanne", http, link)),
            Site(prefix="square", name="the town square", http=http),
        ]
        proxy = Proxy(sites, "<h1>{name} is down: restarting</h1>")
        browser = httpx.AsyncClient(
            base_url="http://127.0.0.1:8300", transport=httpx.ASGITransport(app=front(proxy))
        )
        async with http, browser:
            await play(browser)

    asyncio.run(asyncio.wait_for(doing(), 20))


def test_a_site_is_told_its_prefix_and_the_address_that_the_browser_sees() -> None:
    async def play(browser: httpx.AsyncClient) -> None:
        said = (await browser.post("/square/echo?a=1&b=%20", content=b"hello")).text
        assert said.startswith("POST /echo?a=1&b=%20 ")
        assert "x-forwarded-prefix=/square x-forwarded-host=127.0.0.1:8300" in said
        assert said.endswith("host=127.0.0.1:8300 hello")

    asking(UPSTREAM, play)


def test_a_prefix_from_the_browser_is_not_believed() -> None:
    async def play(browser: httpx.AsyncClient) -> None:
        said = (await browser.get("/square/echo", headers={"X-Forwarded-Prefix": "/evil"})).text
        assert "/evil" not in said

    asking(UPSTREAM, play)


def test_whoever_opens_a_pane_is_signed_in_and_never_sees_the_cookie() -> None:
    async def play(browser: httpx.AsyncClient) -> None:
        answer = await browser.get("/agent/desk")
        assert answer.text == "the desk"
        assert "set-cookie" not in answer.headers
        said = await browser.get("/agent/echo", headers={"cookie": "carebot_session=of-another-pane"})
        assert SIGNED in said.text
        assert "of-another-pane" not in said.text
        assert "set-cookie" not in said.headers

    asking(UPSTREAM, play)


def test_a_session_that_ended_is_begun_again() -> None:
    async def doing() -> None:
        http = httpx.AsyncClient(base_url="http://site.test", transport=httpx.ASGITransport(app=UPSTREAM))
        session = Session("sanne", http, link)
        session.take(httpx.Headers([("set-cookie", "carebot_session=too-old; Path=/")]))
        proxy = Proxy([Site(prefix="agent", name="carebot", http=http, session=session)], "")
        browser = httpx.AsyncClient(
            base_url="http://127.0.0.1:8300", transport=httpx.ASGITransport(app=front(proxy))
        )
        async with http, browser:
            assert (await browser.get("/agent/desk")).text == "the desk"
            assert session.cookies == SIGNED

    asyncio.run(asyncio.wait_for(doing(), 20))


def test_the_square_keeps_its_own_cookies() -> None:
    async def play(browser: httpx.AsyncClient) -> None:
        answer = await browser.get("/square/echo", headers={"cookie": "mine=1"})
        assert "cookie=mine=1" in answer.text
        assert answer.headers["set-cookie"].startswith("other=1")

    asking(UPSTREAM, play)


def test_our_own_page_may_show_a_site_in_a_frame() -> None:
    async def play(browser: httpx.AsyncClient) -> None:
        headers = (await browser.get("/square/echo")).headers
        assert headers["content-security-policy"] == "default-src 'self'; frame-ancestors 'self'"
        assert "x-frame-options" not in headers

    asking(UPSTREAM, play)


def test_a_redirect_stays_under_the_prefix() -> None:
    async def play(browser: httpx.AsyncClient) -> None:
        assert (await browser.get("/square/away")).headers["location"] == "/square/desk?page=2"

    asking(UPSTREAM, play)


class Gone(httpx.AsyncBaseTransport):
    """A site that is down; after ``refusals`` it is back."""

    def __init__(self, refusals: int = 1000) -> None:
        self._refusals = refusals
        self._back = httpx.ASGITransport(app=UPSTREAM)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._refusals:
            self._refusals -= 1
            raise httpx.ConnectError("refused", request=request)
        return await self._back.handle_async_request(request)


def test_a_page_of_a_site_that_is_down_says_so_and_comes_back_by_itself() -> None:
    async def play(browser: httpx.AsyncClient) -> None:
        answer = await browser.get("/agent/desk", headers=HTML)
        assert (answer.status_code, answer.text) == (503, "<h1>carebot is down: restarting</h1>")
        assert answer.headers["retry-after"] == "1"

    asking(UPSTREAM, play, Gone())


def test_a_fragment_of_a_site_that_is_down_is_a_plain_503() -> None:
    async def play(browser: httpx.AsyncClient) -> None:
        answer = await browser.get("/agent/desk", headers={**HTML, "HX-Request": "true"})
        assert (answer.status_code, answer.text) == (503, "carebot is down")
        posted = await browser.post("/square/echo", headers=HTML)
        assert (posted.status_code, posted.text) == (503, "the town square is down")

    asking(UPSTREAM, play, Gone())


def test_a_stream_waits_for_its_site_because_browsers_give_up_on_a_503() -> None:
    async def play(browser: httpx.AsyncClient) -> None:
        answer = await browser.get("/square/echo", headers={"accept": "text/event-stream"})
        assert answer.status_code == 200

    asking(UPSTREAM, play, Gone(refusals=1))


def test_events_arrive_one_by_one_and_a_killed_site_ends_them_quietly() -> None:
    may_go_on = asyncio.Event()

    class Stream(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"data: first\n\n"
            await may_go_on.wait()
            yield b"data: second\n\n"
            raise httpx.ReadError("killed")

    class KilledSite(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Stream())

    async def doing() -> None:
        http = httpx.AsyncClient(base_url="http://site.test", transport=KilledSite())
        proxy = Proxy([Site(prefix="square", name="the town square", http=http)], "")
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/square/events",
            "query_string": b"",
            "headers": [(b"accept", b"text/event-stream")],
        }
        got: list[bytes] = []

        async def receive() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body" and message["body"]:
                got.append(message["body"])
                may_go_on.set()  # the second is only sent once the first has arrived

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            response = await proxy.handle(Request(scope, receive), "square", "events")
            assert isinstance(response, StreamingResponse)
            await response(scope, receive, send)

        async with http:
            await app(scope, receive, send)
        assert got == [b"data: first\n\n", b"data: second\n\n"]

    asyncio.run(asyncio.wait_for(doing(), 20))
