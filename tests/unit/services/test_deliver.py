"""What was decided happens once, whoever else acts at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from carebot.app import App
from carebot.core.case import CaseStatus
from carebot.core.channel import Posted, Sending
from carebot.core.delivery import LEASE
from carebot.core.events import EventName
from carebot.core.rights import Role, Viewer
from carebot.core.tiers import Zone
from carebot.errors import (
    ChannelAccessError,
    ChannelLimitError,
    ChannelRefusedError,
    ChannelUncertainError,
    ChannelUnreachableError,
    SealError,
)
from carebot.services.claim_case import claim_case
from carebot.services.deliver import BEGIN_WITHIN
from carebot.services.merge_cases import merge_cases
from carebot.services.resolve_case import resolve_case
from tests.unit.services.squares import (
    ANSWER,
    DEAD,
    FAILED,
    HELD,
    HOUR,
    QUESTION,
    QUEUED,
    SECOND,
    SECRET,
    SENDING,
    SENT,
    UNKNOWN,
    Square,
    open_square,
)

House = Callable[..., App]


@pytest.fixture
def square(any_house: House) -> Square:
    return open_square(any_house)


# The straight way -----------------------------------------------------------------------------------------------


def test_what_was_decided_is_posted_as_an_answer_and_written_down(square: Square) -> None:
    asked = square.ask()

    assert square.deliver.deliver() == 1

    (post,) = square.network.by("plum")
    assert (post.text, post.in_reply_to, post.to) == (ANSWER, asked.id, "ada")
    row = square.row
    assert (row.state, row.external_id, row.attempts, row.lease_owner) == (SENT, post.id, 1, None)
    assert square.case.first_reply_at == square.clock.now()
    (event,) = square.events(EventName.TEXT_SENT)
    assert event.facts == {"outgoing": row.id, "external_id": post.id}


def test_nothing_due_is_nothing_done(square: Square) -> None:
    square.ask()
    square.deliver.deliver()

    assert square.deliver.deliver() == 0
    assert square.said() == [ANSWER]


def test_our_own_post_that_comes_back_is_no_message(square: Square) -> None:
    square.ask()
    square.deliver.deliver()

    square.poll()
    square.poll()

    assert square.case.person_spoke_at is None
    assert len(square.received) == 1


def test_many_rows_leave_in_one_claim_and_urgent_ones_first(square: Square) -> None:
    for number in range(7):
        square.ask(by=f"c{number}")

    assert square.deliver.deliver(limit=5) == 5
    assert square.deliver.deliver(limit=5) == 2
    assert square.said() == [ANSWER] * 7


def test_the_network_is_given_the_key_and_the_thread(square: Square) -> None:
    asked = square.ask()
    seen: list[Sending] = []
    send = square.channel.send
    square.channel.send = lambda sending: seen.append(sending) or send(sending)  # type: ignore[method-assign]

    square.deliver.deliver()

    (sending,) = seen
    assert (sending.recipient, sending.thread_id) == ("ada", asked.thread_id)
    assert sending.idempotency_key == sha256(square.row.idempotency_key.encode()).hexdigest()


# What may not leave any more ------------------------------------------------------------------------------------


def stop_the_bot(square: Square) -> None:
    square.app.uow.run(lambda work: work.set_switch("bot_awake", False))


def silence_customer(square: Square) -> None:
    customer = square.case.customer_id
    square.app.uow.run(lambda work: work.silence_bot_for(customer))


def forget(square: Square) -> None:
    message = square.row.message_id
    now = square.clock.now()
    square.app.uow.run(lambda work: work.forget_text(message, deleted_at=now))


CHANGES = {
    "the bot is stopped": stop_the_bot,
    "a person has the case": lambda square: square.change(owner_id="kim"),
    "marketing holds the thread": lambda square: square.change(held_until=square.clock.now() + HOUR),
    "the gate refused it (bot silenced)": silence_customer,
    "the gate refused it (private case)": lambda square: square.change(zone=Zone.PRIVATE),
    "the message that it answers was deleted": forget,
    "it could not leave in time": lambda square: square.later(HOUR),
}


@pytest.mark.parametrize("reason", CHANGES)
def test_a_text_of_the_bot_is_judged_again_at_the_moment_it_leaves(square: Square, reason: str) -> None:
    square.ask()
    CHANGES[reason](square)

    assert square.deliver.deliver() == 1

    row = square.row
    assert (row.state, row.reason, square.said()) == (HELD, reason, [])
    assert square.case.status in (CaseStatus.WAITING_FOR_AGENT, CaseStatus.WITH_AGENT)
    (event,) = square.events(EventName.TEXT_HELD)
    assert event.facts == {"outgoing": row.id, "reason": reason}


def test_a_person_who_spoke_silences_the_bot(square: Square) -> None:
    square.ask()
    square.change(person_spoke_at=square.clock.now())

    square.deliver.deliver()

    assert (square.row.state, square.said()) == (HELD, [])


@pytest.mark.parametrize("status", [CaseStatus.CLOSED, CaseStatus.RESOLVED])
def test_a_case_that_is_over_is_not_reopened_by_a_text_of_the_bot(square: Square, status: CaseStatus) -> None:
    square.ask()
    square.change(status=status)
    stop_the_bot(square)

    square.deliver.deliver()

    assert (square.row.state, square.case.status) == (HELD, status)


@pytest.mark.parametrize(
    "reason", ["the bot is stopped", "a person has the case", "it could not leave in time"]
)
def test_what_stops_the_bot_does_not_stop_a_person(square: Square, reason: str) -> None:
    square.ask("no idea what this is")
    square.reply()
    CHANGES[reason](square)

    square.deliver.deliver()

    assert square.said() == ["Hello Ada!"]


def test_nobody_speaks_in_public_while_marketing_holds_the_thread(square: Square) -> None:
    square.ask("no idea what this is")
    square.reply()
    square.change(held_until=square.clock.now() + HOUR)

    square.deliver.deliver()

    assert (square.row.state, square.said()) == (HELD, [])


def test_an_invitation_may_be_said_in_public_of_a_private_case(square: Square) -> None:
    square.ask(SECRET)
    assert square.case.zone is Zone.PRIVATE

    square.deliver.deliver()

    assert len(square.said()) == 1


def test_a_text_that_cannot_be_searched_for_personal_data_does_not_leave(square: Square) -> None:
    square.ask()

    def trips(text: str) -> tuple:
        raise LookupError(text)

    worker = square.worker(find=trips)
    worker.deliver()

    assert (square.row.state, square.said()) == (HELD, [])
    assert square.row.reason == "it could not be searched for personal data"


def test_hiding_a_post_asks_nobody_for_leave(square: Square) -> None:
    asked = square.ask("no idea what this is")
    square.hide()
    stop_the_bot(square)
    square.change(owner_id="kim", person_spoke_at=square.clock.now())

    square.deliver.deliver()

    assert square.network.posts[asked.id].is_hidden
    assert square.row.state is SENT
    assert len(square.events(EventName.POST_HIDDEN)) == 1
    assert square.case.first_reply_at is None


# Two at once ----------------------------------------------------------------------------------------------------


def test_a_second_worker_does_not_take_what_the_first_has_in_hand(square: Square) -> None:
    square.ask()
    second = square.worker()
    square.network.meanwhile("send", second.deliver)
    square.network.meanwhile("send", second.recover)

    square.deliver.deliver()
    second.deliver()

    assert square.said() == [ANSWER]


def test_several_workers_in_threads_say_everything_once(square: Square) -> None:
    for number in range(40):
        square.network.write(f"c{number}", QUESTION, to="plum")
    square.poll()
    together = threading.Barrier(3)

    def work(owner: str) -> int:
        worker, done = square.worker(owner), 0
        together.wait(timeout=30)
        while count := worker.deliver(limit=7):
            done += count
            worker.recover()
        return done

    with ThreadPoolExecutor(3) as pool:
        done = sum(pool.map(work, ("a", "b", "c")))

    assert done == len({post.in_reply_to for post in square.network.by("plum")}) == len(square.said()) == 40


def test_a_person_who_claims_during_the_call_keeps_the_case(square: Square) -> None:
    square.ask()
    square.network.meanwhile("send", lambda: square.change(owner_id="kim", status=CaseStatus.WITH_AGENT))

    square.deliver.deliver()

    assert (square.case.owner_id, square.row.state) == ("kim", SENT)
    assert square.case.first_reply_at is not None


def test_the_network_may_show_our_post_before_it_is_written_down(square: Square) -> None:
    square.ask()
    square.network.meanwhile("send", square.poll)

    square.deliver.deliver()

    assert (square.row.state, square.said()) == (SENT, [ANSWER])
    assert square.case.person_spoke_at is None
    assert len(square.events(EventName.TEXT_SENT)) == 1


def test_an_answer_that_comes_after_the_row_was_given_up_is_still_believed(square: Square) -> None:
    square.ask()
    square.network.meanwhile("send", lambda: square.worker("new").recover(is_alone=True))

    square.deliver.deliver()

    assert (square.row.state, len(square.said())) == (SENT, 1)
    square.settle()
    assert square.said() == [ANSWER]


def test_the_same_words_twice_are_two_posts(square: Square) -> None:
    square.ask("no idea what this is")
    first = square.reply("Hello Ada!")
    square.deliver.deliver()
    second = square.reply("Hello Ada!")
    square.network.fail("send", ChannelUncertainError("lost"))
    square.deliver.deliver()

    square.settle()

    posts = {row.id: row.external_id for row in square.rows()}
    assert len(square.said()) == 2
    assert posts[first.id] != posts[second.id]


def test_a_persons_words_that_died_and_are_said_again_are_the_second_row(square: Square) -> None:
    square.ask("no idea what this is")
    square.network.fail("send", ChannelRefusedError("too rude"))
    first = square.reply("Hello Ada!")
    square.deliver.deliver()
    second = square.reply("Hello Ada!")
    square.network.meanwhile("send", square.poll)

    square.deliver.deliver()

    assert {row.id: row.state for row in square.rows()} == {first.id: DEAD, second.id: SENT}


# Suspended, or late ---------------------------------------------------------------------------------------------


class Sleepy:
    """A unit of work after whose claim the process is suspended for a while."""

    def __init__(self, square: Square, slept: timedelta) -> None:
        self.square, self.slept = square, slept

    def run(self, fn):
        result = self.square.app.uow.run(fn)
        if getattr(result, "taken", ()):
            self.square.later(self.slept)
        return result

    def run_all(self, fns):
        return self.square.app.uow.run_all(fns)


@pytest.mark.parametrize("slept", [LEASE, 2 * LEASE, -HOUR])
def test_who_wakes_after_the_lease_makes_no_call_and_touches_nothing(square: Square, slept) -> None:
    square.ask()

    square.worker(uow=Sleepy(square, slept)).deliver()

    assert (square.row.state, square.said()) == (SENDING, [])
    square.settle()
    assert square.said() == [ANSWER]


def test_what_could_not_be_begun_soon_after_the_claim_goes_back_to_be_judged_again(square: Square) -> None:
    for number in range(3):
        square.ask(by=f"c{number}")
    square.network.meanwhile("send", lambda: square.later(2 * BEGIN_WITHIN))
    square.network.meanwhile("send", lambda: stop_the_bot(square))

    square.worker(workers=1).deliver()
    states = sorted(row.state for row in square.rows())
    square.deliver.deliver(limit=1)
    square.settle(rounds=3)

    assert states == [QUEUED, QUEUED, SENT]
    assert {row.attempts for row in square.rows() if row.state is HELD} == {0}
    assert len(square.said()) == 2


def test_each_claim_brings_something_about_however_slow_the_machine_is(square: Square) -> None:
    square.ask()

    square.worker(uow=Sleepy(square, 4 * SECOND)).deliver()

    assert square.said() == [ANSWER]


def test_a_slow_network_is_given_fewer_texts_at_once(square: Square) -> None:
    for number in range(8):
        square.ask(by=f"c{number}")
    worker = square.worker(workers=1)
    for _ in range(8):
        square.network.meanwhile("send", lambda: square.later(2 * BEGIN_WITHIN))

    assert worker.deliver() == 8
    assert len(square.said()) == 1
    assert worker.deliver() == 1


# Errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ChannelUnreachableError, ChannelLimitError, ChannelAccessError])
def test_a_network_that_cannot_now_is_left_alone_and_no_attempt_is_used_up(square: Square, error) -> None:
    for number in range(6):
        square.ask(by=f"c{number}")
    square.network.fail("send", error("not now"))
    worker = square.worker(workers=1)

    worker.deliver()

    assert square.network.calls["send"] == 1, "the first one speaks for all"
    assert {row.attempts for row in square.rows()} == {0}
    assert worker.deliver() == 0, "the account pauses"
    square.later(SECOND)
    while worker.deliver():
        pass
    square.settle()
    assert square.said() == [ANSWER] * 6


def test_the_network_is_asked_no_earlier_than_it_said(square: Square) -> None:
    square.ask()
    square.network.fail("send", ChannelLimitError("slowly", retry_after=90 * SECOND))
    square.deliver.deliver()

    square.later(89 * SECOND)
    assert square.deliver.deliver() == 0
    square.later(SECOND)
    assert square.deliver.deliver() == 1
    assert square.said() == [ANSWER]


def test_an_outage_of_an_hour_is_not_hammered_and_afterwards_everything_leaves(square: Square) -> None:
    square.ask("no idea what this is")
    square.reply()
    square.network.is_down = True

    for _ in range(3600):
        square.later(SECOND)
        square.deliver.deliver()
    asked = square.network.calls["send"]
    square.network.is_down = False
    square.settle(rounds=10)

    assert 50 <= asked <= 80
    assert (square.said(), square.row.attempts) == (["Hello Ada!"], 1)


def test_the_bots_text_that_an_outage_kept_too_long_goes_to_a_person_instead(square: Square) -> None:
    square.ask()
    square.network.is_down = True
    square.deliver.deliver()

    square.later(HOUR)
    square.network.is_down = False
    square.settle(rounds=5)

    assert (square.row.state, square.said()) == (HELD, [])
    assert square.case.status is CaseStatus.WAITING_FOR_AGENT


def test_what_the_network_refuses_is_dead_and_a_person_knows(square: Square) -> None:
    square.ask()
    square.network.fail("send", ChannelRefusedError("blocked"))

    square.deliver.deliver()

    assert (square.row.state, square.said()) == (DEAD, [])
    assert square.case.status is CaseStatus.WAITING_FOR_AGENT
    assert len(square.events(EventName.TEXT_DEAD)) == 1


@pytest.mark.parametrize(
    ("owner", "status"), [("kim", CaseStatus.WITH_AGENT), (None, CaseStatus.WAITING_FOR_AGENT)]
)
def test_a_persons_reply_that_dies_brings_a_resolved_case_back(square: Square, owner, status) -> None:
    square.ask("no idea what this is")
    square.reply()
    square.change(owner_id=owner, status=CaseStatus.RESOLVED)
    square.network.fail("send", ChannelRefusedError("blocked"))

    square.deliver.deliver()

    assert (square.row.state, square.case.status) == (DEAD, status)
    assert len(square.events(EventName.CASE_REOPENED)) == 1


def test_an_adapter_that_trips_may_have_posted(square: Square) -> None:
    square.ask()
    send = square.channel.send

    def trips(sending: Sending) -> Posted:
        send(sending)
        raise LookupError(sending.text)

    square.channel.send = trips  # type: ignore[method-assign]
    square.deliver.deliver()

    assert square.row.state is UNKNOWN
    square.settle()
    assert (square.row.state, square.said()) == (SENT, [ANSWER])


def test_a_customer_whose_seal_does_not_open_is_tried_for_a_while_and_then_a_person_knows(
    square: Square,
) -> None:
    square.ask()

    class Shut:
        def open(self, wrapped_key: bytes, sealed: bytes, *, context: str) -> bytes:
            raise SealError

    worker = square.worker(sealer=Shut())
    worker.deliver()
    assert square.row.state is FAILED
    for _ in range(40):
        square.later(20 * SECOND)
        worker.deliver()

    assert (square.row.state, square.said()) == (DEAD, [])


def test_a_result_that_cannot_be_written_is_read_back(square: Square, caplog) -> None:
    square.ask()
    uow = square.app.uow

    class Refuses:
        def run(self, fn):
            return uow.run(fn)

        def run_all(self, fns):
            def fails(work):
                raise OSError("disk full")

            return uow.run_all([fails for _ in fns])

    square.worker(uow=Refuses()).deliver()
    assert (square.row.state, square.said()) == (SENDING, [ANSWER])

    square.settle()
    assert (square.row.state, square.said()) == (SENT, [ANSWER])
    assert "not written down" in caplog.text
    assert ANSWER not in caplog.text


# A clock that jumps back ----------------------------------------------------------------------------------------


def test_a_pause_that_cannot_be_is_over(square: Square) -> None:
    square.ask()
    state = square.state()
    paused = replace(state, paused_until=square.clock.now() + 5 * HOUR)
    square.app.uow.run(lambda work: work.save_channel_state(paused))

    assert square.deliver.deliver() == 1
    assert square.said() == [ANSWER]


def test_a_row_that_waits_for_a_moment_that_cannot_be_waits_no_longer(square: Square) -> None:
    square.ask()
    square.put(state=FAILED, not_before=square.clock.now() + 5 * HOUR)

    assert square.deliver.deliver() == 1
    assert square.said() == [ANSWER]


def test_a_lease_that_cannot_be_is_over(square: Square) -> None:
    square.ask()
    square.put(
        state=SENDING, attempts=1, lease_owner="us", lease_until=square.clock.now() + 5 * HOUR,
        tried_at=square.clock.now() + 5 * HOUR,
    )  # fmt: skip

    assert square.deliver.recover() == 1
    assert square.row.state is UNKNOWN
    square.settle()
    assert square.said() == [ANSWER]


@pytest.mark.parametrize("is_lost", [True, False])
def test_a_case_that_is_merged_during_the_call_takes_its_text_along(square: Square, is_lost: bool) -> None:
    """Else the text would go on in the closed case, where nobody sees that a person has the other one."""
    kim = Viewer(id="kim", roles=frozenset(Role))
    square.ask("something else")
    square.later(96 * HOUR)
    square.ask()
    older, younger = square.cases()

    def merge() -> None:
        merge_cases(
            older.id, younger.id, viewer=kim, uow=square.app.uow, sealer=square.app.sealer, clock=square.clock
        )
        claim_case(older.id, viewer=kim, uow=square.app.uow, clock=square.clock)

    if is_lost:
        send, square.channel.send = square.channel.send, lambda _: failing(merge)
    else:
        square.network.meanwhile("send", merge)

    square.deliver.deliver()
    if is_lost:
        square.channel.send = send
    square.settle()

    (row,) = square.rows()
    assert (row.case_id, row.state) == (older.id, HELD if is_lost else SENT)
    assert square.said() == ([] if is_lost else [ANSWER])


def failing(happens: Callable[[], object]) -> Posted:
    """A call during which something happens, and that was not done."""
    happens()
    raise ChannelUncertainError("it broke off")


def test_what_a_person_has_resolved_the_bot_does_not_answer_any_more(square: Square) -> None:
    square.ask()
    resolve_case(
        square.case.id, viewer=Viewer(id="kim", roles=frozenset(Role)), uow=square.app.uow, clock=square.clock
    )

    square.settle(3)

    assert (square.said(), square.row.state, square.row.reason) == ([], HELD, "the case is over")
    assert square.case.status is CaseStatus.RESOLVED


def test_an_answer_by_hand_that_nobody_has_decided_yet_silences_the_bot(square: Square) -> None:
    """They came in one read after a day without us, and the customer's message was decided in an earlier batch."""
    square.ask("something else")
    asked = square.network.write("ada", QUESTION, to="plum")
    square.network.write("plum", "Hello, I am Kim.", to="ada", in_reply_to=asked.id)
    square.intake.poll(square.channel)
    square.app.triage.catch_up(1)

    square.deliver.deliver()

    assert square.said() == ["Hello, I am Kim."]
    assert not square.rows()
