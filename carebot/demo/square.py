"""The town square as the demo uses it: accounts, posts, faults, the census, and what it tells while it happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx

from carebot.errors import CarebotError

POSTING = "posting"  # the square has a post in hand and has not answered yet


class SquareError(CarebotError):
    """The town square did not do what it was asked."""


class Square:
    """Its HTTP API. Tokens of the accounts that were made here are kept."""

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=20, transport=transport, trust_env=False)
        self._tokens: dict[str, str] = {}

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            return (await self._http.get("/api/v1/accounts")).is_success
        except httpx.HTTPError:
            return False

    async def make_account(self, handle: str, name: str, followers: int, *, is_brand: bool = False) -> str:
        """Make an account; its token."""
        body = {"handle": handle, "name": name, "followers": followers, "is_brand": is_brand}
        made = await self._call("POST", "/api/v1/accounts", body)
        self._tokens[handle] = str(made["token"])
        return self._tokens[handle]

    def knows(self, handle: str) -> bool:
        """Whether the account was made here."""
        return handle in self._tokens

    async def post(
        self, handle: str, text: str, *, in_reply_to: str | None = None, key: str | None = None
    ) -> str:
        """Write in public; the post's id."""
        body = {"text": text} | ({"in_reply_to": in_reply_to} if in_reply_to else {})
        return str((await self._call("POST", "/api/v1/posts", body, handle=handle, key=key))["id"])

    async def direct(self, handle: str, to: str, text: str, *, key: str | None = None) -> str:
        """Write to somebody alone; the message's id."""
        body = {"to": to, "text": text}
        return str((await self._call("POST", "/api/v1/direct", body, handle=handle, key=key))["id"])

    async def webhook(self, handle: str, url: str, secret: str) -> None:
        """Have this account called when something happens."""
        await self._call("PUT", "/api/v1/webhook", {"url": url, "secret": secret}, handle=handle)

    async def faults(self) -> dict[str, Any]:
        """The faults that are on."""
        return dict(await self._call("GET", "/api/v1/faults"))

    async def set_faults(self, **changes: object) -> None:
        """Change some of them; the others stay as they are."""
        await self._call("PUT", "/api/v1/faults", changes)

    async def census(self) -> Mapping[str, Any]:
        """Everything that is in it."""
        found = await self._call("GET", "/api/v1/census")
        return found if isinstance(found, Mapping) else {"items": found}

    async def events(self) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
        """What happens, as it happens: a name and what is known; ends with the connection."""
        lines: list[str] = []
        async with self._http.stream("GET", "/events", timeout=httpx.Timeout(10, read=None)) as answer:
            async for line in answer.aiter_lines():
                if line:
                    lines.append(line)
                elif lines:
                    yield _event(lines)
                    lines = []

    async def _call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        handle: str | None = None,
        key: str | None = None,
    ) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        if handle is not None:
            headers["Authorization"] = f"Bearer {self._tokens[handle]}"
        try:
            answer = await self._http.request(method, path, json=body, headers=headers)
            answer.raise_for_status()
            return answer.json() if answer.content else {}
        except httpx.HTTPStatusError as error:
            raise SquareError(f"{method} {path}: {answer.status_code} {answer.text[:200]}") from error
        except (httpx.HTTPError, ValueError) as error:
            raise SquareError(f"{method} {path}: {type(error).__name__}") from error


def _event(lines: list[str]) -> tuple[str, Mapping[str, Any]]:
    fields = [line.partition(":") for line in lines if not line.startswith(":")]
    text = "\n".join(value.removeprefix(" ") for field, _, value in fields if field == "data")
    try:
        data = json.loads(text)
    except ValueError:
        data = {}
    facts = data if isinstance(data, Mapping) else {}
    return str(facts.get("kind", "")), facts


class Ear:
    """Listens to the square for as long as the demo lives, and tells whoever waits."""

    def __init__(self, square: Square) -> None:
        self._square = square
        self._listeners: set[Callable[[str, Mapping[str, Any]], None]] = set()

    async def listen(self) -> None:
        """For ever; a connection that ends is made again."""
        while True:
            with suppress(httpx.HTTPError):
                async for name, facts in self._square.events():
                    for listener in tuple(self._listeners):
                        listener(name, facts)
            await asyncio.sleep(0.2)

    def add(self, listener: Callable[[str, Mapping[str, Any]], None]) -> None:
        """Tell this one, too."""
        self._listeners.add(listener)

    async def hears(self, wanted: str, within: float) -> bool:
        """Wait until the square says this; False when it did not in so many seconds."""
        heard = asyncio.Event()

        def listener(name: str, _: Mapping[str, Any]) -> None:
            if name == wanted:
                heard.set()

        self._listeners.add(listener)
        try:
            async with asyncio.timeout(within):
                await heard.wait()
        except TimeoutError:
            return False
        finally:
            self._listeners.discard(listener)
        return True
