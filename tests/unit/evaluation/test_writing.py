"""The predictions file and the report."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from carebot.care_file import default_care
from carebot.core.thresholds import thresholds_from
from carebot.errors import EvaluationError
from carebot.evaluation.conversations import read_conversations
from carebot.evaluation.errors_found import HIDDEN, worst_errors
from carebot.evaluation.judging import Run
from carebot.evaluation.report import Report, draw, write_report
from carebot.evaluation.writing import require_own_folder, require_writable, write_predictions, write_whole
from carebot.testing.fake_classifier import EVIDENCE
from tests.unit.evaluation.sample import LABELS, answer, evaluated, judged, line, run_of_eight, write

KEYS = {
    "id", "private", "billing", "account", "identity", "health", "fraud", "legal", "exposes_pii", "urgent", "flag",
    "flag_reason", "band", "kind", "sentiment", "language", "entities", "best_article", "answer_confidence",
    "answered",
}  # fmt: skip
VOID = {"meta", "link", "rect", "line", "polyline", "circle", "br"}


class Page(HTMLParser):
    """Checks that every element is closed where it should be, and collects what is there."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def report_of(run: Run) -> Report:
    return Report(
        name="eight.jsonl",
        evaluation=evaluated(run),
        judged=run.judged,
        thresholds=thresholds_from(EVIDENCE, default_care().targets),
    )


def test_there_is_a_prediction_for_every_conversation_in_order(tmp_path: Path) -> None:
    write_predictions(tmp_path / "out.jsonl", run_of_eight(tmp_path).judged)

    rows = [json.loads(row) for row in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [f"c{n}" for n in range(8)]
    assert all(set(row) == KEYS for row in rows)
    assert (rows[0]["private"], rows[0]["band"], rows[1]["band"]) == (0.95, "private", "doubt")
    assert rows[3]["entities"] == [{"kind": "email", "start": 11, "end": 26}]
    assert rows[7]["flag_reason"] is None


def test_predictions_never_carry_a_text(tmp_path: Path) -> None:
    write_predictions(tmp_path / "out.jsonl", run_of_eight(tmp_path).judged)

    written = (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    assert "example.org" not in written
    assert "invoice" not in written


def test_the_best_article_is_predicted_also_when_it_is_not_sure_enough(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", line("1", "sure"), line("2", "unsure"), line("3", "none"))
    readings = {"sure": answer("a", 0.95), "unsure": answer("a", 0.4)}

    write_predictions(
        tmp_path / "out.jsonl", judged(read_conversations(file).conversations, readings, "a").judged
    )

    rows = [json.loads(row) for row in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["best_article"], row["answer_confidence"], row["answered"]) for row in rows] == [
        ("a", 0.95, True),
        ("a", 0.4, False),
        (None, None, False),
    ]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("old", encoding="utf-8")

    def parts() -> object:
        yield "new"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_whole(tmp_path / "out", parts())  # type: ignore[arg-type]

    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [("out", "old")]


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", line("1", "a"))

    require_writable("--predictions", tmp_path / "out.jsonl", [file])
    for target, complaint in (
        (file, "is what is read"),
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "o", "no such"),
        (Path("/dev/null"), "a device or a pipe"),
    ):
        with pytest.raises(EvaluationError, match=complaint):
            require_writable("--predictions", target, [file])


def test_a_report_replaces_a_report_and_nothing_else(tmp_path: Path) -> None:
    report = report_of(run_of_eight(tmp_path))
    ours, others = tmp_path / "ours", tmp_path / "others"
    others.mkdir()
    (others / "index.html").write_text("somebody's page", encoding="utf-8")

    require_own_folder("--report", ours)
    write_report(ours, report)
    require_own_folder("--report", ours)

    with pytest.raises(EvaluationError, match=r"holds something else \(index\.html\)"):
        require_own_folder("--report", others)
    (tmp_path / "folder" / "index.html").mkdir(parents=True)
    with pytest.raises(EvaluationError, match=r"holds something else \(index\.html\)"):
        require_own_folder("--report", tmp_path / "folder")
    with pytest.raises(EvaluationError, match="cannot be made"):
        require_own_folder("--report", ours / "index.html" / "page")
    (ours / "notes.txt").touch()
    with pytest.raises(EvaluationError, match=r"holds something else \(notes\.txt\)"):
        require_own_folder("--report", ours)


def test_the_report_is_a_page_by_itself(tmp_path: Path) -> None:
    text = draw(report_of(run_of_eight(tmp_path)))
    page = Page(text)

    tags = Counter(tag for tag, _ in page.elements)
    assert text.startswith("<!doctype html>\n")
    assert ("html", {"lang": "en"}) in page.elements
    assert (tags["script"], tags["img"], tags["h1"], tags["main"]) == (0, 0, 1, 1)
    assert all(
        attrs["href"] in ("data:,",) or str(attrs["href"]).startswith("#")
        for _, attrs in page.elements
        if "href" in attrs
    )
    assert not re.search(r"https?://|url\(", text)
    assert "prefers-color-scheme: dark" in text


def test_the_report_can_be_heard(tmp_path: Path) -> None:
    page = Page(draw(report_of(run_of_eight(tmp_path))))

    names = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    drawings = [attrs for tag, attrs in page.elements if tag == "svg"]
    assert len(names) == len(set(names))
    assert len(drawings) == len(evaluated(run_of_eight(tmp_path)).figures.calibration)
    assert all(attrs["role"] == "img" for attrs in drawings)
    assert {name for attrs in drawings for name in str(attrs["aria-labelledby"]).split()} <= set(names)
    assert all(attrs.get("scope") in ("row", "col") for tag, attrs in page.elements if tag == "th")


def test_the_report_says_what_was_found(tmp_path: Path) -> None:
    words = " ".join(Page(draw(report_of(run_of_eight(tmp_path)))).words.split())

    for told in (
        "How well eight.jsonl was read",
        "8 conversations",
        "Private messages that were called clear (1)",
        "somebody took my login",
        "Wrong sentiments, the surest first (1)",
        "Languages",
        "Reliability of private",
        "Thresholds in force",
    ):
        assert told in words


def test_errors_show_masked_texts_only(tmp_path: Path) -> None:
    labels = {**LABELS, "private": False, "kind": "praise"}
    rows = [line("1", "write to ana@example.org <b>now</b>", labels=labels)]
    rows.append(line("2", "my pet's name is Rex", labels={**labels, "exposes_pii": True}))
    run = judged(read_conversations(write(tmp_path / "a.jsonl", *rows)).conversations, {})

    text = draw(replace(report_of(run), name="a.jsonl"))

    assert "ana@example.org" not in text
    assert "write to &lt;EMAIL&gt; &lt;b&gt;now&lt;/b&gt;" in text
    assert "Rex" not in text
    assert HIDDEN in Page(text).words


def test_the_surest_errors_come_first_and_ten_at_most(tmp_path: Path) -> None:
    rows = [line(str(n), str(n), labels={"article": "b"}) for n in range(12)]
    readings = {str(n): answer("a", 0.05 * n) for n in range(12)}
    run = judged(read_conversations(write(tmp_path / "a.jsonl", *rows)).conversations, readings, "a", "b")

    (wrong,) = worst_errors(run.judged, thresholds_from(EVIDENCE, default_care().targets))

    assert (wrong.title, wrong.total, len(wrong.worst)) == ("Wrong answers, the surest first", 12, 10)
    assert [one.id for one in wrong.worst[:2]] == ["11", "10"]
    assert wrong.worst[0].said == "a (kept to itself)"
