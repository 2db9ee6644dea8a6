"""One switch stops all automatic text, and whoever was to be answered by the bot gets a person."""

from __future__ import annotations

import pytest

from carebot.app import App
from carebot.core.case import Case, CaseStatus
from carebot.core.events import EventName
from carebot.core.records import OutgoingState
from carebot.core.rights import Role, Viewer
from carebot.errors import NotAllowedError
from carebot.services.silence_bot import start_bot, stop_bot
from tests.unit.services.desk import ANSWERED, KIM, House, desk, reply_of, states
from tests.unit.services.houses import MINUTE, NOON, by, case_of, events_of, said, tell, texts_of


@pytest.fixture
def app(any_house: House) -> App:
    return desk(any_house, "auto")


def stop(app: App, viewer: Viewer = KIM) -> int:
    return stop_bot(viewer=viewer, uow=app.uow, clock=app.clock)


def start(app: App, viewer: Viewer = KIM) -> bool:
    return start_bot(viewer=viewer, uow=app.uow, clock=app.clock)


def three(app: App) -> list[Case]:
    items = tell(app, *(said(n, author=by(f"c{n}"), thread_id=f"t-{n}") for n in (1, 2, 3)))
    return [item.case for item in items if item.case is not None]


def test_every_queued_text_is_held_and_its_case_is_with_people(app: App) -> None:
    cases = three(app)
    assert {case.status for case in cases} == {CaseStatus.WITH_BOT}

    assert stop(app) == 3

    for case in cases:
        (text,) = texts_of(app, case.id)
        assert (text.state, text.reason) == (
            "held",
            "all automatic text was stopped at 2026-11-02 12:00:00 UTC",
        )
        now = case_of(app, case.id)
        assert (now.status, now.tier) == (CaseStatus.WAITING_FOR_AGENT, 1)
        (event,) = events_of(app, case.id, EventName.TEXT_HELD)
        assert (event.actor, event.facts["texts"]) == ("kim", 1)


def test_what_people_wrote_still_leaves(app: App) -> None:
    (case, *_) = three(app)
    service = reply_of(app)
    service.send(service.preview(case.id, "Hello!", viewer=KIM), viewer=KIM)

    assert stop(app) == 2
    assert states(app, case) == [OutgoingState.HELD, OutgoingState.QUEUED]


def test_nothing_new_is_queued_until_it_is_started_again(app: App) -> None:
    stop(app)
    (silent,) = tell(app, said(1))
    assert silent.texts == () or silent.texts[0].state is OutgoingState.SUGGESTED

    assert start(app)
    assert not start(app)
    (spoken,) = tell(app, said(2, ANSWERED, at=NOON + MINUTE, author=by("ben"), thread_id="t-2"))
    assert [text.state for text in spoken.texts] == [OutgoingState.QUEUED]


def test_what_was_held_stays_with_people_when_it_is_started_again(app: App) -> None:
    (case, *_) = three(app)
    stop(app)
    start(app)

    assert states(app, case) == [OutgoingState.HELD]
    assert stop(app) == 0


def test_it_needs_the_right(app: App) -> None:
    expert = Viewer(id="eva", roles=frozenset({Role.EXPERT}))
    three(app)

    for act in (stop, start):
        with pytest.raises(NotAllowedError, match="has no right silence_bot"):
            act(app, expert)
    assert app.uow.run(lambda work: work.switch("bot_awake")) is None
