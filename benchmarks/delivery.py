"""From a message in the square to its reply there: how many a second, how soon, and what it takes.

    python benchmarks/delivery.py [--only PART ...] [--messages 1000] [--runs 3] [--rate 20] [--seconds 30]
                                  [--backlog 20000]

Parts: whole, replies, start, rest, backlog. Figures hold for the machine and the moment: compare within a run.
docs/performance.md says what they were.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

PARTS = ("whole", "replies", "start", "rest", "backlog")


def main() -> None:
    """Run the parts and print what they found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--backlog", type=int, default=20_000)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the processes of a part end with it
    logging.basicConfig(level=logging.WARNING)
    import _service
    import _whole

    began = time.perf_counter()
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="carebot-bench-") as name:
        folder = Path(name)
        parts = {
            "whole": lambda: _whole.report(folder, asked.messages, asked.runs),
            "replies": lambda: _service.reply_times(folder, asked.rate, asked.seconds),
            "start": lambda: _service.start_up(folder, 5),
            "rest": lambda: _service.rest(folder, 10),
            "backlog": lambda: _service.backlog(folder, asked.backlog),
        }
        for part in asked.only:
            parts[part]()
    print(f"\nall of it took {time.perf_counter() - began:.0f} s; load at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
