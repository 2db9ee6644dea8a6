"""``carebot demo`` as a process that tests speak to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PATIENCE = 60.0  # seconds: the machines that run this may be busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A demo that runs; ``folder`` is where it keeps everything while it does."""

    process: subprocess.Popen[str]
    address: str
    folder: Path
    http: httpx.Client

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get("/demo/state").json()
        return found

    def until(self, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The state, once it is so."""
        deadline = time.monotonic() + PATIENCE
        while not is_so(state := self.state()):
            assert time.monotonic() < deadline, f"it never came: {state}"
            time.sleep(0.1)
        return state

    def write(self, text: str, who: str = "visitor") -> None:
        """Post it in the square as this account."""
        token = self.http.post(f"/square/api/v1/accounts/{who}/token").json()["token"]
        posted = self.http.post(
            "/square/api/v1/posts", json={"text": text}, headers={"Authorization": f"Bearer {token}"}
        )
        assert posted.status_code == 201, posted.text

    def join(self, handle: str, name: str, followers: int = 50) -> str:
        """A new account in the square; its handle."""
        account = {"handle": handle, "name": name, "followers": followers, "is_brand": False}
        assert self.http.post("/square/api/v1/accounts", json=account).status_code == 201
        return handle

    def news_of(self, who: str, number: int = 1) -> dict[str, Any]:
        """What was decided about the account's message with this number, once it was."""
        seen, deadline = 0, time.monotonic() + PATIENCE
        with self.http.stream("GET", "/demo/events", timeout=PATIENCE) as stream:
            for (
                line
            ) in stream.iter_lines():  # the state is told all the time, so this looks at the clock, too
                news = json.loads(line.partition(":")[2]) if line.startswith("data:") else {}
                seen += news.get("who") == who
                if seen == number:
                    return news
                if time.monotonic() > deadline:
                    break
        raise AssertionError(f"nothing was told of message {number} of {who}")


@contextmanager
def running_demo(place: Path, *arguments: str) -> Iterator[Demo]:
    """A demo on a free port, whose temporary files lie in this place."""
    environment = {**os.environ, "TMPDIR": str(place), "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "carebot", "demo", "--no-open", "--port", "0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        try:
            address = _address_of(process)
            (folder,) = place.glob("carebot-demo-*")
            with httpx.Client(base_url=address, timeout=30, trust_env=False) as http:
                yield Demo(process=process, address=address, folder=folder, http=http)
        finally:
            _end(process)


def _address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found.group()
    raise AssertionError(f"the demo ended before it began:\n{said}")


def _end(process: subprocess.Popen[str]) -> None:
    """Politely, so that its own processes end, too."""
    process.terminate()
    try:
        process.wait(timeout=30)
    finally:
        process.kill()
