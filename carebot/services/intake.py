"""Take in what a network brings, by poll or by webhook: each message once, nothing lost while we were away.

What one read brought and the cursor behind it are written in one transaction. Killed before it, the same read
comes again; killed after it, nothing is missing. A message that is known already is known by its external id.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from carebot.core.channel import Change, Fetched, Gap
from carebot.core.delivery import LONGEST_WAIT, is_ahead
from carebot.core.events import Event, EventName
from carebot.core.message import IncomingMessage, Writer
from carebot.core.ports import Channel, Clock, Sealer, UnitOfWork, Work
from carebot.errors import ChannelError, ChannelLimitError
from carebot.services.follow_changes import follow_deletion, follow_edit
from carebot.services.ingest import Ingest, Received
from carebot.services.own_posts import ACTOR, is_ours, note_by_hand

log = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=60)
LIMITED = timedelta(seconds=5)  # the pause of a network that says "too often" and not for how long

Account = tuple[str, str]  # channel and account


class Intake:
    """Polls and webhooks of all accounts come in here.

    ``received`` is given the new messages with their originals after each commit, so that nobody has to open
    their seals again; what it does not take is found by ``Triage.catch_up``.
    """

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        ingest: Ingest,
        sealer: Sealer,
        clock: Clock,
        received: Callable[[Sequence[Received]], None] = lambda _: None,
    ) -> None:
        self._uow = uow
        self._ingest = ingest
        self._sealer = sealer
        self._clock = clock
        self._received = received
        self._read_again_at: dict[Account, datetime] = {}

    def poll(self, channel: Channel) -> Fetched:
        """Read the network once from where the last read ended, and take in what came.

        A network that is away is written down once, and once when it is back; meanwhile it is asked again after
        1 to 60 seconds, the longer it is away the seldomer, and a poll in between brings nothing. Sending has its
        own pauses. Raises StoreError: then the same read comes again.
        """
        account = (channel.name, channel.account)
        state = self._uow.run(lambda work: work.channel_state(*account))
        nothing = Fetched(cursor=state.cursor)
        if is_ahead(self._read_again_at.get(account), now=self._clock.now(), longest=LONGEST_WAIT):
            return nothing
        try:
            fetched = channel.fetch(state.cursor)
        except ChannelError as error:
            self._lost(account, error)
            return nothing
        except Exception as error:  # noqa: BLE001 - a mistake in an adapter must not end the reading for good
            where = "".join(
                traceback.format_tb(error.__traceback__)
            )  # what the error says may quote a message
            log.error("%s/%s cannot be read (%s)\n%s", *account, type(error).__name__, where)
            self._lost(account, ChannelError(f"the channel raised {type(error).__name__}"))
            return nothing
        self._read_again_at.pop(account, None)
        self._write_down(account, fetched, partial(self._go_on, account, state.cursor, fetched))
        return fetched

    def take(self, channel: str, account: str, fetched: Fetched) -> int:
        """The same for what a network pushed: no cursor moves. How many messages are new. Raises StoreError."""
        return self._write_down((channel, account), fetched, None)

    # What came -----------------------------------------------------------------------------------------------

    def _write_down(self, account: Account, fetched: Fetched, go_on: Callable[[Work], None] | None) -> int:
        """Everything in one transaction, each message in a savepoint; the cursor moves last, unless one failed.

        A message whose very form cannot be written (half a character in an id) is left out with an error in the
        log: it would come again for ever, and nothing behind it would.
        """
        failures: dict[int, Exception] = {}
        units: list[Callable[[Work], Any]] = [partial(self._message, incoming=m) for m in fetched.messages]
        units += [partial(self._change, account, change) for change in fetched.changes]
        units += [partial(self._gap, account, fetched.gap)] if fetched.gap else []
        noting = [partial(_noting, failures, place, unit) for place, unit in enumerate(units)]
        last = [partial(_unless_failed, failures, go_on)] if go_on else []
        results = self._uow.run_all([*noting, *last])
        new = [result for result in results if isinstance(result, Received) and result.is_new]
        if new:
            self._received(new)
        for result in results:
            if isinstance(result, BaseException):
                self._complain(account, result)
        return len(new)

    def _complain(self, account: Account, error: BaseException) -> None:
        if not isinstance(error, ValueError):
            raise error
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("a message of %s/%s cannot be written (%s)\n%s", *account, type(error).__name__, where)

    def _message(self, work: Work, incoming: IncomingMessage) -> Received | None:
        if incoming.author.writer is not Writer.AGENT:
            return self._ingest.take_in(work, incoming)
        now = self._clock.now()
        if is_ours(work, incoming, sealer=self._sealer, now=now):
            return None
        return self._by_hand(work, incoming)

    def _by_hand(self, work: Work, incoming: IncomingMessage) -> Received:
        received = self._ingest.take_in(work, incoming)
        if received.message is not None and incoming.author.writer is Writer.AGENT:
            note_by_hand(work, incoming, received.message, now=self._clock.now())
        return received

    def _change(self, account: Account, change: Change, work: Work) -> Received | None:
        if change.edited is None:
            follow_deletion(work, *account, change, now=self._clock.now())
            return None
        return follow_edit(work, change.edited, change, self._by_hand)

    def _gap(self, account: Account, gap: Gap, work: Work) -> None:
        facts = {"since": gap.since.isoformat(), "until": gap.until.isoformat()}
        self._note(work, account, EventName.GAP_FOUND, **facts)
        log.warning("%s/%s can no longer give what came from %s to %s", *account, gap.since, gap.until)

    # The connection ------------------------------------------------------------------------------------------

    def _go_on(self, account: Account, cursor: str | None, fetched: Fetched, work: Work) -> None:
        """The cursor moves on from the one that was read from; another read may have moved it in between."""
        now, state = self._clock.now(), work.channel_state(*account)
        if state.failing_since is not None:
            away = max((now - state.failing_since).total_seconds(), 0.0)
            self._note(work, account, EventName.CHANNEL_BACK, seconds_away=round(away, 1))
            log.warning("%s/%s is back", *account)
        moved = state.cursor if state.cursor != cursor or fetched.cursor is None else fetched.cursor
        work.save_channel_state(
            replace(state, cursor=moved, last_success_at=now, failing_since=None, last_error=None)
        )

    def _lost(self, account: Account, error: ChannelError) -> None:
        now = self._clock.now()
        if isinstance(error, ChannelLimitError):  # it is there, and asks us to wait
            self._read_again_at[account] = now + min(error.retry_after or LIMITED, LONGEST_WAIT)
            return
        since = self._uow.run(partial(self._note_lost, account, error, now))
        pause = error.retry_after or min(max(now - since, FIRST_PAUSE), LONGEST_PAUSE)
        self._read_again_at[account] = now + min(pause, LONGEST_WAIT)

    def _note_lost(self, account: Account, error: ChannelError, now: datetime, work: Work) -> datetime:
        state = work.channel_state(*account)
        since = state.failing_since or now
        if state.failing_since is None:
            self._note(work, account, EventName.CHANNEL_LOST, error=type(error).__name__)
            log.warning("%s/%s cannot be read (%s)", *account, type(error).__name__)
        work.save_channel_state(replace(state, failing_since=since, last_error=str(error)))
        return since

    def _note(self, work: Work, account: Account, name: EventName, **facts: str | float) -> None:
        """An event that is about no case."""
        channel, own = account
        event = Event(
            name=name,
            at=self._clock.now(),
            actor=ACTOR,
            facts={"channel": channel, "account": own, **facts},
        )
        work.add_events([event])


def _noting(failures: dict[int, Exception], place: int, unit: Callable[[Work], Any], work: Work) -> Any:
    """Run one unit and remember whether it failed for good; one that met a stale version is run again."""
    failures.pop(place, None)
    try:
        return unit(work)
    except Exception as error:
        failures[place] = error
        raise


def _unless_failed(failures: dict[int, Exception], go_on: Callable[[Work], None], work: Work) -> None:
    if all(isinstance(error, ValueError) for error in failures.values()):
        go_on(work)
