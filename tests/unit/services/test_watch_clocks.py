"""Who was invited and does not come is noticed once, and after days the case closes by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from carebot.app import App
from carebot.core.case import Case, CaseStatus
from carebot.core.clocks import ClockKind
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.records import OutgoingState
from carebot.services.claim_case import claim_case
from carebot.services.silence_bot import stop_bot
from carebot.services.watch_clocks import WatchClocks
from tests.unit.services.desk import PAT, House, desk, later, opened
from tests.unit.services.houses import NOON, case_of, events_of, said, tell, texts_of

MINUTES = timedelta(minutes=1)
DAYS = timedelta(days=1)


@pytest.fixture
def app(any_house: House) -> App:
    return desk(any_house)


def invited(app: App, **changes: object) -> Case:
    """A case whose customer was invited at noon, and whose invitation has left."""
    case = opened(app, "private", **changes)
    (row,) = texts_of(app, case.id)
    app.uow.run(lambda work: work.replace_outgoing(row, replace(row, state=OutgoingState.SENT)))
    assert case_of(app, case.id).status is CaseStatus.WAITING_FOR_CUSTOMER
    return case


def watch(app: App) -> int:
    return WatchClocks(uow=app.uow, clock=app.clock, house=app.house)()


def running(app: App, case: Case) -> list[ClockKind]:
    return [clock.kind for clock in app.uow.run(lambda work: work.clocks_of(case.id)) if clock.is_running]


def noticed(app: App, case: Case) -> int:
    return len(events_of(app, case.id, EventName.INVITED_NOT_COME))


def test_before_the_time_nothing_happens(app: App) -> None:
    case = invited(app)
    later(app, 9 * MINUTES)

    assert watch(app) == 0
    assert noticed(app, case) == 0


def test_who_did_not_come_is_noticed_once(app: App) -> None:
    case = invited(app)
    later(app, 10 * MINUTES)

    assert (watch(app), watch(app)) == (1, 0)

    assert noticed(app, case) == 1
    assert case_of(app, case.id).status is CaseStatus.WAITING_FOR_CUSTOMER


def test_where_encrypted_chats_are_not_seen_people_look(app: App) -> None:
    case = invited(app, channel="x")
    later(app, 10 * MINUTES)

    watch(app)

    assert case_of(app, case.id).status is CaseStatus.WAITING_FOR_AGENT
    event = events_of(app, case.id, EventName.HANDED_OFF)[-1]
    assert event.facts["reason"] == "look in the network's own inbox: encrypted chats are not seen here"


@pytest.mark.parametrize("channel", ["replay", "x"])
def test_after_days_the_case_closes(app: App, channel: str) -> None:
    case = invited(app, channel=channel)
    later(app, 10 * MINUTES)
    watch(app)
    later(app, 7 * DAYS - 11 * MINUTES)
    assert watch(app) == 0

    later(app, MINUTES)
    assert (watch(app), watch(app)) == (1, 0)

    assert case_of(app, case.id).status is CaseStatus.CLOSED
    event = events_of(app, case.id, EventName.STATUS_CHANGED)[-1]
    assert (event.facts["after"], event.facts["how"], event.actor) == (
        "closed",
        "did_not_come",
        "system:clocks",
    )
    assert noticed(app, case) == 1
    assert running(app, case) == []


def test_a_watch_that_was_away_for_days_notices_first_and_closes_then(app: App) -> None:
    case = invited(app)
    later(app, 8 * DAYS)

    assert [watch(app), watch(app), watch(app)] == [1, 1, 0]

    assert (noticed(app, case), case_of(app, case.id).status) == (1, CaseStatus.CLOSED)


def test_who_came_is_not_waited_for(app: App) -> None:
    case = invited(app)
    later(app, 5 * MINUTES)
    tell(app, said(2, "here", at=NOON + 5 * MINUTES, visibility=Visibility.DIRECT, thread_id="d"))
    later(app, 8 * DAYS)

    assert watch(app) == 0
    assert (noticed(app, case), case_of(app, case.id).status.is_open) == (0, True)


def test_a_case_in_which_the_customer_wrote_again_stays_open(app: App) -> None:
    case = invited(app)
    later(app, 10 * MINUTES)
    watch(app)
    later(app, MINUTES)
    tell(app, said(2, "hello?", at=NOON + 11 * MINUTES))
    later(app, 7 * DAYS)

    watch(app)

    assert case_of(app, case.id).status.is_open
    assert running(app, case) == []


def test_a_case_that_a_person_took_stays_open(app: App) -> None:
    case = invited(app)
    later(app, 10 * MINUTES)
    watch(app)
    claim_case(case.id, viewer=PAT, uow=app.uow, clock=app.clock)
    later(app, 7 * DAYS)

    watch(app)

    assert case_of(app, case.id).status is CaseStatus.WITH_AGENT


def test_an_invitation_that_has_not_left_gets_its_minutes_anew(app: App) -> None:
    case = opened(app, "private")
    later(app, 10 * MINUTES)

    assert watch(app) == 1

    assert noticed(app, case) == 0
    clocks = app.uow.run(lambda work: work.clocks_of(case.id))
    assert [clock.due_at for clock in clocks if clock.is_running] == [NOON + 20 * MINUTES]


def test_whose_invitation_never_left_has_not_failed_to_come(app: App) -> None:
    """People have the case; that they have not looked for a week closes nothing."""
    case = opened(app, "private")
    stop_bot(viewer=PAT, uow=app.uow, clock=app.clock)
    assert [row.state for row in texts_of(app, case.id)] == [OutgoingState.HELD]

    for wait in (10 * MINUTES, 8 * DAYS):
        later(app, wait)
        watch(app)

    assert noticed(app, case) == 0
    assert case_of(app, case.id).status is CaseStatus.WAITING_FOR_AGENT
