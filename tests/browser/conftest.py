"""One browser for all tests of this folder, and pages that fail the test when the browser complains."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import HOW_TO_GET_IT, find_chromium
from tests.browser.panes import Visitors
from tests.browser.watching import WIDE, Watched
from tests.live_demo import Demo, running_demo
from tests.unit.console.house import ConsoleHouse

expect.set_options(timeout=30_000)  # the machines that run this may be busy
Open = Callable[..., Watched]


# Of the folder, not of the session: while Playwright runs, no other test of this thread may start an event loop.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser, without a window."""
    program = find_chromium()
    if program is None and os.environ.get("CI") == "true":
        pytest.fail(HOW_TO_GET_IT)
    if program is None:
        pytest.skip(HOW_TO_GET_IT)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to be root with one
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    """Opens pages; at the end of the test none may have been complained of."""
    with ExitStack() as stack:
        opened: list[Watched] = []

        def open_one(
            address: str = "about:blank", size: tuple[int, int] = WIDE, *, before: str = "", **options: Any
        ) -> Watched:
            context = chromium.new_context(
                viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
            )
            stack.callback(context.close)
            context.set_default_timeout(30_000)
            if before:
                context.add_init_script(before)
            watched = Watched(context.new_page())
            opened.append(watched)
            watched.page.goto(address)
            return watched

        yield open_one
        for watched in opened:
            watched.check()


@pytest.fixture(scope="package")
def demo(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, with the shipped model, in which the morning plays while the tests run."""
    with running_demo(tmp_path_factory.mktemp("demo"), "--speed", "100") as running:
        yield running


@pytest.fixture(scope="package")
def new_handle() -> Callable[[], str]:
    """Handles that nobody had before: each test brings its own customers."""
    numbers = count(1)
    return lambda: f"guest_{next(numbers)}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ConsoleHouse]:
    made = ConsoleHouse(tmp_path / "care.db")
    yield made
    made.app.close()


@pytest.fixture
def visit(demo: Demo, open_page: Open, new_handle: Callable[[], str]) -> Visitors:
    """Opens the demo's page, each time as a new customer."""
    return Visitors(demo, open_page, new_handle)
