"""Files that appear whole or not at all, readable by their owner only."""

from __future__ import annotations

import errno
import glob
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carebot.errors import StoreError

# What file systems without hard links (exFAT, some shared folders) answer to a link.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


@contextmanager
def becoming(target: Path, *, force: bool = False) -> Iterator[Path]:
    """A file of its own that takes the name ``target`` when all went well, and disappears otherwise.

    Without ``force`` a file that is there is never replaced. Raises StoreError with what to do.
    """
    if target.exists() and not force:
        raise already_there(target)
    _sweep(target)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        yield part
        _to_disk(part)
        _take_name(part, target, force=force)
    except FileExistsError as error:
        raise already_there(target) from error
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error}; what was there is as it was") from error
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            part.with_name(part.name + end).unlink(missing_ok=True)


def already_there(target: Path) -> StoreError:
    """The refusal to replace a file."""
    return StoreError(f"{target} exists already; --force replaces it")


def _take_name(part: Path, target: Path, *, force: bool) -> None:
    if force:
        part.replace(target)
    else:
        _link(part, target)
    if os.name == "posix":
        _to_disk(target.parent)


def _link(part: Path, target: Path) -> None:
    """A link never overwrites, a rename does."""
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in _NO_LINKS or target.exists():
            raise
        part.rename(target)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(target: Path) -> None:
    """What a killed process left behind: it may hold the same texts as the database."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.part*"):
        left.unlink(missing_ok=True)
