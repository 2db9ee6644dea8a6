"""``carebot review --doubt``: say of messages in doubt whether they are fine in public, or private."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from carebot.cli.common import console, counted
from carebot.core.records import BandVerdict
from carebot.core.tiers import Zone

if TYPE_CHECKING:
    from rich.console import Console

    from carebot.app import App
    from carebot.core.rights import Viewer
    from carebot.services.review_band import BandReviewed, DoubtItem

_HELP = "f fine in public (people go on there), p private (it moves to a private place), k skip, q quit"
_VERDICTS = {"f": BandVerdict.FINE_IN_PUBLIC, "p": BandVerdict.PRIVATE}
_ASK = "Fine in public? [f/p/k/q]"


def review_doubt(there: App, me: Viewer, limit: int) -> None:
    """Go through messages in doubt, and say how far the reviews are from teaching the model."""
    from carebot.services.lessons_of import needed

    out, items = console(), there.review_band.items(me, limit=limit)
    if not items:
        typer.echo("no message in doubt waits for a review that this role may read")
    else:
        typer.echo(_HELP)
        _go_through(out, there, items, me)
    typer.echo(there.uow.run(needed).in_words())


def _go_through(out: Console, there: App, items: tuple[DoubtItem, ...], me: Viewer) -> None:
    from carebot.cli.reviewing import asked
    from carebot.errors import IllegalTransitionError, NotAllowedError

    private: set[str] = set()  # cases: what else is in them is not shown any more
    for number, item in enumerate(items, start=1):
        if item.case_id in private:
            continue
        _print(out, item, f"{number} of {len(items)}")
        key = asked(_ASK, _VERDICTS, _HELP)
        if key == "q":
            return
        if key in _VERDICTS:
            try:
                done = there.review_band.give(item.message_id, _VERDICTS[key], viewer=me)
            except (IllegalTransitionError, NotAllowedError) as error:  # somebody else was faster
                typer.echo(f"not kept: {error}")
                continue
            typer.echo(_in_words(done))
            if done.case.zone is Zone.PRIVATE:
                private.add(item.case_id)


def _print(out: Console, item: DoubtItem, place: str) -> None:
    from rich.text import Text

    from carebot.demo.plain import harmless, hung, write

    write(out)
    write(out, Text(f"{place}: case {item.case_id}, {item.at:%Y-%m-%d %H:%M} UTC", style="bold"))
    for label, text in (("customer", item.text), ("in doubt", item.reason)):
        for line in hung(out, Text(harmless(text)), first=f"  {label:<10}", rest=" " * 12):
            write(out, line)


def _in_words(done: BandReviewed) -> str:
    case = done.case
    if not done.is_new:
        return "somebody else said so first"
    said = f"kept; {case.id} is in {case.queue}, zone {case.zone}"
    if done.texts:
        return f"{said}; {counted(len(done.texts), 'text')} of the bot queued, `carebot run` sends it"
    return said
