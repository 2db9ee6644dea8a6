"""The command line: parse, call ``App``, print. Nothing here decides anything."""

from __future__ import annotations

import sys

import typer

from carebot import __version__
from carebot.cli import (
    bot,
    case,
    cases,
    evaluating,
    house,
    kb,
    play,
    replying,
    reviewing,
    running,
    signing_in,
    status,
    training,
)
from carebot.cli.common import FLAG, Commands
from carebot.errors import CarebotError, ConfigurationError

app = Commands(
    name="carebot",
    help="A customer care inbox bot for social media that keeps private words out of public threads.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(play.demo)
app.command()(play.replay)
app.command()(evaluating.evaluate)
app.command()(running.run)
app.command("status")(status.show_status)
app.command("sign-in")(signing_in.sign_in)
app.command()(replying.reply)
app.command()(reviewing.review)
app.command()(training.train)
app.add_typer(bot.app, name="bot")
app.command()(cases.explain)
app.command("cases")(cases.list_cases)
app.command()(cases.roles)
app.add_typer(case.app, name="case")
app.add_typer(kb.app, name="kb")
app.command()(house.init)
app.command()(house.check)
app.add_typer(house.keys_app, name="keys")
app.add_typer(house.db_app, name="db")
app.command()(house.backup)
app.command()(house.restore)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"carebot {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version.", metavar=FLAG
    ),
) -> None:
    """Take the options that stand before every command."""


def main() -> None:
    """Run a command. What a person can mend is one line and exit code 2 (configuration) or 1 (the rest)."""
    try:
        app()
    except ConfigurationError as error:
        _say(error)
        sys.exit(2)
    except CarebotError as error:
        _say(error)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader (head, less) has had enough
        sys.exit(0)
    except OSError as error:  # a full disk, a folder that may not be written
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(f"carebot: {where}{error.strerror or error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        sys.exit(130)


def _say(error: CarebotError) -> None:
    typer.echo(f"carebot: {error}", err=True)
