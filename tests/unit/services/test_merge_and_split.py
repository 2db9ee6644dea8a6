"""Merge two cases into one, split one into two: nothing is lost, and nothing becomes more open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carebot.core.assessment import Band
from carebot.core.bands import highest
from carebot.core.became_private import private_since
from carebot.core.case import Case, CaseStatus
from carebot.core.clocks import ClockKind
from carebot.core.events import EventName
from carebot.core.message import Visibility, Writer
from carebot.core.ports import UnitOfWork, Work
from carebot.core.records import OutgoingState
from carebot.core.rights import Role, Viewer
from carebot.core.tiers import Priority, Zone
from carebot.errors import IllegalTransitionError
from carebot.services.split_case import split_case
from carebot.store import schema
from carebot.store.queries import SqlQueries
from carebot.store.uow import SqliteUnitOfWork
from carebot.testing.memory_store import MemoryUnitOfWork
from tests.unit.services.case_steps import (
    EVERYTHING,
    LATER,
    ZONES,
    Clock,
    ids,
    merge,
    names,
    now_in,
    older,
    said,
    split,
    write,
    younger,
)
from tests.unit.store import makers
from tests.unit.store.makers import MINUTE, NOON


@pytest.fixture
def uow() -> UnitOfWork:
    return MemoryUnitOfWork()


# Merge -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", [("C-1", "C-2"), ("C-2", "C-1")])
def test_the_younger_case_goes_into_the_older_whichever_is_named_first(
    uow: UnitOfWork, pair: tuple[str, str]
) -> None:
    write(uow, older(), younger())

    merged = merge(uow, pair=pair)

    assert (merged.case.id, merged.closed.id, merged.messages) == ("C-1", "C-2", 2)
    assert ids(uow, "C-1") == ["m-C-1-0", "m-C-1-1", "m-C-2-0", "m-C-2-1"]
    assert ids(uow, "C-2") == []
    assert len(uow.run(lambda work: work.decisions_of("C-1"))) == 4
    gone = now_in(uow, "C-2")
    assert (gone.status, gone.merged_into) == (CaseStatus.CLOSED, "C-1")


def test_a_merge_is_written_down_in_both_cases_message_by_message(uow: UnitOfWork) -> None:
    write(uow, older(band=Band.CLEAR), younger(band=Band.DOUBT, zone=Zone.DIRECT, tier=2, queue="triage"))
    merge(uow)

    events = uow.run(lambda work: work.events_of("C-1"))
    assert [event.name for event in events] == [
        EventName.CASE_MERGED,
        EventName.BAND_RAISED,
        EventName.ZONE_MOVED,
        EventName.TIER_CHANGED,
        EventName.QUEUE_CHANGED,
        EventName.MESSAGE_ATTACHED,
        EventName.MESSAGE_ATTACHED,
    ]
    assert events[0].facts == {"merged": "C-2", "messages": 2, "texts_held": 0}
    assert [event.message_id for event in events[-2:]] == ["m-C-2-0", "m-C-2-1"]
    assert {event.actor for event in events} == {"agent:kim"}
    assert names(uow, "C-2") == [EventName.CASE_MERGED, EventName.STATUS_CHANGED]
    assert uow.run(lambda work: work.events_of("C-2"))[0].facts == {"into": "C-1"}


def said_in_confidence(uow: UnitOfWork, *cases: Case) -> None:
    write(uow, *cases, messages=1)

    def in_direct(work: Work) -> None:
        for case in cases:
            at = case.opened_at + MINUTE
            said(work, case, f"{case.id}-direct", at=at, visibility=Visibility.DIRECT)

    uow.run(in_direct)


@pytest.mark.parametrize("private", ["C-1", "C-2"])
def test_when_one_of_both_is_private_the_masked_text_of_direct_messages_is_wiped(
    uow: UnitOfWork, private: str
) -> None:
    zones = {private: Zone.PRIVATE}
    said_in_confidence(
        uow,
        older(zone=zones.get("C-1", Zone.DIRECT)),
        younger(zone=zones.get("C-2", Zone.DIRECT)),
    )

    merged = merge(uow)

    assert (merged.case.zone, merged.texts_wiped) == (Zone.PRIVATE, 1)
    kept = {m.id: m.masked_text for m in uow.run(lambda work: work.messages_of("C-1"))}
    assert kept == {
        "m-C-1-0": "said C-1-0",
        "m-C-1-direct": None,
        "m-C-2-0": "said C-2-0",
        "m-C-2-direct": None,
    }
    assert EventName.MASKED_TEXT_WIPED in names(uow)


def test_when_neither_is_private_nothing_is_wiped(uow: UnitOfWork) -> None:
    said_in_confidence(uow, older(), younger(zone=Zone.DIRECT))
    assert merge(uow).texts_wiped == 0
    assert EventName.MASKED_TEXT_WIPED not in names(uow)


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({}, ["C-2"]),
        ({"zone": Zone.PRIVATE}, ["C-1", "C-2"]),
        ({"person_spoke_at": NOON}, ["C-1", "C-2"]),
        ({"bot_silenced_at": NOON}, ["C-1", "C-2"]),
    ],
)
def test_the_bots_queued_texts_are_held_wherever_it_may_no_longer_speak(
    uow: UnitOfWork, changes: dict[str, Any], held: list[str]
) -> None:
    write(uow, older(status=CaseStatus.WITH_BOT), younger(status=CaseStatus.WITH_BOT, **changes))
    for name in ("C-1", "C-2"):
        text = makers.outgoing(name, case_id=name, message_id=f"m-{name}-0")
        uow.run(lambda work, text=text: work.add_outgoing(text))

    merged = merge(uow)

    texts = uow.run(lambda work: work.outgoing_of("C-1"))
    assert [t.id.removeprefix("o-") for t in texts if t.state is OutgoingState.HELD] == held
    assert len(texts) == 2
    assert merged.texts_held == len(held)
    assert merged.case.status is CaseStatus.WAITING_FOR_AGENT, "what was not said, a person has to know"


def test_the_clocks_of_the_merged_case_stop_and_what_was_promised_goes_on_in_the_other(
    uow: UnitOfWork,
) -> None:
    write(uow, older(), younger())

    def start(work: Work) -> None:
        for kind in (ClockKind.FIRST_RESPONSE, ClockKind.TIME_BOX, ClockKind.DID_THEY_COME):
            work.start_clock(makers.clock(case_id="C-2", kind=kind))

    uow.run(start)
    merge(uow)

    assert not any(clock.is_running for clock in uow.run(lambda work: work.clocks_of("C-2")))
    (clock,) = uow.run(lambda work: work.clocks_of("C-1"))
    assert (clock.kind, clock.due_at) == (ClockKind.FIRST_RESPONSE, makers.clock().due_at)


def test_a_customer_who_was_invited_is_still_awaited_after_the_merge(uow: UnitOfWork) -> None:
    waits = CaseStatus.WAITING_FOR_CUSTOMER
    write(uow, older(status=waits), younger(status=waits, invited_at=NOON))
    uow.run(lambda work: work.start_clock(makers.clock(case_id="C-2")))

    assert merge(uow).case.invited_at == NOON
    assert [clock.kind for clock in uow.run(lambda work: work.clocks_of("C-1"))] == [ClockKind.DID_THEY_COME]


S = CaseStatus


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (S.RESOLVED, S.RESOLVED, S.RESOLVED),
        (S.RESOLVED, S.WAITING_FOR_AGENT, S.WAITING_FOR_AGENT),
        (S.RESOLVED, S.WITH_BOT, S.WITH_BOT),
        (S.WITH_BOT, S.WAITING_FOR_CUSTOMER, S.WAITING_FOR_CUSTOMER),
        (S.WITH_BOT, S.NEW, S.WAITING_FOR_AGENT),
        (S.WAITING_FOR_CUSTOMER, S.WAITING_FOR_AGENT, S.WAITING_FOR_AGENT),
    ],
)
def test_after_a_merge_the_ball_is_with_whoever_had_to_act_in_either(
    uow: UnitOfWork, first: CaseStatus, second: CaseStatus, both: CaseStatus
) -> None:
    write(uow, older(status=first), younger(status=second))
    assert merge(uow).case.status is both
    assert (EventName.CASE_REOPENED in names(uow)) is (first is S.RESOLVED and both is not S.RESOLVED)


def test_a_bot_that_had_a_case_alone_has_no_private_one(uow: UnitOfWork) -> None:
    write(uow, older(status=S.WITH_BOT), younger(status=S.RESOLVED, zone=Zone.PRIVATE, band=Band.PRIVATE))
    assert merge(uow).case.status is S.WAITING_FOR_AGENT


def test_an_owner_keeps_the_case_unless_it_has_become_more_closed_or_higher(uow: UnitOfWork) -> None:
    with_kim = {"status": S.WITH_AGENT, "owner_id": "agent:kim"}
    write(uow, older(), younger(**with_kim))
    assert (kept := merge(uow).case).status is S.WITH_AGENT
    assert kept.owner_id == "agent:kim"

    uow = MemoryUnitOfWork()
    write(uow, older(**with_kim), younger(zone=Zone.PRIVATE, tier=2, queue="private"))
    merged = merge(uow).case
    assert (merged.status, merged.owner_id, merged.queue) == (S.WAITING_FOR_AGENT, None, "private")


def moments(start: int) -> st.SearchStrategy[datetime | None]:
    return st.none() | st.integers(start, start + 50).map(lambda minutes: NOON + minutes * MINUTE)


def cases(name: str) -> st.SearchStrategy[Case]:
    return st.builds(
        makers.case,
        st.just(name),
        status=st.sampled_from([status for status in CaseStatus if status is not CaseStatus.CLOSED]),
        zone=st.sampled_from(ZONES),
        band=st.sampled_from(Band),
        tier=st.integers(0, 3),
        queue=st.sampled_from(["care", "triage", "private"]),
        priority=st.sampled_from(Priority),
        owner_id=st.sampled_from([None, "agent:kim", "agent:bo"]),
        opened_at=st.integers(0, 50).map(lambda minutes: NOON + minutes * MINUTE),
        person_spoke_at=moments(0),
        bot_silenced_at=moments(0),
        snoozed_until=moments(100),
        automatic_texts=st.integers(0, 2),
    )


@settings(max_examples=200, deadline=None)
@given(one=cases("C-1"), other=cases("C-2"), directs=st.tuples(*[st.booleans()] * 2))
def test_merging_never_loses_a_message_and_never_opens_a_zone(
    one: Case, other: Case, directs: tuple[bool, bool]
) -> None:
    uow = MemoryUnitOfWork()
    write(uow, one, other)
    for case, direct in zip((one, other), directs, strict=True):
        where = Visibility.DIRECT if direct else Visibility.PUBLIC
        uow.run(lambda work, c=case, v=where: said(work, c, f"{c.id}-9", at=LATER, visibility=v))
    spoken = {*ids(uow, "C-1"), *ids(uow, "C-2")}
    everybody = Viewer(id="agent:all", roles=frozenset({*EVERYTHING.roles, Role.PRIVATE_AGENT}))

    merged = merge(uow, everybody)

    case = now_in(uow, merged.case.id)
    assert sorted(ids(uow, case.id)) == sorted(spoken)
    assert ZONES.index(case.zone) == max(ZONES.index(one.zone), ZONES.index(other.zone))
    assert case.band is highest(one.band, other.band)
    assert case.tier == max(one.tier, other.tier)
    assert (case.person_spoke_at is None) is (one.person_spoke_at is None and other.person_spoke_at is None)
    assert case.status.is_open is (one.status.is_open or other.status.is_open)
    assert case.status is not CaseStatus.NEW
    assert (case.status is CaseStatus.WITH_AGENT) <= (case.owner_id is not None)
    if case.zone is Zone.PRIVATE:
        assert case.queue in {c.queue for c in (one, other) if c.zone is Zone.PRIVATE}
        left = uow.run(lambda work: work.messages_of(case.id))
        assert not any(m.masked_text for m in left if m.visibility is Visibility.DIRECT)


# Split -------------------------------------------------------------------------------------------------------


def test_the_new_case_is_as_closed_as_the_first_and_people_have_it(uow: UnitOfWork) -> None:
    write(
        uow,
        older(
            zone=Zone.PRIVATE,
            band=Band.PRIVATE,
            tier=2,
            queue="private",
            status=CaseStatus.WAITING_FOR_CUSTOMER,
            person_spoke_at=NOON,
            first_reply_at=NOON,
            snoozed_until=LATER,
        ),
        messages=3,
    )

    new = split(uow, "m-C-1-1", "m-C-1-2")

    assert (new.zone, new.band, new.tier, new.queue) == (Zone.PRIVATE, Band.PRIVATE, 2, "private")
    assert (new.status, new.customer_id) == (CaseStatus.WAITING_FOR_AGENT, "u-1")
    assert (new.opened_at, new.first_reply_at) == (NOON + MINUTE, None), "its own reply is still to come"
    assert (new.person_spoke_at, new.snoozed_until) == (NOON, None)
    assert now_in(uow, new.id) == replace(new, version=1)
    assert now_in(uow).status is CaseStatus.WAITING_FOR_CUSTOMER
    assert (ids(uow, "C-1"), ids(uow, new.id)) == (["m-C-1-0"], ["m-C-1-1", "m-C-1-2"])


def test_the_owner_of_a_case_has_both_after_a_split(uow: UnitOfWork) -> None:
    write(uow, older(status=CaseStatus.WITH_AGENT, owner_id="agent:kim"))
    new = split(uow)
    assert (new.status, new.owner_id) == (CaseStatus.WITH_AGENT, "agent:kim")


def test_a_split_is_written_down_in_both_cases_message_by_message(uow: UnitOfWork) -> None:
    write(uow, older())
    new = split(uow)

    (parting,) = uow.run(lambda work: work.events_of("C-1"))
    assert (parting.name, parting.facts) == (EventName.CASE_SPLIT, {"into": new.id, "messages": 1})
    events = uow.run(lambda work: work.events_of(new.id))
    assert [event.name for event in events] == [
        EventName.CASE_SPLIT,
        EventName.CASE_OPENED,
        EventName.STATUS_CHANGED,
        EventName.MESSAGE_ATTACHED,
    ]
    assert events[0].facts == {"out_of": "C-1"}
    assert events[-1].message_id == "m-C-1-1"


def test_the_answer_that_was_promised_is_promised_in_both_cases(uow: UnitOfWork) -> None:
    write(uow, older())
    for kind in (ClockKind.FIRST_RESPONSE, ClockKind.TIME_BOX, ClockKind.DID_THEY_COME):
        uow.run(lambda work, kind=kind: work.start_clock(makers.clock(kind=kind)))

    new = split(uow)

    assert [c.kind for c in uow.run(lambda work: work.clocks_of(new.id))] == [ClockKind.FIRST_RESPONSE]
    assert all(clock.is_running for clock in uow.run(lambda work: work.clocks_of("C-1")))


@pytest.mark.parametrize(
    ("messages", "says"),
    [
        (("m-C-1-0", "m-C-1-1"), "at least one message of the customer has to stay in C-1"),
        (("m-C-1-0", "m-C-1-1", "m-C-1-agent"), "at least one message of the customer has to stay in C-1"),
        (("m-C-1-agent",), "at least one message of the customer has to go into the new case"),
        (("m-C-1-1", "m-C-2-0"), "m-C-2-0: no message of case C-1; `carebot explain C-1`"),
        (("m-C-1-1", "m-9"), "m-9: no message of case C-1"),
    ],
)
def test_a_split_that_leaves_a_case_without_its_customer_is_refused(
    uow: UnitOfWork, messages: tuple[str, ...], says: str
) -> None:
    write(uow, older(), younger())
    uow.run(lambda work: said(work, older(), "C-1-agent", at=LATER, writer=Writer.AGENT))

    with pytest.raises(IllegalTransitionError, match=says):
        split(uow, *messages)

    assert len(ids(uow, "C-1")) == 3


def test_a_split_of_nothing_is_refused(uow: UnitOfWork) -> None:
    write(uow, older())
    with pytest.raises(IllegalTransitionError, match="has to go into the new case"):
        split_case("C-1", (), viewer=EVERYTHING, uow=uow, clock=Clock())


def test_a_split_puts_apart_what_a_merge_put_together(uow: UnitOfWork) -> None:
    write(uow, older(), younger())
    merge(uow)
    taken_back = split(uow, "m-C-1-0", "m-C-1-1")

    assert (taken_back.thread_id, now_in(uow).thread_id) == ("t-1", "t-2")
    assert ids(uow, "C-1") == ["m-C-2-0", "m-C-2-1"]


# Since when it is private ------------------------------------------------------------------------------------


def since(uow: UnitOfWork, case_id: str) -> datetime | None:
    def read(work: Work) -> datetime | None:
        case = work.case(case_id)
        assert case is not None
        return private_since(
            case, work.messages_of(case_id), work.decisions_of(case_id), work.events_of(case_id)
        )

    return uow.run(read)


def moved_by_hand(uow: UnitOfWork, case_id: str, at: datetime) -> None:
    """What a person does who makes a case private: nothing in its decisions says so."""

    def move(work: Work) -> None:
        case = work.case(case_id)
        assert case is not None
        work.save_case(replace(case, zone=Zone.PRIVATE))
        work.add_events(
            [makers.event(EventName.ZONE_MOVED, case_id=case_id, at=at, facts={"after": "private"})]
        )

    uow.run(move)


def test_a_case_that_is_not_private_was_never_so(uow: UnitOfWork) -> None:
    write(uow, older())
    assert since(uow, "C-1") is None


def test_a_private_case_of_which_nothing_tells_is_private_from_its_first_message_on(uow: UnitOfWork) -> None:
    write(uow, older())
    uow.run(
        lambda work: work.save_case(replace(now, zone=Zone.PRIVATE)) if (now := work.case("C-1")) else None
    )
    assert since(uow, "C-1") == NOON


def test_a_merge_and_a_split_do_not_forget_since_when_a_case_is_private(uow: UnitOfWork) -> None:
    write(uow, older(), younger())
    moved_by_hand(uow, "C-2", NOON + 15 * MINUTE)
    assert since(uow, "C-2") == NOON + 15 * MINUTE

    merge(uow)
    assert since(uow, "C-1") == NOON + 15 * MINUTE

    new = split(uow, "m-C-2-1")
    assert since(uow, new.id) == since(uow, "C-1") == NOON + 15 * MINUTE


def read_by_marketing(db: Path) -> set[str]:
    queries = SqlQueries(db)
    try:
        views = queries.cases(Viewer(id="mia", roles=frozenset({Role.MARKETING})), open_only=False)
    finally:
        queries.close()
    return {message.text for view in views for message in view.texts or () if message.text is not None}


def test_neither_a_merge_nor_a_split_shows_anybody_more_of_a_private_case(tmp_path: Path) -> None:
    schema.create(tmp_path / "care.db")
    with SqliteUnitOfWork(tmp_path / "care.db") as uow:
        write(uow, older(), younger(), messages=4)
        moved_by_hand(uow, "C-2", NOON + 11 * MINUTE)
        first = read_by_marketing(tmp_path / "care.db")
        assert first == {*(f"said C-1-{n}" for n in range(4)), "said C-2-0", "said C-2-1"}

        merge(uow)
        assert read_by_marketing(tmp_path / "care.db") == first
        split(uow, "m-C-2-2", "m-C-2-3")
        assert read_by_marketing(tmp_path / "care.db") == first
