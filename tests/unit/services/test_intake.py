"""What a network brings is taken in once, and nothing is lost while we were away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from carebot.app import App
from carebot.core.case import CaseStatus
from carebot.core.channel import Change, ChangeKind, Fetched, Gap
from carebot.core.events import Event, EventName
from carebot.core.message import Writer
from carebot.core.records import StoredMessage
from carebot.errors import ChannelAccessError, ChannelLimitError, ChannelUnreachableError, StoreError
from carebot.services.intake import Intake
from tests.unit.services.houses import NOON, by, by_agent, said
from tests.unit.services.squares import (
    ANSWER,
    HELD,
    HOUR,
    QUEUED,
    SECOND,
    SENT,
    UNKNOWN,
    Square,
    open_square,
)

House = Callable[..., App]


@pytest.fixture
def square(any_house: House) -> Square:
    return open_square(any_house)


def messages_of(square: Square) -> list[StoredMessage]:
    return [m for case in square.cases() for m in square.app.uow.run(lambda w, c=case.id: w.messages_of(c))]


def message(square: Square, external_id: str) -> StoredMessage | None:
    return square.app.uow.run(lambda work: work.message_by_external_id("replay", "plum", external_id))


class Noting:
    """A unit of work that keeps the events that are about no case."""

    def __init__(self, square: Square) -> None:
        self.uow = square.app.uow
        self.events: list[Event] = []

    def run(self, fn):
        return self.uow.run(lambda work: fn(_Noting(work, self.events)))

    def run_all(self, fns):
        return self.uow.run_all([lambda work, fn=fn: fn(_Noting(work, self.events)) for fn in fns])


class _Noting:
    def __init__(self, work, events) -> None:
        self.work, self.events = work, events

    def __getattr__(self, name):
        return getattr(self.work, name)

    def add_events(self, events) -> None:
        self.events.extend(events)
        self.work.add_events(events)


def noting(square: Square) -> tuple[Intake, list[Event]]:
    uow = Noting(square)
    made = Intake(uow=uow, ingest=square.app.ingest, sealer=square.app.sealer, clock=square.clock)
    return made, uow.events


# Once -----------------------------------------------------------------------------------------------------------


def test_a_poll_takes_in_what_came_and_goes_on_from_there(square: Square) -> None:
    square.network.write("ada", "hello", to="plum")
    first = square.intake.poll(square.channel)
    square.network.write("ben", "hello", to="plum")
    second = square.intake.poll(square.channel)

    assert [len(first.messages), len(second.messages)] == [1, 1]
    assert square.state().cursor == second.cursor == "2"
    assert square.state().last_success_at == NOON
    assert [item.original.handle for item in square.received] == ["ada", "ben"]


def test_what_comes_twice_and_in_any_order_is_taken_in_once(square: Square) -> None:
    square.network.duplicates = square.network.shuffles = True
    for number in range(3):
        square.network.write(f"c{number}", "hello", to="plum")

    square.poll()
    square.poll()

    assert len(messages_of(square)) == len(square.received) == 3


def test_webhook_and_poll_feed_one_intake(square: Square) -> None:
    square.network.write("ada", "hello", to="plum")
    pushed = square.channel.fetch(None)

    assert square.intake.take("replay", "plum", pushed) == 1
    assert square.intake.take("replay", "plum", pushed) == 0
    assert square.state().cursor is None, "what is pushed moves no cursor"
    square.intake.poll(square.channel)

    assert len(square.received) == 1


def test_a_cursor_is_never_written_without_its_messages(square: Square) -> None:
    square.network.write("ada", "hello", to="plum")

    class Full:
        def take_in(self, work, incoming):
            raise StoreError("the disk is full")

    full = Intake(uow=square.app.uow, ingest=Full(), sealer=square.app.sealer, clock=square.clock)  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        full.poll(square.channel)
    assert square.state().cursor is None

    square.intake.poll(square.channel)
    assert len(square.received) == 1


def test_a_message_that_cannot_be_written_does_not_stand_in_the_way(square: Square, caplog) -> None:
    broken = said("half \ud83d", "secret words")
    fetched = Fetched(messages=(said(1), broken, said(3, author=by("ben"))), cursor="7")
    square.channel.fetch = lambda cursor: fetched  # type: ignore[method-assign]

    square.poll()

    good = {item.message.external_id for item in square.received if item.message}
    assert {"1", "3"} <= good
    assert square.state().cursor == "7"
    assert "secret" not in caplog.text


def test_a_read_that_was_overtaken_does_not_bring_the_cursor_back(square: Square) -> None:
    square.network.write("ada", "hello", to="plum")
    ahead = replace(square.state(), cursor="9")
    square.network.meanwhile("fetch", lambda: square.app.uow.run(lambda work: work.save_channel_state(ahead)))

    square.intake.poll(square.channel)

    assert square.state().cursor == "9"
    assert len(square.received) == 1


# Away and back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ChannelUnreachableError, ChannelAccessError, LookupError])
def test_a_network_that_goes_away_is_written_down_once_and_once_when_it_is_back(
    square: Square, error
) -> None:
    intake, events = noting(square)
    fetch = square.channel.fetch

    def fails(cursor):
        raise error("secret words")

    square.channel.fetch = fails  # type: ignore[method-assign]
    for _ in range(5):
        assert intake.poll(square.channel) == Fetched(cursor=None)
        square.later(60 * SECOND)
    assert square.state().failing_since == NOON
    assert square.state().last_error
    square.channel.fetch = fetch  # type: ignore[method-assign]
    intake.poll(square.channel)
    square.later(60 * SECOND)
    intake.poll(square.channel)

    assert [event.name for event in events] == [EventName.CHANNEL_LOST, EventName.CHANNEL_BACK]
    assert events[1].facts == {"channel": "replay", "account": "plum", "seconds_away": 300.0}
    assert events[0].case_id is None
    assert (square.state().failing_since, square.state().last_error) == (None, None)


def test_nothing_is_lost_in_an_outage_of_an_hour_and_the_network_is_not_hammered(square: Square) -> None:
    square.network.is_down = True
    square.network.write("ada", "hello", to="plum")
    for _ in range(1800):
        square.later(2 * SECOND)
        square.intake.poll(square.channel)
    asked = square.network.calls["fetch"]
    square.network.is_down = False
    square.later(60 * SECOND)
    square.poll()

    assert 50 <= asked <= 90
    assert len(messages_of(square)) == 1


def test_a_network_that_asks_us_to_read_later_is_read_later(square: Square) -> None:
    square.network.write("ada", "hello", to="plum")
    square.network.fail("fetch", ChannelLimitError("slowly", retry_after=90 * SECOND))
    square.poll()
    square.later(89 * SECOND)
    square.poll()
    assert square.network.calls["fetch"] == 1

    square.later(SECOND)
    square.poll()
    assert len(square.received) == 1


def test_a_clock_that_jumps_back_does_not_stop_the_reading(square: Square) -> None:
    square.network.is_down = True
    square.poll()
    square.network.is_down = False
    square.later(-5 * HOUR)
    square.network.write("ada", "hello", to="plum")

    square.poll()

    assert len(square.received) == 1


def test_a_gap_is_written_down(square: Square) -> None:
    intake, events = noting(square)
    square.network.gap = Gap(since=NOON - HOUR, until=NOON)

    intake.poll(square.channel)
    intake.poll(square.channel)

    (event,) = events
    assert (event.name, event.case_id) == (EventName.GAP_FOUND, None)
    assert event.facts["since"] == (NOON - HOUR).isoformat()


# Our own posts --------------------------------------------------------------------------------------------------


def test_what_somebody_answered_by_hand_silences_the_bot(square: Square) -> None:
    asked = square.ask()
    mine = square.network.write("plum", "We know, Ada", in_reply_to=asked.id)

    square.poll()
    square.deliver.deliver()

    assert square.case.person_spoke_at is not None
    assert (square.row.state, square.said()) == (HELD, ["We know, Ada"])
    (event,) = square.events(EventName.SENT_BY_HAND)
    assert (event.facts, event.actor) == ({"external_id": mine.id}, "agent:plum")
    assert square.case.status is CaseStatus.WAITING_FOR_CUSTOMER


def test_the_same_words_that_were_never_tried_are_sent_by_hand(square: Square) -> None:
    asked = square.ask()
    square.network.write("plum", ANSWER, in_reply_to=asked.id)

    square.poll()

    assert square.row.state is HELD
    assert len(square.events(EventName.SENT_BY_HAND)) == 1


def test_other_words_than_those_that_are_missing_are_sent_by_hand(square: Square) -> None:
    asked = square.ask()
    square.put(state=UNKNOWN, attempts=1, not_before=NOON + HOUR)
    square.network.write("plum", "We know", in_reply_to=asked.id)

    square.poll()

    assert square.row.state is UNKNOWN
    assert square.case.person_spoke_at is not None


def test_a_network_may_change_the_spaces_of_our_text(square: Square) -> None:
    asked = square.ask()
    square.put(state=UNKNOWN, attempts=1, not_before=NOON + HOUR)
    post = square.network.write("plum", f" {ANSWER.replace(' ', '  ')}\n", in_reply_to=asked.id)

    square.poll()

    assert (square.row.state, square.row.external_id) == (SENT, post.id)
    assert square.case.person_spoke_at is None
    assert len(square.events(EventName.TEXT_SENT)) == 1


def test_a_post_that_was_given_up_and_queued_again_stops_the_second_one(square: Square) -> None:
    asked = square.ask()
    square.put(state=QUEUED, attempts=1, empty_reads=2)
    square.network.write("plum", ANSWER, in_reply_to=asked.id)

    square.poll()
    square.deliver.deliver()

    assert (square.row.state, square.said()) == (SENT, [ANSWER])


def test_a_post_by_hand_that_comes_again_is_written_down_once(square: Square) -> None:
    asked = square.ask("no idea what this is")
    square.network.write("plum", "We know", in_reply_to=asked.id)
    square.network.duplicates = True

    square.poll()

    assert len(square.events(EventName.SENT_BY_HAND)) == 1
    assert [m.writer for m in messages_of(square)] == [Writer.CUSTOMER, Writer.AGENT]


def test_a_post_by_hand_that_answers_nothing_we_know_is_taken_in(square: Square) -> None:
    fetched = Fetched(messages=(by_agent("9", in_reply_to=None),))

    assert square.intake.take("replay", "plum", fetched) == 1


# Changes --------------------------------------------------------------------------------------------------------


def test_what_its_author_deletes_is_shown_to_nobody_and_not_answered(square: Square) -> None:
    asked = square.ask()
    square.network.delete(asked.id)

    square.poll()
    square.poll()
    square.deliver.deliver()

    kept = message(square, asked.id)
    assert kept is not None
    assert (kept.masked_text, kept.deleted_at) == (None, NOON)
    assert (square.row.state, square.said()) == (HELD, [])
    (event,) = square.events(EventName.MESSAGE_DELETED)
    assert event.facts == {"held": 1}


def test_a_deletion_that_is_told_twice_is_one(square: Square) -> None:
    asked = square.ask()
    square.network.duplicates = True
    square.network.delete(asked.id)

    square.poll()

    assert len(square.events(EventName.MESSAGE_DELETED)) == 1


def test_a_persons_reply_to_a_deleted_message_is_the_persons_business(square: Square) -> None:
    asked = square.ask("no idea what this is")
    square.reply()
    square.network.delete(asked.id)

    square.poll()

    assert square.row.state is QUEUED


def test_the_deletion_of_what_we_never_saw_is_nothing(square: Square) -> None:
    gone = Change(kind=ChangeKind.DELETED, external_id="77", at=NOON)

    assert square.intake.take("replay", "plum", Fetched(changes=(gone,))) == 0


def test_an_edited_message_is_read_anew_and_the_old_words_are_forgotten(square: Square) -> None:
    asked = square.ask("no idea what this is")
    square.network.edit(asked.id, "something else entirely")

    square.poll()
    square.poll()

    first, second = messages_of(square)
    assert (first.masked_text, second.masked_text) == (None, "something else entirely")
    assert second.external_id == f"{asked.id}#{NOON.isoformat()}"
    assert (first.summons, second.summons) == (True, False)
    (event,) = square.events(EventName.MESSAGE_EDITED)
    assert (event.message_id, event.facts) == (first.id, {"edited": second.id})


def test_an_edit_that_is_told_twice_is_one(square: Square) -> None:
    asked = square.ask("no idea what this is")
    square.network.duplicates = True
    square.network.edit(asked.id, "something else")

    square.poll()

    assert len(messages_of(square)) == 2
    assert len(square.events(EventName.MESSAGE_EDITED)) == 1


def test_of_several_wordings_only_the_last_is_shown_and_a_deletion_takes_them_all(square: Square) -> None:
    asked = square.ask("first words")
    for words in ("second words", "third words"):
        square.later(SECOND)
        square.network.edit(asked.id, words)
        square.poll()
    assert [m.masked_text for m in messages_of(square)] == [None, None, "third words"]

    square.network.delete(asked.id)
    square.poll()
    assert [m.masked_text for m in messages_of(square)] == [None, None, None]


def test_an_edit_deleted_before_anybody_read_it_is_known_to_be_deleted(square: Square) -> None:
    asked = square.network.write("ada", "first words", to="plum")
    square.network.edit(asked.id, "second words")
    square.network.delete(asked.id)

    square.intake.poll(square.channel)

    undecided = square.app.uow.run(lambda work: work.undecided(10))
    assert [m.deleted_at for m in undecided] == [NOON, NOON]


def test_an_edit_of_a_message_we_never_saw_is_that_message(square: Square) -> None:
    edit = Change(kind=ChangeKind.EDITED, external_id="5", at=NOON, edited=said("5", "as it is now"))

    assert square.intake.take("replay", "plum", Fetched(changes=(edit,))) == 1

    assert message(square, "5") is not None
    assert square.intake.take("replay", "plum", Fetched(messages=(said("5", "as it was"),))) == 0


def test_an_edit_that_comes_after_the_deletion_brings_nothing_back(square: Square) -> None:
    asked = square.ask("first words")
    square.network.delete(asked.id)
    square.poll()
    edit = Change(kind=ChangeKind.EDITED, external_id=asked.id, at=NOON, edited=said(asked.id, "again"))

    assert square.intake.take("replay", "plum", Fetched(changes=(edit,))) == 0


def test_the_answer_to_an_edited_message_goes_to_the_post_that_the_network_knows(square: Square) -> None:
    asked = square.ask("first words")
    square.network.edit(asked.id, "second words")
    square.poll()
    second = messages_of(square)[1]
    square.reply(message_id=second.id, in_reply_to=second.external_id)
    square.network.meanwhile("send", square.poll)

    square.deliver.deliver()

    assert [post.in_reply_to for post in square.network.by("plum")] == [asked.id]
    assert square.row.state is SENT
    assert square.events(EventName.SENT_BY_HAND) == []


def test_who_edits_the_bots_post_by_hand_speaks_as_a_person(square: Square) -> None:
    square.ask()
    square.deliver.deliver()
    (post,) = square.network.by("plum")

    square.network.edit(post.id, post.text)
    square.poll()
    assert square.case.person_spoke_at is None

    square.later(SECOND)
    square.network.edit(post.id, "What we meant to say")
    square.poll()
    assert square.case.person_spoke_at is not None


def test_who_answers_by_hand_silences_the_bot_at_once(square: Square) -> None:
    """Not only when the post is decided: others are decided before it, and the bot's text would leave meanwhile."""
    asked = square.ask()
    square.network.write("plum", "Hello, I am Kim.", to="ada", in_reply_to=asked.id)

    square.intake.poll(square.channel)
    square.deliver.deliver()

    assert square.said() == ["Hello, I am Kim."]
    assert square.case.person_spoke_at == NOON
    square.app.triage.catch_up()
    assert square.case.status is CaseStatus.WAITING_FOR_CUSTOMER


def test_who_answers_one_customer_of_a_thread_by_hand_leaves_the_others_to_the_bot(square: Square) -> None:
    asked = square.ask()
    square.ask(by="ben", in_reply_to=asked.id)
    square.network.write("plum", "Hello Ada!", to="ada", in_reply_to=asked.id)

    square.intake.poll(square.channel)
    square.deliver.deliver()

    assert square.said() == ["Hello Ada!", ANSWER]
