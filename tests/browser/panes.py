"""The demo's page as a visitor uses it: four panes, and what is written and pressed in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import FrameLocator, Locator, expect

from tests.browser.watching import WIDE, Watched
from tests.live_demo import Demo

QUESTION = "how long does the battery take to charge?"
PERSON = "Can I speak to a human please?"

# Who the visitor is, and that the hint was read: where the pages keep it. The blank page keeps nothing.
_IS = """try {
  if (!sessionStorage.getItem("townsquare.who")) sessionStorage.setItem("townsquare.who", %s);
  localStorage.setItem("carebot-demo-hint", "closed");
} catch { /* a page without an address */ }"""


@dataclass
class Visit:
    """Somebody before the page, who is this customer."""

    demo: Demo
    watched: Watched
    who: str

    def __post_init__(self) -> None:
        self.page = self.watched.page
        self.square = self._pane("#square")
        self.desk = self._pane('iframe[src^="/agent/"]')
        self.private = self._pane('iframe[src^="/helpdesk/"]')
        self.marketing = self._pane('iframe[src^="/marketing/"]')
        expect(self.square.locator("#who-name")).not_to_have_text("…")

    def _pane(self, selector: str) -> FrameLocator:
        return self.page.frame_locator(selector)

    def post(self, text: str) -> None:
        """Write in public; the square puts the brand's name before it."""
        self.square.get_by_label("New public post").fill(text)
        self.square.get_by_role("button", name="Post", exact=True).click()

    def try_example(self, name: str) -> None:
        """Press one of the examples above the panes; who is meant to write it, is the customer from now on."""
        chip = self.page.locator(".tries").get_by_role("button", name=name)
        chip.click()
        if writer := chip.get_attribute("data-as"):
            self.who = writer
            account = writer.replace("_", " ").title()
            expect(self.square.locator("#who-name")).to_have_text(account)
        is_direct = chip.get_attribute("data-kind") == "direct"
        field = self.square.locator("#dock textarea" if is_direct else "#write textarea")
        expect(field).not_to_have_value("")
        field.press("Control+Enter")

    def tell(self, text: str) -> None:
        """Write in private."""
        self.square.locator('[data-show="direct"]').click()
        self.square.locator("#dock textarea").fill(text)
        self.square.locator("#dock").get_by_role("button", name="Send").click()

    def thread(self, text: str) -> Locator:
        """The newest public thread that begins with this text."""
        return self.square.locator(".thread").filter(has_text=text).first

    def case(self, number: int = 1) -> str:
        """The case of this customer's message with this number, once it was decided."""
        case: str = self.demo.news_of(self.who, number)["case"]
        return case

    def line(self, text: str) -> Locator:
        """The line above the panes with these words, now or among the earlier ones."""
        return self.page.locator("#line, #past > li").filter(has_text=text).first


def card(pane: FrameLocator, case: str) -> Locator:
    return pane.locator(f"#card-{case}")


class Visitors:
    """Opens the page as one customer after the other."""

    def __init__(self, demo: Demo, open_page: Callable[..., Watched], new_handle: Callable[[], str]) -> None:
        self.demo = demo
        self._open_page = open_page
        self._new_handle = new_handle

    def __call__(self, size: tuple[int, int] = WIDE, **options: object) -> Visit:
        who = self._new_handle()
        self.demo.join(who, who.replace("_", " ").title())
        watched = self._open_page(self.demo.address, size, before=_IS % json.dumps(who), **options)
        return Visit(self.demo, watched, who)
