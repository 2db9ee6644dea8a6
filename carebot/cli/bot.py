"""``carebot bot``: stop all automatic text, and let it speak again."""

from __future__ import annotations

import typer

from carebot.cli.common import AsRole, CareFile, Commands, counted, open_app, viewer
from carebot.core.rights import Role

app = Commands(help="All automatic text: stop it, start it again.")


@app.command()
def stop(role: AsRole = Role.LEAD, config: CareFile = None) -> None:
    """Stop all automatic text at once. What was queued is held, and people take those cases."""
    from carebot.services.silence_bot import BOT_AWAKE, stop_bot

    with open_app(config) as there:
        was_silent = there.uow.run(lambda work: work.switch(BOT_AWAKE)) is False
        now = there.clock.now()
        held = stop_bot(viewer=viewer(role), uow=there.uow, clock=there.clock)
    since = "was silent already" if was_silent else f"is silent since {now:%Y-%m-%d %H:%M:%S} UTC"
    typer.echo(f"the bot {since}; {counted(held, 'queued text was', 'queued texts were')} held")


@app.command()
def start(role: AsRole = Role.LEAD, config: CareFile = None) -> None:
    """Let automatic texts leave again. What was held stays with people."""
    from carebot.services.silence_bot import start_bot

    with open_app(config) as there:
        is_woken = start_bot(viewer=viewer(role), uow=there.uow, clock=there.clock)
    typer.echo("the bot may speak again" if is_woken else "the bot was awake already")
