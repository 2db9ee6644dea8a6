"""The outbox of a unit of work without a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from carebot.core.ports import Topic
from carebot.core.records import Outgoing, OutgoingKind, OutgoingState
from carebot.errors import StaleVersionError
from carebot.testing.memory_tables import Tables, require

_TO_TRY = (OutgoingState.QUEUED, OutgoingState.FAILED)
_ON_THE_WAY = (*_TO_TRY, OutgoingState.SENDING, OutgoingState.UNKNOWN)


class MemoryOutbox:
    """The part of core.ports.Work that is about outgoing texts, on dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._t = tables
        self.topics: set[Topic] = set()

    def add_outgoing(self, outgoing: Outgoing) -> bool:
        if any(known.idempotency_key == outgoing.idempotency_key for known in self._t.outbox.values()):
            return False
        require(outgoing.case_id in self._t.cases, "an outgoing text needs its case")
        require(outgoing.message_id in self._t.messages, "an outgoing text needs its message")
        require(outgoing.id not in self._t.outbox, "an outgoing text needs an id of its own")
        self._require_own_post(outgoing)
        self._t.outbox[outgoing.id] = outgoing
        self._tell(outgoing)
        return True

    def outgoing_of(self, case_id: str) -> tuple[Outgoing, ...]:
        found = [outgoing for outgoing in self._t.outbox.values() if outgoing.case_id == case_id]
        return tuple(sorted(found, key=lambda outgoing: outgoing.created_at))

    def outgoing(self, outgoing_id: str) -> Outgoing | None:
        return self._t.outbox.get(outgoing_id)

    def replace_outgoing(self, before: Outgoing, after: Outgoing) -> None:
        known = self._t.outbox.get(before.id)
        if known is None or _step(known) != _step(before):
            raise StaleVersionError(f"outgoing row {before.id} was changed by somebody else in between")
        self._require_own_post(after)
        self._t.outbox[after.id] = after
        self._tell(after)

    def _require_own_post(self, row: Outgoing) -> None:
        if row.external_id is not None:
            other = self.outgoing_posted_as(row.channel, row.account, row.external_id)
            require(other is None or other.id == row.id, "a post belongs to one outgoing row")

    def due_outgoing(self, channel: str, account: str, *, now: datetime, limit: int) -> tuple[Outgoing, ...]:
        first: dict[str, Outgoing] = {}
        for row in sorted(self._t.outbox.values(), key=lambda row: row.created_at):
            if row.state in _ON_THE_WAY:
                first.setdefault(row.case_id, row)
        due = [
            row
            for row in first.values()
            if (row.channel, row.account) == (channel, account)
            and row.state in _TO_TRY
            and (row.not_before is None or row.not_before <= now)
        ]
        return tuple(sorted(due, key=lambda row: (row.priority.rank, row.created_at))[:limit])

    def expired_outgoing(self, now: datetime, limit: int) -> tuple[Outgoing, ...]:
        return self._rows(
            limit,
            lambda row: (
                row.state is OutgoingState.SENDING and row.lease_until is not None and row.lease_until <= now
            ),
        )

    def uncertain_outgoing(
        self, channel: str, account: str, *, now: datetime, limit: int
    ) -> tuple[Outgoing, ...]:
        return self._rows(
            limit,
            lambda row: (
                row.state is OutgoingState.UNKNOWN
                and (row.channel, row.account) == (channel, account)
                and (row.not_before is None or row.not_before <= now)
            ),
        )

    def outgoing_posted_as(self, channel: str, account: str, external_id: str) -> Outgoing | None:
        post = (channel, account, external_id)
        rows = self._rows(1, lambda row: (row.channel, row.account, row.external_id) == post)
        return rows[0] if rows else None

    def outgoing_not_confirmed(self, channel: str, account: str, in_reply_to: str) -> tuple[Outgoing, ...]:
        answered = (channel, account, in_reply_to)
        return self._rows(
            None,
            lambda row: (
                (row.channel, row.account, row.in_reply_to) == answered
                and row.attempts > 0
                and row.external_id is None
            ),
        )

    def hold_queued(self, case_id: str, reason: str) -> int:
        return len(self._hold(reason, lambda row: row.case_id == case_id))

    def hold_all_queued(self, reason: str) -> tuple[str, ...]:
        held = self._hold(reason, lambda _: True)
        return tuple(dict.fromkeys(row.case_id for row in held))

    def _hold(self, reason: str, wanted: Callable[[Outgoing], bool]) -> tuple[Outgoing, ...]:
        rows = self._rows(
            None,
            lambda row: (
                row.state in _TO_TRY and row.is_automatic and row.kind is OutgoingKind.TEXT and wanted(row)
            ),
        )
        for row in rows:
            self._t.outbox[row.id] = replace(row, state=OutgoingState.HELD, reason=reason)
        return rows

    def _rows(self, limit: int | None, wanted: Callable[[Outgoing], bool]) -> tuple[Outgoing, ...]:
        """Rows of the outbox, oldest first."""
        found = [row for row in self._t.outbox.values() if wanted(row)]
        return tuple(sorted(found, key=lambda row: row.created_at)[:limit])

    def _tell(self, row: Outgoing) -> None:
        if row.state in (*_TO_TRY, OutgoingState.UNKNOWN):
            self.topics.add(Topic.QUEUED)


def _step(row: Outgoing) -> tuple[OutgoingState, int, int, str | None]:
    """What `replace_outgoing` compares."""
    return row.state, row.attempts, row.empty_reads, row.lease_owner
