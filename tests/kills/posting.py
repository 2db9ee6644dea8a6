"""Hear when the town square begins to post for the brand: the best moment for a kill."""

from __future__ import annotations

import json
import queue
import threading
import time

import httpx


class Posting:
    """Listens to the square's events, for the moment in which it begins to post for the brand."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._heard: queue.SimpleQueue[float] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._is_over = False
        self._thread.start()

    def forget(self) -> None:
        """What was heard until now."""
        while not self._heard.empty():
            self._heard.get()

    def wait(self, within: float) -> bool:
        """Until the square posts; whether it did."""
        try:
            self._heard.get(timeout=within)
        except queue.Empty:
            return False
        return True

    def close(self) -> None:
        """The square has to be gone by then."""
        self._is_over = True
        self._thread.join(5)

    def _listen(self) -> None:
        with httpx.Client(trust_env=False, timeout=httpx.Timeout(5, read=None)) as client:
            while not self._is_over:
                try:
                    with client.stream("GET", f"{self._address}/events") as answer:
                        self._hear(answer)
                except httpx.TransportError:
                    time.sleep(0.02)  # it is down

    def _hear(self, answer: httpx.Response) -> None:
        for line in answer.iter_lines():
            if line.startswith("data:") and json.loads(line[5:])["kind"] == "posting":
                self._heard.put(time.monotonic())
