"""Run a program that ends with the one that started it: ``python leash.py PARENT PROGRAM ARGUMENT``.

Linux tells a process when its parent is gone, however it went; the wish survives ``exec``. Elsewhere the program
runs without a leash, and is stopped by its parent only. Standard library only: this starts before anything else.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Put the leash on, and become the program."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the program that wanted this is gone")
    os.execv(program[0], program)  # noqa: S606 - no shell: the arguments are ours


if __name__ == "__main__":
    main()
