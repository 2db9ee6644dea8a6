from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from carebot.engine.lock import RunLock
from carebot.errors import AlreadyRunningError, ConfigurationError

HOLD = """
import sys
from pathlib import Path
from carebot.engine.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_one_is_refused_with_the_process_that_has_it(tmp_path: Path) -> None:
    database = tmp_path / "carebot.db"
    with RunLock(database), pytest.raises(AlreadyRunningError, match=f"process {os.getpid()} serves"):
        RunLock(database).acquire()


def test_it_can_be_had_again_once_it_is_let_go(tmp_path: Path) -> None:
    with RunLock(tmp_path / "carebot.db"):
        pass
    with RunLock(tmp_path / "carebot.db") as lock:
        assert lock.holder() is not None


def test_the_holder_is_named_with_its_console(tmp_path: Path) -> None:
    database = tmp_path / "carebot.db"
    assert RunLock(database).holder() is None
    with RunLock(database) as lock:
        held = RunLock(database).holder()
        assert held is not None
        assert (held.process, held.inside) == (str(os.getpid()), None)
        lock.tell("http://127.0.0.1:1")
        held = RunLock(database).holder()
        assert held is not None
        assert (held.process, held.inside) == (str(os.getpid()), "http://127.0.0.1:1")
    assert RunLock(database).holder() is None


def test_looking_for_the_holder_makes_no_file(tmp_path: Path) -> None:
    RunLock(tmp_path / "carebot.db").holder()
    assert [*tmp_path.iterdir()] == []


def test_a_killed_process_holds_it_no_more(tmp_path: Path) -> None:
    database = tmp_path / "carebot.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunningError, match=f"process {holder.pid} "):
            RunLock(database).acquire()
        holder.kill()
    with RunLock(database):
        pass


def test_a_folder_that_cannot_be_written_is_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        RunLock(tmp_path / "none" / "carebot.db").acquire()
