"""``carebot sign-in``: a link to the console for one person."""

from __future__ import annotations

from typing import Annotated

import typer

from carebot.cli.common import CareFile, open_app, settings_of
from carebot.errors import ConfigurationError


def sign_in(
    person: Annotated[str, typer.Argument(help="Who, as care.yaml has it under `people`.", metavar="PERSON")],
    config: CareFile = None,
) -> None:
    """Print a link that signs a person in to the console: once, and within ten minutes."""
    from carebot.console.signing import make_sign_in_link
    from carebot.engine.lock import RunLock

    settings = settings_of(config)
    with open_app(config) as app:
        if person not in app.care.people:
            people = ", ".join(sorted(app.care.people)) or "nobody: give people roles under `people`"
            raise ConfigurationError(f"there is no {person!r} in care.yaml; there is {people}")
        holder = RunLock(app.places.database).holder()
        token = make_sign_in_link(person, app.console_secret, app.clock.now())
    address = (holder and holder.inside) or f"http://{settings.inside}"
    typer.echo(f"{address}/sign-in?token={token}")
    typer.echo(f"signs {person} in, once, within ten minutes; do not pass it on", err=True)
    if holder is None:
        typer.echo("the console is there while `carebot run` runs, and it does not run now", err=True)
