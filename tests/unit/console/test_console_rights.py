"""Who may open which page, what is on it, and what is never on it."""

from __future__ import annotations

import pytest

from carebot.core.message import Visibility
from carebot.core.rights import Role
from tests.unit.console.house import BOUGHT, HOSTILE, ConsoleHouse

PAGES = ("desk", "private", "review")
OPEN_TO = {
    Role.AGENT: {"desk"},
    Role.PRIVATE_AGENT: {"desk", "private"},
    Role.SPECIALIST: {"desk", "private"},
    Role.EXPERT: {"desk", "private"},
    Role.VENDOR: set(),
    Role.MARKETING: {"review"},
    Role.LEAD: {"desk", "review"},
    Role.OPERATOR: set(),
}
DIRECT = "what was said in direct"
LATER = "what was said later, in public"


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_for_those_who_work_there(house: ConsoleHouse, role: Role, page: str) -> None:
    house.people["zoe"] = {role}
    browser = house.browser("zoe")
    answers = (browser.get(f"/{page}"), browser.part(f"/{page}/news"))

    expected = 200 if page in OPEN_TO[role] else 403
    assert [answer.status_code for answer in answers] == [expected, expected]
    first = browser.get("/")
    wanted = next((f"/{name}" for name in PAGES if name in OPEN_TO[role]), None)
    assert first.headers.get("location") == wanted
    assert first.status_code == (303 if wanted else 403)


def test_the_desk_has_care_and_the_private_page_the_private_queues(house: ConsoleHouse) -> None:
    care, private = house.tell(1, BOUGHT), house.tell(2, "my bill is wrong", visibility=Visibility.DIRECT)
    browser = house.browser("pat")
    desk, helpdesk = browser.get("/desk").text, browser.get("/private").text

    assert (f"card-{care}" in desk, f"card-{private}" in desk) == (True, False)
    assert (f"card-{care}" in helpdesk, f"card-{private}" in helpdesk) == (False, True)


def private_case(house: ConsoleHouse, **changes: object) -> str:
    """A public post, then direct messages that make it private, and another public post."""
    case = house.tell(1, BOUGHT, **changes)
    house.again(1, DIRECT, minutes=1, direct=True)
    house.again(1, "my bill is wrong", minutes=2, direct=True)
    house.again(1, LATER, minutes=3)
    return case


def test_of_a_private_case_an_agent_without_the_right_sees_the_public_post_only(house: ConsoleHouse) -> None:
    case = private_case(house)
    for person in ("kim", "mel"):
        page = house.browser(person).get(f"/case/{case}")
        assert page.status_code == 200
        assert BOUGHT in page.text
        assert "sealed direct message" in page.text
        for never in (DIRECT, "my bill is wrong", LATER):
            assert never not in page.text
        assert f"/case/{case}/open/" not in page.text


def test_a_helpdesk_agent_sees_sealed_messages_as_sealed_and_may_open_them(house: ConsoleHouse) -> None:
    case = private_case(house)
    text = house.browser("pat").get("/private").text

    assert f"card-{case}" in text
    assert "sealed direct message" in text
    assert "my bill is wrong" not in text
    assert f"/case/{case}/open/" in text


def test_the_original_of_a_redacted_public_post_can_be_opened_too(house: ConsoleHouse) -> None:
    case = house.tell(1, "my card is 4111 1111 1111 1111, just run it")
    text = house.browser("pat").get("/private").text

    assert "4111" not in text
    assert "the original is sealed" in text
    assert f"/case/{case}/open/" in text
    assert f"/case/{case}/open/" not in house.browser("kim").get(f"/case/{case}").text


def test_marketing_sees_no_trace_of_what_was_said_elsewhere_or_later(house: ConsoleHouse) -> None:
    case = house.tell(1, "press", followers=5_000_000)
    house.app.uow.run(lambda work: flagged(work, case))
    house.again(1, DIRECT, minutes=1, direct=True)
    house.again(1, "my bill is wrong", minutes=2, direct=True)
    house.again(1, LATER, minutes=3)
    text = house.browser("mel").get("/review").text

    assert f"card-{case}" in text
    assert "5,000,000" in text
    assert ">press</p>" in text
    for never in (DIRECT, "my bill is wrong", LATER, "sealed", ">direct<"):
        assert never not in text


def flagged(work: object, case_id: str) -> None:
    from dataclasses import replace

    case = work.case(case_id)  # type: ignore[attr-defined]
    work.save_case(replace(case, flag_reasons=frozenset({"press"})))  # type: ignore[attr-defined]


def test_a_case_that_only_a_direct_message_flagged_is_not_for_review(house: ConsoleHouse) -> None:
    case = house.tell(1, "press", visibility=Visibility.DIRECT)
    house.app.uow.run(lambda work: flagged(work, case))

    assert f"card-{case}" not in house.browser("mel").get("/review").text


def test_an_operator_sees_a_case_without_its_texts(house: ConsoleHouse) -> None:
    case = house.tell(1, BOUGHT)
    page = house.browser("ops").get(f"/case/{case}")

    assert page.status_code == 200
    assert BOUGHT not in page.text
    assert "not for your role" in page.text


def test_the_explanation_is_for_those_who_may_explain(house: ConsoleHouse) -> None:
    case = house.tell(1, BOUGHT)

    assert 'id="explained"' in house.browser("kim").get(f"/case/{case}").text
    assert 'id="explained"' not in house.browser("mel").get(f"/case/{case}").text


def test_an_unknown_case_or_page_is_said_to_be_none(house: ConsoleHouse) -> None:
    browser = house.browser("kim")

    for path in ("/case/C-9", "/reports", "/case/C-9/card"):
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize("text", [HOSTILE, "half a character \ud83d here", "<EMAIL> and <b>bold</b>"])
def test_whatever_a_customer_writes_is_shown_and_never_done(house: ConsoleHouse, text: str) -> None:
    case = house.tell(1, text)
    browser = house.browser("kim")
    for page in (browser.get("/desk"), browser.get(f"/case/{case}"), browser.part("/desk/news")):
        assert page.status_code == 200
        for never in ("<script>alert", "<img src=x", "<b>bold"):
            assert never not in page.text
    if text is HOSTILE:
        assert "&lt;script&gt;" in page.text
        assert "{{7*7}}" in page.text


def test_every_page_forbids_what_is_not_its_own(house: ConsoleHouse) -> None:
    browser = house.browser("kim")
    for path in ("/desk", "/case/C-9", "/sign-in?token=x", "/desk/news"):
        headers = browser.get(path).headers
        assert "default-src 'self'; frame-ancestors 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
    page = browser.get("/desk").text
    assert " style=" not in page
    assert "<script>" not in page
    assert "://" not in page.replace("http://www.w3.org", "")


def test_assets_come_from_here(house: ConsoleHouse) -> None:
    browser = house.stranger()
    for name in ("console.css", "console.js", "htmx.min.js", "mark.svg"):
        assert browser.get(f"/static/{name}").status_code == 200
