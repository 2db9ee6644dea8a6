"""A page that tells on itself: what the browser complains of, and what nobody may ask of a page."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Frame, Locator, Page, Request

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
WIDE, PHONE = (1600, 1000), (390, 844)
SHOTS = os.environ.get("CAREBOT_SHOTS")  # a folder to write pictures to; nothing compares them
HERE = ("127.0.0.1", "localhost")
# While the plug is out, the proxy says 503 and streams break off; the pages say so to people, and the browser here.
WHILE_DOWN = r"Failed to load resource: .*(503|502|ERR_)|^htmx:|^Response Status Error Code 50[23]"
# Each frame is looked at by itself, because it is a page of its own that may also stand alone.
_RUN_AXE = (
    "() => axe.run(document, {iframes: false, resultTypes: ['violations']}).then((found) => found.violations)"
)
# A violation of the content security policy becomes an error in the console of its frame.
_TELL = """addEventListener('securitypolicyviolation',
  (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`))"""


@dataclass
class Watched:
    """A page under watch. ``expects`` are the complaints that belong to the test."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    expects: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_TELL)
        self.page.on("pageerror", lambda error: self._complain(f"error: {error}"))
        self.page.on("console", self._hear)
        self.page.on("request", self._see)

    def check(self) -> None:
        """Nothing was heard that the test did not expect."""
        assert not self.complaints, "\n".join(self.complaints)

    def shot(self, name: str) -> None:
        """Take a picture, where somebody wants some."""
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png")

    def violations(self) -> list[str]:
        """What axe-core finds in each frame that can be seen, as frame, rule, and element."""
        found = []
        for frame in self.page.frames:
            if frame is self.page.main_frame or frame.frame_element().is_visible():
                found += [f"{urlsplit(frame.url).path}: {one}" for one in violations_in(frame)]
        return found

    def runs_over(self) -> list[str]:
        """The frames that are wider than their window."""
        is_wide = "document.documentElement.scrollWidth > innerWidth"
        return [frame.url for frame in self.page.frames if frame.evaluate(f"innerWidth > 0 && {is_wide}")]

    def tab_to(self, wanted: Locator, most: int = 150) -> None:
        """Press the tabulator until this has the focus: nobody needs a mouse to get there."""
        for _ in range(most):
            if wanted.evaluate("(it) => it === document.activeElement && document.hasFocus()"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{most} tabulators do not reach {wanted}")

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._complain(f"{said.text} ({said.location.get('url', '')})")

    def _see(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in HERE:
            self._complain(f"asked for {request.url}")

    def _complain(self, what: str) -> None:
        if not any(re.search(one, what) for one in self.expects):
            self.complaints.append(what)


def violations_in(frame: Frame) -> list[str]:
    """What axe-core finds in one document."""
    frame.evaluate(AXE)
    found: list[dict[str, Any]] = frame.evaluate(_RUN_AXE)
    return [f"{one['id']} {node['target']}" for one in found for node in one["nodes"]]
