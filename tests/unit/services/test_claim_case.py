"""Whoever claims a case has it alone, and the bot is silent in it; a release gives it back to its queue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carebot.app import App
from carebot.core.case import Case, CaseStatus
from carebot.core.events import EventName
from carebot.core.rights import Viewer
from carebot.errors import ClaimedError, IllegalTransitionError, NotAllowedError
from carebot.services.claim_case import Claimed, claim_case, release_case
from carebot.services.resolve_case import resolve_case
from tests.unit.services.desk import KIM, LEE, OPERATOR, PAT, House, desk, later, opened, states
from tests.unit.services.houses import MINUTE, by_agent, case_of, events_of, said, tell, texts_of


def claim(app: App, case: Case, viewer: Viewer = KIM) -> Claimed:
    return claim_case(case.id, viewer=viewer, uow=app.uow, clock=app.clock)


def release(app: App, case: Case, viewer: Viewer = KIM) -> Case:
    return release_case(case.id, viewer=viewer, uow=app.uow, clock=app.clock)


def test_a_claim_holds_what_the_bot_was_about_to_say(any_house: House) -> None:
    app = desk(any_house, "auto")
    case = opened(app)
    assert states(app, case) == ["queued"]

    claimed = claim(app, case)

    now = case_of(app, case.id)
    assert (claimed.texts_held, claimed.on_its_way) == (1, 0)
    assert (now.owner_id, now.status, now.tier) == ("kim", CaseStatus.WITH_AGENT, 1)
    assert [(row.state, row.reason) for row in texts_of(app, case.id)] == [
        ("held", "kim has claimed the case")
    ]
    (event,) = events_of(app, case.id, EventName.CLAIMED)
    assert (event.actor, event.facts) == ("kim", {"texts_held": 1, "on_its_way": 0})


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_who_claims_is_told_of_what_can_no_longer_be_stopped(any_house: House, state: str) -> None:
    app = desk(any_house, "auto")
    case = opened(app)
    (row,) = texts_of(app, case.id)
    app.uow.run(lambda work: work.replace_outgoing(row, replace(row, state=type(row.state)(state))))

    claimed = claim(app, case)

    assert (claimed.texts_held, claimed.on_its_way) == (0, 1)
    assert states(app, case) == [state]


def test_the_second_is_told_who_has_it(any_house: House) -> None:
    app = desk(any_house)
    case = opened(app)
    claim(app, case)

    with pytest.raises(ClaimedError, match=f"kim has case {case.id}; ask kim to release it"):
        claim(app, case, LEE)
    with pytest.raises(ClaimedError, match="kim has case"):
        release(app, case, LEE)

    assert case_of(app, case.id).owner_id == "kim"


def test_claiming_ones_own_case_again_changes_nothing(any_house: House) -> None:
    app = desk(any_house)
    case = opened(app)
    first = claim(app, case).case

    assert claim(app, case).case == case_of(app, case.id)
    assert case_of(app, case.id).version == first.version + 1
    assert len(events_of(app, case.id, EventName.CLAIMED)) == 1


def test_a_released_case_waits_in_its_queue_for_anybody(any_house: House) -> None:
    app = desk(any_house)
    case = opened(app)
    claim(app, case)

    release(app, case)

    now = case_of(app, case.id)
    assert (now.owner_id, now.status, now.queue) == (None, CaseStatus.WAITING_FOR_AGENT, "care")
    assert len(events_of(app, case.id, EventName.RELEASED)) == 1
    assert claim(app, case, LEE).case.owner_id == "lee"


def test_a_case_of_nobody_cannot_be_released(any_house: House) -> None:
    app = desk(any_house)
    case = opened(app)

    with pytest.raises(IllegalTransitionError, match="nobody has case"):
        release(app, case)


def test_a_case_answered_in_the_networks_own_app_can_be_claimed(any_house: House) -> None:
    app = desk(any_house)
    case = opened(app)
    tell(app, by_agent(2, at=case.opened_at + MINUTE))
    assert case_of(app, case.id).owner_id == "agent:plum"

    assert claim(app, case).case.owner_id == "kim"


def test_a_private_case_needs_the_right_for_its_zone_and_tier(any_house: House) -> None:
    app = desk(any_house)
    case = opened(app, "private")

    for viewer in (KIM, OPERATOR):
        with pytest.raises(NotAllowedError, match="has no right claim"):
            claim(app, case, viewer)
    assert claim(app, case, PAT).case.owner_id == "pat"


def test_a_resolved_case_is_reopened_first_and_an_unknown_one_is_named(any_house: House) -> None:
    app = desk(any_house)
    case = opened(app)
    resolve_case(case.id, viewer=KIM, uow=app.uow, clock=app.clock)

    with pytest.raises(IllegalTransitionError, match="carebot case reopen"):
        claim(app, case)
    with pytest.raises(KeyError, match="there is no case C-9"):
        claim(app, replace(case, id="C-9"))


def test_the_bot_stays_silent_while_somebody_has_the_case(any_house: House) -> None:
    app = desk(any_house, "auto")
    case = opened(app, "hello?")
    claim(app, case)
    later(app, MINUTE)

    (item,) = tell(app, said(2, at=case.opened_at + MINUTE))

    assert item.texts == ()
    assert case_of(app, case.id).status is CaseStatus.WITH_AGENT
