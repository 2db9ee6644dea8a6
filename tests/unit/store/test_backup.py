from __future__ import annotations

import sqlite3
import stat
import threading
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from carebot.core.ports import Work
from carebot.core.records import OutgoingState
from carebot.errors import SchemaError, StoreBusyError, StoreError
from carebot.store import backup, schema
from carebot.store.uow import SqliteUnitOfWork
from tests.unit.store import makers


def messages_in(db: Path) -> int:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM messages").fetchone()[0])


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def filled(db: Path) -> Path:
    with SqliteUnitOfWork(db) as uow:
        uow.run_all([partial(makers.one_message, number=number) for number in range(30)])
    return db


def test_a_backup_of_a_database_in_use_holds_one_moment_of_it(db: Path, tmp_path: Path) -> None:
    target, stop = tmp_path / "backup.db", threading.Event()
    with SqliteUnitOfWork(db) as uow:

        def write_on() -> None:
            number = 0
            while not stop.is_set():
                uow.run(partial(makers.one_message, number=number))
                number += 1

        writer = threading.Thread(target=write_on)
        writer.start()
        for _ in range(5):
            backup.back_up(db, target, force=True)
            with closing(sqlite3.connect(target)) as copy:
                counts = {
                    table: copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                    for table in ("customers", "messages", "cases", "decisions", "outbox", "clocks")
                }
            assert len(set(counts.values())) == 1, counts
        stop.set()
        writer.join()


def test_a_backup_is_one_file_readable_by_its_owner_only(filled: Path, tmp_path: Path) -> None:
    backup.back_up(filled, tmp_path / "backup.db")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.db", "care.db"]
    assert mode_of(tmp_path / "backup.db") == 0o600
    backup.check(tmp_path / "backup.db")
    assert schema.current(tmp_path / "backup.db") == schema.head()


def test_a_backup_never_overwrites_without_being_told_to(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    target.write_text("precious")

    with pytest.raises(StoreError, match="--force"):
        backup.back_up(filled, target)
    assert target.read_text() == "precious"

    backup.back_up(filled, target, force=True)
    assert messages_in(target) == 30


def test_a_backup_can_take_the_keys_and_a_restore_can_put_them_back(filled: Path, tmp_path: Path) -> None:
    keys, target, back = tmp_path / "care.key", tmp_path / "backup.db", tmp_path / "back.key"
    keys.write_text("key 1 ...")

    backup.back_up(filled, target, keys=keys)
    backup.restore(target, tmp_path / "new.db", keys=back)

    assert (back.read_text(), mode_of(back)) == ("key 1 ...", 0o600)
    assert mode_of(backup.keys_beside(target)) == 0o600


def test_a_restore_does_not_replace_keys_that_differ(filled: Path, tmp_path: Path) -> None:
    keys, target = tmp_path / "care.key", tmp_path / "backup.db"
    keys.write_text("old keys")
    backup.back_up(filled, target, keys=keys)
    keys.write_text("old keys and a newer one")

    with pytest.raises(StoreError, match="exists already"):
        backup.restore(target, tmp_path / "new.db", keys=keys)

    assert keys.read_text() == "old keys and a newer one"
    assert not (tmp_path / "new.db").exists()


def test_a_restored_database_is_used_as_if_nothing_had_happened(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    backup.back_up(filled, target)
    with SqliteUnitOfWork(filled) as uow:
        uow.run(partial(makers.one_message, number="later"))

    with pytest.raises(StoreError, match="--force"):
        backup.restore(target, filled)
    backup.restore(target, filled, force=True)

    with SqliteUnitOfWork(filled) as uow:
        assert uow.run(lambda work: work.message("m-later")) is None
        assert uow.run(lambda work: work.message("m-29")) is not None
        uow.run(partial(makers.one_message, number="after"))
    assert mode_of(filled) == 0o600


def test_what_was_leaving_when_the_backup_was_made_is_looked_for_before_it_is_said_again(
    db: Path, tmp_path: Path
) -> None:
    def fill(work: Work) -> None:
        makers.one_case(work)
        for number, state in enumerate(OutgoingState):
            work.add_outgoing(makers.outgoing(number, state=state))

    with SqliteUnitOfWork(db) as uow:
        uow.run(fill)
    backup.back_up(db, tmp_path / "backup.db")

    backup.restore(tmp_path / "backup.db", db, force=True)

    with SqliteUnitOfWork(db) as uow:
        rows = uow.run(lambda work: work.outgoing_of("C-1"))
    was = [*OutgoingState]
    now = {before: after.state for before, after in zip(was, rows, strict=True)}
    doubted = {state for state, after in now.items() if after is OutgoingState.UNKNOWN}
    assert doubted == {OutgoingState(state) for state in backup.ON_THE_WAY}
    assert all(now[state] is state for state in set(was) - doubted)
    assert all(row.attempts for row in rows if row.state is OutgoingState.UNKNOWN)


def test_a_database_in_use_is_not_replaced(filled: Path, tmp_path: Path) -> None:
    backup.back_up(filled, tmp_path / "backup.db")

    with SqliteUnitOfWork(filled) as uow:
        uow.run(lambda work: None)
        with pytest.raises(StoreBusyError, match="stop carebot"):
            backup.restore(tmp_path / "backup.db", filled, force=True)
        uow.run(partial(makers.one_message, number="goes on"))

    assert messages_in(filled) == 31


def test_the_log_of_a_killed_process_does_not_leak_into_what_is_restored(
    filled: Path, tmp_path: Path
) -> None:
    target, killed = tmp_path / "backup.db", tmp_path / "killed.db"
    backup.back_up(filled, target)

    def copy(work: Work) -> None:  # what a killed process leaves: the database and its log
        for end in ("", "-wal"):
            Path(f"{killed}{end}").write_bytes(Path(f"{filled}{end}").read_bytes())

    with SqliteUnitOfWork(filled) as uow:
        uow.run(lambda work: None)
        uow.run_all([partial(makers.one_message, number=f"n{n}") for n in range(20)])
        uow.run(copy)
    assert killed.with_name("killed.db-wal").stat().st_size > 0

    backup.restore(target, killed, force=True)

    backup.check(killed)
    assert messages_in(killed) == 30


def test_a_damaged_database_can_be_replaced_by_a_backup(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    backup.back_up(filled, target)
    filled.write_bytes(b"\x00" * 5000)

    backup.restore(target, filled, force=True)

    assert messages_in(filled) == 30


def test_a_damaged_backup_is_refused_and_the_database_stays(filled: Path, tmp_path: Path) -> None:
    target, before = tmp_path / "backup.db", filled.read_bytes()
    backup.back_up(filled, target)
    damaged = bytearray(target.read_bytes())
    for place in range(3 * 4096, len(damaged), 4096):
        damaged[place : place + 200] = b"\xff" * 200
    target.write_bytes(damaged)

    with pytest.raises(StoreError, match="damaged"):
        backup.restore(target, filled, force=True)

    assert filled.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.db", "care.db"]


def test_a_backup_of_a_newer_carebot_or_of_something_else_is_refused(filled: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE of_somebody (word TEXT)")
    with pytest.raises(SchemaError, match="nothing of carebot"):
        backup.restore(other, tmp_path / "new.db")

    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match="9999"):
        backup.restore(filled, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()


def test_where_nothing_can_be_written_the_error_names_the_place(filled: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nowhere"):
        backup.back_up(filled, tmp_path / "nowhere" / "backup.db")
