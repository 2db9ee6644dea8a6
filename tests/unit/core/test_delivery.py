"""The steps of an outgoing row: no way leads from "it may have been sent" to a second send but two empty reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carebot.core import delivery
from carebot.core.channel import Posted
from carebot.core.records import Outgoing, OutgoingKind, OutgoingState
from carebot.core.tiers import Zone
from carebot.errors import (
    ChannelAccessError,
    ChannelError,
    ChannelLimitError,
    ChannelRefusedError,
    ChannelUncertainError,
    ChannelUnreachableError,
)

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
VISIBLE = 5 * SECOND
POST = Posted(external_id="p-1", at=NOON)
WAITING = [ChannelUnreachableError, ChannelLimitError, ChannelAccessError]
S = OutgoingState


def row(**changes: object) -> Outgoing:
    made = Outgoing(
        id="o-1",
        case_id="C-1",
        message_id="m-1",
        channel="townsquare",
        account="plum",
        zone=Zone.PUBLIC,
        text="Hello",
        language="en",
        origin="article:hello",
        in_reply_to="1",
        idempotency_key="m-1/article:hello",
        created_at=NOON,
    )
    return replace(made, **changes)


def sending(**changes: object) -> Outgoing:
    return replace(delivery.claimed(row(), owner="us", now=NOON), **changes)


def failed(error: ChannelError, before: Outgoing | None = None, jitter: float = 0.0) -> Outgoing:
    return delivery.after_error(before or sending(), error, now=NOON, visible_after=VISIBLE, jitter=jitter)


def test_a_claim_is_an_attempt_with_a_lease() -> None:
    taken = delivery.claimed(row(reason="away", not_before=NOON, empty_reads=2), owner="us", now=NOON)

    assert (taken.state, taken.attempts, taken.lease_owner) == (S.SENDING, 1, "us")
    assert (taken.lease_until, taken.tried_at) == (NOON + delivery.LEASE, NOON)
    assert (taken.reason, taken.not_before, taken.empty_reads) == (None, None, 0)


def test_what_was_not_begun_is_as_it_was_before() -> None:
    assert delivery.not_begun(sending()) == replace(row(), tried_at=NOON)


def test_what_was_posted_has_its_id_and_no_lease() -> None:
    sent = delivery.posted(sending(), POST, now=NOON + SECOND)

    assert (sent.state, sent.external_id, sent.sent_at) == (S.SENT, "p-1", NOON)
    assert (sent.lease_owner, sent.lease_until) == (None, None)


@pytest.mark.parametrize("error", WAITING)
def test_a_network_that_certainly_did_nothing_uses_up_no_attempt(error: type[ChannelError]) -> None:
    after = failed(error("not now"))

    assert (after.state, after.attempts, after.lease_owner) == (S.FAILED, 0, None)
    assert after.not_before == NOON + delivery.FIRST_PAUSE / 2


@pytest.mark.parametrize("error", WAITING)
def test_what_a_network_asks_for_is_waited_but_not_for_ever(error: type[ChannelError]) -> None:
    assert failed(error(retry_after=90 * SECOND)).not_before == NOON + 90 * SECOND
    assert failed(error(retry_after=timedelta(days=1))).not_before == NOON + delivery.LONGEST_WAIT


def test_what_is_refused_is_dead_at_once() -> None:
    after = failed(ChannelRefusedError("blocked"))

    assert (after.state, after.reason) == (S.DEAD, "the network refused it: blocked")


def test_what_fails_for_no_known_reason_is_tried_so_often_and_not_oftener() -> None:
    assert failed(ChannelError("odd"), sending(attempts=delivery.MOST_ATTEMPTS - 1)).state is S.FAILED
    assert failed(ChannelError("odd"), sending(attempts=delivery.MOST_ATTEMPTS)).state is S.DEAD


def test_what_may_have_been_done_is_read_back_when_it_would_be_visible() -> None:
    after = failed(ChannelUncertainError("lost"))

    assert (after.state, after.not_before, after.attempts) == (S.UNKNOWN, NOON + VISIBLE, 1)


def test_a_hide_that_may_have_been_done_is_done_again() -> None:
    assert failed(ChannelUncertainError("lost"), sending(kind=OutgoingKind.HIDE)).state is S.FAILED


def test_only_the_second_empty_read_frees_a_row_and_the_next_waits_as_long() -> None:
    unsure = failed(ChannelUncertainError("lost"))

    once = delivery.read_back(unsure, None, now=NOON + VISIBLE, visible_after=VISIBLE)
    twice = delivery.read_back(once, None, now=NOON + 2 * VISIBLE, visible_after=VISIBLE)

    assert (once.state, once.empty_reads, once.not_before) == (S.UNKNOWN, 1, NOON + 2 * VISIBLE)
    assert (twice.state, twice.not_before) == (S.QUEUED, None)


def test_a_row_that_was_tried_often_enough_is_not_freed_again() -> None:
    unsure = failed(ChannelUncertainError("lost"), sending(attempts=delivery.MOST_ATTEMPTS))
    once = delivery.read_back(unsure, None, now=NOON, visible_after=VISIBLE)

    assert delivery.read_back(once, None, now=NOON, visible_after=VISIBLE).state is S.DEAD


def test_a_post_that_is_found_is_sent() -> None:
    found = delivery.read_back(failed(ChannelUncertainError("lost")), POST, now=NOON, visible_after=VISIBLE)

    assert (found.state, found.external_id) == (S.SENT, "p-1")


@given(attempts=st.integers(-3, 10_000), jitter=st.floats(0, 1))
def test_a_pause_is_never_nothing_and_never_longer_than_the_longest(attempts: int, jitter: float) -> None:
    pause = delivery.backoff(attempts, jitter)

    assert delivery.FIRST_PAUSE / 2 <= pause <= delivery.LONGEST_PAUSE


@given(st.integers(1, 20))
def test_each_pause_is_drawn_from_twice_the_one_before(attempts: int) -> None:
    assert delivery.backoff(attempts + 1, 0) <= 2 * delivery.backoff(attempts, 0)
    assert delivery.backoff(attempts, 1) == 2 * delivery.backoff(attempts, 0)


@given(seconds=st.integers(-100_000, 100_000))
def test_a_moment_is_ahead_only_as_far_as_it_can_be(seconds: int) -> None:
    ahead = delivery.is_ahead(NOON + seconds * SECOND, now=NOON, longest=delivery.LEASE)

    assert ahead == (0 < seconds <= 60)
    assert not delivery.is_ahead(None, now=NOON, longest=delivery.LEASE)


# Whatever happens, in whatever order ----------------------------------------------------------------------------

ERRORS = [*WAITING, ChannelError, ChannelUncertainError, ChannelRefusedError]
STEPS = st.one_of(
    st.sampled_from(["posted", "not_begun", "found", "empty", "held"]),
    st.sampled_from(ERRORS),
)


def step(before: Outgoing, what: object, now: datetime) -> Outgoing:
    """What the services do with a row in its state; anything else leaves it alone."""
    if before.state in (S.QUEUED, S.FAILED):
        if what == "held":
            return delivery.held(before, "a person has the case")
        return delivery.claimed(before, owner="us", now=now)
    if before.state is S.UNKNOWN and what in ("found", "empty"):
        return delivery.read_back(before, POST if what == "found" else None, now=now, visible_after=VISIBLE)
    if before.state is S.SENDING:
        if what == "posted":
            return delivery.posted(before, POST, now=now)
        if what == "not_begun":
            return delivery.not_begun(before)
        if isinstance(what, type):
            return delivery.after_error(before, what("odd"), now=now, visible_after=VISIBLE, jitter=0.5)
    return before


@given(st.lists(STEPS, max_size=60))
def test_no_order_of_things_leads_from_unknown_to_a_second_send_without_two_empty_reads(steps: list) -> None:
    current, doubts, reads, now = row(), False, 0, NOON
    for what in steps:
        now += VISIBLE
        after = step(current, what, now)
        if current.state is S.UNKNOWN and what == "empty":
            reads += 1
        if after.state is S.UNKNOWN and current.state is not S.UNKNOWN:
            doubts, reads = True, 0
        if after.state is S.SENDING and current.state is not S.SENDING:
            assert not doubts or reads >= delivery.EMPTY_READS
            doubts = False
        current = after


@given(st.lists(STEPS, max_size=60))
def test_what_is_sent_or_dead_or_held_is_never_claimed_again(steps: list) -> None:
    current = row()
    for what in steps:
        after = step(current, what, NOON)
        if current.state in (S.SENT, S.DEAD, S.HELD):
            assert after == current
        current = after
        assert 0 <= current.attempts <= delivery.MOST_ATTEMPTS
        assert (current.lease_owner is None) == (current.state is not S.SENDING)
        assert (current.external_id is None) == (current.state is not S.SENT)
