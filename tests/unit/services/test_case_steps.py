"""Resolve, reopen, snooze, close, and who may do so: what is refused, and what is written down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from carebot.core.case import Case, CaseStatus, CaseWindows
from carebot.core.events import EventName
from carebot.core.ports import UnitOfWork
from carebot.core.rights import CaseRight, Role, Viewer, may
from carebot.core.tiers import Zone
from carebot.errors import IllegalTransitionError, NotAllowedError
from carebot.services.close_rested_cases import close_rested_cases
from carebot.services.resolve_case import resolve_case
from carebot.services.snooze_case import snooze_case
from carebot.testing.memory_store import MemoryUnitOfWork
from tests.acceptance.dialogue import Stage, Transcript, articles_of, care_of, reading_of
from tests.unit.services.case_steps import (
    EVERYTHING,
    LATER,
    Clock,
    merge,
    names,
    now_in,
    older,
    reopen,
    resolve,
    snooze,
    split,
    write,
    younger,
)
from tests.unit.store import makers
from tests.unit.store.makers import MINUTE, NOON

STEPS = ("resolve", "reopen", "snooze", "merge", "merge the other", "split")


@pytest.fixture
def uow() -> UnitOfWork:
    return MemoryUnitOfWork()


# Rights ------------------------------------------------------------------------------------------------------


def take(step: str, uow: UnitOfWork, viewer: Viewer, case: Case) -> None:
    """Take a step with ``case`` in the place that the step is about."""
    if step == "reopen":
        case = replace(case, status=CaseStatus.RESOLVED)
    open_to_all = {"zone": Zone.PUBLIC, "tier": 1}
    if step == "merge the other":
        write(uow, older(**open_to_all), replace(case, id="C-2"))
    else:
        write(uow, case, younger(**open_to_all))
    steps: dict[str, Callable[..., object]] = {
        "resolve": resolve, "reopen": reopen, "snooze": snooze, "split": lambda u, v: split(u, viewer=v)
    }  # fmt: skip
    steps.get(step, merge)(uow, viewer)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", Role)
def test_who_may_claim_a_case_may_take_each_step_and_nobody_else(step: str, role: Role) -> None:
    viewer = Viewer(id="agent:kim", roles=frozenset({role}))
    either = Viewer(id="agent:kim", roles=frozenset({role, Role.AGENT}))  # for the other case of a merge
    for zone, tier in product(Zone, range(5)):
        uow, case = MemoryUnitOfWork(), older(zone=zone, tier=tier)
        who = either if step.startswith("merge") else viewer
        if may(who, CaseRight.CLAIM, zone=zone, tier=tier):
            take(step, uow, who, case)
            continue
        with pytest.raises(NotAllowedError, match="has no right resolve"):
            take(step, uow, who, case)
        assert names(uow) == names(uow, "C-2") == []


def test_whoever_has_no_role_and_whoever_keeps_the_machine_takes_no_step(uow: UnitOfWork) -> None:
    write(uow, older(), younger())
    for roles in ((), (Role.OPERATOR,), (Role.VENDOR,)):
        for step in (resolve, snooze, merge, lambda u, v: split(u, viewer=v)):
            with pytest.raises(NotAllowedError):
                step(uow, Viewer(id="somebody", roles=frozenset(roles)))


@pytest.mark.parametrize("step", [resolve, reopen, snooze, merge, lambda uow: split(uow, "m-1")])
def test_a_case_that_does_not_exist_is_a_key_error_that_says_where_to_look(
    uow: UnitOfWork, step: Callable[[UnitOfWork], object]
) -> None:
    with pytest.raises(KeyError, match="carebot cases"):
        step(uow)


# Resolve and reopen ------------------------------------------------------------------------------------------


def test_a_resolved_case_is_not_snoozed_and_its_clocks_stop(uow: UnitOfWork) -> None:
    write(uow, older(snoozed_until=LATER))
    uow.run(lambda work: work.start_clock(makers.clock()))

    resolved = resolve(uow)

    assert (resolved.status, resolved.snoozed_until) == (CaseStatus.RESOLVED, None)
    assert now_in(uow) == replace(resolved, version=2)
    assert [clock.stopped_at for clock in uow.run(lambda work: work.clocks_of("C-1"))] == [LATER]
    (event,) = uow.run(lambda work: work.events_of("C-1"))
    assert (event.name, event.actor, event.at) == (EventName.STATUS_CHANGED, "agent:kim", LATER)


@pytest.mark.parametrize(
    ("owner", "status"), [("agent:kim", CaseStatus.WITH_AGENT), (None, CaseStatus.WAITING_FOR_AGENT)]
)
def test_a_reopened_case_goes_back_to_its_owner_or_its_queue(
    uow: UnitOfWork, owner: str | None, status: CaseStatus
) -> None:
    write(uow, older(status=CaseStatus.RESOLVED, owner_id=owner))

    reopened = reopen(uow)

    assert (reopened.status, reopened.owner_id) == (status, owner)
    assert now_in(uow).status is status
    assert names(uow) == [EventName.CASE_REOPENED, EventName.STATUS_CHANGED]


@pytest.mark.parametrize(
    ("step", "changes", "says"),
    [
        (resolve, {"status": CaseStatus.RESOLVED}, "resolved already.*carebot case reopen C-1"),
        (resolve, {"status": CaseStatus.CLOSED}, "next message opens a new one"),
        (reopen, {"status": CaseStatus.WITH_AGENT}, "open already"),
        (reopen, {"status": CaseStatus.CLOSED}, "next message opens a new one"),
        (reopen, {"status": CaseStatus.CLOSED, "merged_into": "C-7"}, "go on with C-7"),
        (snooze, {"status": CaseStatus.RESOLVED}, "resolved already.*carebot case reopen C-1"),
        (snooze, {"status": CaseStatus.CLOSED}, "next message opens a new one"),
        (split, {"status": CaseStatus.CLOSED, "merged_into": "C-7"}, "go on with C-7"),
        (split, {"status": CaseStatus.CLOSED}, "next message opens a new one"),
        (merge, {"status": CaseStatus.CLOSED, "merged_into": "C-7"}, "go on with C-7"),
        (merge, {"status": CaseStatus.CLOSED}, "next message opens a new one"),
        (merge, {"channel": "mastodon"}, "channel is not the same"),
        (merge, {"account": "other"}, "account is not the same"),
        (merge, {"brand": "Other"}, "brand is not the same"),
        (merge, {"customer_id": "u-2"}, "customer is not the same"),
    ],
)
def test_a_step_that_a_case_cannot_take_is_refused_with_what_to_do_and_changes_nothing(
    uow: UnitOfWork, step: Callable[[UnitOfWork], object], changes: dict[str, Any], says: str
) -> None:
    write(uow, older(**changes), younger())
    before = now_in(uow)

    with pytest.raises(IllegalTransitionError, match=says):
        step(uow)

    assert now_in(uow) == before
    assert names(uow) == names(uow, "C-2") == []


def test_a_case_is_not_merged_with_itself(uow: UnitOfWork) -> None:
    write(uow, older())
    with pytest.raises(IllegalTransitionError, match="with itself; name another"):
        merge(uow, pair=("C-1", "C-1"))


def merge_the_other_way_round(uow: UnitOfWork) -> object:
    return merge(uow, pair=("C-2", "C-1"))


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((resolve, resolve), CaseStatus.WITH_AGENT),
        ((reopen, reopen), CaseStatus.RESOLVED),
        ((split, split), CaseStatus.WITH_AGENT),
        ((merge, merge_the_other_way_round), CaseStatus.WITH_AGENT),
    ],
    ids=["resolve", "reopen", "split", "merge"],
)
def test_of_two_people_at_once_one_wins_and_the_other_is_told(
    uow: UnitOfWork, steps: tuple[Callable[[UnitOfWork], object], ...], status: CaseStatus
) -> None:
    write(uow, older(status=status, owner_id="agent:kim"), younger())
    barrier = threading.Barrier(2)

    def together(step: Callable[[UnitOfWork], object]) -> str | None:
        barrier.wait()
        try:
            step(uow)
        except IllegalTransitionError as told:
            return str(told)
        return None

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(together, steps))

    assert told.count(None) == 1
    assert "C-" in next(words for words in told if words is not None)
    assert now_in(uow).version == 2, "it was changed once"


def test_what_somebody_merges_while_another_resolves_the_younger_case_is_told_where_it_went(
    uow: UnitOfWork,
) -> None:
    write(uow, older(), younger())
    merge(uow)
    with pytest.raises(IllegalTransitionError, match="C-2 was merged into C-1; go on with C-1"):
        resolve_case("C-2", viewer=EVERYTHING, uow=uow, clock=Clock())


# Snooze ------------------------------------------------------------------------------------------------------


def test_a_snoozed_case_keeps_its_status_and_says_until_when(uow: UnitOfWork) -> None:
    write(uow, older())

    snooze(uow)
    snoozed = snooze(uow, until=LATER + 9 * MINUTE)

    assert snoozed.status is CaseStatus.WAITING_FOR_AGENT
    assert now_in(uow).snoozed_until == LATER + 9 * MINUTE
    events = uow.run(lambda work: work.events_of("C-1"))
    assert [event.facts["snoozed_until"] for event in events] == [
        (LATER + MINUTE).isoformat(),
        (LATER + 9 * MINUTE).isoformat(),
    ]


def test_a_moment_gone_by_is_refused(uow: UnitOfWork) -> None:
    write(uow, older())
    with pytest.raises(IllegalTransitionError, match="give a later moment"):
        snooze(uow, until=LATER)
    with pytest.raises(ValueError, match="UTC"):
        snooze(uow, until=LATER.replace(tzinfo=None))


# Closing by itself -------------------------------------------------------------------------------------------

WEEK = timedelta(days=7)


def test_rested_cases_close_page_by_page_and_nothing_else_does(uow: UnitOfWork) -> None:
    rested = [
        makers.case(f"C-{n}", status=CaseStatus.RESOLVED, updated_at=NOON - n * MINUTE) for n in range(5)
    ]
    fresh = makers.case("C-fresh", status=CaseStatus.RESOLVED, updated_at=NOON + MINUTE)
    still_open = makers.case("C-open", updated_at=NOON - WEEK)
    write(uow, *rested, fresh, still_open)

    def close() -> int:
        return close_rested_cases(windows=CaseWindows(close=WEEK), uow=uow, clock=Clock(NOON + WEEK), page=2)

    assert close() == 5
    assert close() == 0
    assert {now_in(uow, case.id).status for case in rested} == {CaseStatus.CLOSED}
    assert now_in(uow, "C-fresh").status is CaseStatus.RESOLVED
    assert now_in(uow, "C-open").status is CaseStatus.WAITING_FOR_AGENT
    (event,) = uow.run(lambda work: work.events_of("C-0"))
    assert (event.name, event.actor) == (EventName.STATUS_CHANGED, "system:close")


# What triage does with these cases ---------------------------------------------------------------------------

CHARGING = {"charging": "Hold the button for ten seconds, then plug it in."}


class Inbox:
    """The real pipeline, played turn by turn, with the case steps of this module between the turns."""

    def __init__(self, make_app: Callable[..., Any], *spoken: dict[str, Any]) -> None:
        setting = {"title": "", "shows": [], "articles": CHARGING}
        self.app = make_app(care_of(setting), articles_of(setting), spoken, reading_of)
        self.stage = Stage(self.app, Transcript(name="steps", setting=setting, turns=spoken))

    def say(self, turn: dict[str, Any]) -> dict[str, Any]:
        self.stage.play(turn)
        return self.stage.outcome()

    def case(self) -> Case:
        assert self.stage.last is not None
        assert self.stage.last.case is not None
        return now_in(self.app.uow, self.stage.last.case.id)

    def at(self) -> Clock:
        assert self.stage.last is not None
        return Clock(self.stage.last.message.at + timedelta(seconds=1))


def ada(says: str, **turn: Any) -> dict[str, Any]:
    return {"customer": "Ada", "says": says, **turn}


def test_thanks_does_not_reopen_a_resolved_case(scripted_app: Callable[..., Any]) -> None:
    asks, thanks = ada("it won't switch on"), ada("great, thanks!", kind="chatter", kind_sure=0.99)
    again = ada("it is dead again")
    inbox = Inbox(scripted_app, asks, thanks, again)
    inbox.say(asks)
    resolve_case(inbox.case().id, viewer=EVERYTHING, uow=inbox.app.uow, clock=inbox.at())

    assert inbox.say(thanks)["rule"] == "thanks"
    assert inbox.case().status is CaseStatus.RESOLVED
    assert inbox.say(again)["status"] == "waiting_for_agent", "but a problem does"
    assert EventName.CASE_REOPENED in names(inbox.app.uow, inbox.case().id)


def test_a_returning_customer_goes_to_the_same_agent(scripted_app: Callable[..., Any]) -> None:
    asks, again = ada("it won't switch on"), ada("it is dead again", after="2 days")
    kim = {"agent": "Kim", "to": "Ada", "says": "please try another socket", "thread": "Ada/public"}
    inbox = Inbox(scripted_app, asks, again)
    inbox.say(asks)
    inbox.say(kim)
    owner = inbox.case().owner_id
    assert owner is not None
    resolve_case(inbox.case().id, viewer=EVERYTHING, uow=inbox.app.uow, clock=inbox.at())

    inbox.say(again)

    assert (inbox.case().status, inbox.case().owner_id) == (CaseStatus.WITH_AGENT, owner)


def test_several_direct_messages_in_a_row_are_one_turn(scripted_app: Callable[..., Any]) -> None:
    first = ada("hi", where="direct", answer="charging")
    second = ada("it won't charge", where="direct", answer="charging", after=1)
    third = ada("can I talk to a human please", where="direct", after=3)
    inbox = Inbox(scripted_app, first, second, third)

    assert inbox.say(first)["says"] == ["charging"]
    assert inbox.say(second)["says"] == [], "it has spoken in this turn"
    assert inbox.case().automatic_texts == 1
    assert inbox.say(third)["says"] == ["handed_over"], "after a pause it is another turn"


@pytest.mark.parametrize(
    "wakes",
    [ada("hello?"), ada("thank you", kind="chatter", kind_sure=0.99), ada("hello?", where="direct")],
    ids=["question", "thanks", "direct"],
)
def test_any_message_of_the_customer_wakes_a_snoozed_case(
    scripted_app: Callable[..., Any], wakes: dict[str, Any]
) -> None:
    asks = ada("it won't switch on")
    inbox = Inbox(scripted_app, asks, wakes)
    inbox.say(asks)
    clock = inbox.at()
    snooze_case(inbox.case().id, until=clock.now() + WEEK, viewer=EVERYTHING, uow=inbox.app.uow, clock=clock)
    listed = [view.id for view in inbox.app.queries.cases(EVERYTHING, now=clock.now())]
    assert listed == []
    assert [view.id for view in inbox.app.queries.cases(EVERYTHING)] == [inbox.case().id]
    assert inbox.app.queries.cases(EVERYTHING, now=clock.now() + WEEK), "it wakes by itself"

    inbox.say(wakes)

    assert inbox.case().snoozed_until is None
    assert inbox.app.queries.cases(EVERYTHING, now=clock.now())
