"""The network in memory keeps a network's promises, and breaks them only when it is told to."""

from __future__ import annotations

import pytest

from carebot.core.channel import Sending
from carebot.core.message import Visibility, Writer
from carebot.errors import ChannelRefusedError, ChannelUncertainError, ChannelUnreachableError
from carebot.testing.network import MemoryChannel, MemoryNetwork, MemoryPost
from tests.unit.services.houses import Clock
from tests.unit.services.squares import SECOND

LOST = ChannelUncertainError("the answer was lost")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def network(clock: Clock) -> MemoryNetwork:
    return MemoryNetwork(clock)


@pytest.fixture
def channel(network: MemoryNetwork) -> MemoryChannel:
    return MemoryChannel(network, account="plum", brand="Plum")


def answer(post: MemoryPost, *, direct: bool = False) -> Sending:
    return Sending(
        text="Hello",
        visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
        in_reply_to=post.id,
        thread_id=post.thread_id,
        recipient=post.author,
        idempotency_key="k-1",
    )


def test_a_cursor_never_shows_a_message_twice(network: MemoryNetwork, channel: MemoryChannel) -> None:
    network.write("ada", "one", to="plum")
    first = channel.fetch(None)
    network.write("ada", "two", to="plum")
    second = channel.fetch(first.cursor)

    assert [m.text for m in (*first.messages, *second.messages)] == ["one", "two"]
    assert channel.fetch(second.cursor).messages == ()


def test_what_is_not_for_us_is_not_shown_to_us(network: MemoryNetwork, channel: MemoryChannel) -> None:
    network.write("ada", "about somebody else", to="pear")

    assert channel.fetch(None).messages == ()


def test_our_posts_come_back_with_whom_they_answer(network: MemoryNetwork, channel: MemoryChannel) -> None:
    asked = network.write("ada", "one", to="plum")
    channel.send(answer(asked))

    ours = channel.fetch(None).messages[1]

    assert (ours.author.writer, ours.answers, ours.in_reply_to) == (Writer.AGENT, "ada", asked.id)
    assert ours.thread_id == asked.thread_id


def test_a_direct_answer_to_a_post_is_a_thread_of_its_own(
    network: MemoryNetwork, channel: MemoryChannel
) -> None:
    asked = network.write("ada", "one", to="plum")
    channel.send(answer(asked, direct=True))

    (post,) = network.by("plum")

    assert post.visibility is Visibility.DIRECT
    assert post.thread_id != asked.thread_id


def test_an_answer_that_is_lost_leaves_its_post(network: MemoryNetwork, channel: MemoryChannel) -> None:
    asked = network.write("ada", "one", to="plum")
    network.fail("send", LOST, is_done=True)
    network.fail("send", LOST)

    for _ in range(2):
        with pytest.raises(ChannelUncertainError):
            channel.send(answer(asked))

    assert len(network.by("plum")) == 1
    assert channel.find_sent(answer(asked)) is not None


@pytest.mark.parametrize(("honoured", "posts"), [(True, 1), (False, 2)])
def test_a_key_is_honoured_only_where_the_network_knows_keys(
    network: MemoryNetwork, channel: MemoryChannel, honoured: bool, posts: int
) -> None:
    network.honours_keys = honoured
    asked = network.write("ada", "one", to="plum")

    channel.send(answer(asked))
    channel.send(answer(asked))

    assert len(network.by("plum")) == posts


def test_a_post_that_is_invisible_for_a_while_is_missed_by_no_reader(
    network: MemoryNetwork, channel: MemoryChannel, clock: Clock
) -> None:
    network.invisible_for = 3 * SECOND
    late = network.write("ada", "late", to="plum")
    network.invisible_for = 0 * SECOND
    network.write("ben", "at once", to="plum")
    first = channel.fetch(None)
    assert channel.find_sent(answer(late)) is None

    clock.moment += 3 * SECOND
    second = channel.fetch(first.cursor)

    assert [m.text for m in (*first.messages, *second.messages)] == ["at once", "late"]


def test_duplicates_and_disorder_are_what_they_are_called(
    network: MemoryNetwork, channel: MemoryChannel
) -> None:
    network.duplicates = network.shuffles = True
    network.write("ada", "one", to="plum")
    network.write("ada", "two", to="plum")

    assert [m.text for m in channel.fetch(None).messages] == ["two", "one", "two", "one"]


def test_a_network_that_is_down_does_nothing_for_anybody(
    network: MemoryNetwork, channel: MemoryChannel
) -> None:
    asked = network.write("ada", "one", to="plum")
    network.is_down = True

    for call in (channel.check, lambda: channel.fetch(None), lambda: channel.send(answer(asked))):
        with pytest.raises(ChannelUnreachableError):
            call()
    network.is_down = False

    assert channel.check() == "a network in memory, with 1 posts"


def test_what_is_gone_can_neither_be_answered_nor_hidden(
    network: MemoryNetwork, channel: MemoryChannel
) -> None:
    asked = network.write("ada", "one", to="plum")
    network.delete(asked.id)

    with pytest.raises(ChannelRefusedError):
        channel.send(answer(asked))
    with pytest.raises(ChannelRefusedError):
        channel.hide("77")
