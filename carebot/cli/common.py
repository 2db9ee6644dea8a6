"""What several commands share: options, the installation, the person who asks."""

from __future__ import annotations

import getpass
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from carebot.core.rights import Role, Viewer
from carebot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from carebot.app import App
    from carebot.settings import Settings


def _role(name: str) -> Role:
    try:
        return Role(name.lower().replace("-", "_"))
    except ValueError:
        raise typer.BadParameter(f"{name!r} is no role; it is one of {', '.join(Role)}") from None


FLAG = ""  # the metavar of an option that takes no value
CareFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="care.yaml, when it is not the one of this folder.", metavar="FILE"),
]
AsRole = Annotated[
    Role,
    typer.Option("--role", help="In which role; see `carebot roles`.", parser=_role, metavar="ROLE"),
]


class _Command(TyperCommand):
    """A command whose help calls ``--help`` no value."""

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        return _as_flag(super().get_help_option(ctx))


class _Group(TyperGroup):
    """The same for several commands."""

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        return _as_flag(super().get_help_option(ctx))


def _as_flag(option: TyperOption | None) -> TyperOption | None:
    if option is not None:
        option.metavar = FLAG
    return option


class Commands(typer.Typer):
    """Commands under one name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(cls=_Group, no_args_is_help=True, **options)

    def command(self, name: str | None = None, **options: Any) -> Callable[[Any], Any]:
        """As Typer's."""
        return super().command(name, cls=_Command, **options)


def settings_of(config: Path | None) -> Settings:
    """The environment's settings, with another care file when one was named; the channels' own among them."""
    from carebot.channels.registry import known
    from carebot.settings import Settings

    return Settings.load(config, blocks=[name.upper() for name in known()])


def database_of(settings: Settings) -> Path:
    """The SQLite file; raises ConfigurationError for another kind of database."""
    if settings.database_path is None:
        kind = settings.database.partition("://")[0]  # what follows may hold a password
        raise ConfigurationError(
            f"CAREBOT_DATABASE: a {kind} database is not a file; PostgreSQL comes with a later release"
        )
    return settings.database_path


def open_app(config: Path | None) -> App:
    """The installation of this folder."""
    from carebot.app import App, Places
    from carebot.care_file import load_care
    from carebot.channels.registry import known
    from carebot.engine.logs import set_up_logs

    settings = settings_of(config)
    set_up_logs(settings.log_level, settings.log_format)
    places = Places(
        database=database_of(settings),
        key_text=settings.key.get_secret_value() if settings.key else None,
        key_file=settings.key_file,
        model=settings.models,
        time_limit=timedelta(seconds=settings.time_limit),
        values_of=settings.values_of,
    )
    return App(care=load_care(settings.care_file, channels=known()), places=places)


def viewer(role: Role) -> Viewer:
    """Whoever has this machine's account, looking with the eyes of a role."""
    return Viewer(id=f"cli:{_account()}", roles=frozenset({role}))


def _account() -> str:
    """The account's name; in a container it may be a number that has none."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return str(os.getuid())


def shown(path: Path) -> Path:
    """The path as a person would type it here: without this folder's own."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def counted(number: int, word: str, words: str | None = None) -> str:
    """A number with its noun: "1 error", "2 errors"."""
    return f"{number:,} {word if number == 1 else words or word + 's'}"


def console(*, stderr: bool = False) -> Console:
    """A console that is plain text where nobody watches."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)
