"""Server-sent events: one line for each change, for the pages and for whoever watches."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator

POSTING = "posting"
_MOST_WAITING = 1000
_KEEP_ALIVE = 15.0
_Subscriber = tuple[asyncio.AbstractEventLoop, "asyncio.Queue[bytes | None]"]


class Hub:
    """Tells everybody who listens. ``publish`` may be called from any thread; who is too slow is let go."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: set[_Subscriber] = set()
        self._is_closed = False

    def publish(self, kind: str, external_id: str | None) -> None:
        """Send ``{"kind": ..., "id": ...}``."""
        line = f"data: {json.dumps({'kind': kind, 'id': external_id})}\n\n".encode()
        self._to_all(line)

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._is_closed = True
        self._to_all(None)

    async def stream(self) -> AsyncIterator[bytes]:
        """The events from now on, as they are sent."""
        subscriber: _Subscriber = (asyncio.get_running_loop(), asyncio.Queue(_MOST_WAITING))
        with self._lock:
            self._subscribers.add(subscriber)
        try:
            yield b"retry: 500\n: the town square\n\n"
            while not self._is_closed:
                line = await _next(subscriber[1])
                if line is None:
                    return
                yield line
        finally:
            with self._lock:
                self._subscribers.discard(subscriber)

    def _to_all(self, line: bytes | None) -> None:
        with self._lock:
            subscribers = list(self._subscribers)
        for loop, queue in subscribers:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_put, queue, line)


async def _next(queue: asyncio.Queue[bytes | None]) -> bytes | None:
    try:
        return await asyncio.wait_for(queue.get(), _KEEP_ALIVE)
    except TimeoutError:
        return b": still here\n\n"


def _put(queue: asyncio.Queue[bytes | None], line: bytes | None) -> None:
    if queue.full():  # too slow: make room for the end
        while not queue.empty():
            queue.get_nowait()
        line = None
    queue.put_nowait(line)
