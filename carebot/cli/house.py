"""``carebot init``, ``check``, ``keys``, ``db``, ``backup`` and ``restore``: the installation itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carebot.cli.common import (
    FLAG,
    AsRole,
    CareFile,
    Commands,
    counted,
    database_of,
    open_app,
    settings_of,
    shown,
    viewer,
)
from carebot.core.rights import HouseRight, Role, require_in_house
from carebot.errors import ConfigurationError

if TYPE_CHECKING:
    from carebot.settings import Settings

keys_app = Commands(help="The keys that seal messages.")
db_app = Commands(help="The database.")

Force = Annotated[bool, typer.Option("--force", help="Replace what is there.", metavar=FLAG)]


def init(
    folder: Annotated[Path, typer.Argument(help="Where; made if it is missing.", metavar="FOLDER")] = Path(),
) -> None:
    """Write a commented configuration, make a key and a database. What exists already is left as it is."""
    from carebot.care_file import shipped_text
    from carebot.privacy import keys
    from carebot.store import schema

    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(folder / "care.yaml", shipped_text("care.yaml"), mode=0o644)
        _write_new(folder / ".env", shipped_text("env"), mode=0o600)
    except OSError as error:
        raise ConfigurationError(f"{folder}: cannot be written ({error.strerror}); name a folder") from error
    settings = settings_of(folder / "care.yaml")
    if settings.key is None:
        _make("key", settings.key_file, lambda path: keys.create(path, datetime.now(UTC)))
    _make("database", database_of(settings), schema.create)
    typer.echo("next: `carebot check`; articles come in with `carebot kb import`")


def _write_new(path: Path, text: str, *, mode: int) -> None:
    if path.exists():
        typer.echo(f"kept     {shown(path)}")
        return
    path.touch(mode=mode)
    path.write_text(text, encoding="utf-8")
    typer.echo(f"written  {shown(path)}")


def _make(what: str, path: Path, make: Callable[[Path], object]) -> None:
    if path.exists():
        typer.echo(f"kept     {shown(path)}")
        return
    make(path)
    typer.echo(f"made     {shown(path)} ({what})")


def check(config: CareFile = None) -> None:
    """Look at every part once: OK, or what to do."""
    from carebot.cli.checking import State, checks

    failed = False
    for seen in checks(config):
        typer.echo(f"{seen.state:7} {seen.part}" + (f": {seen.remark}" if seen.remark else ""))
        failed |= seen.state is State.NOT_OK
    if failed:
        raise typer.Exit(1)


def backup(
    target: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")],
    with_keys: Annotated[
        bool,
        typer.Option(
            "--with-keys",
            help="Copy the key file, too; whoever has both can read everything.",
            metavar=FLAG,
        ),
    ] = False,
    force: Force = False,
    role: AsRole = Role.OPERATOR,
    config: CareFile = None,
) -> None:
    """Write a copy of the database, whole and at one moment, also while carebot runs."""
    from carebot.store.backup import back_up, keys_beside

    require_in_house(viewer(role), HouseRight.BACK_UP)
    settings = settings_of(config)
    keys = _key_file(settings) if with_keys else None
    back_up(database_of(settings), target, keys=keys, force=force)
    typer.echo(f"written  {shown(target)}")
    if keys is not None:
        typer.echo(f"written  {shown(keys_beside(target))}")
    else:
        typer.echo(
            "the key is not in it: keep a copy of the key elsewhere, or sealed texts stay sealed for good"
        )


def restore(
    source: Annotated[Path, typer.Argument(help="What `carebot backup` wrote.", metavar="FILE")],
    with_keys: Annotated[
        bool,
        typer.Option(
            "--with-keys", help="Put back the key file that lies beside the backup, too.", metavar=FLAG
        ),
    ] = False,
    force: Force = False,
    role: AsRole = Role.OPERATOR,
    config: CareFile = None,
) -> None:
    """Put a backup in the place of the database, after looking whether it is whole."""
    from carebot.store.backup import restore as put_back

    require_in_house(viewer(role), HouseRight.BACK_UP)
    settings = settings_of(config)
    put_back(source, database_of(settings), keys=_key_file(settings) if with_keys else None, force=force)
    typer.echo(f"restored {shown(database_of(settings))}")


@keys_app.command("list")
def list_keys(config: CareFile = None) -> None:
    """List the keys by id and age; the secret itself is never shown."""
    from carebot.privacy.keys import KeyRing

    settings = settings_of(config)
    ring = (
        KeyRing.from_text(settings.key.get_secret_value())
        if settings.key
        else KeyRing.load(settings.key_file)
    )
    for key in ring.keys:
        typer.echo(f"{key.id}  made {key.made_at:%Y-%m-%d}{'  current' if key is ring.current else ''}")


@keys_app.command("new")
def new_key(config: CareFile = None) -> None:
    """Make the first key, readable by its owner only."""
    from carebot.privacy import keys

    settings = settings_of(config)
    keys.create(_key_file(settings), datetime.now(UTC))
    typer.echo(f"made     {shown(settings.key_file)}; keep a copy of it apart from the database")


@keys_app.command("rotate")
def rotate_key(role: AsRole = Role.OPERATOR, config: CareFile = None) -> None:
    """Add a key, and wrap every customer's data key with it; the old key stays until it is retired."""
    from carebot.privacy import keys
    from carebot.services.rotate_keys import rewrap_all

    require_in_house(viewer(role), HouseRight.MANAGE_KEYS)
    settings = settings_of(config)
    keys.rotate(_key_file(settings), datetime.now(UTC))
    with open_app(config) as app:
        count = rewrap_all(app.uow, app.sealer)
    typer.echo(f"rotated; the new key wraps the data keys of {counted(count, 'customer')}")


@db_app.command()
def upgrade(role: AsRole = Role.OPERATOR, config: CareFile = None) -> None:
    """Bring the database to this version's schema; a backup is written beside it first."""
    from carebot.store import schema

    require_in_house(viewer(role), HouseRight.UPGRADE)
    database = database_of(settings_of(config))
    target = database.with_name(f"{database.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    if schema.upgrade(database, backup_to=target):
        typer.echo(f"upgraded to {schema.head()}; the database as it was is {shown(target)}")
    else:
        typer.echo(f"the database is up to date ({schema.head()})")


def _key_file(settings: Settings) -> Path:
    if settings.key is not None:
        raise ConfigurationError(
            "the key comes from CAREBOT_KEY, not from a file; use CAREBOT_KEY_FILE for this"
        )
    return settings.key_file
