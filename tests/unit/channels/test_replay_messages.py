"""A file's lines become the messages that a network would have delivered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from carebot.channels.replay.adapter import Replay, read_conversations
from carebot.channels.replay.mapping import Expectation
from carebot.core.assessment import Category, Kind
from carebot.core.message import IncomingMessage, PostKind, Visibility, Writer

FILES = Path(__file__).parents[2] / "fixtures" / "replay"


def replay_of(tmp_path: Path, *lines: dict[str, Any], **options: Any) -> Replay:
    """A file with these lines, each completed to a customer's public post."""
    usual = {
        "channel": "x",
        "visibility": "public",
        "author": "ana",
        "text": "hi",
        "at": "2026-03-02T09:00:00Z",
    }
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(json.dumps(usual | line) for line in lines), encoding="utf-8")
    return read_conversations(file, **options)


def by_id(replay: Replay) -> dict[str, IncomingMessage]:
    return {message.external_id: message for message in replay.messages}


def test_a_conversation_is_a_public_thread_with_numbered_messages() -> None:
    messages = by_id(read_conversations(FILES / "conversations.jsonl"))

    assert messages["c1/0"].thread_id == messages["c1/2"].thread_id == "c1"
    assert messages["c1/0"].account == messages["c1/0"].brand == "Plumvelo"
    assert {message.channel for message in messages.values()} == {"replay"}
    assert {message.visibility for message in messages.values()} == {Visibility.PUBLIC}
    assert [messages[f"c1/{index}"].post_kind for index in (0, 1)] == [PostKind.POST, PostKind.REPLY]
    assert messages["c3/0"].at == datetime(2026, 3, 1, 21, tzinfo=UTC)


def test_in_a_conversation_an_agent_answers_the_customer_who_wrote_last() -> None:
    messages = by_id(read_conversations(FILES / "conversations.jsonl"))

    assert messages["c1/1"].author.writer is Writer.AGENT
    assert messages["c1/1"].answers == "mila"
    assert messages["c2/2"].answers == "ruth"


def test_a_customer_summons_the_brand_by_its_whole_handle() -> None:
    messages = by_id(read_conversations(FILES / "conversations.jsonl"))

    assert messages["c1/0"].summons
    assert not messages["c1/2"].summons
    assert not messages["c2/0"].summons


def test_what_the_agent_did_in_the_end_is_expected_and_never_delivered() -> None:
    replay = read_conversations(FILES / "conversations.jsonl")

    assert not any("help.plumvelo.example" in message.text for message in replay.messages)
    assert set(replay.expected) == {"c1", "c2"}
    assert replay.expected["c1"].article_url == "https://help.plumvelo.example/brakes"
    labels = replay.expected["c2"].labels
    assert labels is not None
    assert (labels.private, labels.categories, labels.kind) == (
        True,
        frozenset({Category.BILLING}),
        Kind.COMPLAINT,
    )


def test_a_conversation_without_labels_is_still_expected_to_reach_its_article(tmp_path: Path) -> None:
    turn = {"who": "customer", "handle": "a", "at": "2026-03-02T09:00:00Z", "text": "hi"}
    file = tmp_path / "one.jsonl"
    line = {"id": "c", "brand": "b", "messages": [turn], "article_url": "https://b.example"}
    file.write_text(json.dumps(line), encoding="utf-8")

    assert read_conversations(file).expected == {"c": Expectation(article_url="https://b.example")}


def test_conversations_that_overlap_are_told_in_time_order() -> None:
    replay = read_conversations(FILES / "conversations.jsonl")

    assert [message.external_id for message in replay.messages] == [
        "c3/0",
        "c1/0",
        "c2/0",
        "c2/1",
        "c2/2",
        "c1/1",
        "c1/2",
    ]
    assert replay.notices == ()
    assert replay.count == 7


def test_messages_keep_what_their_lines_say() -> None:
    messages = by_id(read_conversations(FILES / "messages.jsonl"))

    assert messages["m1"].author.followers == 120
    assert messages["m5"].author.writer is Writer.OTHER_BOT
    assert not messages["m5"].summons
    assert messages["m6"].has_unread_media
    assert messages["m6"].post_kind is PostKind.QUOTE
    assert (messages["m7"].account, messages["m7"].brand) == ("plumvelo-sms", "plumvelo-sms")


def test_a_public_reply_joins_the_thread_of_what_it_replies_to() -> None:
    messages = by_id(read_conversations(FILES / "messages.jsonl"))

    assert [messages[name].thread_id for name in ("m1", "m2", "m6")] == ["m1", "m1", "m1"]
    assert messages["m5"].thread_id == "m5"


def test_direct_messages_of_one_customer_share_a_thread_with_their_answers() -> None:
    messages = by_id(read_conversations(FILES / "messages.jsonl"))

    assert messages["m3"].thread_id == messages["m4"].thread_id
    assert messages["m3"].author.handle not in str(messages["m3"].thread_id), "thread ids are kept in clear"
    assert messages["m3"].thread_id != messages["m1"].thread_id
    assert messages["m7"].thread_id == "t9"


def test_an_agent_answers_whom_its_line_names_or_the_author_it_replies_to() -> None:
    messages = by_id(read_conversations(FILES / "messages.jsonl"))

    assert messages["m2"].answers == messages["m4"].answers == "ana"


def test_an_agent_who_goes_on_after_another_agent_answers_the_same_customer(tmp_path: Path) -> None:
    replay = replay_of(
        tmp_path,
        {"id": "3", "who": "agent", "author": "b", "in_reply_to": "2"},
        {"id": "2", "who": "agent", "author": "b", "in_reply_to": "1"},
        {"id": "1", "author": "cem"},
    )

    assert {message.answers for message in replay.messages} == {"cem", None}
    assert {message.thread_id for message in replay.messages} == {"1"}


def test_replies_that_go_in_a_circle_are_read(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, {"id": "1", "in_reply_to": "2"}, {"id": "2", "in_reply_to": "1"})

    assert len({message.thread_id for message in replay.messages}) == 1


def test_the_same_ids_on_two_accounts_are_two_messages(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, {"id": "1", "account": "north"}, {"id": "1", "account": "south"})

    assert replay.notices == ()


def test_an_id_that_comes_again_is_delivered_again() -> None:
    replay = read_conversations(FILES / "messages.jsonl")

    again = [message for message in replay.messages if message.external_id == "m3"]
    assert len(again) == 2
    assert again[0] == again[1]
    assert "1 message delivered again (same id)" in replay.notices


def test_an_id_that_comes_again_with_other_words_is_delivered_too(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, {"id": "1", "text": "one"}, {"id": "1", "text": "two"})

    assert [message.text for message in replay.messages] == ["one", "two"]


def test_messages_of_one_moment_keep_the_order_of_the_file(tmp_path: Path) -> None:
    replay = replay_of(
        tmp_path, {"id": "b"}, {"id": "a"}, {"id": "c", "at": "2026-03-02T08:00:00Z"}, {"id": "0"}
    )

    assert [message.external_id for message in replay.messages] == ["c", "b", "a", "0"]
    assert replay.notices == ("the file is not in time order; messages are replayed by time",)


def test_a_channel_that_is_not_known_keeps_its_name_and_is_noticed() -> None:
    replay = read_conversations(FILES / "messages.jsonl")

    assert by_id(replay)["m7"].channel == "sms"
    assert "1 message of the unknown channel 'sms': the rules of `replay` are used" in replay.notices


def test_the_channel_that_was_asked_for_stands_above_the_file() -> None:
    for name in ("conversations.jsonl", "messages.jsonl"):
        replay = read_conversations(FILES / name, channel="bluesky")

        assert {message.channel for message in replay.messages} == {"bluesky"}


def test_a_field_that_is_not_known_is_noticed(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, {"id": "1", "folowers": 3}, {"id": "2", "folowers": 4})

    assert replay.notices == ("the field 'folowers' is not known and was ignored (2 messages)",)


def test_times_without_a_zone_are_those_of_the_zone_that_was_named(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, {"id": "1", "at": "2026-07-01 12:00"}, timezone="Europe/Berlin")

    assert replay.messages[0].at == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_ids_that_were_written_as_numbers_are_read(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, {"id": 1_234_567_890_123_456_789, "author": 7})

    assert replay.messages[0].external_id == "1234567890123456789"
    assert replay.messages[0].author.external_id == "7"


def test_a_history_of_many_messages_is_read_whole(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, {"id": 0}, *({"id": n, "in_reply_to": n - 1} for n in range(1, 5_000)))

    assert replay.count == 5_000
    assert {message.thread_id for message in replay.messages} == {"0"}
