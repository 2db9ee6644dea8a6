"""Which schema a database has, and how it comes to the one that this version needs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from carebot.errors import SchemaError, StoreError
from carebot.store.files import becoming
from carebot.store.sqlite import store_error, writing_engine

if TYPE_CHECKING:
    from alembic.config import Config

# In order; the last is the one this version needs. Written down, so that looking does not load Alembic; a
# test compares it with the files in migrations/versions.
REVISIONS = ("0001", "0002", "0003")


def head() -> str:
    """The revision that this version needs."""
    return REVISIONS[-1]


def current(db: Path) -> str | None:
    """The revision of a database, None when it has no tables of ours.

    Raises SchemaError when the file is no database, StoreError when it is missing or cannot be read.
    """
    if not db.is_file():
        raise StoreError(f"there is no database at {db}; `carebot init` makes one")
    try:
        with closing(sqlite3.connect(db)) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
            if known.fetchone() is None:
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            raise SchemaError(f"{db} is not a database of carebot; check the path") from error
        raise store_error(error, db) from error
    return None if row is None else str(row[0])


def require_current(db: Path) -> None:
    """Refuse a database of another schema, with words that say what to do."""
    found = current(db)
    if found == head():
        return
    if found is None:
        raise SchemaError(f"{db} has no tables of carebot; check the path, or run `carebot db upgrade`")
    if found not in REVISIONS:
        raise SchemaError(
            f"{db} has schema {found}, which this version does not know (it needs {head()}): a newer carebot "
            "wrote it; install that one (`carebot db upgrade` only goes forward), or put back an older backup"
        )
    raise SchemaError(f"{db} has schema {found}, this version needs {head()}: run `carebot db upgrade`")


def create(db: Path) -> None:
    """Make a new database, readable by its owner only; refuses to touch a file that is there."""
    with becoming(db) as part:
        _migrate(part)


def upgrade(db: Path, *, backup_to: Path) -> bool:
    """Bring a database to this version's schema, in one transaction after a backup; False when it was there.

    Killed at any point, the database has the old schema or the new one.
    """
    from carebot.store.backup import back_up

    found = current(db)
    if found == head():
        return False
    if found is not None and found not in REVISIONS:
        require_current(db)
    back_up(db, backup_to)
    _migrate(db)
    return True


def migrations() -> Config:
    """Alembic's configuration, made here: there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _migrate(db: Path) -> None:
    from alembic import command

    config, engine = migrations(), writing_engine(db)
    try:
        with engine.connect() as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except Exception as error:
        told = store_error(error, db)
        if told is error:
            raise
        raise told from error
    finally:
        engine.dispose()
