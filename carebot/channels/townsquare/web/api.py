"""The HTTP API. Endpoints do not wait for anything but faults: one answer is some SQLite statements.

They are ``async`` for that reason: changing threads would cost more than the work itself.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse

from carebot.channels.townsquare.web.accounts import Account
from carebot.channels.townsquare.web.events import POSTING
from carebot.channels.townsquare.web.faults import Faults
from carebot.channels.townsquare.web.forms import (
    AccountForm,
    BulkForm,
    DirectForm,
    HookForm,
    PostForm,
    TextForm,
)
from carebot.channels.townsquare.web.parts import Parts
from carebot.channels.townsquare.web.posts import Post
from carebot.channels.townsquare.web.problems import SquareError, WhoError

Limit = Annotated[int, Query(ge=1, le=1000)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
DONE = {"done": True}


def make_api(parts: Parts) -> APIRouter:
    """All routes below ``/api/v1``, and ``/events``."""
    router = APIRouter(prefix="/api/v1", default_response_class=JSONResponse)
    _add_accounts(router, parts)
    _add_writing(router, parts)
    _add_reading(router, parts)
    _add_service(router, parts)
    outer = APIRouter()
    outer.include_router(router)

    @outer.get("/events")
    async def events() -> StreamingResponse:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(parts.hub.stream(), media_type="text/event-stream", headers=headers)

    return outer


async def _viewer(request: Request) -> Account | None:
    parts: Parts = request.app.state.parts
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if not kind:
        return None
    return parts.square.accounts.with_token(token if kind.lower() == "bearer" else "")


async def _actor(viewer: Annotated[Account | None, Depends(_viewer)]) -> Account:
    if viewer is None:
        raise WhoError("send `Authorization: Bearer <token>` with the token of an account")
    return viewer


Viewer = Annotated[Account | None, Depends(_viewer)]
Actor = Annotated[Account, Depends(_actor)]


def _add_accounts(router: APIRouter, parts: Parts) -> None:
    accounts = parts.square.accounts

    @router.post("/accounts")
    async def open_account(form: AccountForm) -> JSONResponse:
        account, is_new = accounts.add(**form.model_dump())
        if is_new:
            parts.hub.publish("account", account.id)
        return JSONResponse(account.shown() | {"token": account.token}, 201 if is_new else 200)

    @router.get("/accounts")
    async def all_accounts() -> JSONResponse:
        return JSONResponse([account.shown() for account in accounts.all()])

    @router.post("/accounts/{handle}/token")
    async def become(handle: str) -> JSONResponse:
        return JSONResponse({"token": accounts.named(handle).token})

    @router.get("/me")
    async def who_am_i(actor: Actor) -> JSONResponse:
        return JSONResponse(actor.shown())


def _add_writing(router: APIRouter, parts: Parts) -> None:
    square = parts.square

    @router.post("/posts")
    async def write(form: PostForm, actor: Actor, key: Key = None) -> JSONResponse:
        key = key if parts.faults.now.honour_keys else None
        held = await _begin(parts, actor, form.in_reply_to)
        made = square.write(actor, form.text, in_reply_to=form.in_reply_to, key=key)
        return await _made(made, held)

    @router.post("/direct")
    async def tell(form: DirectForm, actor: Actor, key: Key = None) -> JSONResponse:
        key = key if parts.faults.now.honour_keys else None
        held = await _begin(parts, actor, form.in_reply_to)
        made = square.tell(actor, form.text, to=form.to, in_reply_to=form.in_reply_to, key=key)
        return await _made(made, held)

    @router.put("/posts/{post_id}")
    @router.put("/direct/{post_id}")
    async def edit(post_id: str, form: TextForm, actor: Actor) -> JSONResponse:
        return JSONResponse(square.edit(actor, post_id, form.text).shown(everything=True))

    @router.delete("/posts/{post_id}")
    @router.delete("/direct/{post_id}")
    async def delete(post_id: str, actor: Actor) -> JSONResponse:
        square.delete(actor, post_id)
        return JSONResponse(DONE)

    @router.post("/posts/{post_id}/hide")
    async def hide(post_id: str, actor: Actor) -> JSONResponse:
        return JSONResponse(square.hide(actor, post_id).shown(everything=True))

    @router.post("/bulk")
    async def write_all(forms: list[BulkForm]) -> JSONResponse:
        rows = [form.model_dump(by_alias=True) for form in forms]
        return JSONResponse(await asyncio.to_thread(square.write_all, rows))


def _add_reading(router: APIRouter, parts: Parts) -> None:
    reading, accounts = parts.reading, parts.square.accounts

    @router.get("/posts")
    async def some(
        viewer: Viewer,
        thread: Annotated[str | None, Query(max_length=60)] = None,
        by: Annotated[str | None, Query(max_length=200)] = None,
        limit: Limit = 200,
    ) -> JSONResponse:
        if thread is not None:
            return JSONResponse(reading.thread(thread, viewer, limit))
        if by is not None:
            return JSONResponse(reading.by(accounts.named(by), viewer, limit))
        raise SquareError("say which posts: `thread` or `by`")

    @router.get("/posts/{post_id}")
    @router.get("/direct/{post_id}")
    async def one(post_id: str, viewer: Viewer) -> JSONResponse:
        return JSONResponse(reading.one(post_id, viewer))

    @router.get("/timeline")
    async def timeline(limit: Limit = 100, before: str | None = None) -> JSONResponse:
        return JSONResponse(reading.timeline(limit, before))

    @router.get("/direct")
    async def direct(
        actor: Actor,
        other: Annotated[str | None, Query(alias="with", max_length=200)] = None,
        limit: Limit = 200,
    ) -> JSONResponse:
        found = None if other is None else accounts.named(other)
        return JSONResponse(reading.direct(actor, found, limit))

    @router.get("/inbox")
    async def inbox(
        actor: Actor, cursor: Annotated[str | None, Query(max_length=100)] = None, limit: Limit = 200
    ) -> JSONResponse:
        return JSONResponse(parts.inbox.read(actor, cursor, limit))

    @router.get("/outbox")
    async def outbox(actor: Actor, in_reply_to: Annotated[str, Query(max_length=40)]) -> JSONResponse:
        return JSONResponse(reading.outbox(actor, in_reply_to, parts.inbox.visible_until()))


def _add_service(router: APIRouter, parts: Parts) -> None:
    @router.put("/webhook")
    async def register(form: HookForm, actor: Actor) -> JSONResponse:
        parts.pusher.register(actor, form.url, form.secret)
        return JSONResponse(DONE)

    @router.delete("/webhook")
    async def forget(actor: Actor) -> JSONResponse:
        parts.pusher.forget(actor)
        return JSONResponse(DONE)

    @router.get("/faults")
    async def faults() -> JSONResponse:
        return JSONResponse(parts.faults.now.model_dump())

    @router.put("/faults")
    async def change_faults(given: Faults) -> JSONResponse:
        return JSONResponse(parts.faults.change(given).model_dump())

    @router.get("/census")
    async def census() -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(parts.reading.census))


async def _begin(parts: Parts, actor: Account, in_reply_to: str | None) -> float:
    """Say that a brand is posting, and hold it; what is returned is to be held afterwards."""
    if not actor.is_brand:
        return 0.0
    parts.hub.publish(POSTING, in_reply_to)
    held, when = parts.faults.take_hold()
    if held and when == "before":
        await asyncio.sleep(held)
        return 0.0
    return held


async def _made(made: tuple[Post, bool], held: float) -> JSONResponse:
    post, is_new = made
    if held:
        await asyncio.sleep(held)
    answer: dict[str, Any] = post.shown(everything=True)
    return JSONResponse(answer, 201 if is_new else 200)
