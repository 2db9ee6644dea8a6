"""What people press, and what comes of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from httpx import Response

from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.records import OutgoingState
from carebot.core.rights import Role
from tests.unit.console.house import BOUGHT, HOSTILE, Browser, ConsoleHouse
from tests.unit.services.houses import case_of, events_of, texts_of


def hidden(answer: Response) -> dict[str, str]:
    """The hidden fields of the form that sends."""
    form = answer.text.partition("/send")[2].partition("</form>")[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def preview(browser: Browser, case: str, text: str) -> Response:
    return browser.post(f"/case/{case}/preview", page="desk", text=text)


def test_claiming_makes_it_mine_and_says_what_was_held(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim", "/desk")
    answer = browser.post(f"/case/{case}/claim", page="desk")

    assert answer.status_code == 200
    assert "It is yours" in answer.text
    assert "with you" in answer.text
    assert case_of(house.app, case).owner_id == "kim"


def test_who_claims_second_is_told_who_was_first(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    kim, lee = house.browser("kim", "/desk"), house.browser("lee", "/desk")
    kim.post(f"/case/{case}/claim", page="desk")
    answer = lee.post(f"/case/{case}/claim", page="desk")

    assert answer.status_code == 409
    assert "Kim has case" in answer.text
    assert "with kim" in answer.text
    assert 'id="reply-' not in answer.text


def test_release_resolve_and_reopen(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim", "/desk")
    for press, status in (
        ("claim", 200),
        ("release", 200),
        ("resolve", 200),
        ("resolve", 409),
        ("reopen", 200),
    ):
        assert browser.post(f"/case/{case}/{press}", page="desk").status_code == status, press
    assert case_of(house.app, case).status.is_open


def test_a_case_that_is_put_aside_leaves_the_desk_until_then(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim", "/desk")
    browser.post(f"/case/{case}/snooze", page="desk")

    assert f"card-{case}" not in browser.get("/desk").text
    house.clock.moment += timedelta(hours=5)
    assert f"card-{case}" in browser.get("/desk").text


# Forms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, None, 200),
        ({"Sec-Fetch-Site": "same-origin"}, "", 403),
        ({"Sec-Fetch-Site": "same-origin"}, "0" * 64, 403),
        ({"Sec-Fetch-Site": "cross-site"}, None, 403),
        ({"Sec-Fetch-Site": "same-site"}, None, 403),
        ({"Sec-Fetch-Site": "none"}, None, 403),
        ({"Origin": "http://console.test"}, None, 200),
        ({"Origin": "http://evil.example"}, None, 403),
        ({"Origin": "null"}, None, 403),
        ({"Origin": "http://demo.test", "X-Forwarded-Host": "demo.test"}, None, 200),
        ({}, None, 403),
    ],
)
def test_a_form_is_taken_from_our_own_pages_only(
    house: ConsoleHouse, headers: dict[str, str], token: str | None, status: int
) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim", "/desk")
    browser.headers = headers
    answer = browser.post(f"/case/{case}/claim", **({} if token is None else {"token": token}))

    assert answer.status_code == status
    assert case_of(house.app, case).owner_id == ("kim" if status == 200 else None)


def test_the_token_of_another_session_is_refused(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    kim, other = house.browser("kim", "/desk"), house.browser("kim", "/desk")
    assert kim.token != other.token
    kim.token = other.token

    assert kim.post(f"/case/{case}/claim").status_code == 403


def test_without_javascript_a_button_answers_with_the_page_of_the_case(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim", "/desk")
    answer = browser.client.post(
        f"/case/{case}/claim", data={"token": browser.token}, headers=browser.headers
    )

    assert answer.text.startswith("<!doctype html>")
    assert "It is yours" in answer.text


# Replies ----------------------------------------------------------------------------------------------------


def test_a_reply_is_shown_as_it_will_be_and_then_sent(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim", "/desk")
    assert "<textarea" in browser.part(f"/case/{case}/reply?page=desk").text
    seen = preview(browser, case, "  Good morning!  ")

    assert "PUBLIC" in seen.text
    assert "everybody can read it" in seen.text
    assert ">Good morning!</p>" in seen.text
    sent = browser.post(f"/case/{case}/send", **hidden(seen))
    assert sent.status_code == 200
    assert "on its way, PUBLIC" in sent.text
    (row,) = [row for row in texts_of(house.app, case) if row.origin == "agent:kim"]
    assert (row.text, row.state, row.visibility) == ("Good morning!", OutgoingState.QUEUED, Visibility.PUBLIC)
    assert case_of(house.app, case).owner_id == "kim"


def test_a_reply_to_a_direct_message_is_direct(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there", visibility=Visibility.DIRECT)
    seen = preview(house.browser("kim", "/desk"), case, "Good morning!")

    assert "Send DIRECT" in seen.text
    assert "PUBLIC" not in seen.text


def test_a_preview_says_what_speaks_against_it_and_offers_no_send(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    seen = preview(house.browser("kim", "/desk"), case, "Write to ada@example.com")

    assert "personal data (email)" in seen.text
    assert "/send" not in seen.text


def test_a_text_that_may_not_leave_is_refused_even_when_it_is_sent_by_hand(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim", "/desk")
    form = hidden(preview(browser, case, "Good morning!"))
    answer = browser.post(f"/case/{case}/send", **{**form, "text": "Write to ada@example.com"})

    assert answer.status_code == 409
    assert "personal data" in answer.text
    assert [row for row in texts_of(house.app, case) if not row.is_automatic] == []


def test_a_stale_preview_is_refused_with_the_news_and_the_text_stays(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim", "/desk")
    form = hidden(preview(browser, case, "Good morning!"))
    house.clock.moment += timedelta(minutes=2)
    house.again(1, "never mind, it works", minutes=1)
    answer = browser.post(f"/case/{case}/send", **form)

    assert answer.status_code == 409
    assert "The customer has written again" in answer.text
    assert "never mind, it works" in answer.text
    assert ">Good morning!</textarea>" in answer.text
    assert answer.headers["HX-Retarget"] == f"#card-{case}"
    assert [row for row in texts_of(house.app, case) if not row.is_automatic] == []


def test_pressing_send_twice_sends_once(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim", "/desk")
    form = hidden(preview(browser, case, "Good morning!"))
    for _ in range(2):
        assert browser.post(f"/case/{case}/send", **form).status_code == 200

    assert len([row for row in texts_of(house.app, case) if not row.is_automatic]) == 1


def test_somebody_without_the_right_to_reply_is_refused(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("ops", f"/case/{case}")

    assert preview(browser, case, "Good morning!").status_code == 403


def test_what_an_agent_types_is_escaped_everywhere(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim", "/desk")
    for answer in (
        browser.post(f"/case/{case}/reply", text=HOSTILE + "</textarea>"),
        preview(browser, case, HOSTILE),
        browser.post(f"/case/{case}/look?page=desk", text=HOSTILE),
    ):
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text


def test_a_suggestion_is_sent_as_it_stands_or_taken_into_the_form(house: ConsoleHouse) -> None:
    case = house.tell(1, BOUGHT)
    browser = house.browser("kim", "/desk")
    (row,) = texts_of(house.app, case)
    assert row.state is OutgoingState.SUGGESTED
    page = browser.get("/desk").text
    assert "Send this in PUBLIC" in page
    assert "Plug it in." in browser.part(f"/case/{case}/reply?page=desk&outgoing={row.id}").text

    answer = browser.post(f"/case/{case}/send-suggested", page="desk", outgoing=row.id)
    assert answer.status_code == 200
    assert "Send this in" not in answer.text
    assert "waiting to leave" in answer.text


# Sealed messages --------------------------------------------------------------------------------------------


def sealed_case(house: ConsoleHouse) -> tuple[str, str]:
    case = house.tell(2, "my bill is wrong", visibility=Visibility.DIRECT)
    (message,) = house.app.uow.run(lambda work: work.messages_of(case))
    return case, message.id


def test_opening_a_sealed_message_needs_a_reason_and_is_recorded(house: ConsoleHouse) -> None:
    case, message = sealed_case(house)
    browser = house.browser("pat", "/private")
    assert "Why do you open it?" in browser.part(f"/case/{case}/open/{message}?page=private").text

    refused = browser.post(f"/case/{case}/open/{message}", reason=" ")
    assert refused.status_code == 403
    assert "my bill is wrong" not in refused.text
    assert events_of(house.app, case, EventName.SEAL_OPENED) == []

    opened = browser.post(f"/case/{case}/open/{message}", reason="she asked for it")
    assert "my bill is wrong" in opened.text
    assert "Opened by you at" in opened.text
    (event,) = events_of(house.app, case, EventName.SEAL_OPENED)
    assert (event.actor, event.facts["reason"]) == ("pat", "she asked for it")
    assert "she asked for it" in browser.get(f"/case/{case}").text
    assert "my bill is wrong" not in browser.get("/private").text


@pytest.mark.parametrize("person", ["kim", "mel", "lea"])
def test_nobody_else_opens_a_sealed_message(house: ConsoleHouse, person: str) -> None:
    case, message = sealed_case(house)
    answer = house.browser(person, f"/case/{case}").post(f"/case/{case}/open/{message}", reason="curious")

    assert answer.status_code == 403
    assert "my bill is wrong" not in answer.text


# Marketing, and the bot -------------------------------------------------------------------------------------


def test_marketing_holds_a_thread_and_lets_it_go(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    mel, other = house.browser("mel", "/review"), house.browser("max", "/review")
    held = mel.post(f"/case/{case}/hold", page="review")

    assert "two hours" in held.text
    assert "held by you until" in held.text
    refused = other.post(f"/case/{case}/let_go", page="review")
    assert refused.status_code == 409
    assert "Mel holds" in refused.text
    assert mel.post(f"/case/{case}/let_go", page="review").status_code == 200
    assert mel.post(f"/case/{case}/handled", page="review").status_code == 200
    assert mel.post(f"/case/{case}/to_care", page="review").status_code == 200


def test_an_agent_does_not_hold_threads(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")

    assert house.browser("kim", "/desk").post(f"/case/{case}/hold").status_code == 403


def test_the_bot_is_stopped_and_woken_from_the_bar(house: ConsoleHouse) -> None:
    browser = house.browser("kim", "/desk")
    stopped = browser.post("/bot/stop")

    assert "</span>stopped" in stopped.text
    assert house.app.queries.bot_is_awake() is False
    assert "Wake the bot" in browser.get("/desk").text
    assert "</span>awake" in browser.post("/bot/start").text


def test_who_may_not_stop_the_bot_gets_no_button(house: ConsoleHouse) -> None:
    house.people["eva"] = {Role.EXPERT}
    browser = house.browser("eva", "/desk")

    assert "Stop the bot" not in browser.get("/desk").text
    assert browser.post("/bot/stop").status_code == 403
    assert house.app.queries.bot_is_awake()
