"""The square and everything around it, put together once."""

from __future__ import annotations

from pathlib import Path

from carebot.channels.townsquare.web.events import Hub
from carebot.channels.townsquare.web.faults import FaultBox
from carebot.channels.townsquare.web.inbox import Inbox
from carebot.channels.townsquare.web.push import Pusher
from carebot.channels.townsquare.web.reading import Reading
from carebot.channels.townsquare.web.square import Square


class Parts:
    """One square with its faults, its readers and its listeners."""

    def __init__(self, database: Path) -> None:
        self.square = Square(database)
        self.faults = FaultBox()
        self.reading = Reading(self.square)
        self.inbox = Inbox(self.square, self.faults)
        self.hub = Hub()
        self.pusher = Pusher(self.square, self.inbox, self.faults)
        self.square.on_change.append(self.hub.publish)

    def close(self) -> None:
        """Stop pushing, and let go of the file."""
        self.pusher.stop()
        self.square.close()
