"""What the console is made of, handed in by whoever mounts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from carebot.core.finding import Finding
from carebot.core.ports import Clock, Queries, Sealer, UnitOfWork
from carebot.core.rights import Viewer
from carebot.services.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleParts:
    """One installation, as the console needs it.

    ``viewer`` gives a person's roles as ``care.yaml`` has them now: it is asked with every request, so that
    somebody who is taken out loses access at once. ``find`` is the recognizers. ``secret`` signs sessions and
    sign-in links; whoever makes a link must have the same.
    """

    queries: Queries
    uow: UnitOfWork
    clock: Clock
    house: House
    sealer: Sealer
    find: Callable[[str], tuple[Finding, ...]]
    viewer: Callable[[str], Viewer]
    secret: bytes
