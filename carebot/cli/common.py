"""What several commands share: options, the installation, the person who asks."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carebot.core.rights import Role, Viewer
from carebot.errors import ConfigurationError

if TYPE_CHECKING:
    from rich.console import Console

    from carebot.app import App
    from carebot.settings import Settings

CareFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="care.yaml, when it is not the one of this folder.", metavar="FILE"),
]
AsRole = Annotated[
    Role, typer.Option("--role", help="Whose eyes to look with; see `carebot roles`.", case_sensitive=False)
]


def settings_of(config: Path | None) -> Settings:
    """The environment's settings, with another care file when one was named."""
    from carebot.settings import Settings

    return Settings.load(config)


def database_of(settings: Settings) -> Path:
    """The SQLite file; raises ConfigurationError for another kind of database."""
    if settings.database_path is None:
        raise ConfigurationError(
            f"CAREBOT_DATABASE: {settings.database!r} is not a file; PostgreSQL comes with a later release"
        )
    return settings.database_path


def open_app(config: Path | None) -> App:
    """The installation of this folder."""
    from carebot.app import App, Places
    from carebot.care_file import load_care
    from carebot.channels.registry import known

    settings = settings_of(config)
    places = Places(
        database=database_of(settings),
        key_text=settings.key.get_secret_value() if settings.key else None,
        key_file=settings.key_file,
        model=settings.models,
    )
    return App(care=load_care(settings.care_file, channels=known()), places=places)


def viewer(role: Role) -> Viewer:
    """Whoever has this machine's account, looking with the eyes of a role."""
    return Viewer(id=f"cli:{getpass.getuser()}", roles=frozenset({role}))


def console(*, stderr: bool = False) -> Console:
    """A console that is plain text where nobody watches."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)
