"""What stands on a card, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from carebot.console import words
from carebot.console.render import age, masked
from carebot.core.case import CaseStatus
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.records import OutgoingKind, OutgoingState
from carebot.core.tiers import Zone
from carebot.core.views import CardText, CaseEvent
from tests.unit.console.house import BOUGHT, ConsoleHouse
from tests.unit.services.houses import NOON, case_of, texts_of


def text(**changes: object) -> CardText:
    made = CardText(
        id="o-1",
        message_id="m-1",
        created_at=NOON,
        zone=Zone.PUBLIC,
        text="Hello",
        origin="article:child-seat",
        state=OutgoingState.SENT,
        reason=None,
        is_automatic=True,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", OutgoingState)
@pytest.mark.parametrize("kind", OutgoingKind)
def test_every_state_has_words(state: OutgoingState, kind: OutgoingKind) -> None:
    assert words.state(text(state=state, kind=kind))
    assert "_" not in words.state(text(state=state, kind=kind))


@pytest.mark.parametrize("name", EventName)
def test_every_event_has_words_even_without_its_facts(name: EventName) -> None:
    assert words.event(CaseEvent(at=NOON, name=name, actor="kim")).strip()
    said = words.event(
        CaseEvent(at=NOON, name=name, actor="kim", facts={"after": "with_agent", "before": "new"})
    )
    assert "{" not in said
    assert "_" not in said


def test_a_text_says_where_it_comes_from_and_why_it_was_held() -> None:
    assert words.origin(text()) == "article child-seat"
    assert words.origin(text(origin="agent:kim")) == ""
    assert words.state(text(state=OutgoingState.HELD, reason="a person has spoken")) == (
        "held back: a person has spoken"
    )


def test_what_was_taken_out_of_a_text_is_set_apart() -> None:
    shown = masked("mail <EMAIL> or <b>, & <ORDER_NUMBER>")

    assert shown == (
        'mail <span class="mask">email</span> or &lt;b&gt;, &amp; <span class="mask">order number</span>'
    )


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "just now"), (59, "59 min"), (60, "1 h"), (47 * 60, "47 h"), (48 * 60, "2 d")]
)
def test_ages_are_said_in_one_unit(minutes: int, said: str) -> None:
    assert age(timedelta(minutes=minutes)) == said


def test_a_card_says_why_it_is_here_and_what_became_of_our_texts(house: ConsoleHouse) -> None:
    case = house.tell(1, BOUGHT)
    browser = house.browser("kim", "/desk")
    (row,) = texts_of(house.app, case)
    sent = replace(row, state=OutgoingState.SENT, sent_at=NOON)
    house.app.uow.run(lambda work: work.replace_outgoing(row, sent))
    page = browser.get("/desk").text

    assert "article charging · sent" in page
    assert "Why it is here" in page
    assert "tier 1 · care" in page


def test_a_deleted_message_is_said_to_be_deleted(house: ConsoleHouse) -> None:
    case = house.tell(1, "I should not have said this")
    (message,) = house.app.uow.run(lambda work: work.messages_of(case))
    house.app.uow.run(lambda work: work.forget_text(message.id, deleted_at=NOON))
    page = house.browser("kim").get("/desk").text

    assert "deleted by its author" in page
    assert "should not have said" not in page


def test_a_case_that_rests_is_folded(house: ConsoleHouse) -> None:
    case = house.tell(1, "hello there")
    browser = house.browser("kim", "/desk")
    assert '<details class="talk"' not in browser.get("/desk").text

    found = case_of(house.app, case)
    resting = replace(found, status=CaseStatus.WAITING_FOR_CUSTOMER)
    house.app.uow.run(lambda work: work.save_case(resting))
    page = browser.get("/desk").text
    assert '<details class="talk"' in page
    assert "waiting for the customer · 1 message<" in page


def test_the_newest_can_come_first(house: ConsoleHouse) -> None:
    first = house.tell(1, "hello there")
    second = house.tell(2, "hello again", at=NOON + timedelta(minutes=5))
    browser = house.browser("kim")

    def order(path: str) -> bool:
        page = browser.get(path).text
        return page.index(f"card-{first}") < page.index(f"card-{second}")

    assert order("/desk")
    assert not order("/desk?order=newest")


def test_a_direct_message_is_marked_as_direct(house: ConsoleHouse) -> None:
    house.tell(1, "hello there", visibility=Visibility.DIRECT)

    assert '<span class="place direct">direct</span>' in house.browser("kim").get("/desk").text
