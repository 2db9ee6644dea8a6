"""``carebot run`` from outside: how long a reply takes, starting, memory, rest, and a backlog."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from statistics import median

from _timers import Timers
from _town import (
    ROOT,
    Town,
    answers,
    carebot_run,
    cpu_seconds,
    peak_mib,
    quantile,
    started,
    texts,
    town,
    until,
)
from _whole import an_app

URGENT = "help, the battery is smoking"  # the words of a rule of the demo's care.yaml


# How long a reply takes ------------------------------------------------------------------------------------------


def reply_times(folder: Path, rate: float, seconds: float) -> None:
    """From the customer's answered POST to the reply standing in the square, pushed and polled."""
    print(f"\nfrom arrival to reply, {rate:g} messages/s for {seconds:g} s (ms)")
    print(
        f"{'':26} {'replies':>8} {'p50':>7} {'p95':>7} {'p99':>7} {'longest':>8}  {'carebot':>8} {'square':>7}"
    )
    for name, webhook in {"webhook": True, "polling each second": False}.items():
        with town(folder / f"replies-{webhook}", webhook=webhook) as place, carebot_run(place) as carebot:
            _warm_up(place, carebot)
            before = cpu_seconds(carebot.pid), cpu_seconds(place.square.pid)
            arrived = _write_steadily(place, rate, seconds)
            until(place.is_at_rest, carebot, 0.1)
            took = list(_took(place, arrived))
            shares = (cpu_seconds(p.pid) - b for p, b in zip((carebot, place.square), before, strict=True))
            points = " ".join(f"{1000 * quantile(took, share):7.0f}" for share in (0.5, 0.95, 0.99))
            busy = "  ".join(f"{share / seconds:6.0%}" for share in shares)
            print(f"{name:26} {len(took):8} {points} {1000 * max(took):8.0f}  {busy} of one core")


def _warm_up(place: Town, carebot: subprocess.Popen[str]) -> None:
    """A few messages first, so that the model is loaded and the webhook is set."""
    for number in range(10):
        place.write(10**6 + number, "How often should I pump up my tyres?")
    until(lambda: place.taken_in() >= 10 and place.is_at_rest(), carebot, 0.1)


def _write_steadily(place: Town, rate: float, seconds: float) -> dict[str, float]:
    """Messages at their moments, whatever happens to those before: when each was in the square, by id."""
    said = texts(int(rate * seconds))
    for number in range(len(said)):
        place.account(number)
    arrived: dict[str, float] = {}
    began = time.monotonic() + 0.1

    def write(number: int) -> None:
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        key = place.write(number, said[number])
        arrived[key] = time.time()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(len(said))))
    until(lambda: place.taken_in() >= len(said) + 10, place.square, 0.1)
    return arrived


def _took(place: Town, arrived: dict[str, float]) -> Iterator[float]:
    for reply in place.replies():
        if (at := arrived.get(reply["in_reply_to"])) is not None:
            yield datetime.fromisoformat(reply["at"]).timestamp() - at


# Starting, memory, rest --------------------------------------------------------------------------------------------


def start_up(folder: Path, runs: int) -> None:
    """Whole processes: the median of some runs after one that warms the disk's cache."""
    print(f"\nstart-up (s; median of {runs})")
    commands = {"carebot --help": ["--help"], "carebot demo --once": ["demo", "--once"]}
    for name, words in commands.items():
        print(f"{name:44} {_median(_seconds_of(words) for _ in range(runs + 1)):6.2f}")
    with town(folder / "start") as place:
        found = [_first_steps(place) for _ in range(runs + 1)]
    print(f"{'carebot run, until /health answers 200':44} {_median(steps[0] for steps in found):6.2f}")
    print(
        f"{'carebot run, until a waiting message is decided':44} {_median(steps[1] for steps in found):5.2f}"
    )


def _median(seconds: Iterator[float]) -> float:
    return median(list(seconds)[1:])


def _seconds_of(words: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "carebot", *words], check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - began


def _first_steps(place: Town) -> tuple[float, float]:
    place.fill(["How often should I pump up my tyres?"])
    waiting = place.taken_in() + 1
    began = time.perf_counter()
    with started("-m", "carebot", "run", "--config", str(place.there.care_file)) as process:
        until(lambda: answers(f"{place.there.inside_url}/health"), process)
        is_up = time.perf_counter() - began
        until(lambda: place.taken_in() >= waiting and place.is_at_rest(), process)
        return is_up, time.perf_counter() - began


def rest(folder: Path, seconds: float) -> None:
    """What ``carebot run`` takes when nothing happens."""
    with town(folder / "rest") as place, carebot_run(place) as carebot:
        _warm_up(place, carebot)
        time.sleep(3)
        before = cpu_seconds(carebot.pid), cpu_seconds(place.square.pid)
        time.sleep(seconds)
        own, square = cpu_seconds(carebot.pid) - before[0], cpu_seconds(place.square.pid) - before[1]
        print(f"\ncarebot run at rest for {seconds:g} s, read each second and with a webhook")
        print(f"{'processor, of one core':44} {own / seconds:6.1%} (the square {square / seconds:.1%})")
        print(f"{'most memory so far':44} {peak_mib(carebot.pid):4.0f} MiB")


# A backlog -------------------------------------------------------------------------------------------------------


def backlog(folder: Path, count: int) -> None:
    """What waits undecided when carebot starts, one in a hundred urgent by a rule's words, mostly near the end."""
    said = texts(count)
    urgent = {int((number / max(1, count // 100)) ** 0.25 * (count - 1)) for number in range(count // 100)}
    for number in urgent:
        said[number] = URGENT
    with town(folder / "backlog") as place:
        _take_in(place, said)
        began = time.time()
        with carebot_run(place) as carebot:
            until(place.is_at_rest, carebot, 0.5, patience=600)
            _report_backlog(place, count, began)
            print(f"{'most memory':44} {peak_mib(carebot.pid):4.0f} MiB")


def _take_in(place: Town, said: Sequence[str]) -> None:
    """Everything is written down and nothing decided, as after an outage."""
    place.fill(said)
    with an_app(place, Timers()) as app:
        (channel,) = app.running.channels
        began = time.perf_counter()
        while not app.running.intake.poll(channel).is_last:
            pass
        print(f"\na backlog of {len(said)} messages was taken in in {time.perf_counter() - began:.1f} s")


def _report_backlog(place: Town, count: int, began: float) -> None:
    """When the urgent ones and the others were decided and answered, from the start of the process."""
    decided = place.ask(
        "SELECT messages.priority = 0, (julianday(decisions.at) - 2440587.5) * 86400"
        " FROM decisions JOIN messages ON messages.id = decisions.message_id"
    )
    replies = [datetime.fromisoformat(reply["at"]).timestamp() - began for reply in place.replies()]
    print(f"{'decided: urgent ones, others':44} {_spread(decided, began, 1)}; {_spread(decided, began, 0)}")
    print(f"{'replies in the square':44} {len(replies)}, the first after {min(replies):.1f} s")
    wall = max(max(at for _, at in decided) - began, *replies)
    print(f"{'all decided, and answered':44} {wall:.1f} s: {count / wall:.0f} messages/s with the start")


def _spread(decided: Sequence[tuple[int, float]], began: float, is_urgent: int) -> str:
    moments = [at - began for urgent, at in decided if urgent == is_urgent]
    return f"{len(moments)}, half after {median(moments):.1f} s, the last after {max(moments):.1f} s"
