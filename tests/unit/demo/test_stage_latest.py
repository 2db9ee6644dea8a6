"""What just happened, as it is read from the database: who, where to and why, and no word that is private."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from carebot.core.assessment import Band
from carebot.core.decision import Action
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.ports import Work
from carebot.core.tiers import Zone
from carebot.demo.latest import TOLD, Latest
from carebot.store import schema
from carebot.store.uow import SqliteUnitOfWork
from tests.unit.store import makers
from tests.unit.store.makers import NOON

TIERS = {0: "Bot", 1: "Care", 2: "Helpdesk"}
SQUARE = {"channel": "townsquare", "account": "plumvelo"}
HANDLES = {"ext-1": "mila"}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "care.db"
    schema.create(path)
    return path


def write(database: Path, *, masked: str | None, visibility: Visibility, **changes: object) -> None:
    def fill(work: Work) -> None:
        work.add_customer(makers.customer(**SQUARE), "fp")
        work.save_case(makers.case(**SQUARE))
        work.add_message(makers.message(**SQUARE, visibility=visibility))
        work.add_decision(makers.record(decision=makers.decision(**changes)))
        work.mark_decided("m-1", case_id="C-1", masked_text=masked)

    with SqliteUnitOfWork(database) as uow:
        uow.run(fill)


def test_a_decision_says_who_where_to_and_why(database: Path) -> None:
    write(database, masked="how long?", visibility=Visibility.PUBLIC, reason="nobody is sure")
    (one,) = Latest(database, TIERS).read(HANDLES)
    assert (one.who, one.text, one.why) == ("mila", "how long?", "nobody is sure")
    assert (one.tier, one.queue, one.zone, one.went) == ("Care", "care", "public", "handed to people")
    assert one.flags == ("risk",)


def test_an_answer_of_the_bot_is_the_bots(database: Path) -> None:
    write(
        database, masked="how long?", visibility=Visibility.PUBLIC, action=Action.ANSWER, tier=0, queue=None
    )
    (one,) = Latest(database, TIERS).read(HANDLES)
    assert (one.tier, one.queue, one.went) == ("Bot", None, "answered")


def test_nobody_has_what_needs_nobody(database: Path) -> None:
    write(database, masked="thanks", visibility=Visibility.PUBLIC, action=Action.NO_CASE)
    (one,) = Latest(database, TIERS).read(HANDLES)
    assert (one.tier, one.queue, one.went) == (None, None, "nothing to do")


def test_private_words_of_a_direct_message_are_not_shown_even_when_the_database_has_them(
    database: Path,
) -> None:
    write(
        database,
        masked="my account is <EMAIL>",
        visibility=Visibility.DIRECT,
        zone=Zone.PRIVATE,
        band=Band.PRIVATE,
    )
    (one,) = Latest(database, TIERS).read(HANDLES)
    assert one.is_direct
    assert one.text is None
    assert "account" not in str(one.as_json())


def test_nothing_is_told_twice(database: Path) -> None:
    write(database, masked="how long?", visibility=Visibility.PUBLIC)
    latest = Latest(database, TIERS)
    assert len(latest.read(HANDLES)) == 1
    assert latest.read(HANDLES) == []


def test_what_people_do_is_told_in_words(database: Path) -> None:
    with SqliteUnitOfWork(database) as uow:
        uow.run(lambda work: work.add_events([makers.event(EventName.CLAIMED, actor="sanne")]))
    (one,) = Latest(database, TIERS).read({})
    assert one.why == "Sanne took C-1: the bot is silent in it now"
    assert one.went is None


def test_events_that_say_nothing_to_a_visitor_are_left_out(database: Path) -> None:
    with SqliteUnitOfWork(database) as uow:
        uow.run(lambda work: work.add_events([makers.event(EventName.DECIDED)]))
    assert EventName.DECIDED not in TOLD
    assert Latest(database, TIERS).read({}) == []


def test_the_bots_switch_is_read(database: Path) -> None:
    latest = Latest(database, TIERS)
    assert latest.bot_is_awake()
    with SqliteUnitOfWork(database) as uow:
        uow.run(lambda work: work.set_switch("bot_awake", False))
    assert not latest.bot_is_awake()


def test_a_square_that_was_away_is_told_once_it_is_back_and_a_missed_beat_is_not(database: Path) -> None:
    lost, back = EventName.CHANNEL_LOST, EventName.CHANNEL_BACK
    times = (lost, 0), (back, 1), (lost, 2), (back, 12)
    facts = [makers.event(name, case_id=None, at=NOON + timedelta(seconds=after)) for name, after in times]
    with SqliteUnitOfWork(database) as uow:
        uow.run(lambda work: work.add_events(facts))
    (one,) = Latest(database, TIERS).read({})
    assert one.why == "The town square was away for 10 seconds: carebot reads what it missed"
