"""The town square's own pages: what is served, and what may never stand in it."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import carebot.channels.townsquare.web.pages as pages

STATIC = Path(str(files(pages.__package__) / "static"))
ASSETS = sorted(file.name for file in STATIC.iterdir())
# What a browser would load or ask for: attributes, imports, url(...) and the first argument of fetch and EventSource.
REFERENCE = re.compile(
    r"""(?:\b(?:src|href|action)=|\bfrom\s|\bimport\(|@import\s|url\(|fetch\(|EventSource\()\s*["'`]([^"'`]+)["'`]"""
)


@pytest.fixture
def browser() -> TestClient:
    app = FastAPI()
    app.include_router(pages.make_pages(object()))
    return TestClient(app)


def everything() -> dict[str, str]:
    template = STATIC.parent / "templates" / "square.html"
    return {file.name: file.read_text("utf-8") for file in (template, *STATIC.iterdir())}


def test_the_page_is_served(browser: TestClient) -> None:
    answer = browser.get("/")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Town square</title>" in answer.text


@pytest.mark.parametrize("name", ASSETS)
def test_each_asset_is_served_with_its_kind(browser: TestClient, name: str) -> None:
    answer = browser.get(f"/static/{name}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == pages.KINDS[name.rpartition(".")[2]]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["nothing.js", "..%2fpages.py", "%2e%2e/pages.py", "__init__.py"])
def test_nothing_else_is_served(browser: TestClient, name: str) -> None:
    assert browser.get(f"/static/{name}").status_code == 404


def test_the_browser_is_told_to_load_nothing_from_elsewhere(browser: TestClient) -> None:
    policy = browser.get("/").headers["content-security-policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", everything())
def test_every_address_is_relative(name: str) -> None:
    """The square is served under any prefix, and without the internet."""
    text = everything()[name].replace(
        "http://www.w3.org/2000/svg", ""
    )  # the name of a language, never loaded

    assert not re.search(r"https?://\w", text)
    assert [found for found in REFERENCE.findall(text) if found.startswith(("/", "http", "data:"))] == []


def test_every_local_address_leads_to_an_asset() -> None:
    wanted = {found for text in everything().values() for found in re.findall(r"static/([\w.-]+)", text)}
    modules = {found for text in everything().values() for found in re.findall(r'from "\./([\w.-]+)"', text)}

    assert {"main.js", "look.css", "icons.svg"} <= wanted
    assert (wanted | modules) - set(ASSETS) == set()


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="(\w+)"', everything()["icons.svg"]))
    scripts = "".join(everything().values())
    used = set(re.findall(r'(?:icons\.svg#|icon\("|icon: ")(\w+)', scripts))

    assert used - drawn == set()


@pytest.mark.parametrize("name", everything())
def test_what_people_write_never_becomes_markup_or_code(name: str) -> None:
    text = everything()[name]

    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        " style=",
    ):
        assert way not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon[a-z]+=\"", text)


@pytest.mark.parametrize("name", everything())
def test_no_file_grows_too_long(name: str) -> None:
    assert len(everything()[name].splitlines()) <= 400
