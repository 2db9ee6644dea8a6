"""A file that cannot be read says which line, what is wrong with it, and what was expected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from carebot.channels.replay.adapter import read_conversations
from carebot.errors import ReplayError

GOOD = {
    "id": "1",
    "channel": "x",
    "visibility": "public",
    "author": "ana",
    "text": "hi",
    "at": "2026-03-02T09:00:00Z",
}
TURN = {"who": "customer", "handle": "a", "at": "2026-03-02T09:00:00Z", "text": "hi"}
TALK = {"id": "c", "brand": "b", "messages": [TURN]}


def complaint_about(file: Path, **options: Any) -> str:
    with pytest.raises(ReplayError) as raised:
        read_conversations(file, **options)
    assert str(file) in raised.value.detail
    return raised.value.detail


def written(tmp_path: Path, content: str | bytes) -> Path:
    file = tmp_path / "file"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nonsense", "not JSON at column 1"),
        ("{", "not JSON at column 2"),
        ("[" * 100_000, "not JSON that can be read"),
        ("[1]", "expected one JSON object a line"),
        (b'{"id": "\xff"}', "not UTF-8 at byte 9 of the line"),
        ({"id": None}, "the field `id` is missing"),
        ({"channel": None}, "the field `channel` is missing"),
        ({"visibility": "pubic"}, "`visibility`: expected 'public' or 'direct'"),
        ({"text": 5}, "`text`: expected a valid string"),
        ({"text": " \n"}, "`text` is empty"),
        ({"text": "\ud83d"}, "`text`: holds half a character"),
        ({"at": "2026-03-02T09:00:00"}, "`at`: the time has no zone"),
        ({"at": "2026-03-02"}, "`at`: expected a date and a time as in 2026-11-22T09:30:00Z"),
        ({"at": "yesterday, at noon"}, "`at`: expected an ISO 8601 time"),
        ({"at": 1_772_442_000}, "`at`: expected a date and a time"),
        ({"at": "0001-01-01T00:00:00+05:00"}, "`at`: the time is outside the years"),
        ({"followers": "many"}, "`followers`: expected a valid integer"),
        ({"followers": -1}, "`followers`: expected greater than or equal to 0"),
        ({"who": "robot"}, "`who`: expected 'customer', 'agent' or 'bot'"),
        ({"who": "agent"}, "an agent's message needs `to`"),
        ({"who": "agent", "in_reply_to": "99"}, "`in_reply_to` leads to no customer's message"),
        ({"kind": "toot"}, "`kind`: expected 'post', 'reply', 'quote' or 'repost'"),
        (TALK | {"messages": []}, "`messages`: expected"),
        (
            TALK | {"messages": [TURN | {"who": "agent"}]},
            "`messages`: expected at least one message of a customer",
        ),
        (TALK | {"messages": [TURN, TURN | {"text": " "}]}, "`messages.1.text`: the text is empty"),
        (TALK | {"messages": [TURN | {"at": "2026-03-02T09:00"}]}, "`messages.0.at`: the time has no zone"),
        (TALK | {"labels": {"private": True}}, "the field `labels.kind` is missing"),
    ],
)
def test_a_bad_line_is_named_and_can_be_skipped(tmp_path: Path, line: Any, complaint: str) -> None:
    if isinstance(line, dict):
        line = json.dumps(line if "messages" in line else GOOD | {"id": "2"} | line)
    bad = line if isinstance(line, bytes) else line.encode()
    file = written(tmp_path, json.dumps(GOOD).encode() + b"\n\n" + bad + b"\n")

    told = complaint_about(file)
    skipping = read_conversations(file, skip_bad=True)

    assert "1 line cannot be read" in told
    assert f"  line 3: {complaint}" in told or f"; {complaint}" in told
    assert "a good line: {" in told
    assert skipping.count == 1
    assert [bad_line.line for bad_line in skipping.skipped] == [3]


def test_mistakes_are_listed_together_up_to_twenty(tmp_path: Path) -> None:
    three = written(tmp_path, "{1\n" * 3)
    assert "3 lines cannot be read\n  line 1: " in complaint_about(three)

    many = written(tmp_path, "{1\n" * 300)
    told = complaint_about(many)
    assert "20 lines cannot be read; reading stopped there" in told
    assert "line 20: " in told
    assert "line 21: " not in told


def test_skipping_lists_every_bad_line(tmp_path: Path) -> None:
    file = written(tmp_path, json.dumps(GOOD) + "\n" + "{1\n" * 300)

    assert len(read_conversations(file, skip_bad=True).skipped) == 300


def test_a_file_of_bad_lines_only_is_refused_even_when_they_may_be_skipped(tmp_path: Path) -> None:
    assert "no message could be read; 3 bad lines, the first: line 1: " in complaint_about(
        written(tmp_path, "{1\n" * 3), skip_bad=True
    )


def test_complaints_never_repeat_what_a_customer_wrote(tmp_path: Path) -> None:
    secret = "my card is 4111 1111 1111 1111"
    lines = [GOOD | {"text": secret, "at": "now"}, GOOD | {"text": [secret]}, TALK | {"messages": secret}]
    file = written(tmp_path, "\n".join(json.dumps(line) for line in lines) + '\n{"text": "' + secret)

    told = complaint_about(file)

    assert "4 lines" in told
    assert "4111" not in told


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "is empty; expected one message a line"),
        ("\n \n", "is empty"),
        ("\ufeff", "is empty"),
        ('[{"id": "1"}]', "line 1: this is one JSON list; write one object a line"),
        ("hello world", "line 1: neither JSON Lines nor CSV"),
        ("PK\x03\x04", "line 1: neither JSON Lines nor CSV"),
        ("id,text,author,at\n", "line 1: the header has no column visibility"),
        ("id".encode("utf-16"), "line 1: the file is UTF-16; save it as UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: str | bytes, complaint: str) -> None:
    assert complaint in complaint_about(written(tmp_path, content))


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    assert "is a folder; name a .jsonl or .csv file in it" in complaint_about(tmp_path)
    assert "cannot be opened: No such file" in complaint_about(tmp_path / "none.jsonl")


@pytest.mark.parametrize("name", ["Berlin", "../etc/passwd", "/etc/passwd", ""])
def test_a_time_zone_that_does_not_exist_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReplayError, match=r"there is no time zone .* write it as in Europe/Berlin"):
        read_conversations(written(tmp_path, json.dumps(GOOD)), timezone=name)


HEADER = b"id,channel,visibility,author,text,at\n"
ROW = b"1,x,public,ana,hi,2026-03-02T09:00:00Z\n"


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (
            b"2,x,public,ana,hello, you,2026-03-02T09:00:00Z\n",
            "7 columns, but the header has 6; quote the text",
        ),
        (b"2,x,public,ana\n", "the field `text` is missing"),
        (b"2,x,public,ana,,2026-03-02T09:00:00Z\n", "`text` is empty"),
        (
            b"2,x,public,ana,h\xe9,2026-03-02T09:00:00Z\n",
            "`text`: holds half a character (a lone surrogate) or is not",
        ),
        (b'2,x,public,ana,"hi" you,2026-03-02T09:00:00Z\n', "not CSV: "),
        (b'2,x,public,ana,"hi\nthere,2026-03-02T09:00:00Z\n', "not CSV: unexpected end of data"),
    ],
)
def test_a_bad_row_is_named_by_the_line_that_it_begins_on(tmp_path: Path, row: bytes, complaint: str) -> None:
    quoted = ROW.replace(b"hi", b'"hi\nthere"').replace(b"1,", b"0,")
    file = written(tmp_path, HEADER + quoted + ROW + b"\n" + row)

    told = complaint_about(file)

    assert f"line 6: {complaint}" in told or f"; {complaint}" in told
    assert read_conversations(file, skip_bad=True).count == 2
