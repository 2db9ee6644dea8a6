"""What ``carebot train --from-reviews`` says: what was learnt, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from carebot.cli.common import console, counted
from carebot.core.assessment import Band

if TYPE_CHECKING:
    from carebot.core.lessons import Judged
    from carebot.core.thresholds import Threshold
    from carebot.services.learn_from_reviews import Changed, Report, Suggestion

MOST = 20  # suggestions


def print_suggestions(suggestions: Sequence[Suggestion]) -> None:
    """Messages that should have been answered, as examples for their articles."""
    if not suggestions:
        return
    typer.echo(
        "should have been answered; add what fits as an example of the article (`carebot kb add --example`):"
    )
    for each in suggestions[:MOST]:
        _line(each.article, each.text)
    if len(suggestions) > MOST:
        typer.echo(f"  and {len(suggestions) - MOST} more")
    typer.echo()


def print_report(report: Report) -> None:
    """Counts, figures on what was held back, thresholds, and messages whose band changes."""
    typer.echo(
        f"{counted(report.reviews, 'reviewed message')}, {report.private} private, "
        f"{report.reviews - report.private} fine in public; {report.held_back} held back to judge by"
    )
    if report.not_read:
        typer.echo(f"{report.not_read} more were deleted by their author, or could not be opened")
    for side in report.learned.sides:
        what = "its head was moved" if side.is_moved else "too few to move its head"
        typer.echo(f"  {side.name}: {counted(side.reviews, 'message')}, {side.private} private: {what}")
    typer.echo(
        f"how far a typical message may move: {report.learned.reach:g} in log-odds, by cross-validation\n"
    )
    typer.echo(f"{f'on the {report.held_back} held back':<28}{'before':>10}{'after':>10}")
    for name, before, after in _figures(report.before, report.after, report.held_back):
        typer.echo(f"  {name:<26}{before:>10}{after:>10}")
    for name in ("doubt", "private"):
        old, new = getattr(report.thresholds_before, name), getattr(report.thresholds_after, name)
        typer.echo(f"  {f'{name} from':<26}{_value(old):>10}{_value(new):>10}")
    _print_changes(report)


def _figures(before: Judged, after: Judged, messages: int) -> list[tuple[str, str, str]]:
    rows = [
        ("log loss", f"{before.log_loss:.3f}", f"{after.log_loss:.3f}"),
        ("AUROC", _auroc(before), _auroc(after)),
        ("private called clear", str(before.private_called_clear), str(after.private_called_clear)),
    ]
    shares = [(f"in band {band}", before.bands[band], after.bands[band]) for band in Band]
    return rows + [(name, f"{old / messages:.0%}", f"{new / messages:.0%}") for name, old, new in shares]


def _print_changes(report: Report) -> None:
    if not report.changes:
        typer.echo("\nno reviewed message changes its band\n")
        return
    first = f", the first {len(report.changed)}" if report.changes > len(report.changed) else ""
    typer.echo(f"\n{counted(report.changes, 'reviewed message')} would change band{first}:")
    for each in report.changed:
        _line(f"{each.before} -> {each.after}", _said(each))
    typer.echo()


def _said(change: Changed) -> str:
    people = "private" if change.is_private else "fine in public"
    return f"({people}) {change.text or '(sealed, or not for this role)'}"


def _line(label: str, text: str) -> None:
    from rich.text import Text

    from carebot.demo.plain import harmless, hung, write

    out = console()
    for line in hung(out, Text(harmless(text)), first=f"  {label}: ", rest=" " * 4):
        write(out, line)


def _auroc(judged: Judged) -> str:
    return "-" if judged.auroc is None else f"{judged.auroc:.3f}"


def _value(threshold: Threshold) -> str:
    return "never" if threshold.value is None else f"{threshold.value:.3f}"
