"""The town square alone, as its own site: written in, looked at, and never wider than the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from carebot.channels.townsquare.web.server import serving
from tests.browser.watching import Watched

ANA = "sessionStorage.setItem('townsquare.who', 'ana')"


@pytest.fixture
def square(tmp_path: Path) -> Iterator[str]:
    """A square with a brand, and with Ana."""
    with serving(tmp_path / "square.db") as address:
        with httpx.Client(base_url=address, trust_env=False) as http:
            for handle, name, is_brand in (("acme", "Acme", True), ("ana", "Ana", False)):
                account = {"handle": handle, "name": name, "followers": 120, "is_brand": is_brand}
                assert http.post("/api/v1/accounts", json=account).status_code == 201
        yield address


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 860), (360, 740)], ids=["desk", "phone"])
def test_the_square_can_be_used_by_everybody_on_every_screen(
    open_page: Callable[..., Watched], square: str, size: tuple[int, int], look: str
) -> None:
    watched = open_page(square, size, before=ANA, color_scheme=look)
    page = watched.page
    page.get_by_label("New public post").fill("is anybody here?")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".thread")).to_contain_text("is anybody here?")
    page.locator("#who-button").click()
    expect(page.locator("#who-panel")).to_be_visible()
    watched.shot(f"square-{size[0]}-{look}")
    assert watched.violations() == []
    assert watched.runs_over() == []
    page.keyboard.press("Escape")
    expect(page.locator("#who-panel")).to_be_hidden()
    if page.locator('[data-show="direct"]').is_visible():
        page.locator('[data-show="direct"]').click()
    page.locator("#dock textarea").fill("<b>in private</b> & safe")
    page.locator("#dock").get_by_role("button", name="Send").click()
    expect(page.locator("#talk .bubble.mine")).to_contain_text("<b>in private</b> & safe")
    watched.shot(f"square-{size[0]}-{look}-direct")
    assert watched.violations() == []
    assert watched.runs_over() == []


def test_a_post_is_edited_answered_by_the_brands_phone_and_deleted(
    open_page: Callable[..., Watched], square: str
) -> None:
    page = open_page(square, before=ANA).page
    page.get_by_label("New public post").fill("a first try")
    page.keyboard.press("Control+Enter")
    thread = page.locator(".thread").first
    thread.get_by_role("button", name="Edit").click()
    thread.locator("textarea").fill("a second try")
    thread.get_by_role("button", name="Save").click()
    expect(thread).to_contain_text("edited")
    page.locator("#phone").click()
    expect(page.locator("#holding")).to_contain_text("what you write goes out as @acme")
    thread.get_by_role("button", name="Reply").first.click()
    thread.locator("textarea").fill("we are here")
    page.keyboard.press("Control+Enter")
    expect(thread.locator(".post")).to_have_count(2)
    page.locator("#phone").click()
    thread.get_by_role("button", name="Delete").click()
    thread.get_by_role("button", name="Really delete?").click()
    expect(thread).to_contain_text("Deleted by its author")
    expect(thread).not_to_contain_text("a second try")
