"""What every channel keeps, whatever its network: tests to inherit, for whoever writes an adapter.

A test file of an adapter holds a class that inherits ``ChannelContract`` and gives four fixtures: ``network`` (a
``channel_network.Network``: somebody who can write as a customer, and make the network misbehave), ``connect``
(makes the channel; called again, it is a restart), ``stranger`` (the channel with wrong credentials) and ``rules``.
``tests/contract/test_townsquare.py`` is one. For readable failures, its ``conftest.py`` or first lines call
``pytest.register_assert_rewrite`` with this module's name and ``channel_reading``'s before they are imported.

A fault that a network cannot play is skipped: ``begin`` raises ``unittest.SkipTest``.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from unittest import SkipTest

from carebot.core.channel import Posted
from carebot.core.channel_rules import ChannelRules
from carebot.core.delivery import LEASE
from carebot.core.message import Visibility, Writer
from carebot.core.ports import Channel
from carebot.errors import (
    ChannelAccessError,
    ChannelError,
    ChannelLimitError,
    ChannelRefusedError,
    ChannelUncertainError,
    ChannelUnreachableError,
)
from carebot.testing.channel_network import Connect, Fault, Network, raised, read_all, sending, until
from carebot.testing.channel_reading import ReadingContract


class SendingContract:
    """What leaves."""

    def test_an_answer_stands_once_under_what_it_answers(self, connect: Connect, network: Network) -> None:
        message, channel = network.write("Where is my parcel?"), connect()

        posted = channel.send(sending(network, message))

        ours = [found for found in read_all(channel)[0] if found.author.writer is Writer.AGENT]
        assert network.texts_of_brand() == ["We are looking into it."]
        assert [(found.external_id, found.at) for found in ours] == [(posted.external_id, posted.at)]
        assert [(found.in_reply_to, found.answers) for found in ours] == [(message, network.customer)]
        assert [found.visibility for found in ours] == [Visibility.PUBLIC]

    def test_a_direct_answer_stays_direct(self, connect: Connect, network: Network) -> None:
        message, channel = network.write("My order is 12.", visibility=Visibility.DIRECT), connect()

        channel.send(replace(sending(network, message), visibility=Visibility.DIRECT))

        found = read_all(channel)[0]
        assert [one.visibility for one in found] == [Visibility.DIRECT, Visibility.DIRECT]
        assert found[0].thread_id == found[1].thread_id
        assert found[1].answers == network.customer

    def test_the_same_key_posts_once(self, connect: Connect, network: Network, rules: ChannelRules) -> None:
        if not rules.idempotency_keys:
            raise SkipTest("the network knows no such keys")
        answer = sending(network, network.write("Where is my parcel?"))

        first, again = connect().send(answer), connect().send(answer)

        assert first == again
        assert network.texts_of_brand() == [answer.text]

    def test_different_keys_post_twice(self, connect: Connect, network: Network) -> None:
        message, channel = network.write("Where is my parcel?"), connect()

        one = channel.send(sending(network, message, "One.", key="k1"))
        two = channel.send(sending(network, message, "Two.", key="k2"))

        assert one != two
        assert sorted(network.texts_of_brand()) == ["One.", "Two."]

    def test_a_lost_answer_is_uncertain_and_the_post_is_found(
        self, connect: Connect, network: Network
    ) -> None:
        answer, channel = sending(network, network.write("Where is my parcel?")), connect()
        network.begin(Fault.LOSE_ANSWERS)

        raised(ChannelUncertainError, lambda: channel.send(answer))
        network.heal()
        found = until(lambda: connect().find_sent(answer))

        ours = [one.external_id for one in read_all(channel)[0] if one.author.writer is Writer.AGENT]
        assert network.texts_of_brand() == [answer.text]
        assert ours == [found.external_id]

    def test_a_post_is_found_within_the_time_that_the_traits_say(
        self, connect: Connect, network: Network
    ) -> None:
        answer, channel = sending(network, network.write("Where is my parcel?")), connect()
        network.begin(Fault.INVISIBLE)
        posted = channel.send(answer)
        began = time.monotonic()

        def found() -> Posted | None:
            return channel.find_sent(answer)

        assert found() is None
        assert until(found) == posted
        assert time.monotonic() - began <= channel.traits.visible_after.total_seconds() + 1

    def test_what_was_not_sent_is_not_found(self, connect: Connect, network: Network) -> None:
        message, other = network.write("Where is my parcel?"), network.write("And my invoice?")
        answer, channel = sending(network, message), connect()

        before = channel.find_sent(answer)
        channel.send(answer)

        assert before is None
        assert channel.find_sent(replace(answer, text="We are looking into that.")) is None
        assert channel.find_sent(replace(answer, in_reply_to=other)) is None
        assert channel.find_sent(replace(answer, visibility=Visibility.DIRECT)) is None
        assert channel.find_sent(answer) is not None

    def test_what_somebody_else_wrote_is_not_found(self, connect: Connect, network: Network) -> None:
        message = network.write("Where is my parcel?")
        network.write("We are looking into it.", in_reply_to=message)

        assert connect().find_sent(sending(network, message)) is None

    def test_a_text_that_is_too_long_is_refused(
        self, connect: Connect, network: Network, rules: ChannelRules
    ) -> None:
        if rules.max_length_public is None:
            raise SkipTest("the network takes any length")
        answer = sending(network, network.write("Hello?"), "x" * (rules.max_length_public + 1))

        raised(ChannelRefusedError, lambda: connect().send(answer))

        assert network.texts_of_brand() == []

    def test_what_is_gone_cannot_be_answered(self, connect: Connect, network: Network) -> None:
        message = network.write("Where is my parcel?")
        network.delete(message)

        raised(ChannelRefusedError, lambda: connect().send(sending(network, message)))

        assert network.texts_of_brand() == []

    def test_hiding_twice_does_no_harm(self, connect: Connect, network: Network, rules: ChannelRules) -> None:
        if not rules.can_hide:
            raise SkipTest("the network has no hiding")
        message, channel = network.write("My card is 4111 1111 1111 1111"), connect()

        channel.hide(message)
        channel.hide(message)

        assert network.is_hidden(message)

    def test_hiding_what_is_gone_is_done_already(
        self, connect: Connect, network: Network, rules: ChannelRules
    ) -> None:
        if not rules.can_hide:
            raise SkipTest("the network has no hiding")
        message = network.write("My card is 4111 1111 1111 1111")
        network.delete(message)

        connect().hide(message)


class TroubleContract:
    """What happens when the network is not well."""

    def test_a_limit_says_when_to_come_back(self, connect: Connect, network: Network) -> None:
        answer, channel = sending(network, network.write("Hello?")), connect()
        network.begin(Fault.LIMIT)

        error = raised(ChannelLimitError, lambda: channel.send(answer))

        assert error.retry_after is not None
        assert timedelta() < error.retry_after <= timedelta(hours=1)
        assert raised(ChannelLimitError, lambda: channel.fetch(None)).retry_after is not None
        assert network.texts_of_brand() == []

    def test_a_limit_without_a_time_names_none(self, connect: Connect, network: Network) -> None:
        answer, channel = sending(network, network.write("Hello?")), connect()
        network.begin(Fault.LIMIT_WITHOUT_TIME)

        assert raised(ChannelLimitError, lambda: channel.send(answer)).retry_after is None
        assert network.texts_of_brand() == []

    def test_an_error_of_the_network_is_uncertain_for_what_changes_it(
        self, connect: Connect, network: Network
    ) -> None:
        answer, channel = sending(network, network.write("Hello?")), connect()
        network.begin(Fault.BREAK)

        raised(ChannelUncertainError, lambda: channel.send(answer))
        error = raised(ChannelError, lambda: channel.fetch(None))

        assert not isinstance(error, ChannelUncertainError | ChannelRefusedError)

    def test_a_network_that_is_away_comes_back_and_nothing_is_lost(
        self, connect: Connect, network: Network
    ) -> None:
        channel = connect()
        _, _, cursor = read_all(channel)
        message = network.write("Hello?")
        network.begin(Fault.DOWN)

        raised(ChannelUnreachableError, lambda: channel.fetch(cursor))
        raised(ChannelUnreachableError, channel.check)
        raised(ChannelUnreachableError, lambda: channel.find_sent(sending(network, message)))
        error = raised(ChannelError, lambda: channel.send(sending(network, message)))
        network.heal()

        assert isinstance(error, ChannelUnreachableError | ChannelUncertainError)
        assert [found.external_id for found in read_all(channel, cursor)[0]] == [message]
        assert channel.find_sent(sending(network, message)) is None

    def test_wrong_credentials_are_told_apart(self, stranger: Channel, network: Network) -> None:
        message = network.write("Hello?")

        raised(ChannelAccessError, lambda: stranger.fetch(None))
        raised(ChannelAccessError, lambda: stranger.send(sending(network, message)))
        raised(ChannelAccessError, stranger.check)

    def test_errors_carry_no_message_text(self, connect: Connect, network: Network) -> None:
        answer, channel = sending(network, network.write("Hello?"), "The parcel is at the depot."), connect()
        gone, told = replace(answer, in_reply_to="no-such-post"), []
        for fault in (Fault.LOSE_ANSWERS, Fault.BREAK, Fault.LIMIT):
            network.begin(fault)
            told.append(raised(ChannelError, lambda: channel.send(answer)))
            network.heal()
        told.append(raised(ChannelRefusedError, lambda: channel.send(replace(gone, idempotency_key="k2"))))

        assert all(str(error) and "depot" not in str(error) for error in told)

    def test_several_threads_may_use_it(self, connect: Connect, network: Network) -> None:
        channel = connect()
        answers = [sending(network, network.write(f"Question {n}"), f"Answer {n}") for n in range(20)]

        with ThreadPoolExecutor(4) as pool:
            reads = [pool.submit(read_all, channel) for _ in range(4)]
            posted = list(pool.map(channel.send, answers))
            found = list(pool.map(channel.find_sent, answers))

        assert found == posted
        assert sorted(network.texts_of_brand()) == sorted(answer.text for answer in answers)
        assert all(len(read.result()[0]) >= 20 for read in reads)

    def test_a_call_ends_long_before_the_lease_of_what_it_sends(self, connect: Connect) -> None:
        traits = connect().traits

        assert timedelta() < traits.call_limit < LEASE / 2
        assert timedelta() <= traits.visible_after
        assert timedelta() < traits.poll_every

    def test_a_check_says_in_words_what_answered(self, connect: Connect) -> None:
        assert len(connect().check().split()) > 2

    def test_a_closed_channel_does_nothing_and_says_so(self, connect: Connect, network: Network) -> None:
        message, channel = network.write("Hello?"), connect()
        channel.close()
        channel.close()

        raised(ChannelError, lambda: channel.fetch(None))
        raised(ChannelUnreachableError, lambda: channel.send(sending(network, message)))

        assert network.texts_of_brand() == []


class ChannelContract(ReadingContract, SendingContract, TroubleContract):
    """All of it. Inherit this one."""
