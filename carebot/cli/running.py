"""``carebot run``: the service itself."""

from __future__ import annotations

from typing import Annotated

import typer

from carebot.cli.common import FLAG, CareFile, counted, open_app, settings_of


def run(
    once: Annotated[
        bool,
        typer.Option("--once", help="Read, decide and deliver what is due, and end.", metavar=FLAG),
    ] = False,
    config: CareFile = None,
) -> None:
    """Run carebot: read the networks, decide, deliver, and serve the console, until it is stopped."""
    from carebot.cli.serving import Service, one_round

    with open_app(config) as app:
        if not once:
            Service(app, settings_of(config)).run()
            return
        done = one_round(app)
    typer.echo(
        f"{counted(done.decided, 'message')} decided, {counted(done.delivered, 'text')} taken from the outbox"
    )
    for lost in done.lost:
        typer.echo(f"carebot: {lost}", err=True)
    if done.lost:
        raise typer.Exit(1)
