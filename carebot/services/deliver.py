"""Deliver what was decided: claim rows of the outbox, judge each as things are now, call the network, write it down.

Why nothing is said twice and nothing is lost, whatever happens between two lines:

* Two workers: a row is claimed by compare-and-set in one transaction; whoever comes second finds it ``sending``.
* Killed after the claim: the row stays ``sending`` until ``recover`` makes it ``unknown``, and an unknown row is
  read back before it is tried again. Killed after the call and before the result: the same.
* Suspended between claim and call: right before each call the clock is asked, and a lease that does not cover the
  whole call makes none. (Between that look and the first byte there are microseconds in which no program can be
  sure; ``recover`` waits as long as such a call can take before anybody reads.)
* A person claims the case, the bot is stopped, or the customer deletes the message after the claim: what is begun
  within ``BEGIN_WITHIN`` of the claim may still leave (``claim_case`` tells the person); the rest goes back to the
  queue, and is judged again.
* The network shows the post before its row is written down: the intake makes the row ``sent``, and the result that
  comes later agrees with it.
* The clock jumps back: a pause or a lease further ahead than it can be counts as over (``delivery.is_ahead``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from carebot.core import delivery
from carebot.core.channel import Posted
from carebot.core.ports import Channel, Clock, Sealer, UnitOfWork, Work
from carebot.core.records import Outgoing, OutgoingKind, OutgoingState
from carebot.errors import StaleVersionError
from carebot.services.calling import Addressed, Answer, Calls
from carebot.services.claim_due import ClaimDue
from carebot.services.house import House
from carebot.services.leaving import Find, Findings
from carebot.services.note_outcome import note_outcome, own_post
from carebot.services.pausing import Pausing
from carebot.services.read_back import ReadBack, in_its_case
from carebot.services.seal_reply import seal_reply

log = logging.getLogger(__name__)

BEGIN_WITHIN = timedelta(milliseconds=500)


class Deliver:
    """One account's outbox. Safe to call from several threads; ``owner`` names the process in its leases."""

    def __init__(
        self,
        *,
        channel: Channel,
        uow: UnitOfWork,
        clock: Clock,
        house: House,
        find: Find,
        sealer: Sealer,
        owner: str,
        draw: Callable[[], float],
        workers: int = 4,
    ) -> None:
        self._channel = channel
        self._uow = uow
        self._clock = clock
        self._sealer = sealer
        self._owner = owner
        self._draw = draw
        self._workers = workers
        self._findings = Findings(find)
        self._claim_due = ClaimDue(
            channel=channel, clock=clock, house=house, findings=self._findings, sealer=sealer, owner=owner
        )
        self._calls = Calls(workers)
        self._pausing = Pausing(channel.name, channel.account)
        self._size: int | None = None  # rows of the next claim; None: as many as are asked for
        self._read_back = ReadBack(
            channel=channel,
            uow=uow,
            clock=clock,
            sealer=sealer,
            owner=owner,
            draw=draw,
            calls=self._calls,
            pausing=self._pausing,
        )

    def deliver(self, limit: int = 50) -> int:
        """Take up to ``limit`` rows that are due as far as they go now; how many. 0: nothing is due, or a pause.

        Two transactions, whatever the number of rows: one claims and judges, one writes down what came of the
        calls (and one more when a text leaves for the first time). Raises StoreError; rows that were in hand then
        are read back later.
        """
        most = min(limit, self._size or limit)
        claimed = self._uow.run(partial(self._claim_due, limit=most))
        if claimed.unread:
            self._findings.read(claimed.unread)
            claimed = self._uow.run(partial(self._claim_due, limit=most, is_again=True))
        if claimed.taken:
            answers = self._calls(claimed.taken, self._call, self._may_begin(claimed.taken))
            self._write_down(claimed.taken, answers)
            self._fit(answers, limit)
        return claimed.held + len(claimed.taken)

    def read_back(self, limit: int = 50) -> int:
        """Look for the texts of which nobody knows whether they were posted; how many rows were looked for."""
        return self._read_back(limit)

    def recover(self, *, is_alone: bool = False) -> int:
        """Give up calls that nobody will finish: their rows become ``unknown`` (a hide: ``failed``); how many.

        Those whose lease has run out; with ``is_alone`` (at the start, when a lock says that no other process
        serves this database) also those of every other owner, who must be dead.
        """
        return self._read_back.recover(is_alone=is_alone)

    def close(self) -> None:
        """Finish the calls that were begun."""
        self._calls.close()

    # Call ----------------------------------------------------------------------------------------------------

    def _may_begin(self, taken: Sequence[Addressed]) -> Callable[[Addressed], bool]:
        """Asked right before each call: whether its lease covers all of it, and the claim is fresh.

        The first of a claim need not be fresh, so that each claim brings something about on the slowest machine.
        """
        until = self._clock.now() + BEGIN_WITHIN
        first = {addressed.row.id for addressed in taken[: self._workers]}

        def may_begin(addressed: Addressed) -> bool:
            now = self._clock.now()
            return _is_held(addressed.row, now, self._channel.traits.call_limit) and (
                now <= until or addressed.row.id in first
            )

        return may_begin

    def _call(self, addressed: Addressed) -> Posted | None:
        if addressed.row.kind is OutgoingKind.HIDE:
            self._channel.hide(addressed.answered_id)
            return None
        return self._channel.send(addressed.sending(self._sealer))

    def _fit(self, answers: Sequence[Answer[Posted | None]], limit: int) -> None:
        """Claim next time what can be begun in time: fewer rows of a slow network, more again when all went."""
        begun = sum(answer.is_begun for answer in answers)
        if begun == len(answers):
            self._size = None if self._size is None or self._size * 2 >= limit else self._size * 2
        elif not any(answer.pauses for answer in answers):
            self._size = max(self._workers, begun)

    # Write down ----------------------------------------------------------------------------------------------

    def _write_down(self, taken: Sequence[Addressed], answers: Sequence[Answer[Posted | None]]) -> None:
        units = [
            partial(self._settle, row=addressed.row, answer=answer)
            for addressed, answer in zip(taken, answers, strict=True)
        ]
        pause = self._pause(answers)
        if pause is not None:
            units.append(pause)
        for unit, result in zip(units, self._uow.run_all(units), strict=True):
            if isinstance(result, BaseException):  # its lease runs out, and then it is read back
                row = unit.keywords.get("row")
                log.error("what came of outgoing %s was not written down: %s", row and row.id, result)

    def _pause(self, answers: Sequence[Answer[Posted | None]]) -> partial[None] | None:
        error = next((answer.error for answer in answers if answer.pauses), None)
        if error is not None:
            return partial(self._pausing.until, moment=self._clock.now() + self._pausing.failed(error))
        if any(answer.is_begun for answer in answers):
            self._pausing.worked()
        return None

    def _settle(self, work: Work, row: Outgoing, answer: Answer[Posted | None]) -> None:
        now, row = self._clock.now(), in_its_case(work, row)
        answer = replace(answer, value=own_post(work, row, answer.value))
        after = self._after(row, answer, now)
        if after is None:
            return
        after = seal_reply(work, after, sealer=self._sealer, now=now)
        try:
            work.replace_outgoing(row, after)
        except StaleVersionError:
            self._settle_late(work, row, answer, now)
            return
        note_outcome(work, after, now=now)

    def _after(self, row: Outgoing, answer: Answer[Posted | None], now: datetime) -> Outgoing | None:
        """The row with its answer; None leaves it alone, because its lease is over."""
        if not answer.is_begun:
            return delivery.not_begun(row) if _is_held(row, now) else None
        if answer.error is None:
            return delivery.posted(row, answer.value, now=now)
        return delivery.after_error(
            row,
            answer.error,
            now=now,
            visible_after=self._channel.traits.visible_after,
            jitter=self._draw(),
        )

    def _settle_late(self, work: Work, row: Outgoing, answer: Answer[Posted | None], now: datetime) -> None:
        """Somebody changed the row during the call: only that it was posted is still news, and then for certain."""
        current, post = work.outgoing(row.id), answer.value
        if current is None or post is None or current.external_id == post.external_id:
            return
        if current.state is OutgoingState.SENT:
            log.error("outgoing %s was posted twice on %s/%s", row.id, row.channel, row.account)
            return
        after = seal_reply(work, delivery.posted(current, post, now=now), sealer=self._sealer, now=now)
        work.replace_outgoing(current, after)
        note_outcome(work, after, now=now)


def _is_held(row: Outgoing, now: datetime, so_long: timedelta = timedelta(0)) -> bool:
    """Whether the row's lease holds for that long; one that ends later than it can (the clock jumped back) is over."""
    until = row.lease_until
    return (
        delivery.is_ahead(until, now=now, longest=delivery.LEASE)
        and until is not None
        and until - now >= so_long
    )
