"""The report: one page that needs no network and no script, to be read, kept or mailed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from carebot.core.assessment import Band
from carebot.core.thresholds import Thresholds
from carebot.evaluation.errors_found import worst_errors
from carebot.evaluation.figures import Evaluation, Figures
from carebot.evaluation.judging import Judged, in_force
from carebot.evaluation.tables import (
    CALIBRATION,
    FEW_NOTE,
    decimal,
    interval,
    percent,
    plain,
    speed_in_words,
    tables,
)
from carebot.evaluation.writing import MARK, PAGE, write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the page is about. ``name`` is the file's, without its folder."""

    name: str
    evaluation: Evaluation
    judged: Sequence[Judged]
    thresholds: Thresholds
    notices: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure that matters most, in large letters."""

    name: str
    value: str
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """One table of confusion, with the largest count of each row's label as its scale."""

    title: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


def write_report(folder: Path, report: Report) -> Path:
    """Write the page into the folder, which is made if need be."""
    folder.mkdir(exist_ok=True)
    page = folder / PAGE
    write_whole(page, [draw(report)])
    return page


def draw(report: Report) -> str:
    """The page."""
    environment = Environment(
        loader=PackageLoader("carebot.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"plain": plain}
    style = (files("carebot.evaluation") / "templates" / "report.css").read_text(encoding="utf-8")
    figures = report.evaluation.figures
    drawn = environment.get_template("report.html").render(
        mark=Markup(MARK),  # noqa: S704 - our own
        style=Markup(style),  # noqa: S704 - our own
        name=report.name,
        evaluation=report.evaluation,
        figures=figures,
        notices=report.notices,
        thresholds=in_force(report.thresholds),
        tiles=list(_tiles(figures)),
        tables=[each for each in tables(report.evaluation) if each.title != CALIBRATION],  # drawn below
        few=FEW_NOTE,
        confusions=list(_confusions(figures)),
        mistakes=worst_errors(report.judged, report.thresholds),
        speed=speed_in_words(report.evaluation.speed),
    )
    return drawn.encode("utf-8", errors="replace").decode("utf-8")


def _tiles(figures: Figures) -> Iterator[Tile]:
    if (private := figures.sensitivity) is not None:
        yield Tile(
            name="private told from harmless (AUROC)",
            value=decimal(private.auroc),
            interval=interval(private.auroc, as_share=False),
        )
        clear, away = private.bands[Band.CLEAR].private, private.bands[Band.PRIVATE].harmless
        yield Tile(name="of the private called clear", value=percent(clear), interval=interval(clear))
        yield Tile(name="of the harmless called private", value=percent(away), interval=interval(away))
    if figures.kind is not None:
        kind = figures.kind.accuracy
        yield Tile(name="kinds told right", value=percent(kind), interval=interval(kind))
    if figures.answers is not None:
        right = figures.answers.right_when_forced
        yield Tile(name="right articles, when forced", value=percent(right), interval=interval(right))
    if figures.language is not None:
        told = figures.language.accuracy
        yield Tile(name="languages told right", value=percent(told), interval=interval(told))


def _confusions(figures: Figures) -> Iterator[Confusion]:
    sections = {
        "Kind": figures.kind,
        "Sentiment": figures.sentiment,
        "Reason of a flag": figures.flag_reason,
        "Language": figures.language,
    }
    for title, section in sections.items():
        if section is None or len(section.confusion) < 2:
            continue
        names = tuple(section.confusion)
        rows = tuple(
            (label, tuple(said[name] for name in names))
            for label, said in section.confusion.items()
            if any(said.values())
        )
        yield Confusion(title=title, names=names, rows=rows)
