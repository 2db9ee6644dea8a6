"""``carebot case``: resolve, reopen, snooze, merge and split."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carebot.cli.common import AsRole, CareFile, Commands, counted, open_app, viewer
from carebot.core.case import Case, CaseStatus
from carebot.core.rights import Role
from carebot.errors import CarebotError

if TYPE_CHECKING:
    from carebot.app import App

app = Commands(help="One case: resolve, reopen, snooze, merge, split.")

CaseId = Annotated[str, typer.Argument(help="The case's id, such as C-1001.", metavar="CASE")]
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@app.command()
def resolve(case: CaseId, role: AsRole = Role.LEAD, config: CareFile = None) -> None:
    """Say that the problem is solved. The case closes by itself after a while."""
    from carebot.services.resolve_case import resolve_case

    with _installation(config) as there:
        done = resolve_case(case.upper(), viewer=viewer(role), uow=there.uow, clock=there.clock)
        days = there.care.cases.close.days
    typer.echo(f"{done.id} is resolved; it closes by itself after {days} days")


@app.command()
def reopen(case: CaseId, role: AsRole = Role.LEAD, config: CareFile = None) -> None:
    """Take up a resolved case again; it goes back to its owner, or to its queue."""
    from carebot.services.resolve_case import reopen_case

    with _installation(config) as there:
        done = reopen_case(case.upper(), viewer=viewer(role), uow=there.uow, clock=there.clock)
    typer.echo(f"{done.id} is open again: {_with_whom(done)}")


@app.command()
def snooze(
    case: CaseId,
    until: Annotated[
        str,
        typer.Argument(help="For how long (30m, 4h, 2d), or until when (2026-03-01T09:00).", metavar="TIME"),
    ],
    role: AsRole = Role.LEAD,
    config: CareFile = None,
) -> None:
    """Put an open case out of sight for a while. A message of the customer brings it back at once."""
    from carebot.services.snooze_case import snooze_case

    with _installation(config) as there:
        moment = _moment(until, there.clock.now())
        done = snooze_case(case.upper(), until=moment, viewer=viewer(role), uow=there.uow, clock=there.clock)
    typer.echo(f"{done.id} is snoozed until {moment:%Y-%m-%d %H:%M} UTC, or until the customer writes")


@app.command()
def merge(
    case: CaseId,
    other: Annotated[str, typer.Argument(help="Another case of the same customer.", metavar="CASE")],
    role: AsRole = Role.LEAD,
    config: CareFile = None,
) -> None:
    """Make one case of two that are one problem; the younger goes into the older."""
    from carebot.services.merge_cases import merge_cases

    with _installation(config) as there:
        done = merge_cases(
            case.upper(),
            other.upper(),
            viewer=viewer(role),
            uow=there.uow,
            sealer=there.sealer,
            clock=there.clock,
        )
    undone = [
        f"{count} {what}"
        for count, what in (
            (done.texts_held, "of the bot's texts held"),
            (done.texts_wiped, "texts of direct messages wiped"),
        )
        if count
    ]
    typer.echo(
        f"{done.closed.id} went into {done.case.id} with {counted(done.messages, 'message')}: "
        + ", ".join([f"tier {done.case.tier}, zone {done.case.zone}", _with_whom(done.case), *undone])
    )


@app.command()
def split(
    case: CaseId,
    messages: Annotated[
        list[str], typer.Argument(help="The messages that go; `carebot explain` has their ids.", metavar="ID")
    ],
    role: AsRole = Role.LEAD,
    config: CareFile = None,
) -> None:
    """Make two cases of one that is two problems: these messages go into a new case."""
    from carebot.services.split_case import split_case

    with _installation(config) as there:
        new = split_case(case.upper(), messages, viewer=viewer(role), uow=there.uow, clock=there.clock)
    typer.echo(f"{new.id} has {counted(len(set(messages)), 'message')} of {case.upper()}: {_with_whom(new)}")


@contextmanager
def _installation(config: Path | None) -> Iterator[App]:
    """The installation; a case that does not exist is an error in one line."""
    with open_app(config) as there:
        try:
            yield there
        except KeyError as error:
            raise CarebotError(str(error.args[0])) from error


def _moment(text: str, now: datetime) -> datetime:
    """So many minutes, hours or days from now, or a date and time; by this machine's clock without an offset."""
    number, unit = text[:-1], _UNITS.get(text[-1:].lower())
    try:
        if unit is not None and number.isdecimal():
            return now + timedelta(**{unit: int(number)})
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CarebotError(
            f"{text!r} is no moment; write 30m, 4h, 2d, or a date and time such as 2026-03-01T09:00"
        ) from error


def _with_whom(case: Case) -> str:
    if case.status is CaseStatus.WITH_AGENT:
        return f"with {case.owner_id}"
    return f"{case.status.replace('_', ' ')} in {case.queue}"
