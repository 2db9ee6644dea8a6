"""``carebot train``: make the model better with what people here have said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carebot.cli.common import FLAG, AsRole, CareFile, settings_of, shown, viewer
from carebot.core.rights import Role

if TYPE_CHECKING:
    from carebot.app import App


def train(
    from_reviews: Annotated[
        bool,
        typer.Option("--from-reviews", help="Learn from the messages that people reviewed.", metavar=FLAG),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="New folder for the model; `models/reviewed-DATE` beside the database when missing.",
            metavar="FOLDER",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and write nothing.", metavar=FLAG)
    ] = False,
    role: AsRole = Role.LEAD,
    config: CareFile = None,
) -> None:
    """Train the model. Refuses to make it worse, and never changes the one that is in use."""
    from carebot.cli.desk import installation

    if not from_reviews:
        raise typer.BadParameter("say what to train from: --from-reviews")
    with installation(config) as there:
        _from_reviews(there, role, out, config, dry_run=dry_run)


def _from_reviews(there: App, role: Role, out: Path | None, config: Path | None, *, dry_run: bool) -> None:
    from carebot.app.learning import default_folder, learn_from_reviews
    from carebot.cli.training_report import print_report, print_suggestions
    from carebot.errors import LearningError

    me, learn, folder = viewer(role), learn_from_reviews(there), out or default_folder(there)
    if folder.exists() and not dry_run:
        raise LearningError(f"{shown(folder)} exists already: name another folder with --out")
    print_suggestions(learn.suggestions(me))
    report = learn(me, None if dry_run else folder)
    print_report(report)
    if report.refusals:
        raise LearningError(
            "nothing was written: on the held-back messages " + ", and ".join(report.refusals)
        )
    if report.folder is None:
        typer.echo("nothing was written (--dry-run)")
        return
    typer.echo(f"written to {shown(report.folder)}; the model in use is the old one until you say otherwise")
    say_how_to_use(there, report.folder.absolute(), settings_of(config).care_file.absolute().parent)


def say_how_to_use(there: App, folder: Path, beside: Path) -> None:
    """The setting that decides: the environment's, where there is one, or the one in care.yaml."""
    if there.places.model is not None:
        typer.echo(f"to use it: CAREBOT_MODELS={folder} in the environment, and start carebot again")
        typer.echo(f"to go back: CAREBOT_MODELS={there.places.model}")
        return
    named = folder.relative_to(beside) if folder.is_relative_to(beside) else folder
    typer.echo(f"to use it: `model: {named}` under `classifier:` in care.yaml, and start carebot again")
    typer.echo(f"to go back: `model: {there.care.classifier.model or 'null'}` there")
