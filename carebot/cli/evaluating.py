"""``carebot evaluate``: how well labelled conversations are read."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carebot.cli.common import FLAG, CareFile, console, settings_of

if TYPE_CHECKING:
    from rich.console import Console

    from carebot.core.article import Article
    from carebot.core.care import Care
    from carebot.core.ports import Classifier
    from carebot.core.thresholds import Threshold, Thresholds
    from carebot.evaluation.conversations import LabelledFile
    from carebot.evaluation.figures import Evaluation
    from carebot.evaluation.judging import Run

_NARROW = 6  # columns that have room in any terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an evaluation gave, and what it went by."""

    name: str
    run: Run
    evaluation: Evaluation
    thresholds: Thresholds
    notices: tuple[str, ...]


def evaluate(
    file: Annotated[Path, typer.Argument(help="Labelled conversations: JSON Lines.", metavar="FILE")],
    articles: Annotated[
        list[Path] | None,
        typer.Option(help="The knowledge base to answer from; may be given again.", metavar="KB"),
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(help="Write a line per conversation with all that was said of it.", metavar="OUT.jsonl"),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page with diagrams and the worst errors.", metavar="FOLDER")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the figures as JSON and nothing else.", metavar=FLAG)
    ] = False,
    config: CareFile = None,
) -> None:
    """Judge labelled conversations as in service, and say how often that was right, and how sure the figures are."""
    from carebot.errors import EvaluationError
    from carebot.evaluation.writing import require_own_folder, require_writable, write_predictions

    if predictions is not None:
        require_writable("--predictions", predictions, [file, *(articles or ())])
    if report is not None:
        require_own_folder("--report", report)
        if predictions is not None and predictions.resolve().parent == report.resolve():
            raise EvaluationError(
                f"--predictions: {predictions} lies where --report writes; name another place"
            )
    result = _evaluated(file, articles or (), config, console(stderr=True))
    if predictions is not None:
        write_predictions(predictions, result.run.judged)
    if report is not None:
        _write_report(report, result)
    if as_json:
        typer.echo(json.dumps(_as_data(result), ensure_ascii=False, indent=2))
    else:
        _print(console(), result)


def _evaluated(file: Path, knowledge: Sequence[Path], config: Path | None, progress_on: Console) -> Result:
    from carebot.classifier.registry import make_classifier
    from carebot.core.thresholds import thresholds_from
    from carebot.evaluation.conversations import read_conversations
    from carebot.evaluation.knowledge import read_knowledge, require_known
    from carebot.evaluation.measuring import evaluation

    labelled = read_conversations(file)
    articles = read_knowledge(knowledge)
    if articles:
        require_known(file, labelled.conversations, articles)
    care, model = _care_and_model(config)
    classifier = make_classifier(model, care.classifier)
    thresholds = thresholds_from(classifier.evidence(), care.targets)
    run = _judged(labelled, articles, care, classifier, thresholds, progress_on)
    return Result(
        name=file.name,
        run=run,
        evaluation=evaluation(run, model=classifier.name, thresholds=thresholds),
        thresholds=thresholds,
        notices=(*labelled.notices, *_notices(labelled, articles)),
    )


def _care_and_model(config: Path | None) -> tuple[Care, str | None]:
    """The configuration that was named, else this folder's, else the defaults; and the environment's model."""
    from carebot.care_file import default_care, load_care
    from carebot.channels.registry import known

    settings = settings_of(config)
    if config is None and "CAREBOT_CARE_FILE" not in os.environ and not settings.care_file.exists():
        return default_care(), settings.models
    return load_care(settings.care_file, channels=known()), settings.models


def _judged(
    labelled: LabelledFile,
    articles: tuple[Article, ...],
    care: Care,
    classifier: Classifier,
    thresholds: Thresholds,
    progress_on: Console,
) -> Run:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from carebot.evaluation.judging import Judge
    from carebot.privacy.masker import mask
    from carebot.privacy.recognizers import Recognizers

    judge = Judge(
        recognizer=Recognizers(), mask=mask, classifier=classifier, care=care, thresholds=thresholds
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=progress_on, transient=True, disable=not progress_on.is_terminal
    ) as progress:
        task = progress.add_task("reading articles", total=len(labelled.conversations))
        judge.use_articles(articles)
        progress.update(task, description="evaluating")
        return judge(labelled.conversations, progress=lambda: progress.advance(task))


def _notices(labelled: LabelledFile, articles: Sequence[Article]) -> list[str]:
    asks = any(one.has_article_label for one in labelled.conversations)
    if asks and not articles:
        return ["labels.article is there, but no --articles: answers are not judged"]
    return []


def _write_report(folder: Path, result: Result) -> None:
    from carebot.evaluation.report import Report, write_report

    write_report(
        folder,
        Report(
            name=result.name,
            evaluation=result.evaluation,
            judged=result.run.judged,
            thresholds=result.thresholds,
            notices=result.notices,
        ),
    )


def _as_data(result: Result) -> dict[str, object]:
    from carebot.core.snapshot import encode
    from carebot.evaluation.judging import in_force

    found = result.evaluation
    figures = encode(found.figures)
    assert isinstance(figures, dict)
    return {
        "file": result.name,
        "model": found.model,
        "conversations": figures.pop("count"),
        "unread": figures.pop("unread"),
        "notices": list(result.notices),
        "thresholds": {each.name: _limit(each) for each in in_force(result.thresholds)},
        **figures,
        "per_language": encode(found.languages),
        "speed": encode(found.speed),
    }


def _limit(threshold: Threshold) -> dict[str, object]:
    return {name: getattr(threshold, name) for name in ("value", "target", "support", "source")}


def _print(out: Console, result: Result) -> None:
    from rich.markup import escape
    from rich.table import Table

    from carebot.evaluation.tables import FEW_NOTE, speed_in_words, tables

    figures = result.evaluation.figures
    unread = f", {figures.unread:,} of them could not be read" if figures.unread else ""
    count = f"{figures.count:,} conversation{'' if figures.count == 1 else 's'}"
    out.print(escape(f"{result.name}: {count}{unread}; model {result.evaluation.model}"))
    for each in tables(result.evaluation):
        out.print()
        gap = 1 if len(each.columns) > _NARROW else 2
        drawn = Table(box=None, pad_edge=False, header_style="dim", padding=(0, gap, 0, 0))
        for place, heading in enumerate(each.columns):
            title = f"[bold]{each.title}[/bold]" if place == 0 else heading
            drawn.add_column(title, justify="left" if place == 0 else "right", overflow="fold")
        for row in each.rows:
            drawn.add_row(*map(escape, row))
        out.print(drawn)
    out.print()
    if any("*" in cell for each in tables(result.evaluation) for row in each.rows for cell in row):
        out.print(FEW_NOTE, markup=False)
    answer = result.thresholds.answer
    if figures.answers is not None and answer.value is None:
        out.print(f"No answer reaches the threshold: the evidence never reaches {answer.target * 100:g} %.")
    for notice in result.notices:
        out.print(f"Note: {notice}.", markup=False)
    out.print(f"{speed_in_words(result.evaluation.speed)}.", markup=False)
