"""Reads a file of conversations or messages, as if a network had delivered them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from carebot.channels.registry import known
from carebot.channels.replay.errors import BadLine, BadLineError, Complaints, explain
from carebot.channels.replay.mapping import (
    Draft,
    Expectation,
    draft_of_message,
    drafts_of_conversation,
    expectation_of,
)
from carebot.channels.replay.rows import ConversationRow, MessageRow
from carebot.channels.replay.source import Record, records, unknown_fields
from carebot.channels.replay.threads import Threads
from carebot.core.message import IncomingMessage
from carebot.errors import ReplayError


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A file's messages in time order, and what else is known of them.

    Messages of the same moment keep the file's order. A message whose id was given before is delivered again,
    as networks do. ``expected`` is by conversation id (also the thread id) and empty for simple lines.
    ``notices`` are for the summary; ``skipped`` holds the lines left out by ``skip_bad``.
    """

    messages: list[IncomingMessage]
    expected: Mapping[str, Expectation]
    notices: tuple[str, ...]
    skipped: tuple[BadLine, ...]

    @property
    def count(self) -> int:
        """How many messages will be delivered, duplicates included."""
        return len(self.messages)


def read_conversations(
    path: Path, *, channel: str | None = None, timezone: str | None = None, skip_bad: bool = False
) -> Replay:
    """Read JSON Lines (conversations or messages) or CSV; README.md beside this file describes them.

    ``channel`` stands above the channels that the file names; ``timezone`` (``Europe/Berlin``) is that of
    times that name no zone. Raises ReplayError with file, line and what was expected, up to 20 lines at once.
    """
    reading = _Reading(path, channel, _zone(timezone), skip_bad)
    drafts = reading.sorted_drafts()
    reading.complaints.raise_if_any()
    threads = Threads(drafts)
    reading.delivered_again = len(drafts) - threads.count
    messages = list(threads.finished(drafts, reading.complaints))
    reading.complaints.raise_if_any()
    if not messages:
        raise ReplayError(f"{path}: no message could be read; {_bad(reading.complaints.bad)}")
    return reading.result(messages)


class _Reading:
    """One pass over one file."""

    def __init__(self, path: Path, channel: str | None, zone: tzinfo | None, skip_bad: bool) -> None:
        self.complaints = Complaints(path=path, skip_bad=skip_bad)
        self._path = path
        self._channel = channel
        self._zone = zone
        self._expected: dict[str, Expectation] = {}
        self._unknown_fields: Counter[str] = Counter()
        self._is_out_of_order = False
        self.delivered_again = 0

    def sorted_drafts(self) -> list[Draft]:
        """All drafts by time; those of the same moment keep the file's order."""
        drafts = list(self._drafts())
        moments = (draft.message.at for draft in drafts if not draft.is_of_conversation)
        self._is_out_of_order = any(later < earlier for earlier, later in pairwise(moments))
        drafts.sort(key=lambda draft: draft.message.at)
        return drafts

    def _drafts(self) -> Iterator[Draft]:
        for line, record in records(self._path, self.complaints):
            try:
                yield from self._drafts_of((line, record))
            except ValidationError as error:
                self.complaints.add(line, explain(error))
            except BadLineError as error:
                self.complaints.add(line, str(error))

    def _drafts_of(self, record: Record) -> list[Draft]:
        line, fields = record
        if "messages" in fields and "text" not in fields:
            return self._conversation(line, fields)
        self._unknown_fields.update(unknown_fields(fields))
        row = MessageRow.model_validate(fields, context=self._zone)
        return [draft_of_message(row, line=line, channel=self._channel)]

    def _conversation(self, line: int, fields: dict[str, Any]) -> list[Draft]:
        row = ConversationRow.model_validate(fields, context=self._zone)
        drafts = list(drafts_of_conversation(row, line=line, channel=self._channel))
        if row.article_url or row.labels:
            self._expected.setdefault(row.id, expectation_of(row))
        return drafts

    def result(self, messages: list[IncomingMessage]) -> Replay:
        channels = Counter(message.channel for message in messages)
        return Replay(
            messages=messages,
            expected=self._expected,
            notices=tuple(self._notices(channels)),
            skipped=tuple(self.complaints.bad),
        )

    def _notices(self, channels: Counter[str]) -> Iterator[str]:
        for name, count in sorted(channels.items()):
            if name not in known():
                yield f"{_counted(count)} of the unknown channel {name!r}: the rules of `replay` are used"
        for field, count in sorted(self._unknown_fields.items()):
            yield f"the field {field!r} is not known and was ignored ({_counted(count)})"
        if self.delivered_again:
            yield f"{_counted(self.delivered_again)} delivered again (same id)"
        if self._is_out_of_order:
            yield "the file is not in time order; messages are replayed by time"


def _bad(lines: Sequence[BadLine]) -> str:
    """How many lines are bad, and what is wrong with the first."""
    if not lines:
        return "it has none"
    count = "1 bad line" if len(lines) == 1 else f"{len(lines)} bad lines, the first"
    return f"{count}: {min(lines, key=lambda bad: bad.line)}"


def _counted(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ReplayError(f"there is no time zone {name!r}; write it as in Europe/Berlin or UTC") from error
