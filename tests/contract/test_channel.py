"""What every channel that reads keeps, whatever its network: held against each way to write a replay file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from carebot.channels.replay.adapter import read_conversations
from carebot.core.message import IncomingMessage, Writer

FILES = Path(__file__).parents[1] / "fixtures" / "replay"
Reading = Callable[[], list[IncomingMessage]]


@pytest.fixture(params=["conversations.jsonl", "messages.jsonl", "messages.csv"])
def read(request: pytest.FixtureRequest) -> Reading:
    """One channel with its history; each call reads it from the start, as after a restart."""
    return lambda: read_conversations(FILES / request.param).messages


def identity(message: IncomingMessage) -> tuple[str, str, str]:
    return (message.channel, message.account, message.external_id)


def test_every_message_has_its_time_in_utc(read: Reading) -> None:
    assert read()
    assert all(message.at.utcoffset() == timedelta(0) for message in read())


def test_messages_come_oldest_first(read: Reading) -> None:
    moments = [message.at for message in read()]

    assert moments == sorted(moments)


def test_one_id_means_one_message_however_often_it_is_delivered(read: Reading) -> None:
    first: dict[tuple[str, str, str], IncomingMessage] = {}
    for message in read():
        assert first.setdefault(identity(message), message) == message


def test_reading_again_delivers_the_same(read: Reading) -> None:
    assert read() == read()


def test_every_message_belongs_to_an_account_a_brand_and_a_thread(read: Reading) -> None:
    assert all(message.account and message.brand and message.thread_id for message in read())


def test_an_agent_s_message_names_the_customer_and_nobody_else_s_does(read: Reading) -> None:
    for message in read():
        assert bool(message.answers) == (message.author.writer is Writer.AGENT)


def test_a_message_has_words_or_something_that_was_not_read(read: Reading) -> None:
    assert all(message.text.strip() or message.has_unread_media for message in read())
