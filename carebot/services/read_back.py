"""Find out what became of calls that nobody knows the end of: give them up, and look on the network."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from carebot.core import delivery
from carebot.core.channel import Posted
from carebot.core.ports import Channel, Clock, Sealer, UnitOfWork, Work
from carebot.core.records import Outgoing, OutgoingState
from carebot.errors import ChannelRefusedError, ChannelUncertainError, StaleVersionError
from carebot.services.calling import Addressed, Answer, Calls
from carebot.services.note_outcome import note_outcome, own_post
from carebot.services.pausing import Pausing, is_paused
from carebot.services.seal_reply import seal_reply

log = logging.getLogger(__name__)

FAR = datetime(9000, 1, 1, tzinfo=UTC)
MOST_IN_HAND = 10_000  # rows in ``sending``, of all accounts: a few claims of 50


def in_its_case(work: Work, row: Outgoing) -> Outgoing:
    """The row as it was in hand, in the case where it is now: a merge or a split may have moved it since."""
    current = work.outgoing(row.id)
    return row if current is None else replace(row, case_id=current.case_id)


class ReadBack:
    """One account's rows in ``unknown``.

    A row is not claimed to be read: looking does no harm, and two who looked at the same time cannot both count
    their empty read, because the row is compared when it is written.
    """

    def __init__(
        self,
        *,
        channel: Channel,
        uow: UnitOfWork,
        clock: Clock,
        sealer: Sealer,
        owner: str,
        draw: Callable[[], float],
        calls: Calls,
        pausing: Pausing,
    ) -> None:
        self._channel = channel
        self._uow = uow
        self._clock = clock
        self._sealer = sealer
        self._owner = owner
        self._draw = draw
        self._calls = calls
        self._pausing = pausing

    def __call__(self, limit: int) -> int:
        """Read the network for what is due; how many rows were looked for."""
        looked_for = self._uow.run(partial(self._due, limit=limit))
        if not looked_for:
            return 0
        answers = self._calls(
            looked_for, lambda addressed: self._channel.find_sent(addressed.sending(self._sealer))
        )
        units = [
            partial(self._settle, row=addressed.row, answer=answer)
            for addressed, answer in zip(looked_for, answers, strict=True)
            if answer.is_begun
        ]
        error = next((answer.error for answer in answers if answer.pauses), None)
        if error is not None:
            until = self._clock.now() + self._pausing.failed(error)
            self._uow.run(partial(self._pausing.until, moment=until))
        for unit, result in zip(units, self._uow.run_all(units), strict=True):
            if isinstance(result, BaseException):
                log.error("outgoing %s was read back in vain: %s", unit.keywords["row"].id, result)
        return len(units)

    def recover(self, *, is_alone: bool) -> int:
        """Give up the calls that nobody will finish; how many."""
        return self._uow.run(partial(self._give_up, is_alone=is_alone))

    # Read ----------------------------------------------------------------------------------------------------

    def _due(self, work: Work, limit: int) -> tuple[Addressed, ...]:
        now = self._clock.now()
        if is_paused(work.channel_state(self._channel.name, self._channel.account), now):
            return ()
        look = partial(work.uncertain_outgoing, self._channel.name, self._channel.account, limit=limit)
        rows = look(now=now)
        if len(rows) < limit:
            self._wait_anew(work, now, look(now=FAR))
        found = (self._addressed(work, row, now) for row in rows)
        return tuple(addressed for addressed in found if addressed is not None)

    def _wait_anew(self, work: Work, now: datetime, rows: tuple[Outgoing, ...]) -> None:
        """Rows that wait for a moment that cannot be: the clock jumped back, so their waiting begins again.

        It is not over, as other pauses are then: to read too early is to believe too early that nothing is there.
        """
        wait = self._channel.traits.visible_after
        longest = wait + self._channel.traits.call_limit + delivery.LONGEST_WAIT
        for row in rows:
            at = row.not_before
            if at is not None and at > now and not delivery.is_ahead(at, now=now, longest=longest):
                work.replace_outgoing(row, replace(row, not_before=now + wait))

    def _addressed(self, work: Work, row: Outgoing, now: datetime) -> Addressed | None:
        message, case = work.message(row.message_id), work.case(row.case_id)
        assert message is not None, "an outgoing row needs its message"
        assert case is not None, "an outgoing row needs its case"
        try:
            customer = work.customer_by_id(case.customer_id)
        except KeyError:
            self._write(work, row, delivery.dead(row, "the customer was erased"), now)
            return None
        return Addressed(row=row, message=message, customer=customer)

    def _settle(self, work: Work, row: Outgoing, answer: Answer[Posted | None]) -> None:
        now, row = self._clock.now(), in_its_case(work, row)
        seen = replace(answer, value=own_post(work, row, answer.value))
        try:
            self._write(work, row, self._after(row, seen, now), now)
        except StaleVersionError:
            log.debug("outgoing %s was settled by somebody else", row.id)

    def _after(self, row: Outgoing, answer: Answer[Posted | None], now: datetime) -> Outgoing:
        wait = self._channel.traits.visible_after
        if answer.error is None:
            return delivery.read_back(row, answer.value, now=now, visible_after=wait)
        if isinstance(answer.error, ChannelRefusedError):
            return delivery.dead(row, f"it cannot be read back: {answer.error.detail}")
        pause = min(answer.error.retry_after or delivery.backoff(4, self._draw()), delivery.LONGEST_WAIT)
        return replace(row, not_before=now + max(wait, pause))  # a read that failed is no empty read

    # Give up -------------------------------------------------------------------------------------------------

    def _give_up(self, work: Work, *, is_alone: bool) -> int:
        now, traits = self._clock.now(), self._channel.traits
        given_up = [
            row
            for row in work.expired_outgoing(FAR, MOST_IN_HAND)
            if (row.channel, row.account) == (self._channel.name, self._channel.account)
            and (self._is_over(row, now) or (is_alone and row.lease_owner != self._owner))
        ]
        for row in given_up:
            after = delivery.after_error(
                row,
                ChannelUncertainError("nobody knows how the call ended"),
                now=now,
                # A worker that was suspended may wake up with us, and what a dead one asked for may still be under way.
                visible_after=traits.call_limit + traits.visible_after,
                jitter=self._draw(),
            )
            self._write(work, row, after, now)
        return len(given_up)

    @staticmethod
    def _is_over(row: Outgoing, now: datetime) -> bool:
        """Whether its lease has run out; one that ends later than it can (the clock jumped back) has."""
        return not delivery.is_ahead(row.lease_until, now=now, longest=delivery.LEASE)

    def _write(self, work: Work, before: Outgoing, after: Outgoing, now: datetime) -> None:
        after = seal_reply(work, after, sealer=self._sealer, now=now)
        work.replace_outgoing(before, after)
        if after.state is not before.state or after.state is not OutgoingState.UNKNOWN:
            note_outcome(work, after, now=now)
