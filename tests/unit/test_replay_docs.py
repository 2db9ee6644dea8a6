"""docs/replay.md names the fields that files may have and that replays produce: these and no others."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carebot.channels.replay.adapter import read_conversations
from carebot.channels.replay.rows import ConversationRow, MessageRow, Turn
from carebot.cli.replaying import Request, Result
from carebot.core.assessment import Assessment, Kind, Probabilities, Reading, Sentiment
from carebot.core.channel_rules import ChannelRules
from carebot.core.message import Author, IncomingMessage, Visibility
from carebot.services.outcome import Outcome, Summary
from carebot.services.transcript import transcript_line

DOCUMENT = (Path(__file__).parents[2] / "docs" / "replay.md").read_text(encoding="utf-8")
READING = Reading(
    probabilities=Probabilities(**dict.fromkeys(Probabilities.__dataclass_fields__, 0.5)),
    kind=Kind.HOWTO,
    kind_confidence=0.9,
    sentiment=Sentiment.NEU,
    sentiment_confidence=0.9,
    language="en",
    language_confidence=0.9,
    answer=None,
    model="test",
)


def documented(heading: str) -> set[str]:
    """The names in the first column of the table with this heading."""
    table = re.search(rf"^\| {heading} \|.*\n((?:\|.*\n)+)", DOCUMENT, re.MULTILINE)
    assert table is not None
    return {name for row in table[1].splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def line(assessment: Assessment) -> set[str]:
    """The fields of the transcript's line for a message that was read like this."""
    message = IncomingMessage(
        channel="x",
        account="acme",
        external_id="1",
        author=Author(external_id="ana", handle="ana"),
        visibility=Visibility.PUBLIC,
        text="hello",
        at=datetime(2026, 11, 2, tzinfo=UTC),
        brand="acme",
    )
    return set(
        transcript_line(
            Outcome(message=message, assessment=assessment, shown_text="hello"), ChannelRules(name="x")
        )
    )


def test_the_fields_of_a_transcript_are_documented() -> None:
    read, unread = line(Assessment(reading=READING)), line(Assessment(reading=None, failure="too slow"))

    assert documented("field of the transcript") == read == unread


def test_the_fields_of_the_summary_are_documented() -> None:
    produced = Result(summary=Summary(), notices=(), thresholds={}).as_json()

    assert documented("field of the summary") - {"private", "doubt", "answer", "no_care"} == set(produced)


@pytest.mark.parametrize(
    ("heading", "fields"),
    [
        ("field of a message", set(MessageRow.model_fields)),
        ("field of a conversation", set(ConversationRow.model_fields)),
        ("field of one of its messages", set(Turn.model_fields)),
    ],
)
def test_the_fields_of_a_file_are_documented(heading: str, fields: set[str]) -> None:
    assert documented(heading) == fields


def test_required_fields_are_called_required() -> None:
    for name, field in MessageRow.model_fields.items():
        row = re.search(rf"^\| (?:`\w+`, )?`{name}`.*\| (.*) \|$", DOCUMENT, re.MULTILINE)
        assert row is not None
        assert row[1].startswith("required") == (field.is_required() or name == "channel")


def test_the_default_mode_is_the_documented_one() -> None:
    assert f"`{Request(file=Path('x')).mode}` (the default)" in DOCUMENT


@pytest.mark.parametrize("example", re.findall(r"^```\w*\n((?:\{|id,).*?)^```", DOCUMENT, re.M | re.S))
def test_the_examples_can_be_replayed(tmp_path: Path, example: str) -> None:
    file = tmp_path / "example"
    file.write_text(example, encoding="utf-8")

    replay = read_conversations(file)

    assert replay.count == 2
    assert replay.notices == ()


def test_the_examples_of_json_lines_are_one_object_a_line() -> None:
    examples = re.findall(r"^\{.*\}$", DOCUMENT, re.MULTILINE)

    assert [type(json.loads(example)) for example in examples] == [dict, dict, dict]
