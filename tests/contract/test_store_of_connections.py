"""What every store promises to intake, to screens and to those who wait for work."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from carebot.core.case import CaseStatus
from carebot.core.clocks import ClockKind
from carebot.core.message import Visibility
from carebot.core.ports import Topic, Work
from carebot.core.records import (
    AnswerReview,
    BandReview,
    BandVerdict,
    ChannelState,
    MessageState,
    OutgoingState,
    Verdict,
)
from carebot.core.tiers import Priority
from carebot.errors import StaleVersionError, StoreError
from tests.contract.stores import Closable
from tests.unit.store import makers
from tests.unit.store.makers import MINUTE, NOON

Topics = frozenset[Topic]


class OopsError(Exception):
    pass


def review(message_id: str = "m-1", **changes: Any) -> AnswerReview:
    made = AnswerReview(
        message_id=message_id,
        article="opening-hours",
        confidence=0.875,
        verdict=Verdict.RIGHT,
        reviewer="agent-7",
        at=NOON,
        was_suggested=True,
    )
    return replace(made, **changes)


# Messages ---------------------------------------------------------------------------------------------------


def test_the_urgent_are_decided_first_then_the_oldest_then_as_taken_in(uow: Closable) -> None:
    waiting = (
        (1, Priority.NORMAL, 1),
        (2, Priority.LOW, 0),
        (3, Priority.URGENT, 9),
        (4, Priority.NORMAL, 0),
        (5, Priority.HIGH, 5),
        (6, Priority.URGENT, 9),
        (7, Priority.URGENT, 8),
    )

    def write(work: Work) -> None:
        work.add_customer(makers.customer(), "fp-1")
        for number, priority, minutes in waiting:
            work.add_message(makers.message(number, priority=priority, at=NOON + minutes * MINUTE))

    uow.run(write)

    found = uow.run(lambda work: work.undecided(10))
    assert [message.id for message in found] == [f"m-{n}" for n in (7, 3, 6, 5, 4, 1, 2)]
    assert [message.priority for message in found[-2:]] == [Priority.NORMAL, Priority.LOW]
    assert [message.id for message in uow.run(lambda work: work.undecided(2))] == ["m-7", "m-3"]


def test_a_message_is_found_by_the_networks_id_on_its_own_account_only(uow: Closable) -> None:
    uow.run(makers.one_case)

    def look(work: Work) -> list[str | None]:
        found = [
            work.message_by_external_id(*where)
            for where in (("x", "brand", "ext-1"), ("x", "other", "ext-1"), ("x", "brand", "ext-2"))
        ]
        return [message and message.id for message in found]

    assert uow.run(look) == ["m-1", None, None]


def test_a_forgotten_text_is_gone_and_the_time_of_the_first_deletion_stays(uow: Closable) -> None:
    later = NOON + MINUTE
    uow.run(makers.one_case)
    uow.run(lambda work: work.mark_decided("m-1", case_id="C-1", masked_text="what a day"))

    def forgotten(deleted_at: datetime | None) -> tuple[str | None, datetime | None]:
        uow.run(lambda work: work.forget_text("m-1", deleted_at=deleted_at))
        kept = uow.run(lambda work: work.message("m-1"))
        assert kept is not None
        assert kept.state is MessageState.DECIDED
        return kept.masked_text, kept.deleted_at

    assert forgotten(None) == (None, None), "edited: another message has its words"
    assert forgotten(later) == (None, later)
    assert forgotten(later + MINUTE) == (None, later)
    assert forgotten(None) == (None, later)


def test_forgetting_the_text_of_no_message_is_a_key_error(uow: Closable) -> None:
    with pytest.raises(KeyError, match="m-9"):
        uow.run(lambda work: work.forget_text("m-9", deleted_at=NOON))


# Cases and clocks -------------------------------------------------------------------------------------------


def test_cases_whose_hold_has_ended_come_back_the_longest_ended_first(uow: Closable) -> None:
    def write(work: Work) -> None:
        work.add_customer(makers.customer(), "fp-1")
        held = {"held_by": "agent-7"}
        for number in (1, 2, 3):
            work.save_case(makers.case(f"C-{number}", held_until=NOON - number * MINUTE, **held))
        work.save_case(makers.case("C-ahead", held_until=NOON + MINUTE, **held))
        work.save_case(makers.case("C-over", held_until=NOON, status=CaseStatus.RESOLVED, **held))
        work.save_case(makers.case("C-free"))

    def names(now: datetime, limit: int = 10) -> list[str]:
        return [case.id for case in uow.run(lambda work: work.cases_held_until(now, limit))]

    uow.run(write)
    assert names(NOON) == ["C-3", "C-2", "C-1"]
    assert names(NOON - 2 * MINUTE) == ["C-3", "C-2"]
    assert names(NOON, limit=1) == ["C-3"]
    kept = uow.run(lambda work: work.case("C-2"))
    assert kept is not None
    assert (kept.held_by, kept.held_until) == ("agent-7", NOON - 2 * MINUTE)


def test_clocks_of_a_kind_that_ran_out_come_the_longest_first_unless_stopped(uow: Closable) -> None:
    def write(work: Work) -> None:
        makers.one_case(work)
        for number in range(2, 6):
            work.save_case(makers.case(f"C-{number}"))
            work.start_clock(makers.clock(case_id=f"C-{number}", due_at=NOON - number * MINUTE))
        work.start_clock(makers.clock(due_at=NOON + MINUTE))
        work.start_clock(makers.clock(kind=ClockKind.TIME_BOX, due_at=NOON - 9 * MINUTE))
        work.stop_clock("C-5", ClockKind.DID_THEY_COME, NOON)

    def names(limit: int = 10) -> list[str]:
        clocks = uow.run(lambda work: work.due_clocks(ClockKind.DID_THEY_COME, now=NOON, limit=limit))
        return [clock.case_id for clock in clocks]

    uow.run(write)
    assert names() == ["C-4", "C-3", "C-2"]
    assert names(limit=2) == ["C-4", "C-3"]


def test_one_kind_of_clock_is_stopped_and_the_others_go_on(uow: Closable) -> None:
    def write(work: Work) -> None:
        makers.one_case(work)
        for kind in ClockKind:
            work.start_clock(makers.clock(kind=kind))

    uow.run(write)
    for at in (NOON, NOON + MINUTE):
        uow.run(lambda work, at=at: work.stop_clock("C-1", ClockKind.DID_THEY_COME, at))

    stopped = {clock.kind: clock.stopped_at for clock in uow.run(lambda work: work.clocks_of("C-1"))}
    assert stopped == {kind: NOON if kind is ClockKind.DID_THEY_COME else None for kind in ClockKind}


# Connections and reviews ------------------------------------------------------------------------------------


def test_of_a_connection_that_was_never_used_nothing_is_known(uow: Closable) -> None:
    assert uow.run(lambda work: work.channel_state("x", "brand")) == ChannelState(
        channel="x", account="brand"
    )


def test_the_state_of_a_connection_is_replaced_and_each_account_has_its_own(uow: Closable) -> None:
    lost = ChannelState(
        channel="x",
        account="brand",
        cursor="17",
        last_success_at=NOON,
        failing_since=NOON + MINUTE,
        last_error="no route to it",
        paused_until=NOON + 2 * MINUTE,
    )
    back = ChannelState(channel="x", account="brand", cursor="18", last_success_at=NOON + 3 * MINUTE)
    uow.run(lambda work: work.save_channel_state(replace(lost, account="other")))

    for state in (lost, back):
        uow.run(lambda work, state=state: work.save_channel_state(state))
        assert uow.run(lambda work: work.channel_state("x", "brand")) == state
    assert uow.run(lambda work: work.channel_state("x", "other")) == replace(lost, account="other")


def test_a_cursor_is_kept_with_its_messages_or_not_at_all(uow: Closable) -> None:
    def take_in(work: Work) -> None:
        makers.one_case(work)
        work.save_channel_state(ChannelState(channel="x", account="brand", cursor="18"))
        raise OopsError

    with pytest.raises(OopsError):
        uow.run(take_in)

    assert uow.run(lambda work: work.channel_state("x", "brand")).cursor is None
    assert uow.run(lambda work: work.message("m-1")) is None


def test_an_answer_is_reviewed_once_and_reviews_come_oldest_first(uow: Closable) -> None:
    wrong = review("m-2", verdict=Verdict.WRONG, was_suggested=False, at=NOON - MINUTE)

    def write(work: Work) -> list[bool]:
        makers.one_case(work)
        work.add_message(makers.message(2))
        again = review(verdict=Verdict.SENSITIVE, reviewer="agent-8")
        return [work.add_answer_review(item) for item in (review(), wrong, again)]

    assert uow.run(write) == [True, True, False]
    assert uow.run(lambda work: work.answer_reviews()) == (wrong, review())


def test_a_review_of_no_message_is_refused(uow: Closable) -> None:
    with pytest.raises(StoreError, match="refused"):
        uow.run(lambda work: work.add_answer_review(review("m-9")))


def test_the_latest_word_on_a_messages_band_is_kept_and_they_come_oldest_first(uow: Closable) -> None:
    fine = BandReview(message_id="m-1", verdict=BandVerdict.FINE_IN_PUBLIC, reviewer="kim", at=NOON)
    other = replace(fine, message_id="m-2", at=NOON - MINUTE)
    private = replace(fine, verdict=BandVerdict.PRIVATE, reviewer="lee", at=NOON + MINUTE)

    def write(work: Work) -> None:
        makers.one_case(work)
        work.add_message(makers.message(2))
        for item in (fine, other, private):
            work.save_band_review(item)

    uow.run(write)

    assert uow.run(lambda work: work.band_review("m-1")) == private
    assert uow.run(lambda work: work.band_review("m-9")) is None
    assert uow.run(lambda work: work.band_reviews()) == (other, private)


def test_a_word_on_the_band_of_no_message_is_refused(uow: Closable) -> None:
    lost = BandReview(message_id="m-9", verdict=BandVerdict.PRIVATE, reviewer="kim", at=NOON)
    with pytest.raises(StoreError, match="refused"):
        uow.run(lambda work: work.save_band_review(lost))


# Listeners --------------------------------------------------------------------------------------------------


def heard_by(uow: Closable) -> list[Topics]:
    heard: list[Topics] = []
    uow.on_commit(heard.append)
    return heard


def settled(uow: Closable) -> None:
    """Wait until the listeners of all commits so far were called: they are, before the next unit begins."""
    uow.run(lambda work: None)


def in_state(state: OutgoingState) -> Callable[[Work], None]:
    def write(work: Work) -> None:
        row = work.outgoing("o-1")
        assert row is not None
        work.replace_outgoing(row, replace(row, state=state))

    return write


def test_a_new_message_is_told_once_it_is_committed(uow: Closable) -> None:
    heard = heard_by(uow)

    uow.run(makers.one_case)
    settled(uow)
    assert heard == [{Topic.RECEIVED}]

    uow.run(lambda work: work.add_message(makers.message("again", external_id="ext-1")))
    uow.run(lambda work: work.add_message(makers.message(2, state=MessageState.DECIDED)))
    uow.run(lambda work: work.set_switch("bot_awake", True))
    settled(uow)
    assert heard == [{Topic.RECEIVED}], "known, decided elsewhere, no message"


def test_a_text_for_the_network_is_told_and_one_that_stays_is_not(uow: Closable) -> None:
    uow.run(makers.one_case)
    settled(uow)
    heard = heard_by(uow)

    for number, state in enumerate(OutgoingState):
        uow.run(lambda work, n=number, state=state: work.add_outgoing(makers.outgoing(n, state=state)))
    settled(uow)
    assert heard == [{Topic.QUEUED}] * 3, "queued, failed and unknown"

    uow.run(lambda work: work.add_outgoing(makers.outgoing("again", idempotency_key="key-1")))
    settled(uow)
    assert len(heard) == 3


def test_a_row_that_is_queued_again_is_told_and_one_that_left_is_not(uow: Closable) -> None:
    def write(work: Work) -> None:
        makers.one_case(work)
        work.add_outgoing(makers.outgoing(state=OutgoingState.SENDING))

    uow.run(write)
    settled(uow)
    heard = heard_by(uow)

    for state in (OutgoingState.UNKNOWN, OutgoingState.QUEUED, OutgoingState.SENDING, OutgoingState.FAILED):
        uow.run(in_state(state))
    for state in (OutgoingState.SENT, OutgoingState.DEAD, OutgoingState.HELD):
        uow.run(in_state(state))
    settled(uow)

    assert heard == [{Topic.QUEUED}] * 3


def test_what_was_rolled_back_is_not_told(uow: Closable) -> None:
    heard = heard_by(uow)

    def fails(work: Work) -> None:
        makers.one_case(work)
        raise OopsError

    with pytest.raises(OopsError):
        uow.run(fails)
    uow.run_all([fails, lambda work: work.set_switch("bot_awake", True)])
    settled(uow)

    assert heard == []


def test_a_unit_that_was_run_again_tells_of_its_last_try_only(uow: Closable) -> None:
    heard, tries = heard_by(uow), []

    def stale_at_first(work: Work) -> None:
        tries.append(1)
        if len(tries) == 1:
            makers.one_case(work)
            raise StaleVersionError

    uow.run(stale_at_first)
    settled(uow)

    assert len(tries) == 2
    assert heard == []


def test_units_of_one_commit_are_told_together(uow: Closable) -> None:
    heard = heard_by(uow)

    uow.run_all([makers.one_case, lambda work: work.add_outgoing(makers.outgoing())])
    settled(uow)

    assert heard == [{Topic.RECEIVED, Topic.QUEUED}]


def test_a_listener_that_raises_harms_neither_the_commit_nor_the_other_listeners(
    uow: Closable, caplog: pytest.LogCaptureFixture
) -> None:
    def raises(topics: Topics) -> None:
        raise OopsError

    uow.on_commit(raises)
    heard = heard_by(uow)

    with caplog.at_level(logging.ERROR):
        uow.run(makers.one_case)
        settled(uow)

    assert uow.run(lambda work: work.message("m-1")) is not None
    assert heard == [{Topic.RECEIVED}]
    assert "a listener failed" in caplog.text


def test_direct_texts_that_are_wiped_are_not_told(uow: Closable) -> None:
    uow.run(makers.one_case)
    uow.run(lambda work: work.add_message(makers.message(2, visibility=Visibility.DIRECT)))
    settled(uow)
    heard = heard_by(uow)

    uow.run(lambda work: work.mark_decided("m-2", case_id="C-1", masked_text="said"))
    uow.run(lambda work: work.wipe_direct_texts("C-1"))
    uow.run(lambda work: work.hold_all_queued("stop"))
    settled(uow)

    assert heard == []
