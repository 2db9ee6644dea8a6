"""The pages in a real browser: open forms survive, lists refresh, and nothing is in the way of anybody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import expect

from carebot.core.message import Visibility
from tests.browser.watching import WHILE_DOWN, Watched
from tests.unit.console.house import BOUGHT, HOSTILE, ConsoleHouse

WIDE, PANE, PHONE = (1280, 860), (420, 700), (360, 740)


@contextmanager
def served(house: ConsoleHouse) -> Iterator[str]:
    """The console on a free port of this machine."""
    config = uvicorn.Config(house.console, port=0, log_level="error", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    is_up = threading.Event()
    began = server.startup

    async def startup(*args: Any, **kwargs: Any) -> None:
        await began(*args, **kwargs)
        is_up.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert is_up.wait(20)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def address(house: ConsoleHouse) -> Iterator[str]:
    with served(house) as there:
        yield there


@pytest.fixture
def sign_in(open_page: Callable[..., Watched], house: ConsoleHouse, address: str) -> Callable[..., Watched]:
    """Opens a page in which this person has pressed the button."""

    def as_person(person: str, size: tuple[int, int] = WIDE, **options: Any) -> Watched:
        watched = open_page(f"{address}/sign-in?token={house.link(person)}", size, **options)
        watched.page.get_by_role("button", name="Sign in").click()
        watched.page.wait_for_url(lambda url: "sign-in" not in url)
        return watched

    return as_person


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PANE, PHONE], ids=["wide", "pane", "phone"])
@pytest.mark.parametrize(("person", "page"), [("pat", "desk"), ("pat", "private"), ("mel", "review")])
def test_nobody_is_shut_out_and_nothing_runs_over_the_edge(
    sign_in: Callable[..., Watched],
    house: ConsoleHouse,
    address: str,
    person: str,
    page: str,
    size: tuple[int, int],
    look: str,
) -> None:
    cases = [
        house.tell(1, BOUGHT),
        house.tell(2, HOSTILE),
        house.tell(4, BOUGHT),  # two suggestions on one page
        house.tell(3, "my bill is wrong", visibility=Visibility.DIRECT),
    ]
    watched = sign_in(person, size, color_scheme=look)
    for path in (page, f"case/{cases[0]}"):
        watched.page.goto(f"{address}/{path}")
        watched.shot(f"console-{person}-{path.partition('/')[0]}-{size[0]}-{look}")
        assert watched.violations() == []
        assert watched.runs_over() == []


def test_an_open_form_survives_what_happens_meanwhile(
    sign_in: Callable[..., Watched], house: ConsoleHouse, address: str
) -> None:
    case, other = house.tell(1, "hello there"), house.tell(2, "hello again")
    page = sign_in("kim").page
    page.locator(f"#reply-{case}").click()
    field = page.locator(f"#text-{case}")
    expect(field).to_be_focused()
    field.type("Good mor")
    house.again(1, "are you there?")
    house.again(2, "another one")
    third = house.tell(3, "the third")

    expect(page.locator(f"#card-{case} .hint")).to_be_visible()
    expect(page.locator(f"#card-{other}")).to_contain_text("another one")
    expect(page.locator(f"#card-{third}")).to_be_visible()
    expect(page.locator("#announce")).to_contain_text(f"{third} is new")
    expect(field).to_be_focused()
    page.keyboard.type("ning")
    expect(field).to_have_value("Good morning")

    page.get_by_role("button", name="Show it").click()
    expect(page.locator(f"#card-{case}")).to_contain_text("are you there?")
    expect(field).to_have_value("Good morning")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(f"#card-{case} .preview")).to_contain_text("PUBLIC")
    page.get_by_role("button", name="Send PUBLIC").click()
    expect(page.locator(f"#card-{case}")).to_contain_text("Your reply is on its way")
    expect(page.locator(f"#cards-resting #card-{case}")).to_be_attached()


def test_a_sealed_message_that_is_open_stays_open_while_its_card_changes(
    sign_in: Callable[..., Watched], house: ConsoleHouse, address: str
) -> None:
    case = house.tell(3, "my bill is wrong", visibility=Visibility.DIRECT)
    page = sign_in("pat").page
    page.goto(f"{address}/private")
    page.get_by_role("button", name="Open the sealed").click()
    page.get_by_label("Why do you open it?").fill("she asked for it")
    page.keyboard.press("Enter")
    expect(page.locator(".opened")).to_contain_text("my bill is wrong")
    house.browser("pat", "/private").post(f"/case/{case}/claim")

    expect(page.locator(f"#card-{case} .hint")).to_be_visible()
    expect(page.locator(".opened")).to_be_visible()
    page.get_by_role("button", name="Seal it again").click()
    expect(page.locator(".opened")).to_have_count(0)
    expect(page.locator(f"#card-{case}")).to_contain_text("with you")


def test_when_carebot_is_away_the_page_says_so_and_comes_back(
    sign_in: Callable[..., Watched], house: ConsoleHouse, address: str
) -> None:
    house.tell(1, "hello there")
    watched = sign_in("kim")
    watched.expects = [WHILE_DOWN]
    page = watched.page
    page.route("**/news**", lambda route: route.abort())
    expect(page.locator("#down")).to_be_visible()
    page.unroute("**/news**")
    expect(page.locator("#down")).to_be_hidden()
    second = house.tell(2, "hello again")
    expect(page.locator(f"#card-{second}")).to_be_visible()
