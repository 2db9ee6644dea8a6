"""What people press: every action calls the service that everything else calls, and shows the card again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from carebot.console.access import Visitor, actor, visitor
from carebot.console.lists import bar_of, card_part, case_page, draw
from carebot.console.pages import page as page_named
from carebot.console.parts import ConsoleParts
from carebot.console.presses import PRESSES
from carebot.console.words import counted
from carebot.core.message import Visibility
from carebot.core.tiers import Zone
from carebot.errors import CarebotError, NotAllowedError
from carebot.services.open_sealed import open_message
from carebot.services.reply import Reply
from carebot.services.silence_bot import start_bot, stop_bot

router = APIRouter()
Who = Annotated[Visitor, Depends(visitor)]
Acting = Annotated[Visitor, Depends(actor)]
Field = Annotated[str, Form()]
_FORBIDDEN, _CONFLICT = 403, 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What an action has to say; ``is_bad``: it was not done."""

    text: str
    is_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The form that stands open in a card: the reply being written, or its preview."""

    template: str
    text: str = ""
    preview: object = None


# Replies --------------------------------------------------------------------------------------------------------


@router.get("/case/{case_id}/reply")
def write_reply(request: Request, case_id: str, who: Who, page: str = "", outgoing: str = "") -> Response:
    """A form for a reply, empty or with the text of a suggestion."""
    return _part(
        request,
        who,
        case_id,
        page,
        Slot(template="reply.html", text=_text_of(request, who, case_id, outgoing)),
    )


@router.post("/case/{case_id}/reply")
def edit_reply(request: Request, case_id: str, who: Acting, page: Field = "", text: Field = "") -> Response:
    """The form again, with the text so far."""
    return _part(request, who, case_id, page, Slot(template="reply.html", text=text))


@router.post("/case/{case_id}/look")
def look_again(request: Request, case_id: str, who: Acting, page: str = "", text: Field = "") -> Response:
    """The card as it is now; a text that is being written stays."""
    slot = Slot(template="reply.html", text=text) if text else None
    return HTMLResponse(card_part(request, who, case_id, page, slot=slot))


@router.post("/case/{case_id}/preview")
def preview(request: Request, case_id: str, who: Acting, page: Field = "", text: Field = "") -> Response:
    """What would leave, to whom, and what speaks against it."""
    reply: Reply = request.app.state.reply
    try:
        made = reply.preview(case_id, text, viewer=who.viewer)
    except CarebotError as error:
        return _refused(request, who, case_id, page, error, Slot(template="reply.html", text=text))
    return _part(request, who, case_id, page, Slot(template="preview.html", text=made.text, preview=made))


@router.post("/case/{case_id}/send")
def send(
    request: Request,
    case_id: str,
    who: Acting,
    version: Annotated[int, Form()],
    message_id: Field,
    zone: Annotated[Zone, Form()],
    visibility: Annotated[Visibility, Form()],
    previewed_at: Annotated[datetime, Form()],
    page: Field = "",
    text: Field = "",
    resolve: Annotated[bool, Form()] = False,
) -> Response:
    """Send what was previewed, unless something happened since."""
    reply: Reply = request.app.state.reply
    try:
        seen = replace(
            reply.preview(case_id, text, viewer=who.viewer),
            version=version,
            message_id=message_id,
            zone=zone,
            visibility=visibility,
            previewed_at=previewed_at,
        )
        row = reply.send(seen, viewer=who.viewer, resolve=resolve)
    except CarebotError as error:
        return _refused(request, who, case_id, page, error, Slot(template="reply.html", text=text))
    return _card(request, who, case_id, page, Notice(text=_sent(row.visibility, is_resolved=resolve)))


@router.post("/case/{case_id}/send-suggested")
def send_suggested(
    request: Request, case_id: str, who: Acting, outgoing: Field, page: Field = ""
) -> Response:
    """Send a suggestion as it stands, as one's own reply."""
    reply: Reply = request.app.state.reply
    try:
        row = reply.send_suggested(outgoing, viewer=who.viewer)
    except CarebotError as error:
        return _refused(request, who, case_id, page, error)
    return _card(request, who, case_id, page, Notice(text=_sent(row.visibility, is_resolved=False)))


# Sealed messages ------------------------------------------------------------------------------------------------


@router.get("/case/{case_id}/open/{message_id}")
def ask_why(request: Request, case_id: str, message_id: str, who: Who, page: str = "") -> Response:
    """A form that asks for the reason."""
    values = {"case_id": case_id, "message_id": message_id, "page_name": page}
    return HTMLResponse(draw(request, who, "open.html", **values))


@router.post("/case/{case_id}/open/{message_id}")
def open_sealed(
    request: Request, case_id: str, message_id: str, who: Acting, page: Field = "", reason: Field = ""
) -> Response:
    """The text in place, for this look at it; who opened it and why is written down."""
    parts: ConsoleParts = request.app.state.parts
    values: dict[str, object] = {"case_id": case_id, "message_id": message_id, "page_name": page}
    values |= {"text": None, "problem": None}
    status = 200
    try:
        original = open_message(
            message_id,
            reason=reason,
            viewer=who.viewer,
            uow=parts.uow,
            sealer=parts.sealer,
            clock=parts.clock,
        )
        values |= {"text": original.text, "handle": original.handle, "opened_at": parts.clock.now()}
    except CarebotError as error:
        values |= {"problem": str(error)}
        status = _status(error)
    return HTMLResponse(draw(request, who, "opened.html", **values), status)


# The bot ----------------------------------------------------------------------------------------------------------


@router.post("/bot/stop")
def stop(request: Request, who: Acting) -> Response:
    """Nothing automatic leaves from now on."""
    parts: ConsoleParts = request.app.state.parts
    held = stop_bot(viewer=who.viewer, uow=parts.uow, clock=parts.clock)
    return _bar(request, who, f"The bot is stopped. {counted(held, 'text was', 'texts were')} held back.")


@router.post("/bot/start")
def start(request: Request, who: Acting) -> Response:
    """Automatic texts may leave again."""
    parts: ConsoleParts = request.app.state.parts
    start_bot(viewer=who.viewer, uow=parts.uow, clock=parts.clock)
    return _bar(request, who, "The bot is awake. What was held stays with people.")


# Everything that is one press (presses.py) ------------------------------------------------------------------


@router.post("/case/{case_id}/{press}")
def pressed(request: Request, case_id: str, press: str, who: Acting, page: Field = "") -> Response:
    """One of the buttons of a card."""
    if press not in PRESSES:
        raise KeyError(f"There is no button {press}.")
    try:
        told = PRESSES[press](case_id, who, request.app.state.parts)
    except CarebotError as error:
        return _refused(request, who, case_id, page, error)
    return _card(request, who, case_id, page, Notice(text=told))


# What is shown afterwards -------------------------------------------------------------------------------------------


def _card(
    request: Request,
    who: Visitor,
    case_id: str,
    page: str,
    notice: Notice,
    slot: Slot | None = None,
    status: int = 200,
) -> Response:
    """The card with what was done; without JavaScript, the page of the case."""
    if not _is_part(request):
        return HTMLResponse(case_page(request, who, case_id, notice=notice, slot=slot), status)
    return HTMLResponse(card_part(request, who, case_id, page, notice=notice, slot=slot), status)


def _part(request: Request, who: Visitor, case_id: str, page: str, slot: Slot) -> Response:
    """A form for the slot of the card."""
    if not _is_part(request):
        return HTMLResponse(case_page(request, who, case_id, slot=slot))
    values = {"case_id": case_id, "page_name": page, "slot": slot}
    return HTMLResponse(draw(request, who, slot.template, **values))


def _refused(
    request: Request, who: Visitor, case_id: str, page: str, error: CarebotError, slot: Slot | None = None
) -> Response:
    """The card as it is now, with the news; a text that was being written stays."""
    notice = Notice(text=_sentence(str(error)), is_bad=True)
    answer = _card(request, who, case_id, page, notice, slot, _status(error))
    answer.headers["HX-Retarget"] = f"#card-{case_id}"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def _bar(request: Request, who: Visitor, told: str) -> Response:
    if not _is_part(request):
        return RedirectResponse(f"{who.prefix}/", 303)
    shown_on = request.headers.get("hx-current-url", "").partition("?")[0].rpartition("/")[2]
    values = {
        "bar": bar_of(request, who),
        "page": page_named(shown_on),
        "notice": Notice(text=told),
        "is_oob": False,
    }
    return HTMLResponse(draw(request, who, "bar.html", **values))


def _text_of(request: Request, who: Visitor, case_id: str, outgoing: str) -> str:
    """The text of a suggestion, as far as the viewer may read it."""
    parts: ConsoleParts = request.app.state.parts
    texts = parts.queries.card(who.viewer, case_id).texts or ()
    return next((item.text or "" for item in texts if item.id == outgoing), "")


def _sent(visibility: Visibility, *, is_resolved: bool) -> str:
    told = f"Your reply is on its way, {visibility.upper()}."
    return f"{told} The case is resolved." if is_resolved else told


def _status(error: CarebotError) -> int:
    return _FORBIDDEN if isinstance(error, NotAllowedError) else _CONFLICT


def _is_part(request: Request) -> bool:
    return "hx-request" in request.headers


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
