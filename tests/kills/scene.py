"""An installation, a town square, and customers who write; and the processes that are killed in it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from carebot.app import App, Places
from carebot.care_file import load_care
from carebot.channels.registry import known
from carebot.core.article import Article, ArticleMode, Variant
from carebot.privacy import keys
from carebot.store import schema
from carebot.testing.compare import Comparison, compare

ROOT = Path(__file__).parents[2]
DATABASE, KEY_FILE, CARE_FILE, TRAIL = "carebot.db", "carebot.key", "care.yaml", "trail.txt"
ON_THE_WAY = ("queued", "failed", "sending", "unknown")
ACCOUNT = BRAND = "acme"
CARD = "4111 1111 1111 1111"
PATIENCE = 15.0  # seconds until something that must happen has not happened

CARE = """
version: 1
brands:
  - name: acme
    accounts: {townsquare: ["@acme"]}
plan: {preset: full}
bot: {mode: auto}
"""


class Words(StrEnum):
    """What the script of the victim's model looks for."""

    QUESTION = "opening hours"
    MONEY = "charged twice"


HOURS = Article(
    slug="hours",
    title="Opening hours",
    variants={"en": Variant(language="en", short="We are open from nine to five.", long=None)},
    mode=ArticleMode.AUTO,
    approved=True,
)


class Square:
    """The town square as people see it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._http = httpx.Client(base_url=f"{address}/api/v1", trust_env=False, timeout=20)
        self._tokens: dict[str, str] = {}

    def account(self, handle: str, **fields: Any) -> str:
        """An account's token; the account is made when it is new."""
        if handle not in self._tokens:
            made = self._http.post("/accounts", json={"handle": handle, **fields})
            self._tokens[handle] = made.raise_for_status().json()["token"]
        return self._tokens[handle]

    def post(self, handle: str, text: str, in_reply_to: str | None = None) -> str:
        return self._write("/posts", handle, text=text, in_reply_to=in_reply_to)

    def direct(self, handle: str, text: str) -> str:
        return self._write("/direct", handle, text=text, to="acme")

    def faults(self, **changes: Any) -> None:
        self._http.put("/faults", json=changes).raise_for_status()

    def census(self) -> dict[str, Any]:
        found: dict[str, Any] = self._http.get("/census").raise_for_status().json()
        return found

    def close(self) -> None:
        self._http.close()

    def _write(self, path: str, handle: str, **body: Any) -> str:
        headers = {"Authorization": f"Bearer {self.account(handle)}"}
        made = self._http.post(path, json={k: v for k, v in body.items() if v is not None}, headers=headers)
        found: str = made.raise_for_status().json()["id"]
        return found


@dataclass
class Scene:
    """One installation and its square."""

    folder: Path
    square: Square
    people: int = 0

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    def everybody_writes(self) -> None:
        """A question, a matter of money, a card number in public, and a direct message, by new people."""
        for text in (f"@acme what are your {Words.QUESTION}?", f"@acme you {Words.MONEY}", f"@acme {CARD}"):
            self.square.post(self.somebody(), text)
        self.square.direct(self.somebody(), f"what are your {Words.QUESTION}?")

    def somebody(self) -> str:
        """The handle of a customer who has not written before."""
        self.people += 1
        self.square.account(f"ana{self.people}", followers=100)
        return f"ana{self.people}"

    def live(self, point: str | None = None) -> subprocess.Popen[str]:
        """Start carebot, to be killed at a point."""
        arguments = [str(self.folder), *([point] if point else [])]
        with (self.folder / "log.txt").open("a", encoding="utf-8") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.kills.victim", *arguments],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def settle(self, process: subprocess.Popen[str]) -> Comparison:
        """Wait until nothing is on its way any more, stop carebot, and compare."""
        try:
            until(lambda: self.is_at_rest, process, self.tail)
        finally:
            process.terminate()
            process.wait(PATIENCE)
        return self.compare()

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is on its way any more: no message, no text, no hide."""
        return self.compare(now=datetime.now(UTC)).is_settled and not self.on_its_way()

    def on_its_way(self) -> dict[str, int]:
        """How many outgoing rows are in each state that is not the last one."""
        with closing(sqlite3.connect(self.database)) as db:
            found = dict(db.execute("SELECT state, count(*) FROM outbox GROUP BY state"))
        return {state: count for state, count in found.items() if state in ON_THE_WAY}

    def compare(self, now: datetime | None = None) -> Comparison:
        return compare(self.square.census(), self.database, account=ACCOUNT, now=now)

    def tail(self) -> str:
        return (self.folder / "log.txt").read_text(encoding="utf-8")[-4000:]

    def public_words(self) -> str:
        """Everything of the brand that anybody can read."""
        posts = self.square.census()["posts"]
        return "\n".join(
            post["text"] for post in posts if post["author"]["is_brand"] and post["kind"] == "post"
        )


def until(is_so: Callable[[], bool], process: subprocess.Popen[str], tail: Callable[[], str]) -> None:
    """Wait for a condition while the process lives."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert process.poll() is None, f"carebot ended with {process.returncode}:\n{tail()}"
        assert time.monotonic() < end, f"it did not come to rest:\n{tail()}"
        time.sleep(0.05)


@contextmanager
def scene(folder: Path, address: str) -> Iterator[Scene]:
    """A fresh installation whose account is on the square at this address."""
    square = Square(address)
    token = square.account("acme", is_brand=True)
    (folder / CARE_FILE).write_text(CARE, encoding="utf-8")
    (folder / "square.txt").write_text(f"{address} {token}", encoding="utf-8")
    keys.create(folder / KEY_FILE, datetime.now(UTC))
    schema.create(folder / DATABASE)
    places = Places(database=folder / DATABASE, key_file=folder / KEY_FILE)
    with App(care=load_care(folder / CARE_FILE, channels=known()), places=places) as app:
        app.save_articles((HOURS,))
    yield Scene(folder=folder, square=square)
    square.close()
