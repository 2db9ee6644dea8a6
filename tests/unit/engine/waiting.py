"""Wait for what threads and processes do: for a condition, with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable

WITHIN = 20.0  # seconds: what is waited for takes milliseconds, but machines differ


def until(condition: Callable[[], object], what: str, within: float = WITHIN) -> None:
    """Return as soon as it holds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.01)
