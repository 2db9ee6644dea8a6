"""Cases, articles and roles as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich.markup import escape
from rich.table import Table

from carebot.core.article import Article
from carebot.core.records import CaseView
from carebot.core.rights import CASE_RIGHTS, HOUSE_RIGHTS, Grant, Role
from carebot.core.tiers import Zone

_LONGEST = 60  # characters of a text in a table
_WIDE = 110  # columns of a terminal in which a row of cases has room for everything
_COLUMNS: Mapping[str, Callable[[CaseView], str]] = {
    "case": lambda view: view.id,
    "opened": lambda view: f"{view.opened_at:%m-%d %H:%M}",
    "channel": lambda view: view.channel,
    "status": lambda view: view.status.replace("_", " "),
    "tier": lambda view: str(view.tier),
    "zone": lambda view: view.zone,
    "band": lambda view: view.band,
    "queue": lambda view: view.queue,
    "priority": lambda view: view.priority,
    "says": lambda view: _says(view),
}
_ONLY_WIDE = ("opened", "channel")
_MAY_WRAP = ("status", "queue", "says")


def case_table(views: Sequence[CaseView], width: int = _WIDE) -> Table:
    """One row per case; the text is the newest that the viewer may see, redacted.

    In a narrow terminal the columns that say least are left out, and words wrap; an id never does.
    """
    is_narrow = width < _WIDE
    table = Table(box=None, pad_edge=False, header_style="bold", padding=_padding(is_narrow))
    columns = {name: cell for name, cell in _COLUMNS.items() if not (is_narrow and name in _ONLY_WIDE)}
    for heading in columns:
        table.add_column(
            heading,
            no_wrap=not (heading == "says" or (is_narrow and heading in _MAY_WRAP)),
            overflow="fold" if heading == "case" else "ellipsis",
            min_width={"case": max(len(view.id) for view in views), "says": 20}.get(heading),
            max_width=11 if is_narrow and heading == "status" else None,
        )
    for view in views:
        table.add_row(*(escape(cell(view)) for cell in columns.values()))
    return table


def article_table(articles: Sequence[Article], width: int = _WIDE) -> Table:
    """One row per article. In a narrow terminal brand and languages are left out; a slug stays whole."""
    is_narrow = width < _WIDE
    columns: dict[str, Callable[[Article], str]] = {
        "slug": lambda article: article.slug,  # typed into other commands
        "title": lambda article: article.title,
        "brand": lambda article: article.brand or "all",
        "mode": lambda article: article.mode or "as configured",
        "languages": lambda article: " ".join(sorted(article.variants)),
        "examples": lambda article: str(len(article.examples)),
        "approved": lambda article: "yes" if article.approved else "no",
    }
    for left_out in ("brand", "languages") if is_narrow else ():
        del columns[left_out]
    longest = max(len(article.slug) for article in articles)
    least = {"slug": min(longest, width // 2), "examples": 8, "approved": 8}
    table = Table(box=None, pad_edge=False, header_style="bold", padding=_padding(is_narrow))
    for heading in columns:
        table.add_column(heading, overflow="fold", min_width=least.get(heading))
    for article in articles:
        table.add_row(*(escape(cell(article)) for cell in columns.values()))
    return table


def _padding(is_narrow: bool) -> tuple[int, int, int, int]:
    """The space around a cell: above, right, below, left."""
    return (0, 1, 0, 0) if is_narrow else (0, 1, 0, 1)


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
        table.add_column(heading, no_wrap=heading != "rights", overflow="fold")
    for role in Role:
        first = str(role)  # as `--role` wants it
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
