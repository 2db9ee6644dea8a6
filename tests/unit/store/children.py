"""What runs in a process of its own, to be killed: ``python -m tests.unit.store.children NAME ARGUMENTS``."""

# ruff: noqa: T201  # printing is how a child tells its test what it has done

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NoReturn


def write_forever(db: str) -> None:
    """Write numbered units and say each number once its unit returned."""
    from carebot.store.uow import SqliteUnitOfWork
    from tests.unit.store import makers

    with SqliteUnitOfWork(Path(db)) as uow:
        start = uow.run(lambda work: int(work.new_id("case")[2:]))
        for number in count(start):
            uow.run(partial(makers.one_message, number=number))
            print(number, flush=True)


def die_while_migrating(db: str, backup: str, index: str) -> None:
    """Upgrade, and be killed when the migration makes its n-th index."""
    from alembic import op

    from carebot.store import schema

    made, make = count(1), op.create_index

    def counted(*args: Any, **options: Any) -> None:
        make(*args, **options)
        if next(made) == int(index):
            _die()

    op.create_index = counted
    schema.upgrade(Path(db), backup_to=Path(backup))


def die_while_backing_up(db: str, target: str, force: str) -> None:
    """Back up, and be killed when all is written but not yet on the disk."""
    from carebot.store import backup

    os.fsync = lambda handle: _die()
    backup.back_up(Path(db), Path(target), force=force == "force")


def write_with_little_space(db: str, limit: str) -> None:
    """Write until no file may grow any more; say how far it came and what was said."""
    import resource

    from carebot.errors import StoreError
    from carebot.store.uow import SqliteUnitOfWork
    from tests.unit.store import makers

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    with SqliteUnitOfWork(Path(db)) as uow:
        for number in count():
            try:
                uow.run(partial(makers.one_message, number=number))
            except StoreError as error:
                print(number, error, flush=True)
                return


def back_up_with_little_space(db: str, target: str, limit: str) -> None:
    """Back up where no file may grow beyond a limit, and say what was said."""
    import resource

    from carebot.errors import StoreError
    from carebot.store import backup

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    try:
        backup.back_up(Path(db), Path(target), force=True)
    except StoreError as error:
        print(error, flush=True)


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
