"""Killed processes and full disks: what was promised is there, and nothing is half there."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from carebot.core.ports import Work
from carebot.store import backup, schema
from carebot.store.uow import SqliteUnitOfWork
from tests.unit.store import makers, old_databases

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills and limits of POSIX")

ROOT = Path(__file__).parents[3]


def child(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "tests.unit.store.children", *map(str, arguments)]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        child(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def tables_of(db: Path) -> list[str]:
    with closing(sqlite3.connect(db)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def dump_of(db: Path) -> list[str]:
    with closing(sqlite3.connect(db)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("after", [3, 20, 41])
def test_killed_while_writing_every_unit_that_returned_is_whole_and_no_other_is_half(
    db: Path, after: int
) -> None:
    with subprocess.Popen(child("write_forever", db), cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        returned = [int(writer.stdout.readline()) for _ in range(after)]
        writer.send_signal(signal.SIGKILL)
        returned += [int(line) for line in writer.stdout.read().splitlines()]

    def look(work: Work) -> list[bool]:
        found = []
        for number in range(returned[0], returned[-1] + 2):  # one more: it may have been on its way
            names = [case.id for case in work.cases_of(f"u-{number}")]
            parts = [
                work.message(f"m-{number}"),
                *(part for name in names for part in work.decisions_of(name) + work.outgoing_of(name)),
                *(part for name in names for part in work.clocks_of(name) + work.events_of(name)),
            ]
            assert len([part for part in parts if part is not None]) in (0, 6)
            found.append(bool(names))
        return found

    backup.check(db)
    with SqliteUnitOfWork(db) as uow:
        there = uow.run(look)
    assert all(there[:-1])


@pytest.mark.parametrize("index", [1, 4, 8])
def test_killed_while_migrating_the_database_is_as_before_and_can_be_upgraded(
    tmp_path: Path, index: int
) -> None:
    db = tmp_path / "care.db"
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("CREATE TABLE of_somebody (word TEXT)")

    died = run("die_while_migrating", db, tmp_path / "before.db", index)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert tables_of(db) == ["of_somebody"]
    assert tables_of(tmp_path / "before.db") == ["of_somebody"]

    assert schema.upgrade(db, backup_to=tmp_path / "again.db") is True
    schema.require_current(db)
    backup.check(db)


@pytest.mark.parametrize("index", [1, 3, 5, 6])
def test_killed_while_migrating_a_filled_database_it_is_as_before_and_can_be_upgraded(
    tmp_path: Path, index: int
) -> None:
    db = tmp_path / "care.db"
    old_databases.make(db, "0001")
    before = dump_of(db)

    died = run("die_while_migrating", db, tmp_path / "before.db", index)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert dump_of(db) == before

    assert schema.upgrade(db, backup_to=tmp_path / "again.db") is True
    backup.check(db)
    with SqliteUnitOfWork(db) as uow:
        assert [row.id for row in uow.run(lambda work: work.outgoing_of("C-1001"))] == ["o-1"]


def test_killed_while_backing_up_the_older_backup_stays_and_nothing_is_left_lying(db: Path) -> None:
    target = db.with_name("backup.db")
    backup.back_up(db, target)
    before = target.read_bytes()
    with SqliteUnitOfWork(db) as uow:
        uow.run(makers.one_case)

    died = run("die_while_backing_up", db, target, "force")
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert target.read_bytes() == before
    assert len(list(db.parent.glob(".backup.db.*.part"))) == 1
    schema.require_current(db)

    backup.back_up(db, target, force=True)
    assert list(db.parent.glob(".*")) == []
    assert target.read_bytes() != before


def test_with_a_file_that_may_not_grow_the_writer_says_so_and_keeps_what_it_promised(db: Path) -> None:
    said = run("write_with_little_space", db, 500_000)

    assert said.returncode == 0, said.stderr
    number, _, error = said.stdout.partition(" ")
    assert int(number) > 3
    assert "disk" in error
    backup.check(db)
    with SqliteUnitOfWork(db) as uow:
        assert uow.run(lambda work: [work.message(f"m-{n}") is not None for n in range(int(number) + 1)]) == [
            *[True] * int(number),
            False,
        ]


def test_without_space_for_a_backup_the_older_one_stays(db: Path) -> None:
    target = db.with_name("backup.db")
    backup.back_up(db, target)
    before = target.read_bytes()

    said = run("back_up_with_little_space", db, target, 20_000)

    assert "disk" in said.stdout, said.stderr
    assert target.read_bytes() == before
    assert list(db.parent.glob(".*")) == []
