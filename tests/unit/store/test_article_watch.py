"""Articles that another process writes are noticed, and nothing is read while nothing changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from carebot.core.article import Article
from carebot.errors import StoreError
from carebot.store import schema
from carebot.store.article_watch import ArticleWatch
from carebot.store.uow import SqliteUnitOfWork
from tests.unit.services.houses import article


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Its folder's name has what an address would have to quote."""
    folder = tmp_path / "a #1 100%?"
    folder.mkdir()
    schema.create(folder / "carebot.db")
    return folder / "carebot.db"


@pytest.fixture
def other(db: Path) -> Iterator[SqliteUnitOfWork]:
    with SqliteUnitOfWork(db) as uow:
        yield uow


def save(uow: SqliteUnitOfWork, *articles: Article) -> None:
    for each in articles:
        uow.run(lambda work, each=each: work.save_article(each))


def test_the_first_look_gives_all_articles_also_when_there_are_none(
    db: Path, other: SqliteUnitOfWork
) -> None:
    with closing(ArticleWatch(db)) as watch:
        assert watch() == ()
        assert watch() is None
    save(other, article("b"), article("a"))
    with closing(ArticleWatch(db)) as watch:
        assert watch() == (article("a"), article("b"))


def test_an_article_that_is_added_approved_or_changed_is_given_once(
    db: Path, other: SqliteUnitOfWork
) -> None:
    with closing(ArticleWatch(db)) as watch:
        watch()
        draft = article("a", approved=False)
        for now in (draft, replace(draft, approved=True), replace(draft, title="Another", approved=True)):
            save(other, now)
            assert watch() == (now,)
            assert watch() is None


def test_what_else_is_written_gives_nothing(db: Path, other: SqliteUnitOfWork) -> None:
    save(other, article("a"))
    with closing(ArticleWatch(db)) as watch:
        watch()
        other.run(lambda work: work.set_switch("bot_awake", False))
        assert watch() is None
        save(other, article("a"))
        assert watch() is None


def test_a_look_leaves_no_transaction_open_that_would_keep_the_log_from_being_emptied(
    db: Path, other: SqliteUnitOfWork
) -> None:
    with closing(ArticleWatch(db)) as watch, closing(sqlite3.connect(db)) as third:
        watch()
        save(other, article("a"))
        watch()
        assert third.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


def test_a_database_that_cannot_be_read_is_an_error_and_is_read_when_it_can_be(
    db: Path, other: SqliteUnitOfWork
) -> None:
    save(other, article("a"))
    hidden = db.with_name("elsewhere")
    other.close()
    db.rename(hidden)
    with closing(ArticleWatch(db)) as watch:
        with pytest.raises(StoreError, match="it cannot be opened"):
            watch()
        hidden.rename(db)
        assert watch() == (article("a"),)
