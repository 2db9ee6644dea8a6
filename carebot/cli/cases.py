"""``carebot cases``, ``carebot explain`` and ``carebot roles``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from carebot.cli.common import FLAG, AsRole, CareFile, console, open_app, viewer
from carebot.core.rights import Role
from carebot.errors import CarebotError

if TYPE_CHECKING:
    from carebot.app import App


def list_cases(
    role: AsRole = Role.OPERATOR,
    queue: Annotated[str | None, typer.Option(help="Only the cases of one queue.", metavar="QUEUE")] = None,
    all_cases: Annotated[
        bool, typer.Option("--all", help="Resolved, closed and snoozed ones too.", metavar=FLAG)
    ] = False,
    limit: Annotated[
        int, typer.Option(min=1, max=10_000, help="How many at most, the first by urgency.", metavar="NUMBER")
    ] = 50,
    config: CareFile = None,
) -> None:
    """List cases, the urgent ones first, with what a role may see of them."""
    from carebot.cli.tables import case_table

    with open_app(config) as app:
        now = None if all_cases else app.clock.now()
        views = app.queries.cases(viewer(role), open_only=not all_cases, queue=queue, limit=limit, now=now)
        if not views:
            typer.echo(_why_none(app, queue, only_open=not all_cases))
            return
    out = console()
    out.print(case_table(views, out.width))


def _why_none(app: App, queue: str | None, *, only_open: bool) -> str:
    """Whether there are none, or none of those asked for, or none for this role."""
    everybody = replace(viewer(Role.OPERATOR), roles=frozenset(Role))
    where = f" in the queue {queue}" if queue else ""
    now = app.clock.now() if only_open else None
    if app.queries.cases(everybody, open_only=only_open, queue=queue, limit=1, now=now):
        return f"no cases{where} that this role may see"
    if only_open and app.queries.cases(everybody, open_only=False, queue=queue, limit=1):
        return f"no open cases{where}; `--all` lists the others too"
    return f"no cases{where}"


def explain(
    case: Annotated[str, typer.Argument(help="The case's id, such as C-1001.", metavar="CASE")],
    role: AsRole = Role.LEAD,
    config: CareFile = None,
) -> None:
    """Say what was seen, which rule won, what decided, and what would have changed it."""
    from carebot.cli.explaining import print_explanation

    with open_app(config) as app:
        try:
            explanation = app.explain(viewer(role), case.upper())
        except KeyError as error:
            raise CarebotError(str(error.args[0])) from error
    print_explanation(console(), explanation)


def roles() -> None:
    """Print who may do what, by zone and tier. Whatever is not in the table is refused."""
    from carebot.cli.tables import role_table

    console().print(role_table())
    typer.echo("Whatever is not listed is refused.")
    typer.echo("People get their roles in care.yaml, under `people`.")
