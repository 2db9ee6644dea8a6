from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from carebot.core.article import Article, Variant
from carebot.core.assessment import Band
from carebot.core.case import Case, CaseStatus
from carebot.core.clocks import CaseClock, ClockKind
from carebot.core.decision import Action
from carebot.core.events import Event
from carebot.core.ports import Work
from carebot.core.records import (
    AnswerReview,
    BandReview,
    BandVerdict,
    ChannelState,
    Customer,
    DecisionRecord,
    Outgoing,
    OutgoingKind,
    OutgoingState,
    StoredMessage,
    Verdict,
)
from carebot.core.tiers import Priority
from carebot.errors import SchemaError, StoreError
from carebot.store import backup, schema
from carebot.store.rows import StoreRow
from carebot.store.sqlite import reading_engine
from carebot.store.uow import SqliteUnitOfWork
from tests.unit.store import makers, old_databases
from tests.unit.store.makers import NOON

X = ("x", "brand")


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
        ("channel_states", ChannelState),
        ("answer_reviews", AnswerReview),
        ("band_reviews", BandReview),
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
    assert tuple(old_databases.ROWS) == schema.REVISIONS


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


def test_rows_of_the_first_release_were_never_tried_and_nobody_holds_them(tmp_path: Path) -> None:
    db = tmp_path / "care.db"
    old_databases.make(db, "0001")

    schema.upgrade(db, backup_to=tmp_path / "backup.db")

    with SqliteUnitOfWork(db) as uow:
        (message,) = uow.run(lambda work: work.messages_of("C-1001"))
        case = uow.run(lambda work: work.case("C-1001"))
        (due,) = uow.run(lambda work: work.due_outgoing("x", "brand", now=NOON, limit=10))
        assert case is not None
        assert (message.priority, message.deleted_at) == (Priority.NORMAL, None)
        assert (case.held_by, case.held_until) == (None, None)
        assert (due.id, due.kind, due.state) == ("o-1", OutgoingKind.TEXT, OutgoingState.QUEUED)
        assert (due.attempts, due.empty_reads, due.not_before, due.lease_owner) == (0, 0, None, None)
        assert (due.lease_until, due.tried_at, due.external_id, due.sent_at) == (None, None, None, None)
        assert uow.run(lambda work: work.channel_state("x", "brand")).cursor is None
        assert uow.run(lambda work: work.answer_reviews()) == ()


def test_a_filled_database_with_deliveries_comes_to_this_schema_with_all_of_them(tmp_path: Path) -> None:
    db, later = tmp_path / "care.db", datetime(2026, 3, 1, 12, 10, tzinfo=UTC)
    old_databases.make(db, "0002")

    schema.upgrade(db, backup_to=tmp_path / "backup.db")

    with SqliteUnitOfWork(db) as uow:
        (message,) = uow.run(lambda work: work.messages_of("C-1001"))
        case = uow.run(lambda work: work.case("C-1001"))
        row = uow.run(lambda work: work.outgoing_posted_as("x", "brand", "p-1"))
        state = uow.run(lambda work: work.channel_state("x", "brand"))
        (review,) = uow.run(lambda work: work.answer_reviews())
        assert case is not None
        assert row is not None
        assert (message.priority, message.deleted_at) == (Priority.HIGH, later)
        assert (case.held_by, case.held_until) == ("agent-7", later)
        assert (row.attempts, row.empty_reads, row.lease_owner, row.tried_at) == (2, 1, "worker-1", NOON)
        assert (row.not_before, row.lease_until, row.sent_at) == (later, later, None)
        assert (state.cursor, state.failing_since, state.last_error) == ("cursor-17", later, "no route to it")
        assert (review.verdict, review.confidence, review.at) == (Verdict.RIGHT, 0.875, later)


def test_what_was_said_of_messages_in_doubt_comes_along(tmp_path: Path) -> None:
    db, later = tmp_path / "care.db", datetime(2026, 3, 1, 12, 10, tzinfo=UTC)
    old_databases.make(db, "0003")

    schema.upgrade(db, backup_to=tmp_path / "backup.db")

    with SqliteUnitOfWork(db) as uow:
        (review,) = uow.run(lambda work: work.band_reviews())
    assert review == BandReview(message_id="m-1", verdict=BandVerdict.PRIVATE, reviewer="agent-7", at=later)


def test_times_are_stored_so_that_they_sort_and_come_back_aware(db: Path, uow: SqliteUnitOfWork) -> None:
    uow.run(makers.one_case)

    with closing(sqlite3.connect(db)) as connection:
        (stored,) = connection.execute("SELECT at FROM messages").fetchone()
    message = uow.run(lambda work: work.message("m-1"))

    assert stored == "2026-03-01 12:00:00.123456"
    assert message is not None
    assert (message.at, message.at.tzinfo) == (NOON, NOON.tzinfo)


def plans_of(uow: SqliteUnitOfWork, db: Path, unit: Callable[[Work], object]) -> dict[str, list[str]]:
    """How SQLite goes about each SELECT and UPDATE of a unit."""
    asked: dict[str, tuple[object, ...]] = {}

    @event.listens_for(uow._engine, "before_cursor_execute")
    def note(connection: object, cursor: object, sql: str, values: tuple[object, ...], *rest: object) -> None:
        if sql.startswith(("SELECT", "UPDATE")):
            asked[sql] = values

    uow.run(unit)
    with closing(sqlite3.connect(db)) as connection:
        return {
            sql: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            for sql, values in asked.items()
        }


def test_nothing_that_a_unit_asks_looks_through_a_whole_table(db: Path, uow: SqliteUnitOfWork) -> None:
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
        work.message_by_external_id("x", "brand", "ext-1")
        work.forget_text("m-1", deleted_at=NOON)
        work.cases_held_until(NOON, 10)
        work.open_cases_in("x", "brand", "t-1")
        work.channel_state("x", "brand")
        work.due_clocks(ClockKind.DID_THEY_COME, now=NOON, limit=10)
        work.stop_clock(name, ClockKind.DID_THEY_COME, NOON)
        row = work.outgoing("o-1")
        assert row is not None
        work.replace_outgoing(row, row)
        work.due_outgoing("x", "brand", now=NOON, limit=10)
        work.expired_outgoing(NOON, 10)
        work.uncertain_outgoing("x", "brand", now=NOON, limit=10)
        work.outgoing_posted_as("x", "brand", "p-1")
        work.outgoing_not_confirmed("x", "brand", "ext-1")
        work.hold_all_queued("the bot was stopped")
        work.customer("x", "brand", "fp-1")
        work.customer_by_id("u-1")
        work.silence_bot_for("u-1")
        work.wrapped_keys(after="u-0")
        work.replace_wrapped_key("u-1", b"new")
        work.wipe_direct_texts(name)
        work.hold_queued(name, "a person has spoken")
        work.stop_clocks(name, NOON)
        work.switch("bot_awake")

    plans = plans_of(uow, db, everything)

    assert len(plans) > 28
    assert {sql: plan for sql, plan in plans.items() if any("SCAN" in step for step in plan)} == {}


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda work: work.undecided(10), "ix_messages_state_priority_at_seq"),
        (lambda work: work.due_outgoing(*X, now=NOON, limit=10), "ix_outbox_case_id_created_at_seq"),
        (lambda work: work.expired_outgoing(NOON, 10), "ix_outbox_state_channel_account"),
        (lambda work: work.uncertain_outgoing(*X, now=NOON, limit=10), "ix_outbox_state_channel_account"),
        (lambda work: work.outgoing_not_confirmed(*X, "ext-1"), "ix_outbox_channel_account_in_reply_to"),
        (lambda work: work.due_clocks(ClockKind.TIME_BOX, now=NOON, limit=10), "ix_clocks_running"),
        (lambda work: work.cases_held_until(NOON, 10), "ix_cases_held_until"),
        (lambda work: work.open_cases_in(*X, "t-1"), "ix_cases_thread_id"),
    ],
    ids=["undecided", "due", "expired", "uncertain", "not confirmed", "clocks", "held", "thread"],
)
def test_what_is_asked_all_the_time_has_its_index(
    db: Path, uow: SqliteUnitOfWork, ask: Callable[[Work], object], index: str
) -> None:
    ((_, plan),) = plans_of(uow, db, ask).items()

    assert index in "; ".join(plan)


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
