"""Faults on demand: what a real network does at its worst, one field for each."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Milliseconds = Annotated[int, Field(ge=0, le=600_000)]
Every = Annotated[int, Field(ge=0)]


class Faults(BaseModel):
    """What goes wrong. ``every`` 3: each third request; 0: none.

    Delays, limits, failures and lost answers hit what brands ask; with ``everyone`` also what customers do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    delay_ms: Milliseconds = Field(default=0, description="every answer takes this long")
    delay_jitter_ms: Milliseconds = Field(default=0, description="and up to this much longer")
    limit_every: Every = Field(default=0, description="answered with 429; nothing is done")
    limit_reset: bool = Field(default=True, description="a 429 says after how many seconds to come back")
    fail_every: Every = Field(default=0, description="answered with 500; nothing is done")
    lose_answer_every: Every = Field(
        default=0, description="writes that are done, and then the connection is cut"
    )
    invisible_ms: Milliseconds = Field(
        default=0, description="new posts are not in the inbox and the outbox before"
    )
    duplicate_every: Every = Field(default=0, description="items of the inbox that are delivered twice")
    shuffle: bool = Field(default=False, description="the items of a page come in any order")
    down_for_s: Annotated[float, Field(ge=0, le=86_400)] = Field(
        default=0, description="every connection is cut so long"
    )
    honour_keys: bool = Field(default=True, description="the same Idempotency-Key gives the post made before")
    hold_next_post_ms: Milliseconds = Field(
        default=0, description="the next post of a brand is held this long, once"
    )
    hold_when: Literal["before", "after"] = Field(
        default="before", description="held before it is made, or after"
    )
    everyone: bool = Field(default=False, description="customers' requests are hit too")


class FaultBox:
    """The faults as they are now, and the counts that decide whose turn it is. Safe from several threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._faults = Faults()
        self._counts: dict[str, int] = {}
        self._down_until = 0.0
        self._random = random.Random(20261122)  # noqa: S311 the same disorder in every run

    @property
    def now(self) -> Faults:
        """The faults; ``down_for_s`` is what is left of it."""
        left = max(0.0, self._down_until - self._now())
        return self._faults.model_copy(update={"down_for_s": round(left, 3)})

    def change(self, given: Faults) -> Faults:
        """Set the fields that were given, and leave the others."""
        with self._lock:
            changes = {name: getattr(given, name) for name in given.model_fields_set}
            self._faults = self._faults.model_copy(update=changes)
            if "down_for_s" in changes:
                self._down_until = self._now() + given.down_for_s
            for name in changes:
                self._counts.pop(name, None)
        return self.now

    @property
    def is_down(self) -> bool:
        """Whether nothing answers at present."""
        return self._down_until > self._now()

    def is_turn(self, name: str) -> bool:
        """Count one more for an ``..._every`` field; whether this one is hit."""
        every: int = getattr(self._faults, name)
        if not every:
            return False
        with self._lock:
            self._counts[name] = self._counts.get(name, 0) + 1
            return self._counts[name] % every == 0

    def delay(self) -> float:
        """Seconds that the next answer takes."""
        jitter = self._random.random() * self._faults.delay_jitter_ms
        return (self._faults.delay_ms + jitter) / 1000

    def take_hold(self) -> tuple[float, str]:
        """Seconds that this post is held and when; only one post is."""
        with self._lock:
            held, when = self._faults.hold_next_post_ms, self._faults.hold_when
            if held:
                self._faults = self._faults.model_copy(update={"hold_next_post_ms": 0})
        return held / 1000, when

    def disordered(self, items: list[dict[str, object]]) -> list[dict[str, object]]:
        """A page as it is delivered: some of it twice, perhaps in another order."""
        delivered = []
        for item in items:
            delivered += [item, item] if self.is_turn("duplicate_every") else [item]
        if self._faults.shuffle:
            self._random.shuffle(delivered)
        return delivered
