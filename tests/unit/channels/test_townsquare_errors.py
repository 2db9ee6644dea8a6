"""Whatever the town square says or does not say, the adapter ends in a ChannelError that means the right thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from carebot.channels.townsquare.adapter import TownSquareChannel
from carebot.channels.townsquare.client import Limits
from carebot.channels.townsquare.errors import EXCEPTIONS, of_exception, retry_after
from carebot.channels.townsquare.settings import TownSquareSettings
from carebot.core.channel import Sending
from carebot.core.message import Visibility
from carebot.errors import (
    ChannelAccessError,
    ChannelError,
    ChannelLimitError,
    ChannelRefusedError,
    ChannelUncertainError,
    ChannelUnreachableError,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = TownSquareSettings.read({"url": "http://square.test", "token": "t"})
SENDING = Sending(
    text="It is on its way.",
    visibility=Visibility.PUBLIC,
    in_reply_to="1000001",
    thread_id=None,
    recipient="u2",
    idempotency_key="k",
)
POST = {
    "id": "1000002",
    "kind": "post",
    "author": {"id": "u1", "handle": "acme", "name": "Acme", "followers": 3, "is_brand": True},
    "to": {"id": "u2", "handle": "ana"},
    "text": "It is on its way.",
    "in_reply_to": "1000001",
    "thread_id": "1000001",
    "at": "2026-11-22T12:00:00.000000+00:00",
    "edited_at": None,
    "deleted_at": None,
    "hidden_at": None,
    "mentions": [],
}
INBOX = {
    "account": "acme",
    "items": [{"change": "new", "at": POST["at"], "post": POST}],
    "cursor": "c.1.1",
    "is_last": True,
}
Handler = Callable[[httpx.Request], httpx.Response]
Call = Callable[[TownSquareChannel], object]
READS: list[Call] = [lambda c: c.fetch(None), lambda c: c.find_sent(SENDING), lambda c: c.check()]
WRITES: list[Call] = [lambda c: c.send(SENDING), lambda c: c.hide("1000001")]


def channel(handler: Handler, limits: Limits | None = None) -> TownSquareChannel:
    transport = httpx.MockTransport(lambda request: unread(handler(request)))
    return TownSquareChannel("@acme", "acme", SETTINGS, transport=transport, limits=limits)


def unread(response: httpx.Response) -> httpx.Response:
    """As it comes off a wire: httpx has read what a test gave it whole."""
    try:
        content = response.content
    except httpx.ResponseNotRead:
        return response
    return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(content))


def answering(status: int = 200, **answer: Any) -> TownSquareChannel:
    return channel(lambda _: httpx.Response(status, **answer))


def failing(error: Exception) -> TownSquareChannel:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    return channel(fail)


def error_of(square: TownSquareChannel, call: Call) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        call(square)
    return caught.value


def exceptions_of_httpx() -> list[type[Exception]]:
    named = [getattr(httpx, name) for name in httpx.__all__]
    return [kind for kind in named if isinstance(kind, type) and issubclass(kind, Exception)]


def made(kind: type[Exception]) -> Exception:
    if issubclass(kind, httpx.HTTPStatusError):
        return kind("x", request=httpx.Request("GET", "http://x"), response=httpx.Response(500))
    if kind in (httpx.StreamConsumed, httpx.StreamClosed, httpx.ResponseNotRead, httpx.RequestNotRead):
        return kind()
    return kind("x")


def test_the_table_knows_every_exception_of_httpx_and_no_other() -> None:
    assert set(exceptions_of_httpx()) == set(EXCEPTIONS)


@pytest.mark.parametrize("kind", exceptions_of_httpx())
def test_every_exception_of_httpx_ends_in_a_channel_error(kind: type[Exception]) -> None:
    for call in READS:
        assert type(error_of(failing(made(kind)), call)) is ChannelUnreachableError
    for call in WRITES:
        assert type(error_of(failing(made(kind)), call)) is EXCEPTIONS[kind]


def test_an_exception_that_a_later_httpx_adds_is_uncertain() -> None:
    class NewTimeoutError(httpx.TimeoutException):
        pass

    assert isinstance(of_exception(NewTimeoutError("x"), is_write=True, where="it"), ChannelUncertainError)


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_only_what_certainly_never_left_counts_as_not_done(kind: type[Exception]) -> None:
    assert EXCEPTIONS[kind] is ChannelUnreachableError


@pytest.mark.parametrize(
    ("status", "code", "for_writes", "for_reads"),
    [
        (400, "bad_request", ChannelRefusedError, ChannelRefusedError),
        (401, "unknown_token", ChannelAccessError, ChannelAccessError),
        (403, "", ChannelAccessError, ChannelAccessError),
        (403, "not_yours", ChannelRefusedError, ChannelRefusedError),
        (405, "", ChannelRefusedError, ChannelRefusedError),
        (408, "", ChannelUncertainError, ChannelUnreachableError),
        (413, "too_long", ChannelRefusedError, ChannelRefusedError),
        (422, "invalid", ChannelRefusedError, ChannelRefusedError),
        (429, "", ChannelLimitError, ChannelLimitError),
        (301, "", ChannelUncertainError, ChannelUnreachableError),
        (303, "", ChannelUncertainError, ChannelUnreachableError),
        (500, "", ChannelUncertainError, ChannelUnreachableError),
        (502, "", ChannelUncertainError, ChannelUnreachableError),
        (503, "", ChannelUncertainError, ChannelUnreachableError),
        (599, "", ChannelUncertainError, ChannelUnreachableError),
    ],
)
def test_a_status_means_what_the_outbox_has_to_know(
    status: int, code: str, for_writes: type[ChannelError], for_reads: type[ChannelError]
) -> None:
    square = answering(status, json={"error": code, "detail": "secret words"}, headers={"Location": "/else"})

    for call in WRITES:
        assert type(error_of(square, call)) is for_writes
    for call in READS:
        assert type(error_of(square, call)) is for_reads
        assert "secret words" not in str(error_of(square, call))


def test_a_redirect_is_not_followed() -> None:
    asked = []

    def redirect(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(307, headers={"Location": "http://elsewhere.test/"})

    error_of(channel(redirect), lambda c: c.send(SENDING))

    assert asked == ["/api/v1/posts"]


@pytest.mark.parametrize(
    "answer",
    [
        {"html": "<h1>Welcome</h1>"},
        {"content": b""},
        {"content": b"\xff\xfe{"},
        {"content": b"[" * 100_000},
        {"json": None},
        {"json": []},
        {"json": {}},
        {"json": "post"},
        {"json": [[1]]},
        {"json": POST | {"id": 5}},
        {"json": POST | {"at": "yesterday"}},
        {"json": POST | {"at": "2026-11-22T12:00:00"}},
        {"json": POST | {"at": "9999-12-31T23:59:59-23:00"}},
        {"json": POST | {"author": None}},
        {"json": INBOX | {"cursor": 7}},
        {"json": INBOX | {"is_last": "yes"}},
        {"json": INBOX | {"items": [{"change": "exploded", "at": POST["at"], "post": POST}]}},
        {"json": INBOX | {"gap": {"since": 1}}},
        {"content": json.dumps(INBOX).encode()[:-5]},
        {"content": json.dumps(INBOX | {"cursor": "\ud800"}).encode()},
    ],
)
def test_an_answer_that_makes_no_sense_is_a_channel_error(answer: dict[str, Any]) -> None:
    square = answering(**answer)

    assert type(error_of(square, lambda c: c.send(SENDING))) is ChannelUncertainError
    assert type(error_of(square, lambda c: c.fetch(None))) is ChannelUnreachableError


def test_what_does_not_fit_is_named_without_its_content() -> None:
    wrong = INBOX | {"items": [{"change": "new", "at": POST["at"], "post": POST | {"id": ["my card is 41"]}}]}

    error = error_of(answering(json=wrong), lambda c: c.fetch(None))

    assert "unexpected at items.0.post.id" in str(error)
    assert "card" not in str(error)


def test_a_field_that_is_new_does_no_harm() -> None:
    fetched = answering(json=INBOX | {"weather": "fine"}).fetch(None)

    assert [message.external_id for message in fetched.messages] == ["1000002"]


class Dripping(httpx.SyncByteStream):
    """A body without an end; ``steps`` counts what was asked of it."""

    def __init__(self, part: bytes) -> None:
        self.part = part
        self.steps = 0

    def __iter__(self) -> Iterator[bytes]:
        for self.steps in count(1):
            yield self.part


def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    stream = Dripping(b"x" * 1_000_000)

    error = error_of(answering(stream=stream), lambda c: c.send(SENDING))

    assert isinstance(error, ChannelUncertainError)
    assert stream.steps < 12


def test_a_body_that_never_ends_is_given_up_in_time() -> None:
    square = channel(lambda _: httpx.Response(200, stream=Dripping(b"x")), Limits(whole=0.02))

    assert isinstance(error_of(square, lambda c: c.send(SENDING)), ChannelUncertainError)


def test_an_answer_that_breaks_off_is_uncertain() -> None:
    class Broken(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b'{"id": "10'
            raise httpx.RemoteProtocolError("peer closed connection")

    square = answering(201, stream=Broken())

    assert isinstance(error_of(square, lambda c: c.send(SENDING)), ChannelUncertainError)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "Sun, 22 Nov 2026 12:00:09 GMT"}, 9),
        ({"Retry-After": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0),
        ({"X-RateLimit-Reset": str(int(NOON.timestamp()) + 30)}, 30),
        ({"Retry-After": "soon", "X-RateLimit-Reset": str(int(NOON.timestamp()) + 30)}, 30),
        ({"Retry-After": "9999999"}, 3600),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "٣"}, None),
        ({"Retry-After": "1" * 40}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_in_each_form(headers: dict[str, str], wait: int | None) -> None:
    expected = None if wait is None else timedelta(seconds=wait)

    assert retry_after(httpx.Headers({k: v.encode() for k, v in headers.items()}), NOON) == expected


def test_the_token_of_another_account_is_noticed_before_we_answer_ourselves() -> None:
    assert isinstance(
        error_of(answering(json=INBOX | {"account": "globex"}), lambda c: c.fetch(None)), ChannelAccessError
    )
    assert isinstance(
        error_of(answering(json=POST["author"] | {"handle": "globex"}), lambda c: c.check()),
        ChannelAccessError,
    )


def test_to_hide_what_is_gone_is_done_but_a_wrong_address_is_not() -> None:
    answering(404, json={"error": "not_found", "detail": "there is no post"}).hide("1000001")

    assert isinstance(error_of(answering(404, html="?"), lambda c: c.hide("1000001")), ChannelRefusedError)


def test_a_key_that_no_header_could_carry_still_travels() -> None:
    keys = []

    def keep(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        return httpx.Response(201, json=POST)

    strange = Sending(
        text="x",
        visibility=Visibility.DIRECT,
        in_reply_to="1",
        thread_id=None,
        recipient="u2",
        idempotency_key="c:1\r\né",
    )
    channel(keep).send(strange)

    assert keys == ["c:1%0D%0A%C3%A9"]
