"""The steps of an outgoing row: pure functions from what happened to the row as it is then.

::

                     claimed            taken by the network
    queued ────────────────────► sending ───────────────► sent
      ▲  │                        │ │ │
      │  │ a person, the gate     │ │ └─ the network will not ──────────────► dead
      │  └────────► held          │ └─── it certainly did nothing ──► failed ─┘ too often
      │                           │                                     └───► sending, when it is due
      ├── no call was begun ──────┤
      │                           └─ it may have done it, or the lease ran out
      │                                   ▼
      └── two empty reads ──────────── unknown ── found ──► sent

``unknown`` is never tried again before the network was read back: ``visible_after`` a post may stay invisible, so
only two empty reads, each that long after the one before, are believed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from carebot.core.channel import Posted
from carebot.core.records import Outgoing, OutgoingKind, OutgoingState
from carebot.errors import (
    ChannelAccessError,
    ChannelError,
    ChannelLimitError,
    ChannelRefusedError,
    ChannelUncertainError,
    ChannelUnreachableError,
)

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8
EMPTY_READS = 2
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
LONGEST_WAIT = timedelta(minutes=15)  # a network that asks for more is asked again then: it does no harm


def claimed(row: Outgoing, *, owner: str, now: datetime) -> Outgoing:
    """The row in the hands of a worker, from ``queued`` or ``failed``, as one more attempt."""
    return replace(
        row,
        state=OutgoingState.SENDING,
        attempts=row.attempts + 1,
        lease_owner=owner,
        lease_until=now + LEASE,
        tried_at=now,
        not_before=None,
        empty_reads=0,
        reason=None,
    )


def posted(row: Outgoing, post: Posted | None, *, now: datetime) -> Outgoing:
    """The network has it; ``post`` None for what makes no post (a hide)."""
    sent_at = now if post is None else post.at
    known = row.external_id if post is None else post.external_id
    return _let_go(row, OutgoingState.SENT, None, external_id=known, sent_at=sent_at, not_before=None)


def held(row: Outgoing, reason: str) -> Outgoing:
    """It does not leave by itself any more; a person decides."""
    return _let_go(row, OutgoingState.HELD, reason, not_before=None)


def dead(row: Outgoing, reason: str) -> Outgoing:
    """It cannot be sent; a person has to know."""
    return _let_go(row, OutgoingState.DEAD, reason, not_before=None)


def unknown(row: Outgoing, reason: str, *, now: datetime, visible_after: timedelta) -> Outgoing:
    """It may have been sent: the network is read back when a post would be visible."""
    return _let_go(row, OutgoingState.UNKNOWN, reason, not_before=now + visible_after)


def after_error(
    row: Outgoing, error: ChannelError, *, now: datetime, visible_after: timedelta, jitter: float
) -> Outgoing:
    """The row after a call that failed; ``jitter`` is a random number from 0 to 1.

    A network that is not there, or asks us to wait, uses up no attempt: the row waits as long as that lasts. A
    hide that may have been done is done again: twice does no harm.
    """
    if isinstance(error, ChannelRefusedError):
        return dead(row, f"the network refused it: {error.detail}")
    if isinstance(error, ChannelUncertainError) and row.kind is OutgoingKind.TEXT:
        return unknown(row, str(error), now=now, visible_after=visible_after)
    waits = isinstance(error, ChannelLimitError | ChannelUnreachableError | ChannelAccessError)
    attempts = row.attempts - 1 if waits else row.attempts
    if attempts >= MOST_ATTEMPTS:
        return dead(row, f"tried {attempts} times: {error}")
    pause = min(error.retry_after or backoff(row.attempts, jitter), LONGEST_WAIT)
    return _let_go(row, OutgoingState.FAILED, str(error), attempts=attempts, not_before=now + pause)


def not_begun(row: Outgoing) -> Outgoing:
    """It was claimed, and the call certainly not begun: as it was before."""
    return _let_go(row, OutgoingState.QUEUED, None, attempts=row.attempts - 1, not_before=None)


def read_back(row: Outgoing, post: Posted | None, *, now: datetime, visible_after: timedelta) -> Outgoing:
    """The row after the network was read: found, or one more empty read, or free to be tried again."""
    if post is not None:
        return posted(row, post, now=now)
    reads = row.empty_reads + 1
    if reads < EMPTY_READS:
        return replace(row, empty_reads=reads, not_before=now + visible_after)
    if row.attempts >= MOST_ATTEMPTS:
        return dead(row, f"tried {row.attempts} times, and the network does not show it")
    return _let_go(row, OutgoingState.QUEUED, None, empty_reads=reads, not_before=None)


def is_ahead(moment: datetime | None, *, now: datetime, longest: timedelta) -> bool:
    """Whether a moment is still to come.

    One further ahead than ``longest`` cannot have been meant: the clock has jumped back since. It counts as over,
    or a row would wait for as long as the clock has jumped.
    """
    return moment is not None and now < moment <= now + longest


def backoff(attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many attempts: doubled each time, and drawn between half of that and all of it."""
    doublings: int = min(max(attempts - 1, 0), 16)
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << doublings))
    return longest * (0.5 + jitter / 2)


def _let_go(row: Outgoing, state: OutgoingState, reason: str | None, **changes: object) -> Outgoing:
    return replace(row, state=state, reason=reason, lease_owner=None, lease_until=None, **changes)  # type: ignore[arg-type]
