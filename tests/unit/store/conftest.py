from collections.abc import Iterator
from pathlib import Path

import pytest

from carebot.store import schema
from carebot.store.uow import SqliteUnitOfWork


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "care.db"
    schema.create(path)
    return path


@pytest.fixture
def uow(db: Path) -> Iterator[SqliteUnitOfWork]:
    with SqliteUnitOfWork(db) as unit_of_work:
        yield unit_of_work
