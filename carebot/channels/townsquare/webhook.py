"""What the square pushes: taken only with a signature that is right and fresh."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from carebot.channels.townsquare.errors import BadAnswerError
from carebot.channels.townsquare.mapping import Mapping, PushedBody, parsed, plain_handle
from carebot.channels.townsquare.signature import HEADER, signed_at
from carebot.core.channel import Fetched

MOST_BYTES = 1024 * 1024
FRESH_FOR = 300  # seconds, before and after
BODY_WITHIN = 10.0  # seconds: nobody is known before the body is there, so nobody may take long over it
_log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


def router(
    secret: str | None,
    take: Callable[[Fetched], object],
    *,
    account: str,
    brand: str,
    now: Callable[[], datetime] = _now,
    body_within: float = BODY_WITHIN,
) -> APIRouter:
    """``POST /hooks/townsquare/{account}`` (without the @): 204 once ``take`` has returned.

    404: no secret is set, or it is another account. 401: not signed with it within 5 minutes. 408: the body did
    not come within 10 seconds. 413: over 1 MiB. 422: signed, but not understood. 503: ``take`` failed; the square
    comes again.
    """
    routes = APIRouter()
    mapping = Mapping(account=account, brand=brand)
    handle = plain_handle(account)

    @routes.post("/hooks/townsquare/{called}", include_in_schema=False)
    async def take_push(called: str, request: Request) -> Response:
        if not secret or plain_handle(called) != handle:
            return Response(status_code=404)
        try:
            async with asyncio.timeout(body_within):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408, headers={"Connection": "close"})
        if body is None:
            return Response(status_code=413)
        at = signed_at(secret, request.headers.get(HEADER, ""), body)
        if at is None or abs(now().timestamp() - at) > FRESH_FOR:
            return Response(status_code=401)
        try:
            pushed = parsed(PushedBody, body)
        except BadAnswerError as error:
            _log.warning("townsquare: a push was signed, but not understood: %s", error)
            return Response(status_code=422)
        if not mapping.is_ours(pushed.account):
            return Response(status_code=404)
        return await _taken(take, mapping.pushed(pushed))

    return routes


async def _taken(take: Callable[[Fetched], object], fetched: Fetched) -> Response:
    try:
        await run_in_threadpool(take, fetched)
    except Exception as error:  # noqa: BLE001 whatever it was: nothing is lost when the square comes again
        _log.warning("townsquare: a push could not be taken (%s)", type(error).__name__)
        return Response(status_code=503, headers={"Retry-After": "1"})
    return Response(status_code=204)


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is larger than what is read."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)
