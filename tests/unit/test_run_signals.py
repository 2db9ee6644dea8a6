"""``carebot run`` hears a signal that arrives in the moment before it begins to wait for one."""

from __future__ import annotations

import os
import signal

from carebot.cli import serving


def test_a_signal_whose_handler_could_not_run_yet_still_ends_the_wait() -> None:
    """The handler is Python's and may come late; the byte that ends the wait must not depend on it."""
    with serving._Signals() as signals:
        signal.signal(signal.SIGTERM, lambda *_: None)  # as if it had not run
        os.kill(os.getpid(), signal.SIGTERM)

        signals.wait()


def test_afterwards_signals_are_as_they_were() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with serving._Signals():
        assert signal.getsignal(signal.SIGTERM) is not before

    assert signal.getsignal(signal.SIGTERM) is before
    assert signal.set_wakeup_fd(-1) == -1
