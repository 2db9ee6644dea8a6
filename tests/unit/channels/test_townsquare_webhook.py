"""Pushed events: signed, taken once understood, and sent again until they are."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from carebot.channels.townsquare.adapter import TownSquareChannel, connect
from carebot.channels.townsquare.signature import HEADER, sign
from carebot.channels.townsquare.web.server import serving
from carebot.channels.townsquare.webhook import MOST_BYTES, router
from carebot.core.channel import ChangeKind, Fetched
from carebot.errors import ConfigurationError

SECRET = "between us"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = int(NOON.timestamp())
PATH = "/hooks/townsquare/acme"


def post(**fields: Any) -> dict[str, Any]:
    return {
        "id": "1000001",
        "kind": "post",
        "author": {"id": "u2", "handle": "ana", "name": "Ana", "followers": 7, "is_brand": False},
        "to": None,
        "text": "@acme my parcel is late",
        "in_reply_to": None,
        "thread_id": "1000001",
        "at": "2026-11-22T11:59:00.000000+00:00",
        "edited_at": None,
        "deleted_at": None,
        "hidden_at": None,
        "mentions": ["acme"],
    } | fields


def body(*items: tuple[str, dict[str, Any]], account: str = "acme") -> bytes:
    listed = [{"change": change, "at": shown["at"], "post": shown} for change, shown in items]
    return json.dumps({"account": account, "items": listed}).encode()


class Desk:
    """Who takes what was pushed; can be unable to."""

    def __init__(self) -> None:
        self.taken: list[Fetched] = []
        self.error: Exception | None = None

    def __call__(self, fetched: Fetched) -> None:
        if self.error is not None:
            raise self.error
        self.taken.append(fetched)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def client(desk: Desk, secret: str | None = SECRET) -> TestClient:
    app = FastAPI()
    app.include_router(router(secret, desk, account="@Acme", brand="Acme", now=lambda: NOON))
    return TestClient(app)


def push(desk: Desk, content: bytes, *, at: int = AT, secret: str = SECRET, path: str = PATH) -> int:
    headers = {HEADER: sign(secret, at, content)}
    return client(desk).post(path, content=content, headers=headers).status_code


def test_what_is_signed_is_taken_as_a_message(desk: Desk) -> None:
    assert push(desk, body(("new", post()))) == 204

    (message,) = desk.taken[0].messages
    assert (message.external_id, message.text) == ("1000001", "@acme my parcel is late")
    assert (message.account, message.brand, message.author.followers) == ("@Acme", "Acme", 7)
    assert message.summons
    assert desk.taken[0].cursor is None


def test_edits_and_deletions_are_taken_as_changes(desk: Desk) -> None:
    edited, deleted = (
        post(text="@acme better"),
        post(id="1000002", text="", deleted_at="2026-11-22T12:00:00Z"),
    )

    assert push(desk, body(("edited", edited), ("deleted", deleted))) == 204

    changes = [(change.kind, change.external_id) for change in desk.taken[0].changes]
    assert sorted(changes) == [(ChangeKind.DELETED, "1000002"), (ChangeKind.EDITED, "1000001")]


@pytest.mark.parametrize("late", [timedelta(seconds=300), -timedelta(seconds=300)])
def test_a_signature_is_good_for_five_minutes(desk: Desk, late: timedelta) -> None:
    at = AT + int(late.total_seconds())

    assert push(desk, body(("new", post())), at=at) == 204
    assert push(desk, body(("new", post())), at=at + (1 if late > timedelta() else -1)) == 401
    assert len(desk.taken) == 1


def test_another_secret_is_refused(desk: Desk) -> None:
    assert push(desk, body(("new", post())), secret="guessed") == 401
    assert desk.taken == []


@pytest.mark.parametrize(
    "header", ["", "nonsense", "t=1", "v1=00", f"t={AT},v1=zz", f"t={AT},v1={'0' * 64}", f"t=٣,v1={'0' * 64}"]
)
def test_a_signature_that_is_none_is_refused(desk: Desk, header: str) -> None:
    answer = client(desk).post(PATH, content=body(("new", post())), headers={HEADER: header.encode()})

    assert answer.status_code == 401
    assert desk.taken == []


def test_a_body_that_was_changed_on_its_way_is_refused(desk: Desk) -> None:
    content = body(("new", post()))
    answer = client(desk).post(PATH, content=content + b" ", headers={HEADER: sign(SECRET, AT, content)})

    assert answer.status_code == 401


def test_without_a_secret_there_is_nothing(desk: Desk) -> None:
    content = body(("new", post()))

    for secret in (None, ""):
        answer = client(desk, secret).post(PATH, content=content, headers={HEADER: sign("", AT, content)})
        assert answer.status_code == 404


def test_another_account_is_not_served(desk: Desk) -> None:
    assert push(desk, body(("new", post())), path="/hooks/townsquare/globex") == 404
    assert push(desk, body(("new", post()), account="globex")) == 404
    assert push(desk, body(("new", post())), path="/hooks/townsquare/@ACME") == 204


def test_a_body_that_is_too_large_is_refused(desk: Desk) -> None:
    assert push(desk, b" " * (MOST_BYTES + 1)) == 413
    assert push(desk, body(("new", post())) + b" " * (MOST_BYTES - 2000)) == 204


@pytest.mark.parametrize("content", [b"", b"{", b"[]", body(("exploded", post())), body(("new", post(id=5)))])
def test_what_is_signed_but_not_understood_is_said_so_without_its_text(
    desk: Desk, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert push(desk, content) == 422
    assert "parcel" not in caplog.text
    assert "not understood" in caplog.text


def test_what_cannot_be_taken_now_is_asked_for_again(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.error = RuntimeError("the parcel is late")

    assert push(desk, body(("new", post()))) == 503
    assert "RuntimeError" in caplog.text
    assert "parcel" not in caplog.text


# From the square to the desk --------------------------------------------------------------------------------


class Inside:
    """carebot's outside port, with one account's webhook."""

    def __init__(self, make: Callable[[FastAPI], None]) -> None:
        app = FastAPI()
        make(app)
        config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off", ws="none")
        self.server = uvicorn.Server(config)
        self.socket = config.bind_socket()
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]})
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        self.socket.close()


class Wired:
    """The square, a channel that is connected to it, and the desk behind its webhook."""

    def __init__(self, address: str, desk: Desk) -> None:
        self.http = httpx.Client(base_url=f"{address}/api/v1", trust_env=False)
        self.acme = self.http.post("/accounts", json={"handle": "acme", "is_brand": True}).json()
        self.ana = self.http.post("/accounts", json={"handle": "ana"}).json()
        values = {"url": address, "token": self.acme["token"], "webhook_secret": SECRET}
        self.channel: TownSquareChannel = connect("@acme", "acme", values)
        self.desk = desk
        self.news = threading.Condition()
        self.inside = Inside(lambda app: app.include_router(self.channel.hooks(self.take)))
        self.refusals = 0

    def take(self, fetched: Fetched) -> None:
        with self.news:
            self.news.notify_all()
            if self.refusals:
                self.refusals -= 1
                raise RuntimeError("not now")
            self.desk(fetched)

    def write(self, text: str) -> str:
        headers = {"Authorization": f"Bearer {self.ana['token']}"}
        return self.http.post("/posts", json={"text": f"@acme {text}"}, headers=headers).json()["id"]

    def ids(self) -> list[str]:
        return [message.external_id for fetched in self.desk.taken for message in fetched.messages]

    def wait_for(self, *ids: str) -> None:
        with self.news:
            assert self.news.wait_for(lambda: set(ids) <= set(self.ids()), 10), self.ids()

    def close(self) -> None:
        self.inside.close()
        self.channel.close()
        self.http.close()


@pytest.fixture
def wired(tmp_path: Path, desk: Desk) -> Iterator[Wired]:
    with serving(tmp_path / "square.db") as address:
        made = Wired(address, desk)
        yield made
        made.close()


def test_what_is_written_is_pushed_from_then_on(wired: Wired) -> None:
    before = wired.write("before anybody listened")
    wired.channel.subscribe(wired.inside.address + PATH)
    after = wired.write("after")

    wired.wait_for(after)

    assert before not in wired.ids()


def test_what_was_not_taken_is_pushed_again_and_in_its_order(
    wired: Wired, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    wired.refusals = 2
    wired.channel.subscribe(wired.inside.address + PATH)
    ids = [wired.write(f"number {number}") for number in range(5)]

    wired.wait_for(*ids)

    assert wired.ids() == ids
    assert wired.refusals == 0


def test_duplicates_and_disorder_reach_the_webhook_and_lose_nothing(wired: Wired) -> None:
    wired.http.put("/faults", json={"duplicate_every": 2, "shuffle": True, "invisible_ms": 100})
    wired.channel.subscribe(wired.inside.address + PATH)
    ids = [wired.write(f"number {number}") for number in range(10)]

    wired.wait_for(*ids)

    assert len(wired.ids()) > len(ids)


def test_the_same_url_again_goes_on_where_it_was(wired: Wired) -> None:
    wired.refusals = 1
    wired.channel.subscribe(wired.inside.address + PATH)
    post_id = wired.write("hello")
    wired.channel.subscribe(wired.inside.address + PATH)

    wired.wait_for(post_id)


def test_who_has_no_secret_is_not_pushed_to() -> None:
    channel = connect("@acme", "acme", {"url": "http://127.0.0.1:9", "token": "t"})

    with pytest.raises(ConfigurationError, match="CAREBOT_TOWNSQUARE_WEBHOOK_SECRET is missing"):
        channel.subscribe("http://127.0.0.1:1/hooks/townsquare/acme")
    channel.close()


class Slow:
    """A sender that promises a body and does not send it."""

    async def __call__(self) -> dict[str, Any]:
        await asyncio.sleep(60)
        raise AssertionError("nobody waits that long")


class Gone:
    """A sender that hangs up in the middle."""

    async def __call__(self) -> dict[str, Any]:
        return {"type": "http.disconnect"}


@pytest.mark.parametrize("sender", [Slow(), Gone()], ids=["slow", "gone"])
def test_who_does_not_send_the_body_keeps_nobody_waiting(desk: Desk, sender: Callable[[], Any]) -> None:
    app = FastAPI()
    app.include_router(router(SECRET, desk, account="@Acme", brand="Acme", body_within=0.01))
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
    }
    asyncio.run(app(scope, sender, send))  # type: ignore[arg-type]

    assert sent[0]["status"] == 408
    assert desk.taken == []
