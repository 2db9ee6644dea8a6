"""Claim what is due in one account's outbox, and judge each row in the same transaction, as things are now."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from carebot.core import delivery
from carebot.core.ports import Channel, Clock, Sealer, Work
from carebot.core.records import Outgoing, OutgoingKind, OutgoingState, StoredMessage
from carebot.errors import StoreError
from carebot.services.calling import Addressed
from carebot.services.house import House
from carebot.services.leaving import Findings, Now, why_held
from carebot.services.note_outcome import note_outcome
from carebot.services.pausing import is_paused
from carebot.services.seal_reply import seal_reply

log = logging.getLogger(__name__)

FAR = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What one claim brought. ``unread``: texts to be searched first; then nothing was claimed."""

    taken: tuple[Addressed, ...] = ()
    held: int = 0
    unread: frozenset[str] = frozenset()


class ClaimDue:
    """Moves rows to ``sending`` in the name of ``owner``, or to ``held`` when they may not leave any more."""

    def __init__(
        self, *, channel: Channel, clock: Clock, house: House, findings: Findings, sealer: Sealer, owner: str
    ) -> None:
        self._channel = channel
        self._clock = clock
        self._house = house
        self._sealer = sealer
        self._findings = findings
        self._owner = owner

    def __call__(self, work: Work, limit: int, *, is_again: bool = False) -> Claimed:
        """Claim up to ``limit`` rows; ``is_again``: leave those alone whose text nobody has searched yet."""
        now = self._clock.now()
        if is_paused(work.channel_state(self._channel.name, self._channel.account), now):
            return Claimed()
        rows = self._due(work, now, limit)
        unread = self._findings.unread(rows)
        if unread and not is_again:
            return Claimed(unread=unread)
        bot_is_awake = work.switch("bot_awake") is not False
        taken: list[Addressed] = []
        held = 0
        for row in rows:
            if row.text in unread:
                continue  # queued since the look before: its turn comes
            claimed = self._take(work, row, now, bot_is_awake)
            held += claimed is None
            taken += [] if claimed is None else [claimed]
        return Claimed(taken=tuple(taken), held=held)

    def _due(self, work: Work, now: datetime, limit: int) -> list[Outgoing]:
        """What is due; and when that is little, what waits for a moment that cannot be."""
        look = partial(work.due_outgoing, self._channel.name, self._channel.account, limit=limit)
        rows = list(look(now=now))
        if len(rows) < limit:
            known = {row.id for row in rows}
            waiting = [row for row in look(now=FAR) if row.id not in known]
            longest = delivery.LONGEST_WAIT
            rows += [
                row for row in waiting if not delivery.is_ahead(row.not_before, now=now, longest=longest)
            ]
        return rows[:limit]

    def _take(self, work: Work, row: Outgoing, now: datetime, bot_is_awake: bool) -> Addressed | None:
        """The row in our hands, or None: it was held (or is dead, for its customer was erased)."""
        after, addressed = self._judged(work, row, now, bot_is_awake)
        after = seal_reply(work, after, sealer=self._sealer, now=now)
        work.replace_outgoing(row, after)
        if after.state is not OutgoingState.SENDING:
            note_outcome(work, after, now=now)
            log.info("outgoing %s does not leave: %s", row.id, after.reason)
        return addressed

    def _judged(
        self, work: Work, row: Outgoing, now: datetime, bot_is_awake: bool
    ) -> tuple[Outgoing, Addressed | None]:
        claimed = delivery.claimed(row, owner=self._owner, now=now)
        message, case = work.message(row.message_id), work.case(row.case_id)
        assert message is not None, "an outgoing row needs its message"
        assert case is not None, "an outgoing row needs its case"
        if row.kind is OutgoingKind.HIDE:  # it says nothing: whoever speaks, it protects the customer
            return claimed, Addressed(row=claimed, message=message)
        try:
            customer = work.customer_by_id(case.customer_id)
        except KeyError:
            return delivery.dead(row, "the customer was erased"), None
        state = Now(
            case=case,
            message=message,
            customer=customer,
            bot_is_awake=bot_is_awake,
            at=now,
            spoken_by_hand_at=_spoken_by_hand(work, message, now) if row.is_automatic else None,
        )
        if reason := self._why_held(row, state):
            return delivery.held(row, reason), None
        return claimed, Addressed(row=claimed, message=message, customer=customer)

    def _why_held(self, row: Outgoing, state: Now) -> str | None:
        try:
            return why_held(row, state, self._findings.of(row.text), self._house)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - what cannot be judged does not leave, and stops nobody else
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("outgoing %s could not be judged (%s)\n%s", row.id, type(error).__name__, where)
            return f"it could not be judged ({type(error).__name__})"


def _spoken_by_hand(work: Work, message: StoredMessage, now: datetime) -> datetime | None:
    """When somebody last answered this customer here from the network itself, decided already or not yet."""
    return work.person_spoke_at(message.customer_id, message.thread_id, until=now)
