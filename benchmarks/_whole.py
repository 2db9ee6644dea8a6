"""The whole pipeline beside the classifier alone: from what stands in the square to the replies standing there."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from _timers import TimedChannel, TimedClassifier, TimedUnitOfWork, Timers, processor_of_threads
from _town import Town, cpu_seconds, idle_seconds, public, texts, town, until

from carebot.app import App, Places
from carebot.care_file import load_care
from carebot.channels.registry import connect, known
from carebot.classifier.registry import make_classifier
from carebot.core.ports import Channel
from carebot.demo.installation import KEY_FILE
from carebot.store.uow import SqliteUnitOfWork

CORES = 2
PARTS = {  # what stands in the table, and the seams that are counted there
    "read the square (HTTP)": ("fetch",),
    "take in: seal, store": ("poll: ",),
    "classifier": ("classify",),
    "look for undecided": ("triage: ",),
    "decide, store": ("deciding: ",),
    "claim, judge at the gate": ("deliver: ClaimDue",),
    "send (HTTP)": ("send",),
    "record what came of it": ("deliver: Deliver",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One run of everything; seconds."""

    messages: int
    replies: int
    taken_in: float
    wall: float
    square: float
    idle: float
    timers: Timers
    threads: dict[str, float]

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.wall


@contextmanager
def an_app(place: Town, timers: Timers) -> Iterator[App]:
    """The installation beside a square, in this process, with timers at its seams."""
    there = place.there
    care = load_care(there.care_file, channels=known())
    (brand,) = care.brands
    (account,) = brand.accounts["townsquare"]
    values = {"url": there.square_url, "token": there.token, "poll_every": "1"}
    with App(
        care=care,
        places=Places(database=there.database, key_file=there.folder / KEY_FILE),
        uow=TimedUnitOfWork(SqliteUnitOfWork(there.database), timers),
        classifier=TimedClassifier(make_classifier(None), timers),  # type: ignore[arg-type]
        channels=(_timed(connect("townsquare", account, brand.name, values), timers),),
    ) as app:
        yield app


def _timed(channel: Channel, timers: Timers) -> Channel:
    return TimedChannel(channel, timers)


def alone(app: App, said: Sequence[str]) -> float:
    """Messages a second through the classifier's two threads and nothing else."""
    masked = [public(text) for text in said]

    def read(text: str) -> None:
        app.classifier.classify(text, entity_counts={}, brand="Plumvelo")

    with ThreadPoolExecutor(CORES) as pool:
        list(pool.map(read, masked[: CORES * 10]))
        began = time.perf_counter()
        list(pool.map(read, masked))
        return len(masked) / (time.perf_counter() - began)


def whole(app: App, place: Town, count: int, timers: Timers) -> Whole:
    """Start the engine on what stands in the square, and wait until the last reply stands there, too."""
    sys.setswitchinterval(0.001)  # as `carebot run` does
    engine = app.running.engine
    timers.__init__()  # type: ignore[misc]  # from here on
    before, square, idle = processor_of_threads(), cpu_seconds(place.square.pid), idle_seconds()
    began = time.perf_counter()
    engine.start()
    until(lambda: place.taken_in() >= count, place.square, 0.1, patience=120)
    taken_in = time.perf_counter() - began
    until(place.is_at_rest, place.square, 0.1, patience=300)
    wall = time.perf_counter() - began
    threads = {name: took - before.get(name, 0.0) for name, took in processor_of_threads().items()}
    square, idle = cpu_seconds(place.square.pid) - square, idle_seconds() - idle
    engine.stop(timedelta(seconds=20))
    return Whole(
        messages=count,
        replies=len(place.replies()),
        taken_in=taken_in,
        wall=wall,
        square=square,
        idle=idle,
        timers=timers,
        threads=threads,
    )


def one_run(folder: Path, count: int) -> tuple[float, Whole]:
    """The classifier alone (messages a second), and the whole, in one process."""
    said, timers = texts(count), Timers()
    with town(folder, webhook=False) as place, an_app(place, timers) as app:
        place.fill(said)
        app.triage  # noqa: B018 - loads the model
        return alone(app, said), whole(app, place, count, timers)


def report(folder: Path, count: int, runs: int) -> None:
    """Several runs, and of the one in the middle where its time went."""
    found = [one_run(folder / f"whole-{number}", count) for number in range(runs)]
    print(f"\n{count} messages, from the square to the last reply standing there; {runs} runs")
    print(f"{'classifier alone':>18} {'whole':>12} {'ratio':>7} {'replies':>8} {'taken in':>10}")
    for rate, run in found:
        print(
            f"{rate:14.0f}/s   {run.rate:8.0f}/s {run.rate / rate:8.0%} {run.replies:8} {run.taken_in:8.1f} s"
        )
    _, middle = sorted(found, key=lambda one: one[1].rate / one[0])[runs // 2]
    _table(middle)


def _table(run: Whole) -> None:
    """What was done how long: by the clock, and by the processor."""
    print(f"\nwhere {run.wall:.1f} s on {CORES} cores went (ms a message; clock: with waiting)")
    print(f"{'':32} {'clock':>8} {'processor':>10} {'calls':>8}")
    for name, seams in PARTS.items():
        keys = [key for key in run.timers.clock if key.startswith(seams)]
        clock = _each(run, sum(run.timers.clock[key] for key in keys))
        processor = _each(run, sum(run.timers.processor[key] for key in keys))
        print(f"{name:32} {clock:8.2f} {processor:10.2f} {sum(run.timers.count[key] for key in keys):8}")
    print("by thread")
    for name, took in sorted(run.threads.items(), key=lambda item: -item[1]):
        if _each(run, took) >= 0.01:
            print(f"  {name:30} {'':8} {_each(run, took):10.2f}")
    used = sum(run.threads.values()) + run.square
    print(f"{'the square, its own process':32} {'':8} {_each(run, run.square):10.2f}")
    print(f"{'all of it':32} {_each(run, run.wall):8.2f} {_each(run, used):10.2f}")
    total = CORES * run.wall
    others = max(0.0, 1 - (used + run.idle) / total)
    print(
        f"of {CORES} cores: with it {used / total:.0%}, idle {run.idle / total:.0%}, with other things {others:.0%}"
    )


def _each(run: Whole, seconds: float) -> float:
    return 1000 * seconds / run.messages
