"""What every store promises about the outbox: order, compare-and-set, leases, and whom a post belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from carebot.core import delivery
from carebot.core.channel import Posted
from carebot.core.ports import Work
from carebot.core.records import Outgoing, OutgoingKind, OutgoingState
from carebot.core.tiers import Priority, Zone
from carebot.errors import StaleVersionError, StoreError
from tests.contract.stores import Closable
from tests.unit.store import makers
from tests.unit.store.makers import MINUTE, NOON

SECOND = timedelta(seconds=1)
ON_THE_WAY = (OutgoingState.QUEUED, OutgoingState.FAILED, OutgoingState.SENDING, OutgoingState.UNKNOWN)


def fill(uow: Closable, *rows: Outgoing) -> None:
    """The rows, in this order, with the cases that they belong to."""

    def write(work: Work) -> None:
        makers.one_case(work)
        for name in sorted({row.case_id for row in rows} - {"C-1"}):
            work.save_case(makers.case(name))
        for row in rows:
            assert work.add_outgoing(row)

    uow.run(write)


def apart(number: int, **changes: Any) -> Outgoing:
    """A row in a case of its own."""
    return makers.outgoing(number, case_id=f"C-{number}", **changes)


def ids(rows: Sequence[Outgoing]) -> list[str]:
    return [row.id for row in rows]


def due(uow: Closable, now: datetime = NOON, *, account: str = "brand", limit: int = 10) -> list[str]:
    return ids(uow.run(lambda work: work.due_outgoing("x", account, now=now, limit=limit)))


def read(uow: Closable, name: str) -> Outgoing:
    found = uow.run(lambda work: work.outgoing(name))
    assert found is not None
    return found


# Rows -------------------------------------------------------------------------------------------------------


def test_a_row_comes_back_with_everything_that_happened_to_it(uow: Closable) -> None:
    full = makers.outgoing(
        kind=OutgoingKind.HIDE,
        zone=Zone.PRIVATE,
        state=OutgoingState.SENDING,
        reason="tried before",
        attempts=3,
        not_before=NOON + MINUTE,
        lease_owner="worker-1",
        lease_until=NOON + 2 * MINUTE,
        tried_at=NOON,
        empty_reads=1,
        external_id="p-1",
        sent_at=NOON + 3 * MINUTE,
    )
    fill(uow, full)

    assert read(uow, "o-1") == full
    assert uow.run(lambda work: work.outgoing("o-2")) is None


def test_a_row_is_replaced_whole(uow: Closable) -> None:
    row = makers.outgoing()
    fill(uow, row)
    taken = delivery.claimed(row, owner="worker-1", now=NOON)
    sent = delivery.posted(taken, Posted(external_id="p-1", at=NOON + SECOND), now=NOON)

    uow.run(lambda work: work.replace_outgoing(row, taken))
    assert read(uow, "o-1") == taken

    uow.run(lambda work: work.replace_outgoing(taken, sent))
    assert read(uow, "o-1") == sent


@pytest.mark.parametrize(
    "moved",
    [
        {"state": OutgoingState.HELD},
        {"attempts": 2},
        {"empty_reads": 1},
        {"lease_owner": "somebody else"},
        {"lease_owner": None},
    ],
    ids=["state", "attempts", "empty reads", "another owner", "no owner"],
)
def test_a_row_that_moved_in_between_is_not_replaced(uow: Closable, moved: dict[str, Any]) -> None:
    seen = makers.outgoing(state=OutgoingState.SENDING, attempts=1, lease_owner="worker-1")
    now = replace(seen, **moved)
    fill(uow, now)

    with pytest.raises(StaleVersionError, match="o-1"):
        uow.run(lambda work: work.replace_outgoing(seen, delivery.posted(seen, None, now=NOON)))

    assert read(uow, "o-1") == now


def test_a_row_that_is_not_there_is_not_replaced(uow: Closable) -> None:
    fill(uow)

    with pytest.raises(StaleVersionError, match="o-9"):
        uow.run(lambda work: work.replace_outgoing(makers.outgoing(9), makers.outgoing(9)))
    assert uow.run(lambda work: work.outgoing("o-9")) is None


def test_of_eight_workers_one_gets_the_lease(uow: Closable) -> None:
    row = makers.outgoing()
    fill(uow, row)

    def claim(owner: str) -> bool:
        try:
            uow.run(lambda work: work.replace_outgoing(row, delivery.claimed(row, owner=owner, now=NOON)))
        except StaleVersionError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        took = list(pool.map(claim, [f"worker-{number}" for number in range(8)]))

    assert took.count(True) == 1
    assert read(uow, "o-1").lease_owner == f"worker-{took.index(True)}"
    assert read(uow, "o-1").attempts == 1


# What is due ------------------------------------------------------------------------------------------------


def test_due_rows_come_urgent_first_then_oldest_then_as_written(uow: Closable) -> None:
    fill(
        uow,
        apart(1, priority=Priority.LOW),
        apart(2, priority=Priority.NORMAL),
        apart(3, priority=Priority.NORMAL, created_at=NOON - MINUTE),
        apart(4, priority=Priority.URGENT, created_at=NOON + MINUTE),
        apart(5, priority=Priority.HIGH),
        apart(6, priority=Priority.NORMAL),
    )

    assert due(uow) == ["o-4", "o-5", "o-3", "o-2", "o-6", "o-1"]
    assert due(uow, limit=2) == ["o-4", "o-5"]


def test_only_queued_and_failed_rows_of_the_account_are_due(uow: Closable) -> None:
    elsewhere = len(OutgoingState) + 1
    rows = [apart(number, state=state) for number, state in enumerate(OutgoingState, start=1)]
    fill(uow, *rows, apart(elsewhere, account="other"))

    states = {row.id: row.state for row in rows}
    assert {states[name] for name in due(uow)} == {OutgoingState.QUEUED, OutgoingState.FAILED}
    assert due(uow, account="other") == [f"o-{elsewhere}"]


def test_a_row_waits_until_its_time(uow: Closable) -> None:
    later = NOON + MINUTE
    fill(uow, apart(1, not_before=later), apart(2, state=OutgoingState.FAILED, not_before=later), apart(3))

    assert due(uow, later - timedelta(microseconds=1)) == ["o-3"]
    assert due(uow, later) == ["o-1", "o-2", "o-3"]


@pytest.mark.parametrize("state", OutgoingState)
@pytest.mark.parametrize("kind", OutgoingKind)
def test_a_cases_texts_leave_one_after_the_other(
    uow: Closable, kind: OutgoingKind, state: OutgoingState
) -> None:
    first = makers.outgoing(1, kind=kind, state=state, not_before=NOON + MINUTE)
    second = makers.outgoing(2, created_at=NOON + SECOND, priority=Priority.URGENT)
    fill(uow, first, second)

    assert due(uow) == ([] if state in ON_THE_WAY else ["o-2"])


def test_of_two_rows_of_the_same_moment_the_one_written_first_leaves_first(uow: Closable) -> None:
    fill(uow, makers.outgoing(2), makers.outgoing(1))

    assert due(uow) == ["o-2"]


def test_an_older_row_that_was_written_later_leaves_first(uow: Closable) -> None:
    fill(uow, makers.outgoing(1), makers.outgoing(2, created_at=NOON - MINUTE))

    assert due(uow) == ["o-2"]


def test_a_row_that_joined_another_case_waits_for_the_texts_there(uow: Closable) -> None:
    fill(uow, makers.outgoing(1), apart(2, created_at=NOON + MINUTE, message_id="m-1"))
    uow.run(lambda work: work.add_message(makers.message(2)))
    assert due(uow) == ["o-1", "o-2"]

    uow.run(lambda work: work.move_messages(["m-1"], "C-2"))

    assert due(uow) == ["o-1"]
    assert read(uow, "o-1").case_id == "C-2"


# Leases and reading back ------------------------------------------------------------------------------------


def test_a_lease_has_expired_once_it_has_run_out(uow: Closable) -> None:
    rows = [
        delivery.claimed(apart(number), owner="worker-1", now=NOON - number * MINUTE) for number in (1, 2, 3)
    ]
    fill(uow, *rows, replace(apart(4), lease_until=NOON - 9 * MINUTE))

    def expired(now: datetime, limit: int = 10) -> set[str]:
        return set(ids(uow.run(lambda work: work.expired_outgoing(now, limit))))

    end_of_second = NOON - 2 * MINUTE + delivery.LEASE
    assert expired(end_of_second - timedelta(microseconds=1)) == {"o-3"}
    assert expired(end_of_second) == {"o-2", "o-3"}
    assert expired(NOON + MINUTE) == {"o-1", "o-2", "o-3"}
    assert len(expired(NOON + MINUTE, limit=2)) == 2


def test_uncertain_rows_are_read_back_when_a_post_would_be_visible_oldest_first(uow: Closable) -> None:
    unknown = OutgoingState.UNKNOWN
    fill(
        uow,
        apart(1, state=unknown, not_before=NOON + MINUTE),
        apart(2, state=unknown, not_before=NOON, created_at=NOON - MINUTE),
        apart(3, state=unknown),
        apart(4, state=unknown, account="other"),
        apart(5, state=OutgoingState.SENDING),
    )

    def uncertain(now: datetime, limit: int = 10) -> list[str]:
        return ids(uow.run(lambda work: work.uncertain_outgoing("x", "brand", now=now, limit=limit)))

    assert uncertain(NOON) == ["o-2", "o-3"]
    assert uncertain(NOON + MINUTE) == ["o-2", "o-1", "o-3"]
    assert uncertain(NOON + MINUTE, limit=1) == ["o-2"]


def test_a_post_is_found_by_the_networks_id_on_its_own_account_only(uow: Closable) -> None:
    row = makers.outgoing(state=OutgoingState.SENT, external_id="p-1", sent_at=NOON)
    fill(uow, row, makers.outgoing(2))

    def look(work: Work) -> list[Outgoing | None]:
        return [
            work.outgoing_posted_as(*where)
            for where in (
                ("x", "brand", "p-1"),
                ("x", "other", "p-1"),
                ("y", "brand", "p-1"),
                ("x", "brand", "p"),
            )
        ]

    assert uow.run(look) == [row, None, None, None]


def test_one_post_belongs_to_one_row_of_an_account(uow: Closable) -> None:
    one, two = makers.outgoing(1, external_id="p-1"), makers.outgoing(2)
    fill(uow, one, two, makers.outgoing(3, account="other", external_id="p-1"))

    with pytest.raises(StoreError, match="refused"):
        uow.run(lambda work: work.replace_outgoing(two, replace(two, external_id="p-1")))
    with pytest.raises(StoreError, match="refused"):
        uow.run(lambda work: work.add_outgoing(makers.outgoing(4, external_id="p-1")))

    uow.run(lambda work: work.replace_outgoing(one, replace(one, text="the same post, kept")))
    assert read(uow, "o-2") == two


def test_rows_not_confirmed_are_those_that_were_tried_without_a_known_post(uow: Closable) -> None:
    unknown = OutgoingState.UNKNOWN
    fill(
        uow,
        makers.outgoing(1, attempts=1, state=unknown, created_at=NOON + MINUTE),
        makers.outgoing(2, attempts=0),
        makers.outgoing(3, attempts=1, state=OutgoingState.SENT, external_id="p-3"),
        makers.outgoing(4, attempts=2, state=OutgoingState.HELD),
        makers.outgoing(5, attempts=1, state=unknown, in_reply_to="ext-2"),
        makers.outgoing(6, attempts=1, state=unknown, account="other"),
    )

    found = uow.run(lambda work: work.outgoing_not_confirmed("x", "brand", "ext-1"))

    assert ids(found) == ["o-4", "o-1"]


# Holding ----------------------------------------------------------------------------------------------------


def test_all_the_bots_texts_are_held_at_once_and_their_cases_named_once(uow: Closable) -> None:
    fill(
        uow,
        makers.outgoing(1),
        makers.outgoing(2, state=OutgoingState.FAILED),
        apart(3, state=OutgoingState.FAILED, account="other"),
        apart(4, is_automatic=False),
        apart(5, kind=OutgoingKind.HIDE),
        apart(6, state=OutgoingState.SENDING),
        apart(7, state=OutgoingState.SUGGESTED),
    )

    cases = uow.run(lambda work: work.hold_all_queued("the bot was stopped"))

    assert sorted(cases) == ["C-1", "C-3"]
    rows = [read(uow, f"o-{number}") for number in range(1, 8)]
    assert ids([row for row in rows if row.state is OutgoingState.HELD]) == ["o-1", "o-2", "o-3"]
    assert {row.reason for row in rows if row.state is OutgoingState.HELD} == {"the bot was stopped"}
    assert uow.run(lambda work: work.hold_all_queued("again")) == ()
    assert due(uow) == ["o-4", "o-5"]


def test_a_text_that_was_held_cannot_be_claimed_by_a_worker_that_saw_it_queued(uow: Closable) -> None:
    row = makers.outgoing()
    fill(uow, row)
    uow.run(lambda work: work.hold_queued("C-1", "a person has spoken"))

    with pytest.raises(StaleVersionError):
        uow.run(lambda work: work.replace_outgoing(row, delivery.claimed(row, owner="late", now=NOON)))
    assert read(uow, "o-1").state is OutgoingState.HELD
