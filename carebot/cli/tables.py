"""Cases and roles as tables."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from carebot.core.records import CaseView
from carebot.core.rights import CASE_RIGHTS, HOUSE_RIGHTS, Grant, Role
from carebot.core.tiers import Zone

_LONGEST = 60  # characters of a text in a table


def case_table(views: Sequence[CaseView]) -> Table:
    """One row per case; the text is the newest that the viewer may see, redacted."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (
        "case",
        "opened",
        "channel",
        "status",
        "tier",
        "zone",
        "band",
        "queue",
        "priority",
        "says",
    ):
        table.add_column(heading, no_wrap=heading != "says", overflow="ellipsis")
    for view in views:
        table.add_row(
            view.id,
            f"{view.opened_at:%m-%d %H:%M}",
            view.channel,
            view.status.replace("_", " "),
            str(view.tier),
            view.zone,
            view.band,
            view.queue,
            view.priority,
            escape(_says(view)),
        )
    return table


def _says(view: CaseView) -> str:
    if view.texts is None:
        return "(not for this role)"
    shown = [message.text for message in view.texts if message.text is not None]
    if not shown:
        return "(sealed)"
    text = " ".join(shown[-1].split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def role_table() -> Table:
    """One block per role: which rights it has, and in which zones and tiers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("role", "zones", "tiers", "rights"):
        table.add_column(heading, no_wrap=heading != "rights")
    for role in Role:
        first = _words(role)
        for grant, rights in _by_grant(role).items():
            table.add_row(first, *_reach(grant), ", ".join(rights))
            first = ""
        if HOUSE_RIGHTS[role]:
            table.add_row(first, "-", "-", ", ".join(sorted(_words(right) for right in HOUSE_RIGHTS[role])))
    return table


def _by_grant(role: Role) -> dict[Grant, list[str]]:
    grouped: dict[Grant, list[str]] = {}
    for right, grant in CASE_RIGHTS[role].items():
        grouped.setdefault(grant, []).append(_words(right))
    return grouped


def _reach(grant: Grant) -> tuple[str, str]:
    zones = (
        "all" if grant.zones == frozenset(Zone) else " ".join(zone for zone in Zone if zone in grant.zones)
    )
    return zones, "all" if grant.tiers is None else " ".join(str(tier) for tier in sorted(grant.tiers))


def _words(name: str) -> str:
    return name.replace("_", " ")
