"""Play the scripted morning: a scratch installation, the replay channel, and a look at every decision."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.resources import as_file, files
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from carebot.services.outcome import Summary


def care_text() -> str:
    """How the demo's brand works: the text of its care file."""
    return (files("carebot.demo") / "care.yaml").read_text(encoding="utf-8")


def play_morning(
    console: Console, *, pace: float, sleep: Callable[[float], None], folder: Path | None = None
) -> Summary:
    """Play it; ``pace`` is the pause after each message in seconds, ``sleep`` makes it.

    The scratch installation stays in ``folder``, where one is given.
    """
    with console.status("reading the model"):
        from carebot.app import scratch_app
        from carebot.article_files import read_articles
        from carebot.care_file import load_care
        from carebot.channels.replay.adapter import read_conversations
        from carebot.demo.show import Show
        from carebot.services.outcome import Tally

        with as_file(files("carebot.demo")) as demo:
            care = load_care(demo / "care.yaml")
            articles = tuple(read_articles(demo / "articles.yaml", allow_approved=True))
            messages = read_conversations(demo / "morning.jsonl").messages
    with scratch_app(care, articles, folder=folder) as app:
        with console.status("setting up a scratch installation"):
            player = app.replay
        zone = ZoneInfo(care.hours.time_zone)
        show, tally = Show(console, care.brands[0].name, len(messages), time_zone=zone), Tally()
        show.begin()
        started = time.perf_counter()
        paused = 0.0
        for outcome in player(messages):
            tally.add(outcome)
            show.message(outcome)
            if pace:
                sleep(pace)
                paused += pace
        summary = tally.summary(seconds=time.perf_counter() - started - paused)
        show.end(summary, answer=app.thresholds.answer)
    return summary
