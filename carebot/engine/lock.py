"""One ``carebot run`` at a time for each database: a lock on a file beside it."""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from carebot.errors import AlreadyRunningError, ConfigurationError

_TRIES = 5  # somebody who only looks holds the lock for an instant
_BETWEEN_TRIES = 0.05  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A running ``carebot run``: its process, and where its console is once it serves one."""

    process: str
    inside: str | None = None


class RunLock:
    """Held while ``carebot run`` serves a database. The system lets go of it when the process ends, however it ends.

    The file stays: deleting it would let two processes lock two files of one name.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file: int | None = None

    @property
    def path(self) -> Path:
        """The file that is locked."""
        return self._database.with_name(self._database.name + ".lock")

    def acquire(self) -> None:
        """Take the lock; raises AlreadyRunningError, with the process that has it."""
        file = self._opened()
        for tries_left in reversed(range(_TRIES)):
            if _locked(file, fcntl.LOCK_EX):
                break
            if not tries_left:
                holder = _written(file)
                os.close(file)
                raise AlreadyRunningError(
                    f"process {holder.process} serves {self._database} already; stop that one first, "
                    "or look at it with `carebot status`"
                )
            time.sleep(_BETWEEN_TRIES)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file

    def release(self) -> None:
        """Let go of it. May be called twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def tell(self, inside: str) -> None:
        """Write down where the holder's console is, for those who ask for the holder."""
        if self._file is not None:
            os.pwrite(self._file, f"{os.getpid()} {inside}\n".encode(), 0)

    def holder(self) -> Holder | None:
        """The process that has the lock, None when none has; looking takes nothing away from anybody."""
        try:
            file = os.open(self.path, os.O_RDONLY)
        except OSError:
            return None
        try:
            return None if _locked(file, fcntl.LOCK_SH) else _written(file)
        finally:
            os.close(file)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _opened(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigurationError(f"{self.path}: cannot be written ({error.strerror})") from error


def _locked(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _written(file: int) -> Holder:
    process, _, inside = os.pread(file, 200, 0).decode("ascii", errors="replace").strip().partition(" ")
    return Holder(process=process or "?", inside=inside or None)
