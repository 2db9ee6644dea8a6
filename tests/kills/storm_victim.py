"""A carebot in bad weather: ``python -m tests.kills.storm_victim FOLDER``. Killed at random, or ended by SIGTERM.

As ``victim``, but without points, with a network that may take long to show a post, and with a classifier that
knows a few words more. Says ``UP`` when it works.
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
from carebot.channels.townsquare.settings import TownSquareSettings
from carebot.core.assessment import Reading, Sentiment
from carebot.core.finding import EntityKind
from carebot.engine.lock import RunLock
from carebot.testing.fake_classifier import HARMLESS
from tests.kills.scene import ACCOUNT, BRAND, CARE_FILE, DATABASE, KEY_FILE
from tests.kills.victim import QUICK, WordClassifier

UP = "carebot is up"
ANGRY = "furious"
VISIBLE_AFTER = 1.0
POLL_EVERY = 0.1
BUSY = timedelta(milliseconds=500)  # how long the database may be locked before that is an error


class StormClassifier(WordClassifier):
    """Knows angry words, too."""

    def classify(
        self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
    ) -> Reading:
        said = super().classify(masked_text, entity_counts=entity_counts, brand=brand)
        if ANGRY not in masked_text:
            return said
        return replace(said, sentiment=Sentiment.NEG, probabilities=replace(HARMLESS, flag=0.97))


def main(folder: Path) -> None:
    """Run until somebody says stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stdout)
    for name in ("httpx", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with RunLock(folder / DATABASE), _app(folder) as app:
        running = Running(app, channels=(_channel(folder),))
        running.engine.start()
        logging.getLogger(__name__).info(UP)
        stop.wait()
        running.engine.stop(timedelta(seconds=5))
        running.close()


def _app(folder: Path) -> App:
    return App(
        care=load_care(folder / CARE_FILE, channels=known()),
        places=Places(database=folder / DATABASE, key_file=folder / KEY_FILE, time_limit=BUSY),
        classifier=StormClassifier(),
    )


def _channel(folder: Path) -> TownSquareChannel:
    url, token = (folder / "square.txt").read_text(encoding="utf-8").split()
    values = {"url": url, "token": token, "poll_every": str(POLL_EVERY), "visible_after": str(VISIBLE_AFTER)}
    account = ACCOUNT.removeprefix("@")  # as care.yaml is read: the same account as that of `carebot run`
    return TownSquareChannel(account, BRAND, TownSquareSettings.read(values), limits=QUICK)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
