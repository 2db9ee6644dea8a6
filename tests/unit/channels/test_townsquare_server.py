"""The town square over HTTP: what it answers, how it misbehaves on demand, and what it tells who listens."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from carebot.channels.townsquare.web.server import serving

COMMAND = [sys.executable, "-m", "carebot.channels.townsquare", "serve"]


class Talk:
    """A client of the square's API."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, trust_env=False, timeout=10)
        self.acme = self.open("acme", is_brand=True)
        self.ana = self.open("ana")

    def open(self, handle: str, **fields: Any) -> dict[str, str]:
        account = self.http.post("/api/v1/accounts", json={"handle": handle, **fields}).json()
        return {"Authorization": f"Bearer {account['token']}"}

    def post(self, who: dict[str, str], text: str, **fields: Any) -> httpx.Response:
        return self.http.post("/api/v1/posts", json={"text": text, **fields}, headers=who)

    def faults(self, **fields: Any) -> None:
        self.http.put("/api/v1/faults", json=fields).raise_for_status()

    def texts(self) -> list[str]:
        return [post["text"] for post in self.http.get("/api/v1/census").json()["posts"]]


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    with serving(tmp_path / "square.db") as address:
        made = Talk(address)
        yield made
        made.http.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """For what leaves nothing behind."""
    with serving(tmp_path_factory.mktemp("square") / "square.db") as address:
        made = Talk(address)
        yield made
        made.http.close()


def test_a_post_is_shown_with_all_its_fields(talk: Talk) -> None:
    asked = talk.post(talk.ana, "@acme hello")
    answer = talk.post(talk.acme, "here we are", in_reply_to=asked.json()["id"]).json()

    assert asked.status_code == 201
    assert set(answer) == {
        "id", "kind", "author", "to", "text", "in_reply_to", "thread_id", "at",
        "edited_at", "deleted_at", "hidden_at", "mentions",
    }  # fmt: skip
    assert answer["author"] | {"id": ""} == {
        "id": "",
        "handle": "acme",
        "name": "acme",
        "followers": 0,
        "is_brand": True,
    }
    assert answer["thread_id"] == answer["in_reply_to"] == asked.json()["id"]
    assert answer["at"].endswith("+00:00")
    assert talk.http.get(f"/api/v1/posts/{answer['id']}").json() == answer
    assert talk.http.get("/api/v1/timeline").json()[0] == answer


def test_accounts_are_listed_without_their_tokens_and_anybody_may_become_one(talk: Talk) -> None:
    accounts = talk.http.get("/api/v1/accounts").json()
    token = talk.http.post("/api/v1/accounts/ana/token").json()["token"]

    assert [account["handle"] for account in accounts] == ["acme", "ana"]
    assert "token" not in accounts[0]
    assert talk.http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json()["handle"] == "ana"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "posts", b"{", 422, "invalid"),
        ("POST", "posts", b"", 422, "invalid"),
        ("POST", "posts", b"{}", 422, "invalid"),
        ("POST", "posts", b'{"text": 5}', 422, "invalid"),
        ("POST", "posts", b'{"text": "\\ud800"}', 422, "invalid"),
        ("POST", "posts", b'{"text": " "}', 422, "invalid"),
        ("POST", "posts", json.dumps({"text": "x" * 501}).encode(), 413, "too_long"),
        ("POST", "posts", b'{"text": "x", "in_reply_to": "nope"}', 404, "not_found"),
        ("POST", "direct", b'{"text": "x", "to": "nobody"}', 404, "not_found"),
        ("PUT", "posts/1", b'{"text": "x"}', 404, "not_found"),
        ("DELETE", "posts/1", b"", 404, "not_found"),
        ("POST", "posts/1/hide", b"", 404, "not_found"),
        ("GET", "posts", b"", 400, "bad_request"),
        ("GET", "inbox?cursor=x", b"", 400, "bad_request"),
        ("GET", "inbox?limit=0", b"", 422, "invalid"),
        ("PUT", "faults", b'{"limit_evry": 3}', 422, "invalid"),
        ("PUT", "faults", b'{"limit_every": -3}', 422, "invalid"),
        ("PUT", "webhook", b'{"url": "file:///etc", "secret": "s"}', 422, "invalid"),
        ("POST", "accounts", b'{"handle": "a b"}', 422, "invalid"),
        ("GET", "nothing", b"", 404, "not_found"),
        ("PATCH", "posts", b"", 405, "not_served"),
    ],
)
def test_what_is_wrong_is_said_as_json(
    shared: Talk, method: str, path: str, body: bytes, status: int, code: str
) -> None:
    headers = shared.ana | {"Content-Type": "application/json"}
    answer = shared.http.request(method, f"/api/v1/{path}", content=body, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["detail"]


@pytest.mark.parametrize("header", ["", "Bearer nobody's", "Basic abc", "Bearer"])
def test_an_unknown_token_is_refused(shared: Talk, header: str) -> None:
    answer = shared.post({"Authorization": header}, "hello")

    assert (answer.status_code, answer.json()["error"]) == (401, "unknown_token")


def test_the_same_key_answers_with_the_same_post_unless_keys_are_not_honoured(talk: Talk) -> None:
    headers = talk.acme | {"Idempotency-Key": "k1"}
    first, again = talk.post(headers, "hello"), talk.post(headers, "hello")
    talk.faults(honour_keys=False)
    third = talk.post(headers, "hello")

    assert (first.status_code, again.status_code, third.status_code) == (201, 200, 201)
    assert first.json() == again.json() != third.json()


def test_brands_are_hit_and_customers_only_with_everyone(talk: Talk) -> None:
    talk.faults(limit_every=1, limit_reset=False)
    hit, spared = talk.post(talk.acme, "hello"), talk.post(talk.ana, "hello")
    talk.faults(everyone=True, limit_reset=True)
    also_hit = talk.post(talk.ana, "hello")

    assert (hit.status_code, spared.status_code, also_hit.status_code) == (429, 201, 429)
    assert ("retry-after" in hit.headers, also_hit.headers["retry-after"]) == (False, "1")
    assert talk.texts() == ["hello"]


def test_an_answer_is_lost_after_the_post_was_made(talk: Talk) -> None:
    talk.faults(lose_answer_every=2)

    kept = talk.post(talk.acme, "one")
    read = talk.http.get("/api/v1/inbox", headers=talk.acme)
    with pytest.raises(httpx.TransportError):
        talk.post(talk.acme, "two")

    assert (kept.status_code, read.status_code) == (201, 200)
    assert talk.texts() == ["one", "two"]


def test_a_square_that_is_down_cuts_every_connection_but_still_counts(talk: Talk) -> None:
    talk.faults(down_for_s=60)
    for path in ("/api/v1/timeline", "/events", "/api/v1/accounts"):
        with pytest.raises(httpx.TransportError):
            talk.http.get(path)

    assert talk.texts() == []
    assert 0 < talk.http.get("/api/v1/faults").json()["down_for_s"] <= 60
    talk.faults(down_for_s=0)
    assert talk.http.get("/api/v1/timeline").status_code == 200


def test_every_answer_is_delayed(talk: Talk) -> None:
    talk.faults(delay_ms=50, delay_jitter_ms=20)
    began = time.monotonic()
    talk.post(talk.acme, "one")

    assert time.monotonic() - began >= 0.05


class Listener:
    """Hears the square's events in a thread."""

    def __init__(self, address: httpx.URL) -> None:
        self.heard: list[dict[str, Any]] = []
        self._news = threading.Condition()
        self._is_open = threading.Event()
        self._address = address.join("/events")
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        assert self._is_open.wait(5)

    def wait_for(self, kind: str) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            return next((event for event in self.heard if event["kind"] == kind), None)

        with self._news:
            assert self._news.wait_for(found, 5), self.heard
            event = found()
        assert event is not None
        return event

    def join(self) -> None:
        self._thread.join(5)
        assert not self._thread.is_alive()

    def _listen(self) -> None:
        with httpx.stream("GET", self._address, timeout=30, trust_env=False) as stream:
            for line in stream.iter_lines():
                self._is_open.set()
                if line.startswith("data: "):
                    with self._news:
                        self.heard.append(json.loads(line.removeprefix("data: ")))
                        self._news.notify_all()


def test_whoever_listens_hears_of_each_change_and_the_stream_ends_with_the_square(tmp_path: Path) -> None:
    with serving(tmp_path / "square.db") as address:
        talk = Talk(address)
        listener = Listener(talk.http.base_url)
        post = talk.post(talk.ana, "@acme hello").json()["id"]
        talk.http.put(f"/api/v1/posts/{post}", json={"text": "@acme hi"}, headers=talk.ana)
        talk.http.post(f"/api/v1/posts/{post}/hide", headers=talk.acme)
        talk.http.delete(f"/api/v1/posts/{post}", headers=talk.ana)
        listener.wait_for("deleted")

    listener.join()
    talk.http.close()
    assert listener.heard == [{"kind": kind, "id": post} for kind in ("new", "edited", "hidden", "deleted")]


def test_a_brand_s_post_is_announced_before_it_is_made_and_can_be_held(talk: Talk) -> None:
    asked = talk.post(talk.ana, "@acme hello").json()["id"]
    listener = Listener(talk.http.base_url)
    talk.faults(hold_next_post_ms=1000)
    sender = threading.Thread(target=talk.post, args=(talk.acme, "here"), kwargs={"in_reply_to": asked})

    sender.start()
    posting = listener.wait_for("posting")
    at_that_moment = talk.texts()
    sender.join()

    assert posting["id"] == asked
    assert at_that_moment == ["@acme hello"]
    assert talk.texts() == ["@acme hello", "here"]
    assert [event["kind"] for event in listener.heard] == ["posting", "new"]


def test_a_post_held_afterwards_is_made_though_its_client_is_gone(talk: Talk) -> None:
    listener = Listener(talk.http.base_url)
    talk.faults(hold_next_post_ms=500, hold_when="after")

    with pytest.raises(httpx.ReadTimeout):
        talk.http.post("/api/v1/posts", json={"text": "here"}, headers=talk.acme, timeout=0.1)

    listener.wait_for("new")
    assert talk.texts() == ["here"]


def test_many_posts_are_made_in_one_request(talk: Talk) -> None:
    rows = [{"as": "ana", "text": f"@acme {number}"} for number in range(50)]
    rows.append({"as": "ana", "kind": "direct", "to": "acme", "text": "hi"})

    ids = talk.http.post("/api/v1/bulk", json=rows).json()

    assert len(ids) == 51
    assert ids == sorted(ids)
    assert len(talk.http.get("/api/v1/inbox", headers=talk.acme).json()["items"]) == 51


def test_the_pages_are_served_where_the_square_is(talk: Talk) -> None:
    page = talk.http.get("/")

    assert page.status_code in (200, 404)  # without its pages the square is an API
    assert page.status_code == 404 or page.headers["content-type"].startswith("text/html")


def test_a_process_says_where_it_answers_and_ends_when_it_is_told(tmp_path: Path) -> None:
    command = [*COMMAND, "--database", str(tmp_path / "square.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = process.stdout.readline()
        try:
            talk = Talk(said.removeprefix("town square: ").strip())
            talk.post(talk.ana, "hello")
            assert talk.texts() == ["hello"]
            talk.http.close()
        finally:
            os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) in (0, -signal.SIGTERM)
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [*COMMAND, "--database", str(tmp_path / "square.db"), "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert ended.returncode == 2
    assert ended.stderr.startswith("the town square cannot start: ")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(("name", "status"), [("localhost", 200), ("127.0.0.1", 200), ("evil.example", 400)])
def test_on_loopback_it_answers_to_its_own_names_only(tmp_path: Path, name: str, status: int) -> None:
    """Else a web page whose name points to this machine could read every token."""
    with serving(tmp_path / "square.db") as address:
        answer = httpx.get(
            f"{address}/api/v1/accounts", headers={"Host": f"{name}:{address.rpartition(':')[2]}"}
        )

    assert answer.status_code == status
