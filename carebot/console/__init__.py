"""The web console: the desk, the private queues and marketing's review, for the people who answer."""

from carebot.console.app import make_console
from carebot.console.parts import ConsoleParts
from carebot.console.signing import make_sign_in_link

__all__ = ["ConsoleParts", "make_console", "make_sign_in_link"]
