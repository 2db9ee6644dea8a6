"""A thread that looks for work: when it is woken, and at the latest after a while."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta

from carebot.errors import CarebotError, ChannelError

log = logging.getLogger(__name__)

Look = Callable[[], bool]
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=60)


class Worker:
    """Calls ``look`` again and again; True from it means that there may be more to do at once.

    A wake-up is never lost: one that comes while ``look`` runs makes it run once more. An exception ends
    nothing: it is logged, without what it says of a message, and the worker goes on after a pause that grows
    from a second to a minute, or as long as the network asked for. ``at_latest`` is counted by a clock that
    cannot be set.
    """

    def __init__(self, name: str, look: Look, *, at_latest: timedelta) -> None:
        self.name = name
        self._look = look
        self._at_latest = at_latest
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._failures = 0
        self._thread = threading.Thread(target=self._serve, name=f"carebot-{name}", daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    @property
    def is_failing(self) -> bool:
        """Whether its latest look ended with an exception."""
        return self._failures > 0

    def start(self) -> None:
        """Begin, with a look at once."""
        self._woken.set()
        self._thread.start()

    def wake(self) -> None:
        """There may be something to do."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the look in hand and begin no other; does not wait."""
        self._stopping.set()
        self._woken.set()

    def join(self, within: timedelta) -> bool:
        """Wait until it has ended; whether it has."""
        if self._thread.ident is not None:
            self._thread.join(max(0.0, within.total_seconds()))
        return not self._thread.is_alive()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(self._at_latest.total_seconds())
            self._woken.clear()
            if not self._stopping.is_set():
                self._look_until_done()

    def _look_until_done(self) -> None:
        try:
            while self._look() and not self._stopping.is_set():
                self._recovered()
            self._recovered()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look may go well
            self._failures += 1
            self._tell(error)
            self._stopping.wait(self._pause(error).total_seconds())
            self._woken.set()

    def _recovered(self) -> None:
        if self._failures:
            log.info("%s goes on", self.name)
        self._failures = 0

    def _pause(self, error: Exception) -> timedelta:
        asked = error.retry_after if isinstance(error, ChannelError) else None
        return min(asked or FIRST_PAUSE * (1 << min(self._failures - 1, 10)), LONGEST_PAUSE)

    def _tell(self, error: Exception) -> None:
        """Once in words while it lasts; of an error that is not ours only class and place: it may quote a message."""
        kind = type(error).__name__
        if self._failures > 1:
            log.debug("%s still fails (%s)", self.name, kind)
        elif isinstance(error, CarebotError):
            log.warning("%s pauses: %s: %s", self.name, kind, error)
        else:
            log.error("%s failed (%s), and tries again\n%s", self.name, kind, where(error))


def where(error: BaseException) -> str:
    """Where an exception came from, without its words."""
    return "".join(traceback.format_tb(error.__traceback__)).rstrip()
