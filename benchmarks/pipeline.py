"""Ingest to decision beside the classifier alone, in one run, and where the time goes.

    python benchmarks/pipeline.py [--messages 2000]

Prints figures as ratios and rates of this run; docs/performance.md says what they were on which machine.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from carebot.app import App, scratch_app
from carebot.article_files import read_articles
from carebot.care_file import default_care
from carebot.core.message import Author, IncomingMessage, Visibility
from carebot.services.replay import BATCH

ROOT = Path(__file__).parent.parent
START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def messages(count: int) -> list[IncomingMessage]:
    """The training messages as public posts and direct messages of different people, a second apart."""
    files = sorted((ROOT / "models" / "data").glob("messages-*.jsonl"))
    texts = [
        json.loads(line)["messages"][0]["text"] for file in files for line in file.open(encoding="utf-8")
    ]
    return [
        IncomingMessage(
            channel="replay",
            account="brand",
            external_id=f"m{number}",
            author=Author(external_id=f"u{number % (count * 2 // 3)}", handle=f"user{number}"),
            visibility=Visibility.DIRECT if number % 4 == 0 else Visibility.PUBLIC,
            text=texts[number % len(texts)],
            at=START + timedelta(seconds=number),
            brand="brand",
            thread_id=f"t{number}",
        )
        for number in range(count)
    ]


@contextmanager
def timed(figures: dict[str, float], name: str) -> Iterator[None]:
    """Add the seconds of a block to ``figures``."""
    started = time.perf_counter()
    yield
    figures[name] = figures.get(name, 0.0) + time.perf_counter() - started


def classifier_alone(app: App, items: list[IncomingMessage], figures: dict[str, float]) -> None:
    """The same messages, already masked, through the classifier's threads and nothing else."""
    from concurrent.futures import ThreadPoolExecutor

    masked = [app.understand(item.text, brand=item.brand).masked_text or "" for item in items[:50]]
    masked += [item.text for item in items[50:]]

    def read(text: str) -> None:
        app.classifier.classify(text, entity_counts={}, brand="brand")

    with ThreadPoolExecutor(2) as pool, timed(figures, "classifier alone"):
        list(pool.map(read, masked))


def pipeline(app: App, items: list[IncomingMessage], figures: dict[str, float]) -> None:
    """The real thing, batch by batch, with the time of its two halves."""
    with timed(figures, "ingest to decision"):
        for start in range(0, len(items), BATCH):
            batch = items[start : start + BATCH]
            with timed(figures, "  seal and store"):
                received = app.ingest(batch)
            with timed(figures, "  understand, decide, store"):
                app.triage(
                    [(item.message, item.original) for item in received if item.message], at_message_time=True
                )


def parts(app: App, items: list[IncomingMessage], figures: dict[str, float]) -> None:
    """Single parts on one thread, for the share of each."""
    from carebot.classifier.language import detect
    from carebot.core.commands import commands_in
    from carebot.core.rules import word_hits

    steps: dict[str, Callable[[str], object]] = {
        "  recognizers": app.recognizer.find,
        "  classifier, one thread": lambda text: app.classifier.classify(
            text, entity_counts={}, brand="brand"
        ),
        "    of it language": detect,
        "  stop and human": lambda text: commands_in(text, app.house.commands),
        "  words of rules": lambda text: word_hits(app.house.care.rules, text),
    }
    for name, step in steps.items():
        with timed(figures, name):
            for item in items:
                step(item.text)


def start_up() -> Iterator[tuple[str, float]]:
    """Seconds of whole processes: the median of five runs after one that warms the disk's cache."""
    for name, words in {
        "carebot --help": ["-m", "carebot", "--help"],
        "carebot demo --once": ["-m", "carebot", "demo", "--once"],
    }.items():
        runs = []
        for _ in range(6):
            started = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, capture_output=True, cwd=ROOT)
            runs.append(time.perf_counter() - started)
        yield name, sorted(runs[1:])[2]


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    count = parser.parse_args().messages
    figures: dict[str, float] = {}
    items = messages(count)
    articles = tuple(read_articles(ROOT / "examples" / "articles-2020.yaml"))
    with scratch_app(default_care(), articles) as app:
        app.understand("warm up", brand="brand")
        classifier_alone(app, items, figures)
        pipeline(app, items, figures)
        parts(app, items, figures)
    whole, alone = count / figures["ingest to decision"], count / figures["classifier alone"]
    print(f"{count} messages, two threads for the classifier")
    for name, seconds in figures.items():
        print(
            f"{name:32} {seconds:7.2f} s {count / seconds:8.0f} messages/s {1000 * seconds / count:7.2f} ms each"
        )
    print(f"ingest to decision runs at {whole / alone:.0%} of the classifier alone")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    for name, seconds in start_up():
        print(f"{name:32} {seconds:7.2f} s")


if __name__ == "__main__":
    main()
