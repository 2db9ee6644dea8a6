"""Where a process can be killed: around everything it says to the database and to the network.

A point is ``store.<unit>/before``, ``/inside`` (run, not committed) or ``/after`` (committed, nobody told yet), or
``channel.<method>/before`` and ``/after`` (the network did it, we do not know). ``point#2`` is its second crossing.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from carebot.core.channel import ChannelTraits, Fetched, Posted, Sending
from carebot.core.ports import Channel, Topic, UnitOfWork, Work

T = TypeVar("T")


class Killer:
    """Kills this process when the point is crossed, and writes down every point that is crossed before."""

    def __init__(self, point: str | None, trail: Path) -> None:
        name, _, number = (point or "").partition("#")
        self._point = name
        self._left = int(number or 1)
        self._trail = trail

    def cross(self, point: str) -> None:
        """Be at a point. The kill is SIGKILL: nothing is closed, flushed or told."""
        with self._trail.open("a", encoding="utf-8") as trail:
            trail.write(point + "\n")
        if point == self._point:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class KillingUnitOfWork:
    """A unit of work with the points of the store."""

    def __init__(self, uow: UnitOfWork, killer: Killer) -> None:
        self._uow = uow
        self._killer = killer

    def run(self, fn: Callable[[Work], T]) -> T:
        name = unit(fn)
        self._killer.cross(f"store.{name}/before")
        result = self._uow.run(partial(self._inside, name, fn))
        self._killer.cross(f"store.{name}/after")
        return result

    def run_all(self, fns: Sequence[Callable[[Work], T]]) -> tuple[T | BaseException, ...]:
        names = list(dict.fromkeys(map(unit, fns)))
        for name in names:
            self._killer.cross(f"store.{name}/before")
        results = self._uow.run_all([partial(self._inside, unit(fn), fn) for fn in fns])
        for name in names:
            self._killer.cross(f"store.{name}/after")
        return results

    def on_commit(self, listener: Callable[[frozenset[Topic]], None]) -> None:
        self._uow.on_commit(listener)

    def close(self) -> None:
        self._uow.close()  # type: ignore[attr-defined]

    def _inside(self, name: str, fn: Callable[[Work], T], work: Work) -> T:
        result = fn(work)
        self._killer.cross(f"store.{name}/inside")
        return result


def unit(fn: Callable[..., Any]) -> str:
    """What a unit of work is called, such as ``Deliver._claim_due`` or ``claim_case.claim``."""
    while isinstance(fn, partial):
        within = [part for part in fn.args if callable(part)]  # a unit that wraps another one
        fn = within[-1] if within else fn.func
    name = getattr(fn, "__qualname__", type(fn).__qualname__)
    return re.sub(r"\.<locals>|<|>", "", name)


class KillingChannel:
    """A channel with its points."""

    def __init__(self, channel: Channel, killer: Killer) -> None:
        self._channel = channel
        self._killer = killer

    @property
    def name(self) -> str:
        return self._channel.name

    @property
    def account(self) -> str:
        return self._channel.account

    @property
    def traits(self) -> ChannelTraits:
        return self._channel.traits

    def fetch(self, cursor: str | None) -> Fetched:
        return self._around("fetch", lambda: self._channel.fetch(cursor))

    def send(self, sending: Sending) -> Posted:
        return self._around("send", lambda: self._channel.send(sending))

    def find_sent(self, sending: Sending) -> Posted | None:
        return self._around("find_sent", lambda: self._channel.find_sent(sending))

    def hide(self, external_id: str) -> None:
        return self._around("hide", lambda: self._channel.hide(external_id))

    def check(self) -> str:
        return self._channel.check()

    def close(self) -> None:
        self._channel.close()

    def _around(self, method: str, call: Callable[[], T]) -> T:
        self._killer.cross(f"channel.{method}/before")
        result = call()
        self._killer.cross(f"channel.{method}/after")
        return result
