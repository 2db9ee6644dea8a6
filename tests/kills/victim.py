"""A carebot to be killed: ``python -m tests.kills.victim FOLDER [POINT]``.

The real house on the real store against a real town square; only the model is a script, so that it starts at once.
Ends by itself on SIGTERM.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from carebot.app import App, Places
from carebot.app.running import Running
from carebot.care_file import load_care
from carebot.channels.registry import known
from carebot.channels.townsquare.adapter import TownSquareChannel
from carebot.channels.townsquare.client import Limits
from carebot.channels.townsquare.settings import TownSquareSettings
from carebot.core.assessment import Reading
from carebot.core.finding import EntityKind
from carebot.engine.lock import RunLock
from carebot.store.uow import SqliteUnitOfWork
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.kills.points import Killer, KillingChannel, KillingUnitOfWork
from tests.kills.scene import ACCOUNT, BRAND, CARE_FILE, DATABASE, KEY_FILE, TRAIL, Words

QUICK = Limits(pool=0.1, connect=0.3, write=0.2, read=0.6, whole=0.8)
VISIBLE_AFTER = 0.4


class WordClassifier(ScriptedClassifier):
    """Reads a message by one word that stands in it."""

    def classify(
        self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
    ) -> Reading:
        del entity_counts
        if Words.QUESTION in masked_text:
            said = reading(answer="hours")
        elif Words.MONEY in masked_text:
            said = reading(private=0.99)
        else:
            said = reading()
        return replace(said, answer=self._in_use(said.answer, brand))


def main(folder: Path, point: str | None) -> None:
    """Run until somebody says stop, or the point is crossed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    for name in ("httpx", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    killer = Killer(point, folder / TRAIL)
    with RunLock(folder / DATABASE), _app(folder, killer) as app:
        running = Running(app, channels=(KillingChannel(_channel(folder), killer),))
        running.engine.start()
        stop.wait()
        running.engine.stop(timedelta(seconds=5))
        running.close()


def _app(folder: Path, killer: Killer) -> App:
    database = folder / DATABASE
    return App(
        care=load_care(folder / CARE_FILE, channels=known()),
        places=Places(database=database, key_file=folder / KEY_FILE),
        uow=KillingUnitOfWork(SqliteUnitOfWork(database), killer),
        classifier=WordClassifier(),
    )


def _channel(folder: Path) -> TownSquareChannel:
    url, token = (folder / "square.txt").read_text(encoding="utf-8").split()
    settings = TownSquareSettings.read(
        {"url": url, "token": token, "poll_every": "0.2", "visible_after": str(VISIBLE_AFTER)}
    )
    return TownSquareChannel(ACCOUNT, BRAND, settings, limits=QUICK)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
