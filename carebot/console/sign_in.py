"""Signing in by a link: looking at it does nothing, pressing the button does."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from carebot.console.access import COOKIE, ForeignFormError, NoRoleError, is_same_origin, prefix_of
from carebot.console.parts import ConsoleParts
from carebot.console.render import Pages
from carebot.console.signing import NEW_LINK, SESSION_LASTS, Signing
from carebot.core.events import Event, EventName
from carebot.core.ports import Work
from carebot.errors import NotAllowedError

router = APIRouter()


@router.get("/sign-in")
def look(request: Request, token: str = "") -> Response:
    """A button. Programs that preview links come here, and must not use the link up."""
    signing: Signing = request.app.state.signing
    pages: Pages = request.app.state.pages
    values = {"prefix": prefix_of(request), "person": signing.person_of(token), "token": token}
    return HTMLResponse(pages.draw("sign_in.html", values))


@router.post("/sign-in")
def enter(request: Request, token: Annotated[str, Form()] = "") -> Response:
    """Use the link up, and begin a session."""
    if not is_same_origin(request):
        raise ForeignFormError
    signing: Signing = request.app.state.signing
    parts: ConsoleParts = request.app.state.parts
    person, prefix = signing.redeem(token), prefix_of(request)
    if not parts.viewer(person).roles:
        raise NoRoleError(person)
    event = Event(name=EventName.SIGNED_IN, at=parts.clock.now(), actor=person)
    parts.uow.run(partial(_write_down, event=event, mark=signing.mark_of(token)))
    answer = RedirectResponse(f"{prefix}/", 303)
    answer.set_cookie(
        COOKIE,
        signing.begin(person),
        max_age=int(SESSION_LASTS.total_seconds()),
        path=prefix or "/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def _write_down(work: Work, event: Event, mark: str) -> None:
    """The sign-in, and that the link is used up: also for a process that is started within its ten minutes."""
    if work.switch(mark):
        raise NotAllowedError(NEW_LINK)
    work.set_switch(mark, True)
    work.add_events([event])


@router.post("/sign-out")
def leave(request: Request) -> Response:
    """End the session in this browser."""
    if not is_same_origin(request):
        raise ForeignFormError
    prefix = prefix_of(request)
    answer = RedirectResponse(f"{prefix}/", 303)
    answer.delete_cookie(COOKIE, path=prefix or "/", httponly=True, samesite="lax")
    return answer
