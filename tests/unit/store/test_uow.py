"""What only the real unit of work promises: groups, disks, other processes, and that wiped text is gone."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from carebot.core.message import Visibility
from carebot.core.ports import Topic, Work
from carebot.core.records import MessageState
from carebot.errors import SchemaError, StoreBusyError, StoreError
from carebot.store.uow import SqliteUnitOfWork
from carebot.store.work import SqlWork
from tests.unit.store import makers

SECRET = "my card ends in <CARD> and my name is Quentin Umbrella"


class Gate:
    """A unit that keeps the writer busy until it is let go."""

    def __init__(self, uow: SqliteUnitOfWork) -> None:
        self.entered, self.leave = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=uow.run, args=(self,))
        self.thread.start()
        self.entered.wait(10)

    def __call__(self, work: Work) -> None:
        self.entered.set()
        self.leave.wait(10)

    def open(self) -> None:
        self.leave.set()
        self.thread.join()


def count(uow: SqliteUnitOfWork, what: str) -> list[int]:
    seen: list[int] = []
    event.listen(uow._engine, what, lambda connection: seen.append(1))
    return seen


def set_switch(work: Work, name: str) -> None:
    work.set_switch(name, True)


def switches(uow: SqliteUnitOfWork, *names: str) -> list[bool | None]:
    return uow.run(lambda work: [work.switch(name) for name in names])


def everything_on_disk(db: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(db.parent.iterdir()) if path.is_file())


# Groups -----------------------------------------------------------------------------------------------------


def test_units_that_wait_share_one_commit(uow: SqliteUnitOfWork) -> None:
    gate, names = Gate(uow), [f"n{number}" for number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(uow.run, partial(set_switch, name=name)) for name in names]
        while uow._jobs.qsize() < len(names):
            threading.Event().wait(0.001)
        commits = count(uow, "commit")
        gate.open()
        for future in waiting:
            future.result(10)

    assert len(commits) == 2  # the gate's own, and one for all twenty
    assert switches(uow, *names) == [True] * 20


def test_units_given_together_are_one_commit_however_many(uow: SqliteUnitOfWork) -> None:
    commits = count(uow, "commit")

    uow.run_all([partial(set_switch, name=f"n{number}") for number in range(120)])

    assert len(commits) == 1


def test_a_commit_that_fails_fails_every_unit_of_the_group_and_the_next_one_works(
    uow: SqliteUnitOfWork,
) -> None:
    failing = [True]

    @event.listens_for(uow._engine, "commit")
    def refuse(connection: object) -> None:
        if failing:
            raise sqlite3.OperationalError("disk I/O error")

    outcomes = []
    for name in ("one", "two"):
        with pytest.raises(StoreError) as caught:
            uow.run_all([partial(set_switch, name=name), partial(set_switch, name="both")])
        outcomes.append(caught.value)
    failing.clear()

    assert switches(uow, "one", "two", "both") == [None, None, None]
    assert outcomes[0] is not outcomes[1]


def test_closing_finishes_what_is_queued(db: Path) -> None:
    uow = SqliteUnitOfWork(db)
    gate = Gate(uow)
    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(uow.run, partial(set_switch, name=f"n{number}")) for number in range(5)]
        while uow._jobs.qsize() < 5:
            threading.Event().wait(0.001)
        closing_thread = threading.Thread(target=uow.close)
        closing_thread.start()
        gate.open()
        closing_thread.join(10)
        assert [future.result(1) for future in waiting] == [None] * 5

    with SqliteUnitOfWork(db) as again:
        assert switches(again, *(f"n{number}" for number in range(5))) == [True] * 5


def test_a_closed_database_is_one_file_without_a_log(db: Path) -> None:
    with SqliteUnitOfWork(db) as uow:
        uow.run(makers.one_case)

    assert [path.name for path in db.parent.iterdir()] == ["care.db"]


# Other processes and the disk -------------------------------------------------------------------------------


def test_a_database_held_by_another_process_is_busy_and_says_what_to_do(db: Path) -> None:
    with (
        SqliteUnitOfWork(db, busy_timeout=timedelta(milliseconds=50)) as uow,
        closing(sqlite3.connect(db, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="another process is writing"):
            uow.run(partial(set_switch, name="blocked"))
        other.rollback()

        assert switches(uow, "blocked") == [None]


def test_a_short_write_of_another_process_is_waited_for(db: Path) -> None:
    with (
        SqliteUnitOfWork(db) as uow,
        closing(sqlite3.connect(db, isolation_level=None, check_same_thread=False)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.1, other.rollback)
        release.start()
        uow.run(partial(set_switch, name="patient"))
        release.join()

        assert switches(uow, "patient") == [True]


def test_from_a_units_first_read_to_its_commit_no_other_process_can_write(
    uow: SqliteUnitOfWork, db: Path
) -> None:
    with closing(sqlite3.connect(db, timeout=0, isolation_level=None, check_same_thread=False)) as other:

        def read_then_write(work: Work) -> None:
            assert work.switch("mine") is None
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            work.set_switch("mine", True)

        uow.run(read_then_write)

    assert switches(uow, "mine") == [True]


def limit_pages(work: Work, pages: int) -> None:
    assert isinstance(work, SqlWork)
    work._connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


@pytest.mark.parametrize("extra", [0, 1, 2, 5, 9])
def test_a_full_disk_is_said_clearly_and_nothing_is_half_written(uow: SqliteUnitOfWork, extra: int) -> None:
    def pages(work: Work) -> int:
        assert isinstance(work, SqlWork)
        return int(work._connection.exec_driver_sql("PRAGMA page_count").scalar_one())

    limit = uow.run(pages) + extra
    uow.run(partial(limit_pages, pages=limit))
    errors: list[StoreError] = []
    written = 0
    while not errors:
        try:
            uow.run(partial(makers.one_message, number=written))
            written += 1
        except StoreError as error:
            errors.append(error)

    assert "the disk is full; free some space" in str(errors[0])
    uow.run(partial(limit_pages, pages=10_000))
    stored = uow.run(lambda work: work.undecided(100))
    assert stored == ()
    for number in range(written):
        kept = uow.run(lambda work, n=number: work.message(f"m-{n}"))
        assert kept is not None
        assert kept.state is MessageState.DECIDED
    uow.run(partial(makers.one_message, number=written))  # the same unit goes through once there is space


def test_a_file_that_is_no_database_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "care.db").write_text("not a database, but long enough to look at " * 50)

    with pytest.raises(SchemaError, match="not a database"):
        SqliteUnitOfWork(tmp_path / "care.db")


def test_a_missing_database_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="carebot init"):
        SqliteUnitOfWork(tmp_path / "care.db")
    assert list(tmp_path.iterdir()) == []


def test_errors_never_repeat_what_was_being_written(uow: SqliteUnitOfWork) -> None:
    uow.run(makers.one_case)

    with pytest.raises(StoreError) as caught:
        uow.run(lambda work: work.mark_decided("m-1", case_id="C-9", masked_text=SECRET))

    told: BaseException | None = caught.value
    while told is not None:
        assert "Quentin" not in str(told)
        told = told.__cause__


def test_the_audit_trail_cannot_be_changed_even_by_hand(uow: SqliteUnitOfWork, db: Path) -> None:
    uow.run(lambda work: work.add_events([makers.event()]))

    with closing(sqlite3.connect(db)) as by_hand:
        for change in ("UPDATE events SET actor = 'nobody'", "DELETE FROM events"):
            with pytest.raises(sqlite3.IntegrityError, match="never changed"):
                by_hand.execute(change)


# Listeners --------------------------------------------------------------------------------------------------


def test_a_listener_is_called_in_the_writers_thread_after_the_commit(uow: SqliteUnitOfWork, db: Path) -> None:
    seen: list[tuple[str, int]] = []

    def look(topics: frozenset[Topic]) -> None:
        with closing(sqlite3.connect(db)) as other:
            (count,) = other.execute("SELECT count(*) FROM messages").fetchone()
        seen.append((threading.current_thread().name, count))

    uow.on_commit(look)
    uow.run(makers.one_case)
    uow.run(lambda work: None)

    assert seen == [("carebot-writer", 1)]


def test_a_commit_that_fails_is_not_told_and_the_next_one_tells_its_own_only(uow: SqliteUnitOfWork) -> None:
    heard: list[frozenset[Topic]] = []
    failing = [True]
    uow.on_commit(heard.append)

    @event.listens_for(uow._engine, "commit")
    def refuse(connection: object) -> None:
        if failing:
            raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(StoreError):
        uow.run(makers.one_case)
    failing.clear()
    uow.run(partial(set_switch, name="later"))
    uow.run(lambda work: None)

    assert heard == []


def test_a_listener_that_leaves_does_not_take_the_writer_with_it(uow: SqliteUnitOfWork) -> None:
    def leaves(topics: frozenset[Topic]) -> None:
        raise SystemExit(3)

    uow.on_commit(leaves)
    uow.run(makers.one_case)

    uow.run(partial(set_switch, name="still here"))
    assert switches(uow, "still here") == [True]


def test_a_listener_that_writes_is_told_so_instead_of_waiting_forever(
    uow: SqliteUnitOfWork, caplog: pytest.LogCaptureFixture
) -> None:
    uow.on_commit(lambda topics: uow.run(lambda work: None))

    uow.run(makers.one_case)
    uow.run(lambda work: None)

    assert "may not start another" in caplog.text


# Wiping -----------------------------------------------------------------------------------------------------


def direct_message(work: Work, text: str = SECRET) -> None:
    makers.one_case(work)
    work.add_message(makers.message(2, visibility=Visibility.DIRECT))
    work.mark_decided("m-2", case_id="C-1", masked_text=text)


def wipe(work: Work) -> int:
    return work.wipe_direct_texts("C-1")


def test_wiped_text_is_in_no_file_once_the_unit_returned(uow: SqliteUnitOfWork, db: Path) -> None:
    uow.run(direct_message)
    assert b"Quentin" in everything_on_disk(db)

    assert uow.run(wipe) == 1

    assert b"Quentin" not in everything_on_disk(db)


def test_forgotten_text_is_in_no_file_once_the_unit_returned(uow: SqliteUnitOfWork, db: Path) -> None:
    uow.run(direct_message)
    assert b"Quentin" in everything_on_disk(db)

    uow.run(lambda work: work.forget_text("m-2", deleted_at=makers.NOON))

    assert b"Quentin" not in everything_on_disk(db)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lengths=st.lists(st.integers(0, 9000), min_size=1, max_size=8))
def test_wiped_text_of_any_length_among_any_others_is_gone(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int]
) -> None:
    from carebot.store import schema

    db = tmp_path_factory.mktemp("wipe") / "care.db"
    schema.create(db)

    def write(work: Work) -> None:
        makers.one_case(work)
        for number, length in enumerate(lengths, start=2):
            work.add_message(makers.message(number, visibility=Visibility.DIRECT))
            work.mark_decided(
                f"m-{number}", case_id="C-1", masked_text="Quentin " + "x" * length + " Umbrella"
            )

    with SqliteUnitOfWork(db) as uow:
        uow.run(write)
        uow.run(wipe)
        left = everything_on_disk(db)

    assert b"Quentin" not in left
    assert b"Umbrella" not in left


def test_a_unit_that_wiped_and_then_failed_has_wiped_nothing(uow: SqliteUnitOfWork) -> None:
    def wipe_and_fail(work: Work) -> None:
        wipe(work)
        raise LookupError

    uow.run(direct_message)
    with pytest.raises(LookupError):
        uow.run(wipe_and_fail)

    assert [m.masked_text for m in uow.run(lambda work: work.messages_of("C-1"))] == [SECRET]


def test_a_reader_in_the_way_postpones_the_wipe_until_it_is_gone(uow: SqliteUnitOfWork, db: Path) -> None:
    uow.run(direct_message)
    with closing(sqlite3.connect(db, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchone()
        uow.run(wipe)
        assert b"Quentin" in everything_on_disk(db)

    uow.run(lambda work: None)

    assert b"Quentin" not in everything_on_disk(db)


def test_text_that_a_killed_process_left_in_the_log_is_gone_after_the_next_start(
    db: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    left = tmp_path_factory.mktemp("left") / "care.db"
    with SqliteUnitOfWork(db) as uow:
        uow.run(direct_message)
        with closing(sqlite3.connect(db)) as other:  # a wipe whose process dies before it emptied the log
            other.execute("PRAGMA secure_delete=ON")
            other.execute("UPDATE messages SET masked_text = NULL")
            other.commit()
            for end in ("", "-wal"):
                shutil.copy(f"{db}{end}", f"{left}{end}")
    assert b"Quentin" in everything_on_disk(left)

    # The last connection that closes empties the log by itself: another one keeps it from doing so here.
    with closing(sqlite3.connect(left)) as another:
        another.execute("SELECT count(*) FROM messages").fetchone()
        with SqliteUnitOfWork(left) as again:
            again.run(lambda work: None)
            assert b"Quentin" not in everything_on_disk(left)


def test_only_units_that_wiped_empty_the_log(uow: SqliteUnitOfWork, db: Path) -> None:
    uow.run(lambda work: None)

    uow.run(direct_message)

    assert db.with_name("care.db-wal").stat().st_size > 0


@pytest.mark.parametrize(
    "pragma", ["journal_mode=wal", "synchronous=2", "foreign_keys=1", "secure_delete=1", "temp_store=2"]
)
def test_the_writer_is_set_up_as_promised(uow: SqliteUnitOfWork, pragma: str) -> None:
    name, _, wanted = pragma.partition("=")

    def ask(work: Work) -> str:
        assert isinstance(work, SqlWork)
        return str(work._connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())

    assert uow.run(ask) == wanted
