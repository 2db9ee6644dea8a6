"""How a page stays fresh: nothing when nothing changed, and only the cards that did."""

from __future__ import annotations

import json
import re

from carebot.core.message import Visibility
from tests.unit.console.house import Browser, ConsoleHouse


class Page:
    """What a browser knows of a page, as console.js sends it."""

    def __init__(self, browser: Browser, name: str) -> None:
        self.browser, self.name = browser, name
        text = browser.get(f"/{name}").text
        self.bar = re.search(r'id="bar" data-version="(\w+)"', text)[1]  # type: ignore[index]
        self.have = []
        for group, inner in re.findall(r'data-group="(\w+)"(.*?)</section>', text, re.DOTALL):
            found = re.findall(r'data-card="([\w-]+)" data-version="(\w+)"', inner)
            self.have += [f"{group}~{case}~{version}" for case, version in found]
        self.pulse = ""

    def news(self):  # type: ignore[no-untyped-def]
        answer = self.browser.client.get(
            f"/{self.name}/news",
            params={"have": ",".join(self.have), "bar": self.bar, "pulse": self.pulse},
            headers={"HX-Request": "true"},
        )
        told = answer.headers.get("HX-Trigger") or answer.headers.get("HX-Trigger-After-Swap")
        if told:
            self.pulse = json.loads(told)["carebot:list"]["pulse"]
        return answer


def test_when_nothing_changed_the_answer_is_empty(house: ConsoleHouse) -> None:
    house.tell(1, "hello there")
    page = Page(house.browser("kim"), "desk")

    for _ in range(3):
        answer = page.news()
        assert (answer.status_code, answer.text) == (204, "")


def test_only_the_card_that_changed_is_sent(house: ConsoleHouse) -> None:
    first, second = house.tell(1, "hello there"), house.tell(2, "hello again")
    page = Page(house.browser("kim"), "desk")
    page.news()
    house.browser("lee", "/desk").post(f"/case/{second}/claim")
    answer = page.news()

    assert answer.status_code == 200
    assert f'id="card-{second}"' in answer.text
    assert 'hx-swap-oob="true"' in answer.text
    assert f'id="card-{first}"' not in answer.text
    assert "with lee" in answer.text
    groups = json.loads(answer.headers["HX-Trigger-After-Swap"])["carebot:list"]["groups"]
    assert groups == {"mine": [], "waiting": [first], "others": [second], "resting": []}


def test_a_new_card_comes_and_one_that_is_done_goes(house: ConsoleHouse) -> None:
    first = house.tell(1, "hello there")
    page = Page(house.browser("kim"), "desk")
    page.news()
    second = house.tell(2, "hello again")
    house.browser("lee", "/desk").post(f"/case/{first}/resolve")
    answer = page.news()

    assert f'<div id="card-{first}" hx-swap-oob="delete">' in answer.text
    assert 'hx-swap-oob="beforeend:#cards-waiting"' in answer.text
    assert f'id="card-{second}"' in answer.text


def test_the_bar_comes_again_when_its_counts_change(house: ConsoleHouse) -> None:
    page = Page(house.browser("pat"), "desk")
    page.news()
    house.tell(1, "my bill is wrong", visibility=Visibility.DIRECT)
    answer = page.news()

    assert 'id="bar"' in answer.text
    assert "waiting</span>" in answer.text


def test_a_page_that_knows_rubbish_gets_everything(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim")
    for have in ("", "~~~,~,a~b", "x" * 5000, "waiting~C-9~0"):
        answer = browser.client.get("/desk/news", params={"have": have})
        assert answer.status_code == 200
        assert f'id="card-{case}"' in answer.text
