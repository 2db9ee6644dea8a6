"""What every unit of work promises, the real one and the one for tests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carebot.core.article import Article, ArticleMode, Variant
from carebot.core.case import CaseStatus
from carebot.core.clocks import ClockKind
from carebot.core.message import Visibility, Writer
from carebot.core.ports import Work
from carebot.core.records import MessageState, OutgoingKind, OutgoingState
from carebot.core.tiers import Priority, Zone
from carebot.errors import StaleVersionError, StoreError
from tests.contract.stores import Closable
from tests.unit.store import makers
from tests.unit.store.makers import MINUTE, NOON


class OopsError(Exception):
    pass


# Units ------------------------------------------------------------------------------------------------------


def test_what_a_unit_returns_is_given_back(uow: Closable) -> None:
    assert uow.run(lambda work: "done") == "done"


def test_an_exception_is_raised_again_and_nothing_of_the_unit_stays(uow: Closable) -> None:
    def half(work: Work) -> None:
        work.set_switch("bot_awake", False)
        makers.one_case(work)
        raise OopsError

    with pytest.raises(OopsError):
        uow.run(half)

    assert uow.run(lambda work: work.switch("bot_awake")) is None
    assert uow.run(lambda work: work.case("C-1")) is None


def test_even_an_exit_in_a_unit_rolls_back_and_reaches_the_caller_only(uow: Closable) -> None:
    def leaves(work: Work) -> None:
        work.set_switch("left", True)
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        uow.run(leaves)

    assert uow.run(lambda work: work.switch("left")) is None


def test_of_several_units_one_that_fails_leaves_the_others_standing(uow: Closable) -> None:
    def fails(work: Work) -> str:
        work.set_switch("second", True)
        raise OopsError

    def first(work: Work) -> str:
        work.set_switch("first", True)
        return "first"

    def third(work: Work) -> str:
        work.set_switch("third", work.switch("first") is True)
        return "third"

    one, two, three = uow.run_all([first, fails, third])

    assert (one, three) == ("first", "third")
    assert isinstance(two, OopsError)
    switches = uow.run(lambda work: [work.switch(name) for name in ("first", "second", "third")])
    assert switches == [True, None, True]


def test_a_unit_may_return_an_exception_without_failing(uow: Closable) -> None:
    oops = OopsError()

    assert uow.run(lambda work: oops) is oops


def test_no_units_are_no_work(uow: Closable) -> None:
    assert uow.run_all([]) == ()


def test_a_unit_that_starts_another_one_is_told_so_instead_of_waiting_forever(uow: Closable) -> None:
    with pytest.raises(RuntimeError, match="may not start another"):
        uow.run(lambda work: uow.run(lambda inner: None))


def test_after_closing_nothing_is_written(uow: Closable) -> None:
    uow.close()
    uow.close()

    with pytest.raises(StoreError, match="closed"):
        uow.run(lambda work: work.set_switch("late", True))


def test_a_unit_that_meets_a_stale_version_is_run_again_three_times(uow: Closable) -> None:
    tries: list[int] = []

    def stale(work: Work) -> str:
        tries.append(1)
        work.set_switch(f"try {len(tries)}", True)
        if len(tries) < 4:
            raise StaleVersionError
        return "at last"

    assert uow.run(stale) == "at last"
    assert uow.run(lambda work: [work.switch(f"try {n}") for n in (1, 2, 3, 4)]) == [None, None, None, True]

    tries.clear()
    with pytest.raises(StaleVersionError):
        uow.run(lambda work: tries.append(1) or _raise(StaleVersionError()))
    assert len(tries) == 4


def test_eight_threads_write_500_units_and_none_is_refused_or_lost(uow: Closable) -> None:
    uow.run(makers.one_case)

    def count(work: Work) -> str:
        before = work.case("C-1")
        assert before is not None
        work.save_case(replace(before, automatic_texts=before.automatic_texts + 1))
        return work.new_id("case")

    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda _: uow.run(count), range(500)))

    after = uow.run(lambda work: work.case("C-1"))
    assert after is not None
    assert after.automatic_texts == 500
    assert len(set(names)) == 500


def test_the_same_message_from_webhook_and_poll_at_once_is_taken_in_once(uow: Closable) -> None:
    uow.run(lambda work: work.add_customer(makers.customer(), "fp-1"))
    barrier = threading.Barrier(8)

    def deliver(number: int) -> bool:
        barrier.wait()
        return uow.run(lambda work: work.add_message(makers.message(number, external_id="the same")))

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(deliver, range(8)))

    assert taken.count(True) == 1
    assert len(uow.run(lambda work: work.undecided(10))) == 1


# Ids and switches -------------------------------------------------------------------------------------------


def test_case_ids_count_up_from_1001_and_other_ids_are_random(uow: Closable) -> None:
    assert uow.run(lambda work: [work.new_id("case"), work.new_id("case")]) == ["C-1001", "C-1002"]

    one, other = uow.run(lambda work: [work.new_id("m"), work.new_id("m")])
    assert one != other
    assert one.startswith("m-")
    assert len(one) == len("m-") + 20


def test_a_number_that_was_rolled_back_is_given_out_again(uow: Closable) -> None:
    with pytest.raises(OopsError):
        uow.run(lambda work: work.new_id("case") and _raise(OopsError()))

    assert uow.run(lambda work: work.new_id("case")) == "C-1001"


def test_a_switch_is_none_until_set_and_can_be_set_again(uow: Closable) -> None:
    assert uow.run(lambda work: work.switch("bot_awake")) is None
    for value in (False, True):
        uow.run(lambda work, value=value: work.set_switch("bot_awake", value))
        assert uow.run(lambda work: work.switch("bot_awake")) is value


# Customers --------------------------------------------------------------------------------------------------


def test_a_customer_is_found_by_fingerprint_on_its_own_account_only(uow: Closable) -> None:
    uow.run(lambda work: work.add_customer(makers.customer(language="de"), "fp-1"))

    def look(work: Work) -> list[object]:
        return [
            work.customer(*where)
            for where in (("x", "brand", "fp-1"), ("x", "other", "fp-1"), ("x", "brand", "fp-2"))
        ]

    assert uow.run(look) == [makers.customer(language="de"), None, None]
    assert uow.run(lambda work: work.customer_by_id("u-1")) == makers.customer(language="de")


def test_an_unknown_customer_is_a_key_error(uow: Closable) -> None:
    for ask in (
        lambda work: work.customer_by_id("u-9"),
        lambda work: work.silence_bot_for("u-9"),
        lambda work: work.replace_wrapped_key("u-9", b"key"),
    ):
        with pytest.raises(KeyError, match="u-9"):
            uow.run(ask)


def test_a_customer_that_is_written_down_twice_is_stale(uow: Closable) -> None:
    uow.run(lambda work: work.add_customer(makers.customer(), "fp-1"))

    with pytest.raises(StaleVersionError):
        uow.run(lambda work: work.add_customer(makers.customer(2), "fp-1"))


def test_stop_is_remembered_with_the_customer(uow: Closable) -> None:
    uow.run(lambda work: work.add_customer(makers.customer(), "fp-1"))
    uow.run(lambda work: work.silence_bot_for("u-1"))

    assert uow.run(lambda work: work.customer_by_id("u-1")).is_silenced


def test_wrapped_keys_are_walked_page_by_page_and_replaced(uow: Closable) -> None:
    for number in range(5):
        uow.run(
            lambda work, n=number: work.add_customer(makers.customer(n, wrapped_key=b"old %d" % n), f"fp-{n}")
        )

    first = uow.run(lambda work: work.wrapped_keys(limit=3))
    second = uow.run(lambda work: work.wrapped_keys(after=first[-1][0], limit=3))
    uow.run(lambda work: work.replace_wrapped_key("u-3", b"new"))

    assert first + second == tuple((f"u-{n}", b"old %d" % n) for n in range(5))
    assert uow.run(lambda work: work.customer_by_id("u-3")).wrapped_key == b"new"


# Messages ---------------------------------------------------------------------------------------------------


def test_a_message_comes_back_as_it_was(uow: Closable) -> None:
    sent = makers.message(visibility=Visibility.DIRECT, thread_id=None, summons=False, has_unread_media=True)

    def write(work: Work) -> bool:
        work.add_customer(makers.customer(), "fp-1")
        return work.add_message(sent)

    assert uow.run(write)
    assert uow.run(lambda work: work.message("m-1")) == sent
    assert uow.run(lambda work: work.message("m-2")) is None


def test_a_second_delivery_is_not_written_and_changes_nothing(uow: Closable) -> None:
    uow.run(makers.one_case)

    again = makers.message("again", external_id="ext-1", sealed=b"other")
    assert uow.run(lambda work: work.add_message(again)) is False
    assert uow.run(lambda work: work.add_message(replace(again, account="other"))) is True

    stored = uow.run(lambda work: work.message("m-1"))
    assert stored is not None
    assert stored.sealed == makers.message().sealed


def test_undecided_messages_come_urgent_first_then_oldest_and_go_once_decided(uow: Closable) -> None:
    def write(work: Work) -> None:
        work.add_customer(makers.customer(), "fp-1")
        for number, minutes in ((1, 5), (2, 1), (3, 5), (4, 3)):
            work.add_message(makers.message(number, at=NOON + minutes * MINUTE))

    uow.run(write)
    assert [m.id for m in uow.run(lambda work: work.undecided(10))] == ["m-2", "m-4", "m-1", "m-3"]
    assert [m.id for m in uow.run(lambda work: work.undecided(2))] == ["m-2", "m-4"]

    uow.run(lambda work: work.mark_decided("m-4", case_id=None, masked_text=None))
    assert [m.id for m in uow.run(lambda work: work.undecided(10))] == ["m-2", "m-1", "m-3"]


def test_a_decided_message_has_its_case_and_its_masked_text(uow: Closable) -> None:
    uow.run(makers.one_case)
    uow.run(lambda work: work.mark_decided("m-1", case_id="C-1", masked_text="call <PHONE>"))

    (stored,) = uow.run(lambda work: work.messages_of("C-1"))
    assert (stored.state, stored.masked_text) == (MessageState.DECIDED, "call <PHONE>")


def test_a_message_is_decided_once(uow: Closable) -> None:
    def decide(work: Work) -> None:
        work.add_decision(makers.record())
        work.mark_decided("m-1", case_id="C-1", masked_text=None)

    uow.run(makers.one_case)
    uow.run(decide)

    with pytest.raises(StaleVersionError, match="m-1"):
        uow.run(decide)
    with pytest.raises(StaleVersionError, match="m-1"):
        uow.run(lambda work: work.mark_decided("m-1", case_id=None, masked_text=None))
    with pytest.raises(KeyError, match="m-9"):
        uow.run(lambda work: work.mark_decided("m-9", case_id=None, masked_text=None))
    assert len(uow.run(lambda work: work.decisions_of("C-1"))) == 1


def test_wiping_takes_the_direct_texts_of_one_case_only(uow: Closable) -> None:
    def write(work: Work) -> None:
        makers.one_case(work)
        work.save_case(makers.case("C-2"))
        direct = Visibility.DIRECT
        for number, name, visibility in ((2, "C-1", direct), (3, "C-1", direct), (4, "C-2", direct)):
            work.add_message(makers.message(number, visibility=visibility))
            work.mark_decided(f"m-{number}", case_id=name, masked_text="said in confidence")
        work.mark_decided("m-1", case_id="C-1", masked_text="said in public")

    uow.run(write)
    assert uow.run(lambda work: work.wipe_direct_texts("C-1")) == 2
    assert uow.run(lambda work: work.wipe_direct_texts("C-1")) == 0

    kept = uow.run(lambda work: [m.masked_text for m in (*work.messages_of("C-1"), *work.messages_of("C-2"))])
    assert sorted(kept, key=str) == [None, None, "said in confidence", "said in public"]


@pytest.mark.parametrize(
    "write",
    [
        lambda work: work.add_message(makers.message(2, customer_id="u-9")),
        lambda work: work.save_case(makers.case("C-2", customer_id="u-9")),
        lambda work: work.mark_decided("m-1", case_id="C-9", masked_text=None),
        lambda work: work.move_messages(["m-1"], "C-9"),
        lambda work: work.add_decision(makers.record(case_id="C-9")),
        lambda work: work.add_decision(makers.record("m-9")),
        lambda work: work.add_outgoing(makers.outgoing(case_id="C-9")),
        lambda work: work.start_clock(makers.clock(case_id="C-9")),
    ],
    ids=[
        "message",
        "case",
        "decided message",
        "moved message",
        "decision's case",
        "decision's message",
        "text",
        "clock",
    ],
)
def test_a_record_without_what_it_belongs_to_is_refused(
    uow: Closable, write: Callable[[Work], object]
) -> None:
    uow.run(makers.one_case)

    with pytest.raises(StoreError, match="refused"):
        uow.run(write)


# Cases ------------------------------------------------------------------------------------------------------


def test_a_case_comes_back_as_it_was_with_its_version(uow: Closable) -> None:
    moments = {
        name: NOON + number * MINUTE
        for number, name in enumerate(
            (
                "last_customer_at",
                "first_reply_at",
                "first_agent_reply_at",
                "person_spoke_at",
                "bot_silenced_at",
            ),
        )
    }
    full = makers.case(zone=Zone.PRIVATE, priority=Priority.URGENT, owner_id="agent-7", **moments)

    def write(work: Work) -> None:
        work.add_customer(makers.customer(), "fp-1")
        work.save_case(full)

    uow.run(write)
    assert uow.run(lambda work: work.case("C-1")) == replace(full, version=1)
    assert uow.run(lambda work: work.case("C-2")) is None


def test_a_case_that_somebody_else_changed_in_between_is_stale(uow: Closable) -> None:
    uow.run(makers.one_case)
    seen = uow.run(lambda work: work.case("C-1"))
    assert seen is not None
    uow.run(lambda work: work.save_case(replace(seen, tier=2)))

    with pytest.raises(StaleVersionError, match="C-1"):
        uow.run(lambda work: work.save_case(replace(seen, tier=3)))
    with pytest.raises(StaleVersionError, match="C-1"):
        uow.run(lambda work: work.save_case(makers.case()))
    now = uow.run(lambda work: work.case("C-1"))
    assert now is not None
    assert (now.tier, now.version) == (2, 2)


def test_a_unit_may_save_its_own_case_twice(uow: Closable) -> None:
    def twice(work: Work) -> None:
        before = work.case("C-1")
        assert before is not None
        work.save_case(replace(before, tier=2))
        work.save_case(replace(before, tier=3))

    def new(work: Work) -> None:
        work.save_case(makers.case("C-2", tier=2))
        work.save_case(makers.case("C-2", tier=3))

    uow.run(makers.one_case)
    uow.run_all([twice, new])

    tiers = uow.run(lambda work: [found.tier for name in ("C-1", "C-2") if (found := work.case(name))])
    assert tiers == [3, 3]


def test_a_customers_cases_are_those_that_are_not_closed_oldest_first(uow: Closable) -> None:
    def write(work: Work) -> None:
        work.add_customer(makers.customer(), "fp-1")
        work.add_customer(makers.customer(2), "fp-2")
        for number, status in enumerate(CaseStatus):
            work.save_case(makers.case(f"C-{number}", status=status, opened_at=NOON - number * MINUTE))
        work.save_case(makers.case("C-other", customer_id="u-2"))

    uow.run(write)
    found = uow.run(lambda work: work.cases_of("u-1"))

    assert [case.status for case in found] == [s for s in reversed(CaseStatus) if s is not CaseStatus.CLOSED]


def test_a_moved_message_takes_its_decision_and_its_texts_along(uow: Closable) -> None:
    def write(work: Work) -> None:
        makers.one_case(work)
        work.save_case(makers.case("C-2"))
        for number in (2, 3):
            work.add_message(makers.message(number))
        for number in (1, 2, 3):
            work.add_decision(makers.record(f"m-{number}"))
            work.mark_decided(f"m-{number}", case_id="C-1", masked_text="said")
            work.add_outgoing(makers.outgoing(number, message_id=f"m-{number}"))

    def ids(work: Work, name: str) -> list[list[str]]:
        reads = (work.messages_of(name), work.outgoing_of(name))
        return [[item.id for item in found] for found in reads] + [
            [item.message_id for item in work.decisions_of(name)]
        ]

    uow.run(write)
    assert uow.run(lambda work: work.move_messages(["m-1", "m-3", "m-9"], "C-2")) == 2
    assert uow.run(lambda work: work.move_messages([], "C-2")) == 0

    assert uow.run(lambda work: ids(work, "C-1")) == [["m-2"], ["o-2"], ["m-2"]]
    assert uow.run(lambda work: ids(work, "C-2")) == [["m-1", "m-3"], ["o-1", "o-3"], ["m-1", "m-3"]]
    assert uow.run(lambda work: [message.masked_text for message in work.messages_of("C-2")]) == ["said"] * 2


def test_resting_cases_are_the_resolved_ones_untouched_since_then_the_longest_first(uow: Closable) -> None:
    def write(work: Work) -> None:
        work.add_customer(makers.customer(), "fp-1")
        for number, status in enumerate(CaseStatus):
            work.save_case(makers.case(f"C-{status}", status=status, updated_at=NOON - number * MINUTE))
        for minutes in (3, 1, 2):
            at = NOON + minutes * MINUTE
            work.save_case(makers.case(f"C-{minutes}", status=CaseStatus.RESOLVED, updated_at=at))

    def names(before: datetime, limit: int) -> list[str]:
        return [case.id for case in uow.run(lambda work: work.resting_cases(before, limit))]

    uow.run(write)
    assert names(NOON + 2 * MINUTE, 10) == ["C-resolved", "C-1", "C-2"]
    assert names(NOON + 2 * MINUTE, 2) == ["C-resolved", "C-1"]
    assert names(NOON - 9 * MINUTE, 10) == []


def test_a_naive_time_is_refused(uow: Closable) -> None:
    def write(work: Work) -> None:
        work.add_customer(makers.customer(), "fp-1")
        work.save_case(makers.case(updated_at=NOON.replace(tzinfo=None)))

    with pytest.raises(ValueError, match=r"timezone|aware"):
        uow.run(write)


# Decisions, texts, clocks, events, articles -------------------------------------------------------------


def test_a_decision_comes_back_whole(uow: Closable) -> None:
    uow.run(makers.one_case)
    kept = makers.record(model="hashed-7", situation={"a": [1, 2.5, None, True], "b": {"c": "d"}})
    uow.run(lambda work: work.add_decision(kept))

    assert uow.run(lambda work: work.decisions_of("C-1")) == (kept,)
    assert uow.run(lambda work: work.decisions_of("C-2")) == ()


def test_an_outgoing_text_with_a_known_idempotency_key_is_not_written_again(uow: Closable) -> None:
    uow.run(makers.one_case)

    assert uow.run(lambda work: work.add_outgoing(makers.outgoing())) is True
    assert uow.run(lambda work: work.add_outgoing(makers.outgoing(2, idempotency_key="key-1"))) is False
    assert uow.run(lambda work: work.outgoing_of("C-1")) == (makers.outgoing(),)


def test_only_the_bots_queued_texts_are_held(uow: Closable) -> None:
    def write(work: Work) -> int:
        makers.one_case(work)
        for number, state in enumerate(OutgoingState):
            work.add_outgoing(makers.outgoing(number, state=state))
        work.add_outgoing(makers.outgoing("person", is_automatic=False))
        hide = {"kind": OutgoingKind.HIDE, "state": OutgoingState.FAILED}
        work.add_outgoing(makers.outgoing("hide", **hide))
        return work.hold_queued("C-1", "a person has spoken")

    assert uow.run(write) == 2
    found = {text.id: text for text in uow.run(lambda work: work.outgoing_of("C-1"))}
    held = {text.id for text in found.values() if text.reason == "a person has spoken"}
    assert {found[name].state for name in held} == {OutgoingState.HELD}
    assert held == {
        f"o-{list(OutgoingState).index(state)}" for state in (OutgoingState.QUEUED, OutgoingState.FAILED)
    }
    assert found["o-person"].state is OutgoingState.QUEUED
    assert found["o-hide"].state is OutgoingState.FAILED, "a hide protects the customer and goes on"
    assert uow.run(lambda work: work.hold_queued("C-1", "again")) == 0


def test_a_running_clock_goes_on_and_a_stopped_one_can_start_again(uow: Closable) -> None:
    later = NOON + MINUTE

    def write(work: Work) -> None:
        makers.one_case(work)
        work.start_clock(makers.clock())
        work.start_clock(makers.clock(started_at=later))
        work.start_clock(makers.clock(kind=ClockKind.FIRST_RESPONSE))

    uow.run(write)
    assert [c.started_at for c in uow.run(lambda work: work.clocks_of("C-1"))] == [NOON, NOON]

    assert uow.run(lambda work: work.stop_clocks("C-1", later)) == 2
    assert uow.run(lambda work: work.stop_clocks("C-1", later)) == 0
    uow.run(lambda work: work.start_clock(makers.clock(started_at=later)))
    assert [c.stopped_at for c in uow.run(lambda work: work.clocks_of("C-1"))] == [later, later, None]


def test_events_come_back_in_the_order_they_were_written(uow: Closable) -> None:
    first = makers.event(
        at=NOON + MINUTE, message_id="m-1", facts={"n": 1, "x": 0.5, "ok": True, "who": "me"}
    )
    uow.run(lambda work: work.add_events([first, makers.event(case_id=None)]))
    uow.run(lambda work: work.add_events([]))
    uow.run(lambda work: work.add_events([makers.event()]))

    assert uow.run(lambda work: work.events_of("C-1")) == (first, makers.event())


def test_an_article_is_replaced_by_its_slug(uow: Closable) -> None:
    english = Variant(language="en", short="Mondays too.", long="We are open on Mondays, too.")
    article = Article(
        slug="opening-hours",
        title="Opening hours",
        variants={"en": english},
        examples=("are you open?",),
        mode=ArticleMode.AUTO,
        review_at=NOON.date(),
    )
    uow.run(lambda work: work.save_article(replace(article, slug="z-last")))
    uow.run(lambda work: work.save_article(article))
    uow.run(lambda work: work.save_article(replace(article, approved=True)))

    kept = uow.run(lambda work: work.articles())
    assert kept == (replace(article, approved=True), replace(article, slug="z-last"))


# Times ------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moment=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_any_aware_time_survives_to_the_microsecond_in_utc(uow: Closable, moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    uow.run(lambda work: work.case("C-1") or makers.one_case(work))

    def write(work: Work) -> None:
        before = work.case("C-1")
        assert before is not None
        work.save_case(replace(before, snoozed_until=aware))

    uow.run(write)
    after = uow.run(lambda work: work.case("C-1"))

    assert after is not None
    assert after.snoozed_until == aware
    assert after.snoozed_until.utcoffset() == timedelta(0)


def test_a_time_elsewhere_is_refused_by_the_records_themselves() -> None:
    with pytest.raises(ValueError, match="aware UTC"):
        makers.message(at=NOON.astimezone(timezone(timedelta(hours=2))))


def _raise(error: BaseException) -> None:
    raise error


# Threads ----------------------------------------------------------------------------------------------------


def spoken(work: Work, *messages: tuple[str, dict[str, object]]) -> None:
    makers.one_case(work)
    for name, changes in messages:
        work.add_message(makers.message(name, **changes))


def test_a_person_is_remembered_by_thread_and_customer(uow: Closable) -> None:
    by_person = {"writer": Writer.AGENT, "thread_id": "t-9"}
    uow.run(lambda work: spoken(work, ("a", by_person), ("b", {"thread_id": "t-8"})))

    def asked(thread: str | None, until: datetime = NOON + MINUTE) -> datetime | None:
        return uow.run(lambda work: work.person_spoke_at("u-1", thread, until=until))

    assert asked("t-9") == NOON
    assert asked("t-8") is None, "only the customer wrote there"
    assert asked("t-9", until=NOON - MINUTE) is None, "not yet"
    assert asked(None) is None


def test_direct_messages_without_a_thread_are_one_thread_and_public_posts_none(uow: Closable) -> None:
    loose = {"writer": Writer.AGENT, "thread_id": None}
    public, direct = {**loose, "visibility": Visibility.PUBLIC}, {**loose, "visibility": Visibility.DIRECT}

    uow.run(lambda work: spoken(work, ("public", public)))
    assert uow.run(lambda work: work.person_spoke_at("u-1", None, until=NOON)) is None

    uow.run(lambda work: work.add_message(makers.message("direct", **direct)))
    assert uow.run(lambda work: work.person_spoke_at("u-1", None, until=NOON)) == NOON


def test_what_is_decided_was_said_whatever_the_networks_clock_says(uow: Closable) -> None:
    ahead = {"writer": Writer.AGENT, "thread_id": "t-9", "at": NOON + 5 * MINUTE}
    uow.run(lambda work: spoken(work, ("a", ahead)))
    assert uow.run(lambda work: work.person_spoke_at("u-1", "t-9", until=NOON)) is None

    uow.run(lambda work: work.mark_decided("m-a", case_id=None, masked_text=None))
    assert uow.run(lambda work: work.person_spoke_at("u-1", "t-9", until=NOON)) == NOON + 5 * MINUTE


def test_a_case_is_found_in_every_thread_its_messages_are_in(uow: Closable) -> None:
    def write(work: Work) -> None:
        spoken(work, ("a", {"thread_id": "t-1"}), ("b", {"thread_id": "t-2"}), ("c", {"thread_id": "t-3"}))
        for name in ("a", "b"):
            work.mark_decided(f"m-{name}", case_id="C-1", masked_text=None)

    uow.run(write)
    found = {
        thread: uow.run(lambda work, thread=thread: work.cases_in_thread("u-1", thread))
        for thread in ("t-1", "t-2", "t-3", None)
    }
    assert found == {"t-1": {"C-1"}, "t-2": {"C-1"}, "t-3": frozenset(), None: frozenset()}


def test_the_open_cases_of_a_thread_are_those_that_began_there(uow: Closable) -> None:
    def write(work: Work) -> None:
        makers.one_case(work)
        work.save_case(makers.case("C-2", thread_id="t-2"))
        work.save_case(makers.case("C-3", status=CaseStatus.RESOLVED))

    uow.run(write)
    found = uow.run(lambda work: work.open_cases_in("x", "brand", "t-1"))
    assert [case.id for case in found] == ["C-1"]
    assert uow.run(lambda work: work.open_cases_in("x", "other", "t-1")) == ()
