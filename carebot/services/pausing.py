"""Leave an account alone for a while when its network is away, asks us to wait, or does not know us."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from carebot.core.delivery import LONGEST_WAIT, is_ahead
from carebot.core.ports import Work
from carebot.core.records import ChannelState
from carebot.errors import ChannelAccessError, ChannelError, ChannelLimitError, ChannelUnreachableError

log = logging.getLogger(__name__)

PAUSING = (ChannelUnreachableError, ChannelLimitError, ChannelAccessError)
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=60)


def is_paused(state: ChannelState, now: datetime) -> bool:
    """Whether nothing is to be sent yet; a pause that cannot be (the clock jumped back) is over."""
    return is_ahead(state.paused_until, now=now, longest=LONGEST_WAIT)


class Pausing:
    """The pauses of one account: from 1 to 60 seconds, doubled each time, or what the network asked for.

    How often it failed in a row is kept in memory only: after a restart the first pause is short again.
    """

    def __init__(self, channel: str, account: str) -> None:
        self._channel = channel
        self._account = account
        self._failures = 0
        self._lock = Lock()

    def failed(self, error: ChannelError) -> timedelta:
        """How long to leave the account alone now; said once in the log."""
        with self._lock:
            self._failures += 1
            failures = self._failures
        if failures == 1:
            log.warning("%s/%s takes nothing now (%s)", self._channel, self._account, type(error).__name__)
        doubled = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(failures - 1, 16)))
        return min(error.retry_after or doubled, LONGEST_WAIT)

    def worked(self) -> None:
        """The network answered."""
        with self._lock:
            failures, self._failures = self._failures, 0
        if failures:
            log.warning("%s/%s takes texts again", self._channel, self._account)

    def until(self, work: Work, moment: datetime) -> None:
        """Write the pause down, for every worker of this account."""
        state = work.channel_state(self._channel, self._account)
        work.save_channel_state(replace(state, paused_until=moment))
