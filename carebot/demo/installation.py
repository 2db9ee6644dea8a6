"""The demo's scratch installation: care file, key, database, approved articles and ``.env`` in one folder."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

from carebot.errors import ConfigurationError

HOST = "127.0.0.1"
BRAND = "plumvelo"
CARE_FILE, ENV_FILE, DATABASE, KEY_FILE = "care.yaml", ".env", "carebot.db", "carebot.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where everything of one demo is. ``token`` is the brand's in the square, empty before it has an account."""

    folder: Path
    inside: int
    outside: int
    square: int
    webhook_secret: str
    token: str = ""

    @property
    def database(self) -> Path:
        """Carebot's own."""
        return self.folder / DATABASE

    @property
    def care_file(self) -> Path:
        """How the brand works."""
        return self.folder / CARE_FILE

    @property
    def square_url(self) -> str:
        """The town square."""
        return f"http://{HOST}:{self.square}"

    @property
    def inside_url(self) -> str:
        """Carebot's console and health."""
        return f"http://{HOST}:{self.inside}"

    @property
    def environment(self) -> Mapping[str, str]:
        """For the processes: without settings of another installation, which would go before ``.env``."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("CAREBOT_")}
        return {**ours, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}

    def command(self, *arguments: str) -> tuple[str, ...]:
        """A carebot command for this installation."""
        return (sys.executable, "-m", "carebot", *arguments, "--config", str(self.care_file))

    def known_as(self, token: str) -> Installation:
        """With the brand's account, which carebot needs: ``.env`` is written."""
        there = replace(self, token=token)
        lines = {
            "INSIDE": f"{HOST}:{self.inside}",
            "OUTSIDE": f"{HOST}:{self.outside}",
            "TOWNSQUARE_URL": self.square_url,
            "TOWNSQUARE_TOKEN": token,
            "TOWNSQUARE_WEBHOOK_SECRET": self.webhook_secret,
            "TOWNSQUARE_POLL_EVERY": "1",
        }
        text = "".join(f"CAREBOT_{name}={value}\n" for name, value in lines.items())
        with os.fdopen(os.open(self.folder / ENV_FILE, _NEW, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        return there


_NEW = os.O_CREAT | os.O_WRONLY | os.O_TRUNC


def plan(folder: Path) -> Installation:
    """An installation in this folder, on three free ports; nothing is made yet."""
    inside, outside, square = free_ports(3)
    secret = secrets.token_urlsafe(24)
    return Installation(folder=folder, inside=inside, outside=outside, square=square, webhook_secret=secret)


def make(there: Installation) -> None:
    """Write the care file, and make the key and the database with the approved articles."""
    from carebot.article_files import read_articles
    from carebot.core.ports import Work
    from carebot.demo.run import care_text
    from carebot.privacy import keys
    from carebot.store import schema
    from carebot.store.uow import SqliteUnitOfWork

    there.care_file.write_text(care_text(), encoding="utf-8")
    keys.create(there.folder / KEY_FILE, datetime.now(UTC))
    schema.create(there.database)
    with as_file(files("carebot.demo")) as demo:
        articles = tuple(read_articles(demo / "articles.yaml", allow_approved=True))

    def save(work: Work) -> None:
        for article in articles:
            work.save_article(article)

    uow = SqliteUnitOfWork(there.database)
    try:
        uow.run(save)
    finally:
        uow.close()


def free_ports(count: int) -> tuple[int, ...]:
    """Ports that nobody listens on at this moment."""
    held = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for one in held:
            one.bind((HOST, 0))
        return tuple(int(one.getsockname()[1]) for one in held)
    finally:
        for one in held:
            one.close()


def listening(port: int, *, tries: int = 20) -> socket.socket:
    """A socket on this port, or the next free one; 0: any. Raises ConfigurationError when all are taken."""
    for candidate in range(port, port + (tries if port else 1)):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
        except OSError:
            listener.close()
            continue
        listener.listen(128)
        return listener
    raise ConfigurationError(f"--port: {port} to {port + tries - 1} are all taken; name another one")
