"""Reads and writes of the outbox within one transaction."""

from __future__ import annotations

from datetime import datetime

from carebot.core.ports import Topic
from carebot.core.records import Outgoing, OutgoingState
from carebot.errors import StaleVersionError
from carebot.store import mapping
from carebot.store import outbox_statements as sql
from carebot.store.running import Running
from carebot.store.statements import OUTBOX


class OutboxWork(Running):
    """The part of core.ports.Work that is about outgoing texts."""

    def add_outgoing(self, outgoing: Outgoing) -> bool:
        is_new = self._add(OUTBOX, mapping.values_of(outgoing), "idempotency_key")
        if is_new:
            self._tell(outgoing)
        return is_new

    def outgoing_of(self, case_id: str) -> tuple[Outgoing, ...]:
        return self._all(Outgoing, sql.OUTGOING_OF, case_id=case_id)

    def outgoing(self, outgoing_id: str) -> Outgoing | None:
        return self._one(Outgoing, sql.OUTGOING, id=outgoing_id)

    def replace_outgoing(self, before: Outgoing, after: Outgoing) -> None:
        was = {
            "was_state": before.state,
            "was_attempts": before.attempts,
            "was_empty_reads": before.empty_reads,
            "was_lease_owner": before.lease_owner,
        }
        if not self._count(sql.REPLACE, key=before.id, **was, **mapping.values_of(after)):
            raise StaleVersionError(f"outgoing row {before.id} was changed by somebody else in between")
        self.has_wiped = self.has_wiped or bool(before.text and not after.text)
        self._tell(after)

    def due_outgoing(self, channel: str, account: str, *, now: datetime, limit: int) -> tuple[Outgoing, ...]:
        return self._all(Outgoing, sql.DUE, channel=channel, account=account, now=now, most=limit)

    def expired_outgoing(self, now: datetime, limit: int) -> tuple[Outgoing, ...]:
        return self._all(Outgoing, sql.EXPIRED, now=now, most=limit)

    def uncertain_outgoing(
        self, channel: str, account: str, *, now: datetime, limit: int
    ) -> tuple[Outgoing, ...]:
        return self._all(Outgoing, sql.UNCERTAIN, channel=channel, account=account, now=now, most=limit)

    def outgoing_posted_as(self, channel: str, account: str, external_id: str) -> Outgoing | None:
        return self._one(Outgoing, sql.POSTED_AS, channel=channel, account=account, external_id=external_id)

    def outgoing_not_confirmed(self, channel: str, account: str, in_reply_to: str) -> tuple[Outgoing, ...]:
        return self._all(
            Outgoing, sql.NOT_CONFIRMED, channel=channel, account=account, in_reply_to=in_reply_to
        )

    def hold_queued(self, case_id: str, reason: str) -> int:
        return self._count(sql.HOLD, in_case=case_id, why=reason)

    def hold_all_queued(self, reason: str) -> tuple[str, ...]:
        cases = tuple(self._connection.execute(sql.CASES_WITH_QUEUED).scalars())
        self._count(sql.HOLD_ALL, why=reason)
        return cases

    def _tell(self, row: Outgoing) -> None:
        if row.state in (*sql.TO_TRY, OutgoingState.UNKNOWN):
            self.topics.add(Topic.QUEUED)
