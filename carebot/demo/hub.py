"""What the page is told while it is open: the state, whole, and the news, one by one."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any

_KEPT = 60  # lines of news for those who come later
_BEAT = 15.0  # seconds of silence after which a comment is sent, so that nobody thinks the line dead


class Hub:
    """Everybody who listens gets the same. The latest state is kept, and the last news."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[str | None]] = set()
        self._news: deque[str] = deque(maxlen=_KEPT)
        self._state = ""
        self._is_closed = False

    def tell_state(self, state: Mapping[str, Any]) -> None:
        """The state has changed; the same again is not told."""
        text = _event("state", state)
        if text != self._state:
            self._state = text
            self._tell(text)

    def tell_news(self, news: Mapping[str, Any]) -> None:
        """Something happened."""
        text = _event("news", news)
        self._news.append(text)
        self._tell(text)

    def close(self) -> None:
        """Let everybody go."""
        self._is_closed = True
        for queue in self._listeners:
            queue.put_nowait(None)

    async def listen(self) -> AsyncIterator[str]:
        """The state, the news so far, and then whatever comes, as server-sent events."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield "retry: 800\n\n" + _event("again", {}) + self._state + "".join(self._news)
            while not self._is_closed:
                try:
                    async with asyncio.timeout(_BEAT):
                        text = await queue.get()
                except TimeoutError:
                    text = ": still here\n\n"
                if text is None:
                    return
                yield text
        finally:
            self._listeners.discard(queue)

    def _tell(self, text: str) -> None:
        for queue in self._listeners:
            queue.put_nowait(text)


def _event(name: str, data: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
