"""Who is asking: the session, the roles of this moment, the prefix, and whether a form is from our own page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Form, Header, Request

from carebot.console.parts import ConsoleParts
from carebot.console.signing import Session, Signing
from carebot.core.rights import Viewer
from carebot.errors import NotAllowedError

COOKIE = "carebot_session"
# One or more path segments of small letters, digits and hyphens, each behind a slash.
_PREFIX = re.compile(r"(/[a-z0-9-]+)+")


class SignedOutError(Exception):
    """Nobody is signed in here, or no longer."""


class NoRoleError(Exception):
    """Somebody is signed in who has no role."""


class ForeignFormError(Exception):
    """A form that did not come from a page of this session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who looks at a page: who, with which form token, and under which prefix of the URL."""

    viewer: Viewer
    session: Session
    token: str
    prefix: str


def visitor(request: Request) -> Visitor:
    """Whoever asks, with the roles of this moment; raises SignedOutError or NoRoleError."""
    signing: Signing = request.app.state.signing
    parts: ConsoleParts = request.app.state.parts
    session = next(filter(None, map(signing.session, _cookies(request))), None)
    if session is None:
        raise SignedOutError
    viewer = parts.viewer(session.person)
    if not viewer.roles:
        raise NoRoleError(session.person)
    return Visitor(
        viewer=viewer, session=session, token=signing.form_token(session), prefix=prefix_of(request)
    )


def actor(
    request: Request,
    token: Annotated[str, Form()] = "",
    x_carebot_token: Annotated[str, Header()] = "",
) -> Visitor:
    """Whoever sends a form from a page of ours; raises ForeignFormError for any other form."""
    who = visitor(request)
    signing: Signing = request.app.state.signing
    if not (is_same_origin(request) and signing.is_form_token(who.session, token or x_carebot_token)):
        raise ForeignFormError
    return who


def is_same_origin(request: Request) -> bool:
    """Whether the browser says that the form is on a page of this very origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    if origin is None:
        return False
    hosts = {request.headers.get("host", "")}
    if is_from_here(request):
        hosts.add(request.headers.get("x-forwarded-host", ""))
    return urlsplit(origin).netloc in hosts - {""}


def prefix_of(request: Request) -> str:
    """The path under which a proxy on this machine shows the console; empty without one."""
    prefix = request.headers.get("x-forwarded-prefix", "")
    return prefix if is_from_here(request) and _PREFIX.fullmatch(prefix) else ""


def is_from_here(request: Request) -> bool:
    """Whether the connection comes from this machine."""
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def page_refused(who: Visitor, title: str) -> NotAllowedError:
    """What a person is told who may not open a page."""
    roles = ", ".join(sorted(who.viewer.roles)).replace("_", " ")
    return NotAllowedError(f"The page {title} is not for you, {who.viewer.id} ({roles}).")


def _cookies(request: Request) -> list[str]:
    """Every session cookie, the one with the longest path first, as browsers send them.

    Cookies do not tell ports apart: consoles under several prefixes of one machine see each other's.
    """
    found = []
    for part in request.headers.get("cookie", "").split(";"):
        try:
            cookie = SimpleCookie(part.strip())
        except CookieError:
            continue
        if COOKIE in cookie:
            found.append(cookie[COOKIE].value)
    return found
