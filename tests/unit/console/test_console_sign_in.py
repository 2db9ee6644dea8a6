"""Getting in, staying in, and being shown out."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from carebot.core.events import EventName
from carebot.core.rights import Role
from carebot.store.statements import EVENTS
from tests.unit.console.house import BOUGHT, ConsoleHouse


def signed_in(house: ConsoleHouse) -> int:
    with house.app.queries._engine.connect() as connection:  # type: ignore[attr-defined]
        rows = connection.execute(EVENTS.select().where(EVENTS.c.name == EventName.SIGNED_IN)).all()
    return len(rows)


def test_looking_at_a_link_signs_nobody_in_and_pressing_the_button_does(house: ConsoleHouse) -> None:
    browser, link = house.stranger(), house.link("kim")

    for _ in range(3):
        look = browser.get(f"/sign-in?token={link}")
        assert look.status_code == 200
        assert "Sign in as kim" in look.text
        assert "set-cookie" not in look.headers
    assert browser.get("/desk").status_code == 401
    assert signed_in(house) == 0

    entered = browser.post("/sign-in", token=link)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/;" in cookie
    assert f"max-age={12 * 3600}" in cookie
    assert signed_in(house) == 1
    assert browser.get("/desk").status_code == 200


def test_a_link_works_once(house: ConsoleHouse) -> None:
    link = house.link("kim")
    house.stranger().post("/sign-in", token=link)

    again = house.stranger()
    assert again.post("/sign-in", token=link).status_code == 403
    assert again.get(f"/sign-in?token={link}").status_code == 403
    assert again.get("/desk").status_code == 401
    assert signed_in(house) == 1


def test_a_link_works_once_also_when_the_console_was_started_anew(house: ConsoleHouse) -> None:
    link = house.link("kim")
    house.stranger().post("/sign-in", token=link)

    house.start_anew()

    assert house.stranger().post("/sign-in", token=link).status_code == 403
    assert signed_in(house) == 1


@pytest.mark.parametrize(("minutes", "status"), [(9, 303), (11, 403)])
def test_a_link_works_for_ten_minutes(house: ConsoleHouse, minutes: int, status: int) -> None:
    link = house.link("kim")
    house.clock.moment += timedelta(minutes=minutes)

    assert house.stranger().post("/sign-in", token=link).status_code == status


def test_a_link_that_is_not_ours_is_refused(house: ConsoleHouse) -> None:
    for token in ("", "x", house.link("kim")[:-2], house.link("kim") + "x"):
        assert house.stranger().post("/sign-in", token=token).status_code == 403


def test_a_link_from_another_site_is_not_taken(house: ConsoleHouse) -> None:
    browser = house.stranger()
    browser.headers = {"Sec-Fetch-Site": "cross-site"}

    assert browser.post("/sign-in", token=house.link("kim")).status_code == 403


@pytest.mark.parametrize(("hours", "status"), [(11, 200), (13, 401)])
def test_a_session_lasts_twelve_hours(house: ConsoleHouse, hours: int, status: int) -> None:
    browser = house.browser("kim")
    house.clock.moment += timedelta(hours=hours)

    assert browser.get("/desk").status_code == status


def test_who_is_taken_out_loses_access_at_once(house: ConsoleHouse) -> None:
    case = house.tell(1, BOUGHT)
    browser = house.browser("kim", "/desk")
    house.people["kim"] = set()

    for answer in (browser.get("/desk"), browser.part("/desk/news"), browser.post(f"/case/{case}/claim")):
        assert answer.status_code == 403
        assert "care.yaml" in answer.text
        assert BOUGHT not in answer.text


def test_who_gets_another_role_sees_other_pages_at_once(house: ConsoleHouse) -> None:
    browser = house.browser("kim", "/desk")
    house.people["kim"] = {Role.MARKETING}

    assert browser.get("/desk").status_code == 403
    assert browser.get("/").headers["location"] == "/review"


def test_somebody_without_a_role_is_not_signed_in(house: ConsoleHouse) -> None:
    browser = house.stranger()

    assert browser.post("/sign-in", token=house.link("nobody")).status_code == 403
    assert browser.get("/desk").status_code == 401


def test_signing_out_ends_the_session_in_this_browser(house: ConsoleHouse) -> None:
    browser = house.browser("kim", "/desk")
    browser.post("/sign-out")

    assert browser.get("/desk").status_code == 401


def test_a_page_that_refreshes_itself_is_loaded_anew_when_the_session_is_over(house: ConsoleHouse) -> None:
    answer = house.stranger().part("/desk/news")

    assert answer.status_code == 401
    assert answer.headers["HX-Refresh"] == "true"


# Under a prefix ---------------------------------------------------------------------------------------------


def test_behind_a_proxy_on_this_machine_every_link_has_its_prefix(house: ConsoleHouse) -> None:
    house.tell(1, BOUGHT)
    browser = house.stranger()
    browser.headers["X-Forwarded-Prefix"] = "/agent"
    entered = browser.post("/sign-in", token=house.link("kim"))

    assert entered.headers["location"] == "/agent/"
    assert "path=/agent;" in entered.headers["set-cookie"].lower()
    browser.client.cookies.clear()
    session = entered.headers["set-cookie"].partition(";")[0]
    page = browser.get("/desk", **{"X-Forwarded-Prefix": "/agent", "Cookie": session})
    assert page.status_code == 200
    links = [part.partition('"')[0] for part in page.text.replace("src=", "href=").split('href="')[1:]]
    assert links
    assert all(link.startswith(("/agent/", "#")) for link in links), links
    assert 'hx-get="/agent/desk/news"' in page.text
    assert 'action="/case' not in page.text


@pytest.mark.parametrize("prefix", ["//evil.example", '/a"b', "/Agent", "agent", "/a/../b", "/a/"])
def test_a_prefix_that_is_none_is_left_out(house: ConsoleHouse, prefix: str) -> None:
    assert house.browser("kim").get("/", **{"X-Forwarded-Prefix": prefix}).headers["location"] == "/desk"


def test_a_prefix_from_another_machine_is_left_out(house: ConsoleHouse) -> None:
    browser = house.stranger(host="192.0.2.7")
    answer = browser.post("/sign-in", token=house.link("kim"))
    assert answer.status_code == 303

    location = browser.get("/", **{"X-Forwarded-Prefix": "/agent"}).headers["location"]
    assert urlsplit(location).path == "/desk"


def test_of_several_session_cookies_the_first_that_is_good_counts(house: ConsoleHouse) -> None:
    kim = house.browser("kim").client.cookies["carebot_session"]
    mel = house.browser("mel").client.cookies["carebot_session"]
    stranger = house.stranger()

    def who(*cookies: str) -> str:
        line = "; ".join(f"carebot_session={cookie}" for cookie in cookies)
        return stranger.get("/", Cookie=line).headers["location"]

    assert who(kim, mel) == "/desk"
    assert who(mel, kim) == "/review"
    assert who("rubbish", kim) == "/desk"
