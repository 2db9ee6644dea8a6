"""A process may end between any two lines: what comes after it says everything once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carebot.app import App
from carebot.core.delivery import MOST_ATTEMPTS
from carebot.core.events import EventName
from carebot.errors import (
    ChannelAccessError,
    ChannelError,
    ChannelLimitError,
    ChannelRefusedError,
    ChannelUncertainError,
    ChannelUnreachableError,
)
from carebot.services.deliver import Deliver
from tests.unit.services.houses import open_house
from tests.unit.services.squares import (
    ANSWER,
    DEAD,
    FAILED,
    HOUR,
    QUEUED,
    SECOND,
    SENDING,
    SENT,
    UNKNOWN,
    Square,
    open_square,
)

House = Callable[..., App]


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def square(any_house: House) -> Square:
    return open_square(any_house)


class Dies:
    """A unit of work in which the process dies: before or after the n-th transaction is committed."""

    def __init__(self, square: Square, nth: int, *, after: bool) -> None:
        self.uow, self.nth, self.after = square.app.uow, nth, after

    def run(self, fn):
        return self._ends(lambda: self.uow.run(fn))

    def run_all(self, fns):
        return self._ends(lambda: self.uow.run_all(fns))

    def _ends(self, commit):
        self.nth -= 1
        if self.nth == 0 and not self.after:
            raise Killed
        result = commit()
        if self.nth == 0:
            raise Killed
        return result


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("is_lost", [False, True])
def test_killed_at_any_transaction_everything_is_said_once(
    square: Square, nth: int, after: bool, is_lost: bool
) -> None:
    square.ask()
    if is_lost:
        square.network.fail("send", ChannelUncertainError("lost"), is_done=True)

    with pytest.raises(Killed):
        square.worker("dead", uow=Dies(square, nth, after=after)).deliver()
    square.deliver.recover(is_alone=True)
    square.settle()

    assert (square.row.state, square.said()) == (SENT, [ANSWER])
    assert len(square.events(EventName.TEXT_SENT)) == 1
    assert square.case.person_spoke_at is None


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_during_the_call_everything_is_said_once(square: Square, when: str) -> None:
    square.ask()
    send = square.channel.send

    def dies(sending):
        if when == "after":
            send(sending)
        raise Killed

    square.channel.send = dies  # type: ignore[method-assign]
    with pytest.raises(Killed):
        square.worker("dead").deliver()
    square.channel.send = send  # type: ignore[method-assign]
    assert square.row.state is SENDING
    square.deliver.recover(is_alone=True)
    assert square.row.state is UNKNOWN
    square.settle()

    assert (square.row.state, square.said()) == (SENT, [ANSWER])


def test_only_who_is_alone_gives_up_what_others_have_in_hand(square: Square) -> None:
    square.ask()
    now = square.clock.now()
    square.put(state=SENDING, attempts=1, lease_owner="dead", lease_until=now + 60 * SECOND, tried_at=now)

    assert square.deliver.recover() == 0
    assert square.deliver.recover(is_alone=True) == 1
    assert (square.row.state, square.row.lease_owner) == (UNKNOWN, None)


def test_what_we_have_in_hand_ourselves_is_given_up_only_with_its_lease(square: Square) -> None:
    square.ask()
    now = square.clock.now()
    square.put(state=SENDING, attempts=1, lease_owner="us", lease_until=now + 60 * SECOND, tried_at=now)

    assert square.deliver.recover(is_alone=True) == 0
    square.later(60 * SECOND)
    assert square.deliver.recover() == 1
    assert len(square.events(EventName.TEXT_UNKNOWN)) == 1


def test_nobody_reads_before_a_call_that_was_given_up_can_have_ended(square: Square) -> None:
    """A worker wakes up together with whoever gives up its row, and its call takes as long as a call may."""
    square.ask()
    now, traits = square.clock.now(), square.channel.traits
    row = square.put(state=SENDING, attempts=1, lease_owner="us", lease_until=now, tried_at=now)
    square.deliver.recover()

    for _ in range(int(traits.call_limit / SECOND)):
        square.later(SECOND)
        square.deliver.read_back()
    square.network.write("plum", row.text, in_reply_to=row.in_reply_to)
    square.settle()

    assert (square.row.state, square.said()) == (SENT, [ANSWER])
    assert square.network.calls["send"] == 0


def test_a_hide_that_was_given_up_is_simply_done_again(square: Square) -> None:
    asked = square.ask("no idea what this is")
    square.hide()
    now = square.clock.now()
    square.put(state=SENDING, attempts=1, lease_owner="dead", lease_until=now, tried_at=now)

    square.deliver.recover()
    assert square.row.state is FAILED
    square.settle(rounds=3)

    assert (square.row.state, square.network.posts[asked.id].is_hidden) == (SENT, True)


# Read back ------------------------------------------------------------------------------------------------------


def lose_the_answer(square: Square, *, is_done: bool) -> None:
    square.ask()
    square.network.fail("send", ChannelUncertainError("the answer was lost"), is_done=is_done)
    square.deliver.deliver()
    assert square.row.state is UNKNOWN


def test_a_post_whose_answer_was_lost_is_found_and_not_posted_again(square: Square) -> None:
    lose_the_answer(square, is_done=True)

    assert square.deliver.read_back() == 0, "it may not be visible yet"
    square.later(5 * SECOND)
    assert square.deliver.read_back() == 1

    assert (square.row.state, square.row.external_id) == (SENT, square.network.by("plum")[0].id)
    assert square.network.calls["send"] == 1


def test_what_two_reads_do_not_find_is_posted_again(square: Square) -> None:
    lose_the_answer(square, is_done=False)

    square.later(5 * SECOND)
    square.deliver.read_back()
    assert (square.row.state, square.row.empty_reads) == (UNKNOWN, 1)
    assert square.deliver.deliver() == square.deliver.read_back() == 0
    square.later(5 * SECOND)
    square.deliver.read_back()
    assert square.row.state is QUEUED
    square.deliver.deliver()

    assert (square.row.state, square.row.attempts, square.said()) == (SENT, 2, [ANSWER])


def test_a_post_that_is_invisible_for_a_while_is_not_posted_again(square: Square) -> None:
    square.network.invisible_for = 4 * SECOND
    square.ask()
    square.later(4 * SECOND)
    square.poll()
    square.network.fail("send", ChannelUncertainError("lost"), is_done=True)
    square.deliver.deliver()

    square.settle()

    assert square.said() == [ANSWER]


def test_two_who_read_at_the_same_time_count_one_empty_read(square: Square) -> None:
    lose_the_answer(square, is_done=False)
    square.later(5 * SECOND)
    square.network.meanwhile("find_sent", square.worker().read_back)

    square.deliver.read_back()

    assert square.row.empty_reads == 1


def test_a_read_that_fails_is_no_empty_read(square: Square) -> None:
    lose_the_answer(square, is_done=False)
    for error in (ChannelUncertainError, ChannelUnreachableError, ChannelLimitError, ChannelError):
        square.network.fail("find_sent", error("no"))
        square.later(20 * SECOND)
        square.deliver.read_back()
        assert (square.row.state, square.row.empty_reads) == (UNKNOWN, 0)

    square.later(61 * SECOND)
    square.deliver.read_back()
    assert square.row.empty_reads == 1


def test_what_can_never_be_read_back_goes_to_a_person(square: Square) -> None:
    lose_the_answer(square, is_done=False)
    square.network.fail("find_sent", ChannelRefusedError("gone"))
    square.later(5 * SECOND)

    square.deliver.read_back()

    assert square.row.state is DEAD
    assert len(square.events(EventName.TEXT_DEAD)) == 1


def test_the_intake_may_find_our_post_first(square: Square) -> None:
    lose_the_answer(square, is_done=True)

    square.poll()

    assert (square.row.state, square.said()) == (SENT, [ANSWER])
    assert square.case.person_spoke_at is None


def test_a_case_that_a_person_took_meanwhile_is_not_answered_by_the_bot_again(square: Square) -> None:
    lose_the_answer(square, is_done=False)
    square.change(owner_id="kim")

    square.settle()

    assert square.said() == []


def test_after_the_clock_jumped_back_the_waiting_begins_again(square: Square) -> None:
    lose_the_answer(square, is_done=True)
    square.network.posts.clear()
    square.later(-5 * HOUR)

    assert square.deliver.read_back() == 0
    assert square.row.not_before == square.clock.now() + 5 * SECOND
    square.later(5 * SECOND)
    assert square.deliver.read_back() == 1


# Everything at once ---------------------------------------------------------------------------------------------

FAULTS = st.one_of(
    st.tuples(
        st.just("send"),
        st.sampled_from([ChannelUnreachableError, ChannelLimitError, ChannelAccessError, ChannelError]),
        st.just(False),
    ),
    st.tuples(st.sampled_from(["send", "find_sent"]), st.just(ChannelUncertainError), st.booleans()),
    st.tuples(
        st.just("fetch"), st.sampled_from([ChannelUnreachableError, ChannelUncertainError]), st.just(False)
    ),
)
STEPS = st.one_of(
    FAULTS,
    st.sampled_from(["ask", "deliver", "read", "recover", "poll", "kill", "doubles", "shuffles"]),
    st.integers(-600, 600),
)


def act(square: Square, what: object, number: int) -> None:
    if isinstance(what, tuple):
        call, error, is_done = what
        square.network.fail(call, error("a fault"), is_done=is_done)
    elif isinstance(what, int):
        square.later(timedelta(seconds=what / 10))
    elif what == "kill":
        kill(square, number)
    elif what in ("doubles", "shuffles"):
        name = "duplicates" if what == "doubles" else what
        setattr(square.network, name, not getattr(square.network, name))
    else:
        deliver: Deliver = square.deliver
        acts = {"deliver": deliver.deliver, "read": deliver.read_back, "recover": deliver.recover}
        {**acts, "poll": square.poll, "ask": lambda: square.ask(by=f"c{number}")}[str(what)]()


def kill(square: Square, number: int) -> None:
    try:
        square.worker(f"dead-{number}", uow=Dies(square, 1 + number % 3, after=number % 2 == 0)).deliver()
    except Killed:
        square.deliver = square.worker(f"us-{number}")
        square.deliver.recover(is_alone=True)


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=40))
def test_whatever_happens_every_question_is_answered_once_or_given_up_after_many_attempts(
    steps: list,
) -> None:
    with ExitStack() as stack:
        square = open_square(
            lambda *args, **kwargs: stack.enter_context(open_house(*args, **kwargs)),
            bot={"mode": "auto", "answer_within_minutes": 10_000},
        )
        for number, what in enumerate(steps):
            act(square, what, number)
        square.network.heal()
        square.settle()

        answered = [post.in_reply_to for post in square.network.by("plum")]
        given_up = [row.in_reply_to for row in square.rows() if row.state is DEAD]
        asked = [post.id for post in square.network.posts.values() if post.author != "plum"]
        assert sorted(answered + given_up) == sorted(asked)
        assert all(row.attempts == MOST_ATTEMPTS for row in square.rows() if row.state is DEAD)
        assert all(case.person_spoke_at is None for case in square.cases())
        assert {row.state for row in square.rows()} <= {SENT, DEAD}
