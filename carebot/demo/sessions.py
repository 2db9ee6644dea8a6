"""Who sits at which pane: signed in by the supervisor, so that a visitor never meets a sign-in page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie

import httpx

from carebot.demo.child import ChildError
from carebot.demo.installation import Installation

_TOKEN = re.compile(r"/sign-in\?token=([\w.~%-]+)")

# A form of the console is taken only from its own pages; this one is sent by us, on this machine.
_OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


class Session:
    """One person's cookies. ``link`` makes a one-time sign-in token; signing in happens once at a time."""

    def __init__(self, person: str, http: httpx.AsyncClient, link: Callable[[str], Awaitable[str]]) -> None:
        self.person = person
        self._http = http
        self._link = link
        self._cookies: dict[str, str] = {}
        self._lock = asyncio.Lock()

    @property
    def cookies(self) -> str:
        """What the ``Cookie`` header carries; empty before signing in."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def take(self, headers: httpx.Headers) -> None:
        """Keep what an answer sets."""
        for line in headers.get_list("set-cookie"):
            try:
                cookies = SimpleCookie(line)
            except CookieError:
                continue
            for name, cookie in cookies.items():
                if cookie.value and cookie["max-age"] != "0":
                    self._cookies[name] = cookie.value
                else:
                    self._cookies.pop(name, None)

    async def sign_in(self, instead_of: str) -> None:
        """Sign in, unless somebody has done it since these cookies were used. Raises httpx.HTTPError, ChildError."""
        async with self._lock:
            if self.cookies != instead_of and self._cookies:
                return
            token = await self._link(self.person)
            self._cookies.clear()
            self.take((await self._http.get("/sign-in", params={"token": token})).headers)
            if not self._cookies:  # it asks for a press of a button, so that no preview uses the link up
                answer = await self._http.post("/sign-in", data={"token": token}, headers=_OWN_PAGE)
                self.take(answer.headers)
            if not self._cookies:
                raise ChildError(f"the console did not sign {self.person} in")


def link_maker(there: Installation) -> Callable[[str], Awaitable[str]]:
    """Tokens from ``carebot sign-in PERSON``, as a person would get one."""

    async def link(person: str) -> str:
        said = await run_command(there, "sign-in", person)
        if (found := _TOKEN.search(said)) is None:
            raise ChildError(f"`carebot sign-in {person}` gave no link; it said:\n{said}")
        return found.group(1)

    return link


async def run_command(there: Installation, *arguments: str) -> str:
    """What a carebot command prints; raises ChildError when it fails."""
    process = await asyncio.create_subprocess_exec(
        *there.command(*arguments),
        env=dict(there.environment),
        cwd=there.folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    except BaseException:
        if process.returncode is None:
            process.kill()
        raise
    text = said.decode(errors="replace")
    if process.returncode:
        raise ChildError(f"`carebot {' '.join(arguments)}` ended with {process.returncode}:\n{text}")
    return text
