"""The figures as tables of words, for the terminal and for the report alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from carebot.core.assessment import Band
from carebot.evaluation.bootstrap import Figure
from carebot.evaluation.figures import AnswerFigures, Evaluation, Figures, Sensitivity, Speed, YesNo

FEW = 30  # true examples: with fewer a figure means little
FEW_NOTE = f"* fewer than {FEW} true examples: the figure means little"
NONE = "-"
CALIBRATION = "Calibration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: its first column names the rows, the others are numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(evaluation: Evaluation) -> list[Table]:
    """Every table that has a row."""
    figures = evaluation.figures
    made = [
        Table(title="Private or harmless", columns=_FIGURE, rows=tuple(_sensitivity(figures.sensitivity))),
        Table(
            title="Bands",
            columns=("band", "of the harmless", "of the private", "of all"),
            rows=tuple(_bands(figures.sensitivity)),
        ),
        Table(
            title="Sensitive categories",
            columns=("category", "true / all", "AUROC", "95 % interval"),
            rows=tuple(_categories(figures)),
        ),
        Table(
            title="Marks",
            columns=("mark", "true / all", "marked", "recall", "precision", "AUROC"),
            rows=tuple(_marks(figures)),
        ),
        Table(title="Told right", columns=_FIGURE, rows=tuple(_choices(figures))),
        Table(title="Answers", columns=_FIGURE, rows=tuple(_answers(figures.answers))),
        Table(
            title=CALIBRATION,
            columns=("head", "calibration error", "over"),
            rows=tuple(
                (plain(name), f"{each.error:.3f}", f"{each.count:,}")
                for name, each in figures.calibration.items()
            ),
        ),
        Table(
            title="Languages",
            columns=_LANGUAGE,
            rows=tuple(_of_language(name, each) for name, each in evaluation.languages.items()),
        ),
    ]
    return [table for table in made if table.rows]


def speed_in_words(speed: Speed) -> str:
    """How fast it went."""
    threads = "1 thread" if speed.threads == 1 else f"{speed.threads} threads"
    return (
        f"{speed.messages_per_second:,.1f} messages a second in {threads} on this machine; one takes "
        f"{speed.p50_ms:,.1f} ms (median), 95 % of them at most {speed.p95_ms:,.1f} ms"
    )


_FIGURE = ("figure", "value", "95 % interval", "over")
_LANGUAGE = (
    "language", "over", "AUROC", "private in clear", "harmless in private", "kind", "sentiment", "told right",
    "answers forced",
)  # fmt: skip


def plain(name: str) -> str:
    """A name of the code as people read it."""
    return "personal data" if name == "exposes_pii" else name.replace("_", " ")


def percent(figure: Figure | None) -> str:
    """A share."""
    return NONE if figure is None or figure.value is None else f"{figure.value:.1%}".replace("%", " %")


def decimal(figure: Figure | None) -> str:
    """An area under the curve."""
    return NONE if figure is None or figure.value is None else f"{figure.value:.3f}"


def interval(figure: Figure, *, as_share: bool = True) -> str:
    """From the lower to the upper end."""
    if figure.low is None or figure.high is None:
        return NONE
    if as_share:
        return f"{100 * figure.low:.1f} to {100 * figure.high:.1f} %"
    return f"{figure.low:.3f} to {figure.high:.3f}"


def _line(name: str, figure: Figure) -> tuple[str, ...]:
    return name, percent(figure), interval(figure), f"{figure.support:,}"


def _ranking(name: str, figure: Figure) -> tuple[str, ...]:
    return name, decimal(figure), interval(figure, as_share=False), f"{figure.support:,}"


def _sensitivity(section: Sensitivity | None) -> Iterator[tuple[str, ...]]:
    if section is not None:
        yield _ranking("AUROC", section.auroc)
        yield _line("precision at 95 % recall", section.precision_at_95_recall)


def _bands(section: Sensitivity | None) -> Iterator[tuple[str, ...]]:
    for band, each in (section.bands if section else {}).items():
        yield str(band), percent(each.harmless), percent(each.private), percent(each.all)


def _categories(figures: Figures) -> Iterator[tuple[str, ...]]:
    for name, each in (figures.categories or {}).items():
        yield name, _true(each.true, each.count), decimal(each.auroc), interval(each.auroc, as_share=False)


def _true(true: int, count: int) -> str:
    return f"{true:,} / {count:,}" + ("*" if true < FEW else "")


def _marks(figures: Figures) -> Iterator[tuple[str, ...]]:
    if (found := figures.personal_data) is not None:
        true = _true(found.true, found.count)
        yield (
            "personal data",
            true,
            NONE,
            percent(found.recall),
            percent(found.precision),
            decimal(found.auroc),
        )
    marks: Mapping[str, YesNo | None] = {"urgent": figures.urgent, "flag": figures.flag}
    for name, each in marks.items():
        if each is not None:
            numbers = (
                percent(each.marked),
                percent(each.recall),
                percent(each.precision),
                decimal(each.auroc),
            )
            yield name, _true(each.true, each.count), *numbers


def _choices(figures: Figures) -> Iterator[tuple[str, ...]]:
    choices = {"kind": figures.kind, "sentiment": figures.sentiment, "flag reason": figures.flag_reason}
    for name, each in choices.items():
        if each is not None:
            yield _line(name, each.accuracy)
    if figures.language is not None:
        yield _line("language", figures.language.accuracy)
        yield _line("language, five words or more", figures.language.accuracy_five_words)


def _answers(section: AnswerFigures | None) -> Iterator[tuple[str, ...]]:
    if section is None:
        return
    yield _line("right when forced (answerable)", section.right_when_forced)
    yield _line("right of the surest 70 % of those", section.precision_at_70_coverage)
    yield _line("right of the surest 70 % of all", section.precision_at_70_coverage_of_all)
    yield _line("right when half of those are answered", section.precision_at_half_answered)
    yield _ranking("out of scope told apart (AUROC)", section.out_of_scope_auroc)
    yield _line("coverage at the threshold", section.coverage)
    yield _line("precision there", section.precision)
    yield _line("coverage in the band clear", section.coverage_when_clear)
    yield _line("precision there", section.precision_when_clear)
    yield _line("out of scope, not answered", section.out_of_scope_recall)


def _of_language(name: str, each: Figures) -> tuple[str, ...]:
    private, answers = each.sensitivity, each.answers
    return (
        name,
        f"{each.count:,}",
        decimal(private.auroc if private else None),
        percent(private.bands[Band.CLEAR].private if private else None),
        percent(private.bands[Band.PRIVATE].harmless if private else None),
        percent(each.kind.accuracy if each.kind else None),
        percent(each.sentiment.accuracy if each.sentiment else None),
        percent(each.language.accuracy if each.language else None),
        percent(answers.right_when_forced if answers else None),
    )
