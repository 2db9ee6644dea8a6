"""What every channel keeps of what it reads: a part of ``channel_contract``, which explains the fixtures."""

from __future__ import annotations

from datetime import timedelta

from carebot.core.channel import ChangeKind
from carebot.core.message import Visibility, Writer
from carebot.testing.channel_network import Connect, Fault, Network, read_all, until


class ReadingContract:
    """What arrives."""

    def test_what_customers_write_arrives_in_utc_with_who_wrote_it(
        self, connect: Connect, network: Network
    ) -> None:
        first = network.write("Where is my parcel?")
        second = network.write("My name is in this one.", visibility=Visibility.DIRECT)

        messages, _, _ = read_all(connect())

        assert [message.external_id for message in messages] == [first, second]
        assert [message.visibility for message in messages] == [Visibility.PUBLIC, Visibility.DIRECT]
        assert all(message.at.utcoffset() == timedelta() for message in messages)
        assert {message.author.external_id for message in messages} == {network.customer}
        assert {message.author.writer for message in messages} == {Writer.CUSTOMER}
        assert all(message.summons and message.thread_id for message in messages)
        assert messages[0].thread_id != messages[1].thread_id

    def test_a_message_belongs_to_its_channel_and_account(self, connect: Connect, network: Network) -> None:
        network.write("Where is my parcel?")
        channel = connect()

        message = read_all(channel)[0][0]

        assert (message.channel, message.account) == (channel.name, channel.account)
        assert message.brand

    def test_a_reply_stands_in_the_thread_of_what_it_answers(
        self, connect: Connect, network: Network
    ) -> None:
        first = network.write("Where is my parcel?")
        second = network.write("It is three days late.", in_reply_to=first)

        messages, _, _ = read_all(connect())

        assert messages[1].external_id == second
        assert messages[1].in_reply_to == first
        assert messages[1].thread_id == messages[0].thread_id

    def test_a_stored_cursor_goes_on_after_a_restart(self, connect: Connect, network: Network) -> None:
        first = network.write("Before.")
        seen, _, cursor = read_all(connect())
        second = network.write("After.")

        after, _, _ = read_all(connect(), cursor)

        assert [message.external_id for message in seen] == [first]
        assert [message.external_id for message in after] == [second]

    def test_the_same_cursor_brings_the_same_again(self, connect: Connect, network: Network) -> None:
        network.write("One.")
        _, _, cursor = read_all(connect())
        network.write("Two.")
        channel = connect()

        assert read_all(channel, cursor)[0] == read_all(channel, cursor)[0] != []

    def test_nothing_new_is_nothing_and_keeps_the_place(self, connect: Connect, network: Network) -> None:
        channel = connect()
        _, _, cursor = read_all(channel)

        messages, changes, again = read_all(channel, cursor)
        later = network.write("At last.")

        assert (messages, changes) == ([], [])
        assert [message.external_id for message in read_all(channel, again)[0]] == [later]

    def test_many_messages_come_in_pages_and_none_is_skipped(
        self, connect: Connect, network: Network
    ) -> None:
        written = [network.write(f"Message {number}.") for number in range(450)]

        messages, _, _ = read_all(connect())

        assert [message.external_id for message in messages] == written

    def test_what_becomes_visible_late_is_not_skipped(self, connect: Connect, network: Network) -> None:
        channel, written, seen, cursor = connect(), [], set(), None
        network.begin(Fault.INVISIBLE)
        for number in range(10):
            written.append(network.write(f"Message {number}."))
            messages, _, cursor = read_all(channel, cursor)
            seen |= {message.external_id for message in messages}
        at_first = len(seen)

        def all_of_them() -> bool | None:
            nonlocal cursor
            messages, _, cursor = read_all(channel, cursor)
            seen.update(message.external_id for message in messages)
            return True if seen == set(written) else None

        assert at_first < 10
        assert until(all_of_them)

    def test_duplicates_and_disorder_lose_nothing(self, connect: Connect, network: Network) -> None:
        network.begin(Fault.DUPLICATES)
        network.begin(Fault.DISORDER)
        written = [network.write(f"Message {number}.") for number in range(30)]

        messages, _, cursor = read_all(connect())

        assert {message.external_id for message in messages} == set(written)
        assert len(set(messages)) == len(written) < len(messages)
        assert read_all(connect(), cursor)[0] == []

    def test_an_edit_comes_through_the_same_cursor(self, connect: Connect, network: Network) -> None:
        message = network.write("My order is 12.")
        channel = connect()
        _, _, cursor = read_all(channel)
        network.edit(message, "My order is late.")

        messages, changes, _ = read_all(channel, cursor)

        assert messages == []
        assert [(change.kind, change.external_id) for change in changes] == [(ChangeKind.EDITED, message)]
        assert changes[0].edited is not None
        assert changes[0].edited.text == "My order is late."

    def test_a_deletion_comes_through_the_same_cursor(self, connect: Connect, network: Network) -> None:
        message = network.write("My order is 12.")
        channel = connect()
        _, _, cursor = read_all(channel)
        network.delete(message)

        messages, changes, _ = read_all(channel, cursor)

        assert messages == []
        assert [(change.kind, change.external_id) for change in changes] == [(ChangeKind.DELETED, message)]

    def test_what_was_deleted_before_it_was_read_has_no_words(
        self, connect: Connect, network: Network
    ) -> None:
        network.delete(network.write("My order is 12."))

        messages, _, _ = read_all(connect())

        assert [message.text for message in messages if message.text] == []

    def test_what_is_answered_by_hand_is_told_apart(self, connect: Connect, network: Network) -> None:
        message = network.write("Where is my parcel?")
        answer = network.write_by_hand("It is at your neighbour's.", message)

        ours = [found for found in read_all(connect())[0] if found.external_id == answer]

        assert [found.author.writer for found in ours] == [Writer.AGENT]
        assert [(found.answers, found.in_reply_to) for found in ours] == [(network.customer, message)]
