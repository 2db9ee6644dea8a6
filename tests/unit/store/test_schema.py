from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from carebot.core.article import Article, Variant
from carebot.core.assessment import Band
from carebot.core.case import Case, CaseStatus
from carebot.core.clocks import CaseClock
from carebot.core.decision import Action
from carebot.core.events import Event
from carebot.core.ports import Work
from carebot.core.records import Customer, DecisionRecord, Outgoing, StoredMessage
from carebot.core.tiers import Priority
from carebot.errors import SchemaError, StoreError
from carebot.store import backup, schema
from carebot.store.rows import StoreRow
from carebot.store.sqlite import reading_engine
from carebot.store.uow import SqliteUnitOfWork
from tests.unit.store import makers, old_databases
from tests.unit.store.makers import NOON


def set_revision(db: Path, revision: str) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_the_migrations_make_exactly_the_tables_of_the_rows(db: Path) -> None:
    engine = reading_engine(db)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, StoreRow.metadata)
    engine.dispose()

    assert found == []


def test_the_revisions_written_down_are_those_of_the_files_in_their_order() -> None:
    scripts = ScriptDirectory.from_config(schema.migrations())

    assert tuple(reversed([script.revision for script in scripts.walk_revisions()])) == schema.REVISIONS
    assert scripts.get_heads() == [schema.head()]


@pytest.mark.parametrize(
    ("table", "record"),
    [
        ("customers", Customer),
        ("messages", StoredMessage),
        ("cases", Case),
        ("decisions", DecisionRecord),
        ("outbox", Outgoing),
        ("clocks", CaseClock),
        ("events", Event),
    ],
)
def test_every_field_of_a_record_has_a_column_of_its_name(table: str, record: type) -> None:
    own = {"seq", "fingerprint", "zone"} if record is not Case else set()
    columns = set(StoreRow.metadata.tables[table].columns.keys())

    assert {field.name for field in fields(record)} <= columns
    assert columns - {field.name for field in fields(record)} <= own


def test_a_new_database_is_readable_by_its_owner_only_and_has_this_schema(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        schema.create(tmp_path / "care.db")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "care.db").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["care.db"]
    assert schema.current(tmp_path / "care.db") == schema.head()


def test_the_log_beside_a_database_is_readable_by_its_owner_only(db: Path, uow: SqliteUnitOfWork) -> None:
    uow.run(makers.one_case)

    for path in db.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_making_a_database_never_overwrites_one(db: Path) -> None:
    before = db.read_bytes()

    with pytest.raises(StoreError, match="exists already"):
        schema.create(db)

    assert db.read_bytes() == before


def test_a_database_of_a_newer_carebot_is_refused_with_what_to_do(db: Path, tmp_path: Path) -> None:
    set_revision(db, "9999")

    for refused in (
        lambda: schema.require_current(db),
        lambda: SqliteUnitOfWork(db),
        lambda: schema.upgrade(db, backup_to=tmp_path / "backup.db"),
    ):
        with pytest.raises(SchemaError, match="newer carebot"):
            refused()
    assert not (tmp_path / "backup.db").exists()


def test_an_older_database_is_refused_with_the_command_that_upgrades_it(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "9999"))

    with pytest.raises(SchemaError, match="run `carebot db upgrade`"):
        schema.require_current(db)


def test_an_empty_database_is_refused_with_the_command_that_fills_it(tmp_path: Path) -> None:
    (tmp_path / "care.db").touch()

    with pytest.raises(SchemaError, match="carebot db upgrade"):
        schema.require_current(tmp_path / "care.db")


def test_upgrading_a_current_database_does_nothing_and_makes_no_backup(db: Path, tmp_path: Path) -> None:
    assert schema.upgrade(db, backup_to=tmp_path / "backup.db") is False
    assert not (tmp_path / "backup.db").exists()


def test_there_is_a_filled_database_of_every_schema_to_upgrade_from() -> None:
    assert tuple(old_databases.FILL) == schema.REVISIONS


@pytest.mark.parametrize("revision", schema.REVISIONS)
def test_a_filled_database_of_every_release_comes_to_this_schema_with_everything_in_it(
    tmp_path: Path, revision: str
) -> None:
    db = tmp_path / "care.db"
    old_databases.make(db, revision)

    was_old = schema.upgrade(db, backup_to=tmp_path / "backup.db")

    assert was_old is (revision != schema.head())
    backup.check(db)
    with SqliteUnitOfWork(db) as uow:
        case = uow.run(lambda work: work.case("C-1001"))
        (message,) = uow.run(lambda work: work.messages_of("C-1001"))
        (decision,) = uow.run(lambda work: work.decisions_of("C-1001"))
        assert case is not None
        assert (case.opened_at, case.status, case.version) == (NOON, CaseStatus.WAITING_FOR_AGENT, 3)
        assert (case.band, case.priority, case.flag_reasons) == (Band.CLEAR, Priority.HIGH, {"risk", "reach"})
        assert (message.at, message.masked_text) == (NOON, "where is <ORDER_NUMBER>?")
        assert (decision.decision.action, decision.at) == (Action.HAND_OFF, NOON)
        assert [text.id for text in uow.run(lambda work: work.outgoing_of("C-1001"))] == ["o-1"]
        assert [clock.started_at for clock in uow.run(lambda work: work.clocks_of("C-1001"))] == [NOON]
        assert [fact.facts for fact in uow.run(lambda work: work.events_of("C-1001"))] == [{"tier": 1}]
        hours = Article(
            slug="hours", title="Hours", variants={"en": Variant(language="en", short="At nine.")}
        )
        assert uow.run(lambda work: work.articles()) == (hours,)
        assert uow.run(lambda work: work.switch("bot_awake")) is False
        assert uow.run(lambda work: work.new_id("case")) == "C-1002"
        assert uow.run(lambda work: work.customer_by_id("u-1")).is_silenced


def test_times_are_stored_so_that_they_sort_and_come_back_aware(db: Path, uow: SqliteUnitOfWork) -> None:
    uow.run(makers.one_case)

    with closing(sqlite3.connect(db)) as connection:
        (stored,) = connection.execute("SELECT at FROM messages").fetchone()
    message = uow.run(lambda work: work.message("m-1"))

    assert stored == "2026-03-01 12:00:00.123456"
    assert message is not None
    assert (message.at, message.at.tzinfo) == (NOON, NOON.tzinfo)


def test_nothing_that_a_unit_asks_looks_through_a_whole_table(db: Path, uow: SqliteUnitOfWork) -> None:
    asked: dict[str, tuple[object, ...]] = {}

    @event.listens_for(uow._engine, "before_cursor_execute")
    def note(connection: object, cursor: object, sql: str, values: tuple[object, ...], *rest: object) -> None:
        if sql.startswith(("SELECT", "UPDATE")):
            asked[sql] = values

    def everything(work: Work) -> None:
        makers.one_message(work, 1)
        name = work.cases_of("u-1")[0].id
        found = work.case(name)
        assert found is not None
        work.save_case(found)
        for of_case in (
            work.messages_of,
            work.decisions_of,
            work.outgoing_of,
            work.clocks_of,
            work.events_of,
        ):
            of_case(name)
        work.undecided(10)
        work.message("m-1")
        work.customer("x", "brand", "fp-1")
        work.customer_by_id("u-1")
        work.silence_bot_for("u-1")
        work.wrapped_keys(after="u-0")
        work.replace_wrapped_key("u-1", b"new")
        work.wipe_direct_texts(name)
        work.hold_queued(name, "a person has spoken")
        work.stop_clocks(name, NOON)
        work.switch("bot_awake")

    uow.run(everything)
    with closing(sqlite3.connect(db)) as connection:
        plans = {
            sql: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            for sql, values in asked.items()
        }

    assert len(plans) > 15
    assert {sql: plan for sql, plan in plans.items() if any("SCAN" in step for step in plan)} == {}


def test_looking_at_a_database_loads_neither_alembic_nor_makes_files(db: Path) -> None:
    look = (
        "import sys; from pathlib import Path; from carebot.store import schema; "
        f"schema.require_current(Path({str(db)!r})); sys.exit('alembic' in sys.modules)"
    )

    assert (
        subprocess.run([sys.executable, "-c", look], check=False, cwd=Path(__file__).parents[3]).returncode
        == 0
    )
    assert [path.name for path in db.parent.iterdir()] == ["care.db"]
