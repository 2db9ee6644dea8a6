"""A town square in its own process, customers who write in it, and an installation of carebot beside it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import httpx

from carebot.article_files import read_articles
from carebot.demo import installation
from carebot.demo.installation import BRAND, Installation

ROOT = Path(__file__).parent.parent
ACCOUNT = f"@{BRAND}"
PAGE = 500  # messages of one bulk request
PATIENCE = 60.0  # seconds until something that must happen has not happened
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CAREBOT_")}
_TICKS = os.sysconf("SC_CLK_TCK")
_ON_THE_WAY = "('queued', 'failed', 'sending', 'unknown')"


def texts(count: int) -> list[str]:
    """Messages as customers write them: three of the training data, then one question that an article answers."""
    paths = sorted((ROOT / "models" / "data").glob("messages-*.jsonl"))
    said = [json.loads(line)["messages"][0]["text"] for path in paths for line in path.open(encoding="utf-8")]
    with as_file(files("carebot.demo")) as demo:
        articles = read_articles(demo / "articles.yaml", allow_approved=True)
        asked = cycle([example for article in articles for example in article.examples])
    mixed = (text for number, one in enumerate(cycle(said)) for text in _with_question(number, one, asked))
    return list(islice(mixed, count))


def _with_question(number: int, text: str, asked: Iterator[str]) -> list[str]:
    return [text, next(asked)] if number % 3 == 2 else [text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The square as customers use it, and carebot's installation for the brand in it."""

    there: Installation
    http: httpx.Client
    square: subprocess.Popen[str]
    tokens: dict[str, str]
    database: sqlite3.Connection  # carebot's, only to look

    def account(self, number: int) -> str:
        """The handle of one of the customers."""
        handle = f"customer{number}"
        if handle not in self.tokens:
            body = {"handle": handle, "followers": 100}
            self.tokens[handle] = self.http.post("/accounts", json=body).raise_for_status().json()["token"]
        return handle

    def fill(self, said: Sequence[str]) -> list[str]:
        """Everybody writes, one message in four in private, and every second customer twice; the posts' ids."""
        rows = [
            {"as": self.account(number * 2 // 3), "kind": "direct", "to": BRAND, "text": text}
            if number % 4 == 0
            else {"as": self.account(number * 2 // 3), "kind": "post", "text": public(text)}
            for number, text in enumerate(said)
        ]
        pages = [rows[start : start + PAGE] for start in range(0, len(rows), PAGE)]
        return [key for page in pages for key in self.http.post("/bulk", json=page).raise_for_status().json()]

    def write(self, number: int, text: str) -> str:
        """One customer writes one message; its id."""
        handle = self.account(number)
        path, body = ("/direct", {"to": BRAND}) if number % 4 == 0 else ("/posts", {})
        said = text if number % 4 == 0 else public(text)
        headers = {"Authorization": f"Bearer {self.tokens[handle]}"}
        made = self.http.post(path, json={**body, "text": said}, headers=headers)
        return str(made.raise_for_status().json()["id"])

    def replies(self) -> list[dict[str, Any]]:
        """What the brand wrote in the square."""
        census = self.http.get("/census").raise_for_status().json()
        return [post for post in census["posts"] if post["author"]["is_brand"]]

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """A question to carebot's database."""
        return self.database.execute(query).fetchall()

    def is_at_rest(self) -> bool:
        """Whether everything is decided and nothing is on its way."""
        (waiting,) = self.ask("SELECT count(*) FROM messages WHERE state = 'received'")[0]
        (moving,) = self.ask(f"SELECT count(*) FROM outbox WHERE state IN {_ON_THE_WAY}")[0]
        return waiting == 0 and moving == 0

    def taken_in(self) -> int:
        """Messages of customers that carebot has written down."""
        return int(self.ask("SELECT count(*) FROM messages WHERE writer = 'customer'")[0][0])


def public(text: str) -> str:
    """As a public post to the brand, short enough for the square."""
    return f"{ACCOUNT} {text}"[:500]


@contextmanager
def town(folder: Path, *, webhook: bool = True) -> Iterator[Town]:
    """A new square, served by a process, and a new installation whose account is on it."""
    folder.mkdir()
    there = installation.plan(folder)
    installation.make(there)
    command = ("-m", "carebot.channels.townsquare", "serve", "--database", str(folder / "square.db"))
    with started(*command, "--port", str(there.square)) as square, _client(there.square_url) as http:
        until(lambda: answers(f"{there.square_url}/api/v1/accounts"), square)
        body = {"handle": BRAND, "is_brand": True}
        there = there.known_as(http.post("/accounts", json=body).raise_for_status().json()["token"])
        if not webhook:
            env = folder / installation.ENV_FILE
            kept = [line for line in env.read_text(encoding="utf-8").splitlines() if "WEBHOOK" not in line]
            env.write_text("\n".join(kept) + "\n", encoding="utf-8")
        with closing(sqlite3.connect(f"file:{there.database}?mode=ro", uri=True, timeout=30)) as database:
            yield Town(there=there, http=http, square=square, tokens={}, database=database)


def _client(address: str) -> httpx.Client:
    return httpx.Client(base_url=f"{address}/api/v1", trust_env=False, timeout=60)


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process of ours, which is stopped at the end."""
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(40)


@contextmanager
def carebot_run(place: Town) -> Iterator[subprocess.Popen[str]]:
    """``carebot run`` in its own process, from the moment when /health answers 200."""
    with started("-m", "carebot", "run", "--config", str(place.there.care_file)) as process:
        until(lambda: answers(f"{place.there.inside_url}/health"), process)
        yield process


def answers(url: str) -> bool:
    """Whether it says 200."""
    try:
        with urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def until(
    is_so: Callable[[], bool],
    process: subprocess.Popen[str],
    every: float = 0.02,
    patience: float = PATIENCE,
) -> None:
    """Wait for a condition while a process lives."""
    end = time.monotonic() + patience
    while not is_so():
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        if time.monotonic() > end:
            raise RuntimeError("it did not come to rest")
        time.sleep(every)


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def idle_seconds() -> float:
    """The time that all cores together had nothing to do."""
    fields = Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()
    return (int(fields[4]) + int(fields[5])) / _TICKS


def peak_mib(pid: int) -> float:
    """The most memory that a process has had."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
