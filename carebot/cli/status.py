"""``carebot status``: what is connected, what waits, what cannot be sent. Reads only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from carebot.cli.common import FLAG, CareFile, counted, open_app

if TYPE_CHECKING:
    from carebot.core.figures import Figures
    from carebot.core.records import ChannelState
    from carebot.engine.lock import Holder


def show_status(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.", metavar=FLAG)] = False,
    config: CareFile = None,
) -> None:
    """Say whether carebot runs, how its channels are, what waits in queues and outbox, and what could not be sent."""
    from carebot.channels.registry import CHANNELS
    from carebot.engine.lock import RunLock

    with open_app(config) as app:
        figures, now = app.figures(), app.clock.now()
        holder = RunLock(app.places.database).holder()
        configured = [
            figures.channel(channel, account)
            for brand in app.care.brands
            for channel, accounts in sorted(brand.accounts.items())
            if CHANNELS[channel].adapter and CHANNELS[channel].is_live
            for account in sorted(accounts)
        ]
    if as_json:
        typer.echo(json.dumps(_as_data(figures, configured, holder, now), indent=2))
    else:
        for line in _lines(figures, configured, holder, now):
            typer.echo(line)


def _lines(
    figures: Figures, channels: list[ChannelState], holder: Holder | None, now: datetime
) -> Iterator[str]:
    yield f"run      {_holder_in_words(holder)}"
    if figures.is_replayed:
        yield "         the database holds what was replayed; nothing of it is ever sent"
    stopped = "" if figures.bot_stopped_at is None else f" since {figures.bot_stopped_at:%Y-%m-%d %H:%M} UTC"
    yield (
        "bot      awake"
        if figures.is_bot_awake
        else f"bot      stopped{stopped}; `carebot bot start` wakes it"
    )
    for state in channels:
        yield f"channel  {state.channel} @{state.account}: {_channel_in_words(state, now)}"
    if not channels:
        yield "channel  none is connected"
    oldest = figures.oldest_undecided_at
    since = "" if oldest is None else f", the oldest for {_ago(now - oldest)}"
    yield f"triage   {counted(figures.undecided, 'message')} to decide{since}"
    for queue in figures.queues:
        waiting = f", {queue.waiting} waiting for people" if queue.waiting else ""
        if queue.oldest_waiting_at is not None:
            waiting += f", the oldest for {_ago(now - queue.oldest_waiting_at)}"
        yield f"queue    {queue.queue} ({queue.zone}): {counted(queue.open, 'open case')}{waiting}"
    states = [f"{count} {state}" for state, count in sorted(figures.outbox.items()) if count]
    yield f"outbox   {', '.join(states) or 'empty'}"
    for letter in figures.dead:
        yield f"dead     {letter.case_id} ({letter.id}, {letter.channel} @{letter.account}): {letter.reason}"


def _holder_in_words(holder: Holder | None) -> str:
    if holder is None:
        return "`carebot run` does not run"
    where = f", console at {holder.inside}" if holder.inside else ""
    return f"process {holder.process}{where}"


def _channel_in_words(state: ChannelState, now: datetime) -> str:
    from carebot.core.figures import unsynced_for

    age = unsynced_for(state, now)
    words = ["never read yet" if age is None else f"last read {_ago(age)} ago"]
    if state.failing_since is not None:
        words.append(f"failing for {_ago(now - state.failing_since)} ({state.last_error})")
    if state.paused_until is not None and state.paused_until > now:
        words.append(f"sends nothing for another {_ago(state.paused_until - now)}")
    return ", ".join(words)


def _ago(age: timedelta) -> str:
    """A duration in its largest unit."""
    seconds = max(0, int(age.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _as_data(
    figures: Figures, channels: list[ChannelState], holder: Holder | None, now: datetime
) -> dict[str, object]:
    from carebot.core.figures import unsynced_for

    return {
        "run": None if holder is None else {"process": holder.process, "inside": holder.inside},
        "bot": {"awake": figures.is_bot_awake, "stopped_at": _iso(figures.bot_stopped_at)},
        "replayed": figures.is_replayed,
        "channels": [
            {
                "channel": state.channel,
                "account": state.account,
                "last_success_at": _iso(state.last_success_at),
                "failing_since": _iso(state.failing_since),
                "last_error": state.last_error,
                "paused_until": _iso(state.paused_until),
                "oldest_unsynced_seconds": None
                if (age := unsynced_for(state, now)) is None
                else age.total_seconds(),
            }
            for state in channels
        ],
        "undecided": {"messages": figures.undecided, "oldest_at": _iso(figures.oldest_undecided_at)},
        "queues": [
            {
                "queue": queue.queue,
                "zone": queue.zone,
                "open": queue.open,
                "waiting": queue.waiting,
                "oldest_waiting_at": _iso(queue.oldest_waiting_at),
            }
            for queue in figures.queues
        ],
        "outbox": {str(state): count for state, count in sorted(figures.outbox.items())},
        "dead": [
            {"id": letter.id, "case": letter.case_id, "channel": letter.channel, "reason": letter.reason}
            for letter in figures.dead
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
