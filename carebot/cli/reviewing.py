"""``carebot review``: say whether the answers that the bot found are right, and what is fine in public."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Annotated

import typer

from carebot.cli.common import FLAG, AsRole, CareFile, console, counted, viewer
from carebot.core.records import Verdict
from carebot.core.rights import Role

if TYPE_CHECKING:
    from rich.console import Console

    from carebot.app import App
    from carebot.core.rights import Viewer
    from carebot.services.review_answers import ReviewAnswers, ReviewItem
    from carebot.services.reviewed_evidence import Progress

_HELP = "y right (a suggestion is sent), n wrong, s sensitive: no bot should answer it, k skip, q quit"
_VERDICTS = {"y": Verdict.RIGHT, "n": Verdict.WRONG, "s": Verdict.SENSITIVE}
_ASK = "Right? [y/n/s/k/q]"


def review(
    limit: Annotated[
        int, typer.Option(min=1, max=1000, help="How many answers at most.", metavar="NUMBER")
    ] = 20,
    doubt: Annotated[
        bool,
        typer.Option("--doubt", help="Messages in doubt: fine in public, or private?", metavar=FLAG),
    ] = False,
    role: AsRole = Role.LEAD,
    config: CareFile = None,
) -> None:
    """Review suggested answers, and some that the bot kept to itself. This earns automatic answers."""
    from carebot.cli.desk import installation
    from carebot.cli.reviewing_doubt import review_doubt

    with installation(config) as there:
        if doubt:
            review_doubt(there, viewer(role), limit)
            return
        me, reviews, out = viewer(role), _reviews_of(there), console()
        items = reviews.items(me, limit=limit)
        if not items:
            typer.echo("nothing waits for a review that this role may read")
        else:
            typer.echo(_HELP)
            _go_through(out, reviews, items, me)
        typer.echo(_in_words(reviews.progress()))


def _reviews_of(there: App) -> ReviewAnswers:
    from carebot.cli.desk import reply_of
    from carebot.services.review_answers import ReviewAnswers

    return ReviewAnswers(
        uow=there.uow, queries=there.queries, clock=there.clock, house=there.house, reply=reply_of(there)
    )


def _go_through(out: Console, reviews: ReviewAnswers, items: tuple[ReviewItem, ...], me: Viewer) -> None:
    for number, item in enumerate(items, start=1):
        _print(out, item, f"{number} of {len(items)}")
        key = asked(_ASK, _VERDICTS, _HELP)
        if key == "q":
            return
        if key in _VERDICTS:
            done = reviews.give(item.message_id, _VERDICTS[key], viewer=me)
            if done.sent is not None:
                typer.echo(f"queued as {done.sent.id}; `carebot run` sends it")
            elif done.not_sent is not None:
                typer.echo(f"kept, but not sent: {done.not_sent}")
            elif not done.is_new:
                typer.echo("somebody else reviewed it first")


def _print(out: Console, item: ReviewItem, place: str) -> None:
    from rich.text import Text

    from carebot.demo.plain import harmless, hung, write

    write(out)
    kind = "suggested" if item.was_suggested else "the bot kept it to itself"
    write(out, Text(f"{place}: case {item.case_id}, {item.confidence:.0%} sure, {kind}", style="bold"))
    lines = [("customer", item.text), ("article", f"{item.title} ({item.article})")]
    lines += [("answer", item.answer)] if item.answer else []
    if item.outgoing_id is not None and item.visibility is not None:
        lines += [("y sends it", f"{item.visibility.upper()}, as your reply")]
    for label, text in lines:
        for line in hung(out, Text(harmless(text)), first=f"  {label:<12}", rest=" " * 14):
            write(out, line)


def asked(question: str, verdicts: Container[str], hint: str) -> str:
    """One of the verdicts' keys, k to skip or q to quit; the end of the input quits."""
    while True:
        try:
            typed = typer.prompt(question, prompt_suffix=" ", default="k", show_default=False)
        except typer.Abort:
            typer.echo()
            return "q"
        key = str(typed).strip().lower()[:1]
        if key in verdicts or key in ("k", "q"):
            return key
        typer.echo(hint)


def _in_words(now: Progress) -> str:
    from carebot.services.reviewed_evidence import ENOUGH

    if now.not_counted:
        kept = counted(now.not_counted, "verdict")
        return f"{_counted_in_words(now)}; {kept} on what the bot kept to itself will count from {ENOUGH} on"
    return _counted_in_words(now)


def _counted_in_words(now: Progress) -> str:
    if now.reviewed == 0:
        return f"no answers reviewed yet; {now.missing} are needed, and if all are right, {_bound(now.bound_then)}"
    said = f"{counted(now.reviewed, 'answer')} reviewed, {now.right:,} right: {_bound(now.bound)}"
    if now.missing == 0:
        return f"{said}; the answer threshold is computed from them"
    return f"{said}; {now.missing} are missing, and if all of them are right, {_bound(now.bound_then)}"


def _bound(share: float) -> str:
    return f"the bot is right in at least {share:.1%} of its answers"
