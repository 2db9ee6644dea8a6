"""The scripted morning, which played while the tests before this one were at work."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.panes import Visitors
from tests.live_demo import PATIENCE


def test_the_morning_plays_at_a_hundred_times_its_speed_and_every_message_is_decided(visit: Visitors) -> None:
    one = visit()
    expect(one.page.locator("#played")).to_have_text(re.compile(r"^(\d+) of \1$"), timeout=2_000 * PATIENCE)
    visit.demo.until(lambda state: state["counters"]["isSettled"])
    counters = visit.demo.state()["counters"]

    assert counters["messages"] == counters["takenIn"] == counters["decided"] >= 50
    assert counters["repliesDecided"] == counters["replies"]
    assert [counters[name] for name in ("lost", "doubled", "afterPerson", "inPublic")] == [0, 0, 0, 0]
    expect(one.page.locator("#c-lost")).to_have_text("0")
    expect(one.page.locator("#c-doubled")).to_have_text("0")
    one.watched.shot("demo-whole-morning")


def test_the_morning_can_be_paused_and_played_on_and_at_any_speed(visit: Visitors) -> None:
    one = visit()
    visit.demo.until(lambda state: not state["player"]["speed"])
    one.page.locator("#play").click()  # once more, from the beginning
    expect(one.page.locator("#play")).to_contain_text("Pause")
    one.page.get_by_role("button", name="20×").click()
    visit.demo.until(lambda state: state["player"]["speed"] == 20)
    one.page.locator("#play").click()
    expect(one.page.locator("#play")).to_contain_text("Go on")
    visit.demo.until(lambda state: not state["player"]["speed"])
