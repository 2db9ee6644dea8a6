"""The same messages, as CSV or as JSON Lines, are the same messages."""

from __future__ import annotations

import csv
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carebot.channels.replay.adapter import Replay, read_conversations

FILES = Path(__file__).parents[2] / "fixtures" / "replay"
COLUMNS = "id channel visibility author text at brand thread in_reply_to to followers who kind summons media"

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
names = st.text("abcäß-1 ", min_size=1, max_size=5).filter(str.strip)
rows = st.fixed_dictionaries(
    {
        "id": names,
        "channel": st.sampled_from(["x", "mastodon", "sms"]),
        "visibility": st.sampled_from(["public", "direct"]),
        "author": names,
        "text": words.filter(str.strip),
        "at": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    },
    optional={
        "brand": names,
        "thread": names,
        "in_reply_to": names,
        "to": names,
        "followers": st.integers(0, 10**9),
        "who": st.sampled_from(["customer", "agent", "bot"]),
        "kind": st.sampled_from(["post", "reply", "quote", "repost"]),
        "summons": st.booleans(),
        "media": st.booleans(),
    },
)


def as_json(folder: Path, messages: list[dict[str, Any]]) -> Replay:
    file = folder / "messages.jsonl"
    file.write_bytes(b"".join(json.dumps(message).encode() + b"\n" for message in messages))
    return read_conversations(file, skip_bad=True)


def as_csv(folder: Path, messages: list[dict[str, Any]], delimiter: str) -> Replay:
    file = folder / "messages.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS.split(), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(messages)
    return read_conversations(file, skip_bad=True)


@settings(max_examples=60, deadline=None)
@given(messages=st.lists(rows, max_size=5), delimiter=st.sampled_from([",", ";", "\t"]))
def test_csv_and_json_lines_of_the_same_messages_are_read_alike(
    messages: list[dict[str, Any]], delimiter: str
) -> None:
    sure = {
        "id": "sure",
        "channel": "x",
        "visibility": "direct",
        "author": "a",
        "text": "a",
        "at": "2026-01-01T00:00Z",
    }
    with tempfile.TemporaryDirectory() as folder:
        from_json = as_json(Path(folder), [*messages, sure])
        from_csv = as_csv(Path(folder), [*messages, sure], delimiter)

    assert from_csv.messages == from_json.messages
    assert from_csv.notices == from_json.notices
    assert [bad.problem for bad in from_csv.skipped] == [bad.problem for bad in from_json.skipped]


def test_the_example_in_csv_is_the_example_in_json_lines() -> None:
    assert (
        read_conversations(FILES / "messages.csv").messages
        == read_conversations(FILES / "messages.jsonl").messages
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_spreadsheet_s_line_ends_and_spelling_are_read(tmp_path: Path, end: str) -> None:
    file = tmp_path / "sheet.csv"
    lines = [
        "",
        " ID ;Channel;visibility;Author;TEXT;at;summons;",
        "",
        '1;x;public;ana;"a;b";2026-01-01T00:00Z;FALSE;',
    ]
    file.write_bytes(end.join(lines).encode())

    replay = read_conversations(file)

    assert (replay.messages[0].text, replay.messages[0].summons, replay.notices) == ("a;b", False, ())
