"""``carebot cases``, ``carebot explain`` and ``carebot roles``."""

from __future__ import annotations

from typing import Annotated

import typer

from carebot.cli.common import AsRole, CareFile, console, open_app, viewer
from carebot.core.rights import Role
from carebot.errors import CarebotError


def list_cases(
    role: AsRole = Role.OPERATOR,
    queue: Annotated[str | None, typer.Option(help="Only the cases of one queue.")] = None,
    all_cases: Annotated[bool, typer.Option("--all", help="Resolved and closed ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    config: CareFile = None,
) -> None:
    """List cases, the urgent ones first, with what a role may see of them."""
    from carebot.cli.tables import case_table

    with open_app(config) as app:
        views = app.queries.cases(viewer(role), open_only=not all_cases, queue=queue, limit=limit)
    if not views:
        typer.echo("no cases that this role may see")
        return
    console().print(case_table(views))


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
    typer.echo("Whatever is not listed is refused. People get their roles in care.yaml, under `people`.")
