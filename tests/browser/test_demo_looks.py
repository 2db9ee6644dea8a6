"""The demo's page for everybody: in light and in dark, on a desk and on a phone, with a mouse or without one."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.panes import PERSON, QUESTION, Visitors, card
from tests.browser.watching import PHONE

TABS = {"square": "Square", "agent": "Care", "helpdesk": "Private", "marketing": "Marketing"}
LOOKS = ("light", "dark")


@pytest.mark.parametrize("look", LOOKS)
def test_nobody_is_shut_out_of_any_pane(visit: Visitors, look: str) -> None:
    one = visit(color_scheme=look)
    one.tell(PERSON)
    case = one.case()
    card(one.desk, case).get_by_role("button", name="Reply").click()
    expect(card(one.desk, case).get_by_label("Your reply")).to_be_visible()

    one.watched.shot(f"demo-{look}")
    assert one.watched.violations() == []
    assert one.watched.runs_over() == []
    one.square.locator('[data-show="square"]').click()
    card(one.desk, case).get_by_role("link", name=case).click()
    expect(one.desk.locator(".timeline")).to_be_visible()
    one.page.locator("#history > summary").click()
    one.watched.shot(f"demo-{look}-case")
    assert one.watched.violations() == []


@pytest.mark.parametrize("look", LOOKS)
def test_a_phone_shows_one_pane_at_a_time(visit: Visitors, look: str) -> None:
    one = visit(PHONE, color_scheme=look)
    one.watched.shot(f"demo-phone-{look}-first")
    one.post(QUESTION)
    expect(one.square.locator(".thread").filter(has_text=one.who)).to_contain_text("(Automated reply)")
    for name, title in TABS.items():
        one.page.locator(".tabs").get_by_role("button", name=title).click()
        expect(one.page.locator(".pane:visible")).to_have_count(1)
        expect(one.page.locator(".pane:visible")).to_have_attribute("data-name", name)
        one.watched.shot(f"demo-phone-{look}-{name}")
        assert one.watched.violations() == []
        assert one.watched.runs_over() == []
    one.page.locator("#controls > summary").click()
    one.page.locator("#numbers > summary").click()
    one.watched.shot(f"demo-phone-{look}-controls")
    assert one.watched.violations() == []
    assert one.watched.runs_over() == []


def test_a_page_that_is_loaded_again_shows_the_same(visit: Visitors) -> None:
    one = visit()
    one.post(QUESTION)
    expect(one.square.locator(".thread").filter(has_text=one.who)).to_contain_text("(Automated reply)")
    expect(one.line(f"@{one.who}")).to_be_attached()
    one.page.reload()

    expect(one.square.locator(".thread").filter(has_text=one.who)).to_contain_text("(Automated reply)")
    expect(one.line(f"@{one.who}")).to_contain_text("Answered")
    expect(one.page.locator("#c-lost")).to_have_text("0")
    expect(one.page.locator("#hint")).to_be_hidden()  # read once is enough


def test_the_hint_is_there_for_whoever_comes_first(visit: Visitors) -> None:
    one = visit()
    one.page.evaluate("localStorage.clear()")
    newcomer = one.page.context.new_page()  # nothing is put into its storage that was not there
    newcomer.add_init_script("localStorage.removeItem('carebot-demo-hint')")
    newcomer.goto(visit.demo.address)
    expect(newcomer.locator("#hint")).to_be_visible()
    newcomer.get_by_role("button", name="Got it").click()
    expect(newcomer.locator("#hint")).to_be_hidden()


def test_a_keyboard_is_enough_to_write_to_claim_and_to_reply(visit: Visitors) -> None:
    one = visit()
    keys = one.page.keyboard
    one.watched.tab_to(one.square.get_by_label("New public post"))
    keys.type(PERSON)
    one.watched.tab_to(one.square.get_by_role("button", name="Post", exact=True))
    keys.press("Enter")

    found = card(one.desk, one.case())
    expect(found).to_be_visible()
    one.watched.tab_to(found.get_by_role("button", name="Claim"), most=400)
    keys.press("Enter")
    expect(found.locator(".holder").first).to_have_text("with you")
    one.watched.tab_to(found.get_by_role("button", name="Reply"), most=3)  # the focus stays in the card
    keys.press("Enter")
    expect(found.get_by_label("Your reply")).to_be_focused()
    keys.type("Good morning, a person is here.")
    one.watched.tab_to(found.get_by_role("button", name="Preview"))
    keys.press("Enter")
    expect(found.locator(".preview")).to_contain_text("a person is here")
    one.watched.tab_to(found.get_by_role("button", name="Send PUBLIC"))
    keys.press("Enter")

    expect(found).to_contain_text("Your reply is on its way")
    expect(one.square.locator(".thread").filter(has_text=one.who)).to_contain_text("a person is here")
