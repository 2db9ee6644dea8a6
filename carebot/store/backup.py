"""Backups: a copy of one moment, checked before it takes its name, readable by its owner only."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from carebot.core.records import OutgoingKind, OutgoingState
from carebot.errors import SchemaError, StoreBusyError, StoreError
from carebot.store import schema
from carebot.store.files import already_there, becoming
from carebot.store.sqlite import empty_log, store_error

log = logging.getLogger(__name__)

ON_THE_WAY = (OutgoingState.QUEUED, OutgoingState.FAILED, OutgoingState.SENDING, OutgoingState.UNKNOWN)


def back_up(db: Path, target: Path, *, keys: Path | None = None, force: bool = False) -> None:
    """Copy the database to ``target`` while it is in use; with ``keys`` the key file too, as ``target``.keys.

    Whoever has both files can read everything: keep them apart, or leave ``keys`` out and keep that file
    elsewhere. Killed or out of space, an older file of that name stays as it was.
    """
    schema.current(db)
    if keys is not None:
        _copy_file(keys, keys_beside(target), force=force)
    _copy_database(db, target, force=force)


def restore(source: Path, target: Path, *, keys: Path | None = None, force: bool = False) -> None:
    """Put a backup where the database was; ``keys``: also the key file that lies beside the backup, if any.

    Raises StoreBusyError while a process has the old database open (it would go on writing to a file
    without a name), SchemaError for a backup of a newer version. An older one is taken, and wants
    `carebot db upgrade` afterwards. What was on its way out when the backup was made has perhaps left since: it
    is ``unknown`` now, so that the network is read before it is tried.
    """
    _require_known(source)
    if target.exists():
        if not force:
            raise already_there(target)
        _close_log(target)
    if keys is not None and keys_beside(source).exists():
        _copy_file(keys_beside(source), keys, force=force)
    _copy_database(source, target, force=force, then=_doubt_what_was_leaving)


def keys_beside(target: Path) -> Path:
    """Where a backup keeps the key file."""
    return target.with_name(target.name + ".keys")


def check(db: Path) -> None:
    """Raises StoreError when SQLite finds damage."""
    try:
        with closing(sqlite3.connect(db)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
            found += [f"table {row[0]} has a row without its parent" for row in _orphans(connection)]
    except sqlite3.DatabaseError as error:
        raise store_error(error, db) from error
    if found != ["ok"]:
        raise StoreError(f"{db} is damaged: {'; '.join(found)}; put back a backup with `carebot restore`")


def _orphans(connection: sqlite3.Connection) -> Iterator[tuple[str]]:
    yield from connection.execute("PRAGMA foreign_key_check")


def _require_known(source: Path) -> None:
    found = schema.current(source)
    if found not in schema.REVISIONS:
        raise SchemaError(
            f"{source} has schema {found or 'nothing of carebot'}, this version knows "
            f"{', '.join(schema.REVISIONS)}: restore it with the version that wrote it"
        )


def _copy_database(
    source: Path, target: Path, *, force: bool, then: Callable[[sqlite3.Connection], None] = lambda _: None
) -> None:
    with becoming(target, force=force) as part:
        try:
            with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(part)) as new:
                old.backup(new)
                then(new)
                # One file, without a log beside it: easier to carry, and nothing to forget.
                new.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            raise store_error(error, target) from error
        check(part)


def _doubt_what_was_leaving(new: sqlite3.Connection) -> None:
    columns = {row[1] for row in new.execute("PRAGMA table_info(outbox)")}
    if "attempts" not in columns:
        return  # of a time when nothing was sent
    leaving = tuple(str(state) for state in ON_THE_WAY)
    marks = ", ".join("?" * len(leaving))
    with new:
        new.execute(
            "UPDATE outbox SET state = ?, attempts = max(attempts, 1), empty_reads = 0, not_before = NULL, "  # noqa: S608
            f"lease_owner = NULL, lease_until = NULL WHERE state IN ({marks}) AND kind = ?",
            (str(OutgoingState.UNKNOWN), *leaving, str(OutgoingKind.TEXT)),
        )


def _copy_file(source: Path, target: Path, *, force: bool) -> None:
    content = source.read_bytes()
    if target.exists() and target.read_bytes() == content:
        return
    with becoming(target, force=force) as part:
        part.write_bytes(content)


def _close_log(target: Path) -> None:
    """Bring the old database's log into it: left lying, it would damage the one that takes its place."""
    try:
        with closing(sqlite3.connect(target, timeout=0)) as old:
            old.execute("PRAGMA locking_mode=EXCLUSIVE")
            old.execute("BEGIN IMMEDIATE")  # fails while anybody else has it open
            old.rollback()
            empty_log(old)
    except sqlite3.DatabaseError as error:
        told = store_error(error, target)
        if isinstance(told, StoreBusyError):
            raise StoreBusyError(f"{target} is in use; stop carebot, then restore") from error
        log.warning("%s is damaged and what its log held is lost: %s", target, error)
    for end in ("-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
