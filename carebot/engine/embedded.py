"""The engine in this process: workers in threads, woken by commits; a scheduler's ticks are the safety net.

What must happen is a row in the database. A wake-up or a tick only says "look now", so none of them can lose
anything: what one look misses, the next one finds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta

from apscheduler.executors.debug import DebugExecutor  # type: ignore[import-untyped]
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]

from carebot.core.ports import Topic
from carebot.engine.deciding import Deciding
from carebot.engine.parts import Account, EngineParts
from carebot.engine.worker import Worker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round did; ``lost`` are the accounts that could not be read, with the reason."""

    decided: int
    delivered: int
    lost: tuple[str, ...] = ()


class Engine:
    """Polls, decides, delivers and watches clocks until it is stopped. Started and stopped once."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        paces = parts.paces
        self._deciding = Deciding(
            uow=parts.uow,
            triage=parts.triage,
            originals=parts.originals,
            decided=parts.meter.decided,
            at_latest=paces.at_latest,
        )
        self._pollers = {
            account.channel.name + "/" + account.channel.account: Worker(
                f"poll {account.name}", _polls(parts, account), at_latest=account.channel.traits.poll_every
            )
            for account in parts.accounts
        }
        self._deliverers = [
            Worker(f"deliver {account.name}", _delivers(account), at_latest=paces.at_latest)
            for account in parts.accounts
        ]
        self._recovering = Worker("recovery", self._recover, at_latest=paces.recovery * 2)
        self._chores = Worker("chores", self._do_chores, at_latest=paces.chores * 2)
        self._watching = [
            Worker(name, _looks(look), at_latest=paces.watches) for name, look in parts.watches.items()
        ]
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": DebugExecutor()},  # a tick only sets a flag: it needs no thread of its own
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        self._is_started = False

    @property
    def workers(self) -> tuple[Worker, ...]:
        """Everything that has to be alive."""
        last = (self._recovering, self._chores, *self._watching)
        return (*self._pollers.values(), self._deciding.worker, *self._deliverers, *last)

    def start(self) -> None:
        """Take up what an earlier process left behind, and begin."""
        self._recover(is_alone=True)
        self._parts.uow.on_commit(self._committed)
        for worker in self.workers:
            worker.start()
        paces = self._parts.paces
        for pace, workers in (
            (paces.work, (self._deciding.worker, *self._deliverers)),
            (paces.recovery, (self._recovering,)),
            (paces.chores, (self._chores,)),
        ):
            for worker in workers:
                self._scheduler.add_job(worker.wake, "interval", seconds=pace.total_seconds())
        self._scheduler.start()
        self._is_started = True

    def stop(self, within: timedelta) -> bool:
        """Begin nothing any more and finish what is in hand; whether that came to its end in time.

        Can be called again, to wait for longer.
        """
        if not self._is_started:
            return True
        until = time.monotonic() + within.total_seconds()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for worker in self.workers:
            worker.stop()
        has_ended = [self._deciding.stop(_left(until))]
        for worker in self.workers:
            has_ended.append(worker.join(_left(until)))
            if not has_ended[-1]:
                log.warning("%s did not end in time", worker.name)
        return all(has_ended)

    def wake_poller(self, channel: str, account: str) -> None:
        """The network says that something is there; an account that is not ours is ignored."""
        if poller := self._pollers.get(f"{channel}/{account}"):
            poller.wake()

    def once(self) -> Round:
        """One round in the caller's thread, instead of ``start``: read, decide, deliver what is due."""
        self._recover(is_alone=True)
        for look in self._parts.watches.values():
            look()
        lost = []
        for account in self._parts.accounts:
            while not self._parts.intake.poll(account.channel).is_last:
                pass
            if error := self._last_error(account):
                lost.append(f"{account.name}: {error}")
        decided = self._deciding.once()
        self._do_chores()
        delivered = 0
        for account in self._parts.accounts:
            account.deliver.read_back()
            while count := account.deliver.deliver():
                delivered += count
        return Round(decided=decided, delivered=delivered, lost=tuple(lost))

    def _last_error(self, account: Account) -> str | None:
        """Why an account cannot be read now; the intake keeps it, and raises nothing."""
        channel = account.channel
        state = self._parts.uow.run(lambda work: work.channel_state(channel.name, channel.account))
        return None if state.failing_since is None else state.last_error or "it cannot be read"

    def _committed(self, topics: frozenset[Topic]) -> None:
        if Topic.RECEIVED in topics:
            self._deciding.worker.wake()
        if Topic.QUEUED in topics:
            for worker in self._deliverers:
                worker.wake()

    def _recover(self, *, is_alone: bool = False) -> bool:
        """``is_alone`` at the start: the lock says that whoever began those calls is dead."""
        for account in self._parts.accounts:
            if count := account.deliver.recover(is_alone=is_alone):
                log.warning("%s: nobody knows of %d texts, the network is read first", account.name, count)
        return False

    def _do_chores(self) -> bool:
        """All of them, also when one fails; raises the first error then."""
        errors: list[Exception] = []
        for do in self._parts.chores.values():
            try:
                do()
            except Exception as error:  # noqa: BLE001 - raised below
                errors.append(error)
        if errors:
            raise errors[0]
        return False


def _polls(parts: EngineParts, account: Account) -> Callable[[], bool]:
    return lambda: not parts.intake.poll(account.channel).is_last


def _delivers(account: Account) -> Callable[[], bool]:
    def look() -> bool:
        """Deliver first: what was just decided goes before what nobody knows of."""
        return account.deliver.deliver() > 0 or account.deliver.read_back() > 0

    return look


def _looks(look: Callable[[], object]) -> Callable[[], bool]:
    def once() -> bool:
        look()
        return False

    return once


def _left(until: float) -> timedelta:
    return timedelta(seconds=max(0.0, until - time.monotonic()))
