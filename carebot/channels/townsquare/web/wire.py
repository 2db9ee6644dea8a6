"""Between the server and the API: where requests are delayed, refused, lost and cut off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from carebot.channels.townsquare.web.accounts import Accounts
from carebot.channels.townsquare.web.faults import FaultBox
from carebot.channels.townsquare.web.problems import SquareError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

API = "/api/v1/"
CALM = (
    API + "faults",
    API + "census",
)  # always answered: this is how faults end, and how results are compared
LARGEST_BODY = 16 * 1024 * 1024


class Wire:
    """The API as its clients reach it."""

    def __init__(self, app: App, faults: FaultBox, accounts: Accounts) -> None:
        self._app = app
        self._faults = faults
        self._accounts = accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or do not."""
        if scope["type"] != "http" or scope["path"] in CALM:
            return await self._app(scope, receive, send)
        if self._faults.is_down:
            return await _cut(scope, receive)
        headers = dict(scope["headers"])
        if int(headers.get(b"content-length", b"0")) > LARGEST_BODY:
            return await _answer(send, 413, "too_long", "the body is too large")
        if scope["path"].startswith(API) and self._is_hit(headers):
            return await self._at_worst(scope, receive, send)
        return await self._app(scope, receive, send)

    async def _at_worst(self, scope: Scope, receive: Receive, send: Send) -> None:
        if delay := self._faults.delay():
            await asyncio.sleep(delay)
        if self._faults.is_turn("limit_every"):
            reset = {b"retry-after": b"1"} if self._faults.now.limit_reset else {}
            return await _answer(send, 429, "too_many_requests", "slow down", reset)
        if self._faults.is_turn("fail_every"):
            return await _answer(send, 500, "broken", "something went wrong; nothing was done")
        if scope["method"] != "GET" and self._faults.is_turn("lose_answer_every"):
            await self._app(scope, receive, _nowhere)
            return await _cut(scope, receive)
        return await self._app(scope, receive, send)

    def _is_hit(self, headers: dict[bytes, bytes]) -> bool:
        if self._faults.now.everyone:
            return True
        token = headers.get(b"authorization", b"").decode("latin-1").removeprefix("Bearer ")
        try:
            return self._accounts.with_token(token).is_brand
        except SquareError:
            return False


async def _nowhere(_message: MutableMapping[str, Any]) -> None:
    """An answer that is lost."""


async def _cut(scope: Scope, receive: Receive) -> None:
    """End the connection without a word; the server (see ``server.Protocol``) lends us the means."""
    cut = scope.get("state", {}).get("cut")
    if cut is None:
        raise ConnectionResetError("the connection is cut")
    cut()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(
    send: Send, status: int, code: str, detail: str, headers: dict[bytes, bytes] | None = None
) -> None:
    body = json.dumps({"error": code, "detail": detail}).encode()
    all_headers = {b"content-type": b"application/json", b"content-length": b"%d" % len(body)} | (
        headers or {}
    )
    await send({"type": "http.response.start", "status": status, "headers": list(all_headers.items())})
    await send({"type": "http.response.body", "body": body})
