"""The units of work that keep the same promises."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from carebot.core.ports import UnitOfWork
from carebot.store import schema
from carebot.store.uow import SqliteUnitOfWork
from carebot.testing.memory_store import MemoryUnitOfWork


class Closable(UnitOfWork, Protocol):
    def close(self) -> None: ...


def sqlite(tmp_path: Path) -> Closable:
    schema.create(tmp_path / "care.db")
    return SqliteUnitOfWork(tmp_path / "care.db")


def memory(tmp_path: Path) -> Closable:
    return MemoryUnitOfWork()
