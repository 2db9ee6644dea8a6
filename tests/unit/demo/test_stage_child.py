"""The demo's processes: started, killed, started again, stopped, and never left behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from carebot.demo.child import Child, ChildError, Program

LASTS = "import time\nprint('I am here', flush=True)\ntime.sleep(600)"
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(600)"
BREAKS = "raise SystemExit('the port is taken')"

Told = Callable[[], Awaitable[bool]]


def run(doing: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(doing, 30))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pid: int) -> bool:
    """Whether a process that is no child of ours ends within some seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat")
        if not is_alive(pid) or (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z"):
            return True
        time.sleep(0.02)
    return False


def child(folder: Path, code: str, *, says: str = "") -> Child:
    log = folder / "child.log"

    async def is_ready() -> bool:
        return bool(says) and log.exists() and says in log.read_text()

    return Child(
        Program(
            name="the stub",
            command=(sys.executable, "-c", code),
            environment=dict(os.environ),
            folder=folder,
            log=log,
            is_ready=is_ready,
        )
    )


def test_a_child_is_started_and_used_when_it_is_ready(tmp_path: Path) -> None:
    async def play() -> None:
        one = child(tmp_path, LASTS, says="I am here")
        await one.start()
        await one.ready(10)
        assert one.pid is not None
        await one.stop()
        assert one.pid is None

    run(play())


def test_a_killed_child_can_be_started_again(tmp_path: Path) -> None:
    async def play() -> None:
        one = child(tmp_path, LASTS, says="I am here")
        await one.start()
        await one.ready(10)
        first = await one.kill()
        assert first is not None
        assert not is_alive(first)
        await one.start()
        assert one.pid not in (None, first)
        await one.stop()

    run(play())


def test_starting_twice_makes_one_process(tmp_path: Path) -> None:
    async def play() -> None:
        one = child(tmp_path, LASTS)
        await one.start()
        pid = one.pid
        await one.start()
        assert one.pid == pid
        await one.kill()

    run(play())


def test_a_child_that_does_not_listen_is_killed_in_the_end(tmp_path: Path) -> None:
    async def play() -> None:
        one = child(tmp_path, DEAF, says="deaf")
        await one.start()
        await one.ready(10)
        pid = one.pid
        assert pid is not None
        await one.stop(within=0.1)
        assert not is_alive(pid)

    run(play())


def test_a_child_that_ends_at_once_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    async def play() -> None:
        one = child(tmp_path, BREAKS)
        await one.start()
        with pytest.raises(ChildError, match=r"(?s)the stub ended before it was ready.*the port is taken"):
            await one.ready(10)

    run(play())


def test_a_child_that_takes_too_long_is_reported(tmp_path: Path) -> None:
    async def play() -> None:
        one = child(tmp_path, LASTS)
        await one.start()
        with pytest.raises(ChildError, match=r"was not ready within 0\.1 seconds"):
            await one.ready(0.1)
        await one.kill()

    run(play())


def test_stopping_what_never_ran_does_nothing(tmp_path: Path) -> None:
    run(child(tmp_path, LASTS).stop())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the leash is Linux's")
def test_a_child_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = tmp_path / "parent.py"
    parent.write_text(
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from carebot.demo.child import Child, Program\n"
        "async def never():\n    return False\n"
        "async def main():\n"
        f"    code = {LASTS!r}\n"
        "    here = Path(sys.argv[1])\n"
        "    one = Child(Program(name='s', command=(sys.executable, '-c', code), environment=dict(os.environ),\n"
        "                        folder=here, log=here / 'log', is_ready=never))\n"
        "    await one.start()\n"
        "    while not (here / 'log').read_text():\n        await asyncio.sleep(0.02)\n"
        "    print(one.pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, str(parent), str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.kill()
    assert gone(pid)
