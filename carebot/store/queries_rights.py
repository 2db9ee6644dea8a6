"""What a viewer may read of a case: the rights of core, and since when the case is private."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from carebot.core.became_private import TELLING, private_from
from carebot.core.message import Visibility
from carebot.core.rights import CaseRight, Viewer, may
from carebot.core.tiers import Zone
from carebot.store.statements import CASES, DECISIONS, EVENTS, MESSAGES


def seen_by(viewer: Viewer, connection: Connection) -> list[tuple[Zone, int]]:
    """The zones and tiers, of those that occur, whose cases the viewer may see: core's table decides."""
    present = connection.execute(select(CASES.c.zone, CASES.c.tier).distinct())
    return [(zone, tier) for zone, tier in present if may(viewer, CaseRight.SEE_CASE, zone=zone, tier=tier)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What one viewer may read of one case.

    Of a private case the public right reaches only the public posts up to the one that made it private
    (``public_until``; None: no end), and our public answers to those.
    """

    public: bool
    rest: bool
    public_until: datetime | None

    @property
    def reads_nothing(self) -> bool:
        """Whether the viewer may read no text at all."""
        return not (self.public or self.rest)

    def may_read(self, visibility: Visibility, at: datetime) -> bool:
        """Whether the viewer may read what was said then, or what answers it."""
        if self.rest:
            return True
        is_early = self.public_until is None or at <= self.public_until
        return self.public and visibility is Visibility.PUBLIC and is_early


def reader(
    viewer: Viewer, case: Row[Any], messages: Sequence[Row[Any]], private_since: datetime | None
) -> Reader:
    """What the viewer may read of a case with these messages.

    When nothing tells which message made a private case private, the public right reaches the first one only.
    """
    until = None
    if case.zone is Zone.PRIVATE:
        until = private_since or min((message.at for message in messages), default=None)
    return Reader(
        public=may(viewer, CaseRight.SEE_PUBLIC_TEXT, zone=case.zone, tier=case.tier),
        rest=may(viewer, CaseRight.SEE_DIRECT_TEXT, zone=case.zone, tier=case.tier),
        public_until=until,
    )


def became_private(case_ids: Sequence[str], connection: Connection) -> dict[str, datetime]:
    """The time of the first message that was decided private, or of the first move to private by a person.

    A case that was merged or split knows from its other half since when that one was private.
    """
    decided = (
        select(DECISIONS.c.case_id, MESSAGES.c.at)
        .join(MESSAGES, MESSAGES.c.id == DECISIONS.c.message_id)
        .where(DECISIONS.c.case_id.in_(case_ids), DECISIONS.c.zone == Zone.PRIVATE)
    )
    moved = select(EVENTS.c.case_id, EVENTS.c.name, EVENTS.c.at, EVENTS.c.facts).where(
        EVENTS.c.case_id.in_(case_ids), EVENTS.c.name.in_(TELLING)
    )
    moments = [(row.case_id, row.at) for row in connection.execute(decided)]
    moments += [
        (row.case_id, since)
        for row in connection.execute(moved)
        if (since := private_from(row.name, row.at, row.facts)) is not None
    ]
    first: dict[str, datetime] = {}
    for case_id, at in moments:
        first[case_id] = min(at, first.get(case_id, at))
    return first
