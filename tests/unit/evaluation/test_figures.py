"""Figures against values that were worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from carebot.classifier.evaluation import auroc
from carebot.core.assessment import Band, FlagReason
from carebot.core.snapshot import encode
from carebot.errors import ClassifierError
from carebot.evaluation import bootstrap
from carebot.evaluation.conversations import read_conversations
from carebot.evaluation.measuring import words_in
from tests.unit.evaluation.sample import answer, evaluated, judged, line, run_of_eight, said, write


def test_private_and_harmless_are_told_apart_as_counted_by_hand(tmp_path: Path) -> None:
    found = evaluated(run_of_eight(tmp_path)).figures.sensitivity

    assert found is not None
    assert (found.count, found.private) == (8, 4)
    # 0.99 and 0.95 lie above all four harmless; 0.7 above three (0.8 is higher), 0.2 above two: 13 of 16 pairs
    assert found.auroc.value == pytest.approx(13 / 16)
    assert found.precision_at_95_recall.value == pytest.approx(4 / 6)  # all four, and 0.3 and 0.8 with them
    assert found.bands[Band.PRIVATE].private.value == pytest.approx(2 / 4)  # 0.95, and the e-mail address
    assert found.bands[Band.DOUBT].private.value == pytest.approx(1 / 4)
    assert found.bands[Band.CLEAR].private.value == pytest.approx(1 / 4)
    assert found.bands[Band.CLEAR].harmless.value == pytest.approx(3 / 4)
    assert found.bands[Band.DOUBT].all.value == pytest.approx(2 / 8)


def test_categories_without_both_sides_have_a_count_and_no_auroc(tmp_path: Path) -> None:
    found = evaluated(run_of_eight(tmp_path)).figures.categories

    assert found is not None
    assert (found["billing"].true, found["billing"].auroc.value) == (2, 1.0)
    assert (found["health"].true, found["health"].count, found["health"].auroc.value) == (0, 8, None)


def test_marks_count_recall_precision_and_what_is_marked(tmp_path: Path) -> None:
    figures = evaluated(run_of_eight(tmp_path)).figures

    assert figures.urgent is not None
    assert figures.flag is not None
    assert figures.personal_data is not None
    assert (figures.urgent.recall.value, figures.urgent.precision.value) == (1.0, 1.0)
    assert (figures.urgent.marked.value, figures.urgent.threshold) == (1 / 8, 0.5)
    assert (figures.flag.recall.value, figures.flag.precision.value) == (0.0, None)  # 0.4 is not enough
    assert figures.flag.auroc.value == 1.0
    assert (figures.personal_data.recall.value, figures.personal_data.precision.value) == (1.0, 1.0)


def test_choices_have_an_accuracy_and_a_confusion(tmp_path: Path) -> None:
    figures = evaluated(run_of_eight(tmp_path)).figures

    assert figures.kind is not None
    assert figures.sentiment is not None
    assert figures.kind.accuracy.value == 1.0
    assert figures.sentiment.accuracy.value == 7 / 8
    assert figures.sentiment.confusion == {
        "neg": {"neg": 0, "neu": 0, "pos": 0},
        "neu": {"neg": 0, "neu": 7, "pos": 0},
        "pos": {"neg": 1, "neu": 0, "pos": 0},
    }


def test_languages_are_also_judged_without_short_posts(tmp_path: Path) -> None:
    found = evaluated(run_of_eight(tmp_path)).figures.language

    assert found is not None
    assert found.accuracy.value == 7 / 8
    assert (found.accuracy_five_words.value, found.accuracy_five_words.support) == (1.0, 3)


def test_two_signs_of_a_script_without_spaces_are_a_word() -> None:
    assert words_in("@acme where is it") == 3
    assert words_in("我的包裹在哪里呢") == 4


def test_every_figure_is_there_per_language(tmp_path: Path) -> None:
    found = evaluated(run_of_eight(tmp_path)).languages

    assert list(found) == ["de", "en"]
    assert (found["de"].count, found["en"].count) == (2, 6)
    assert found["de"].language is not None
    assert found["de"].language.accuracy.value == 1 / 2
    assert found["en"].sensitivity is not None
    assert found["en"].sensitivity.auroc.value == pytest.approx(7 / 8)  # 0.2 lies below 0.3


def test_one_language_is_not_split(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", line("1", "a", labels={"lang": "en"}), line("2", "b"))

    assert evaluated(judged(read_conversations(file).conversations, {})).languages == {}


def test_answers_are_counted_as_by_hand(tmp_path: Path) -> None:
    script = {
        "q0": ("a", answer("a", 0.99)),
        "q1": ("a", answer("a", 0.95)),
        "q2": ("b", answer("a", 0.92)),
        "q3": ("b", answer("b", 0.60)),
        "q4": (None, answer("b", 0.93)),
        "q5": (None, answer("a", 0.10)),
    }
    rows = [line(text, text, labels={"article": slug}) for text, (slug, _) in script.items()]
    file = write(tmp_path / "a.jsonl", *rows, line("unlabelled", "hello"))
    readings = {text: reading for text, (_, reading) in script.items()}

    run = judged(read_conversations(file).conversations, readings, "a", "b")
    found = evaluated(run).figures.answers

    assert found is not None
    assert (found.count, found.answerable, found.out_of_scope, found.threshold) == (6, 4, 2, 0.9)
    assert found.right_when_forced.value == 3 / 4
    assert found.coverage.value == pytest.approx(4 / 6)
    assert found.coverage_of_answerable.value == pytest.approx(3 / 4)
    assert found.precision.value == pytest.approx(2 / 4)
    assert found.out_of_scope_recall.value == 1 / 2
    assert found.out_of_scope_auroc.value == pytest.approx(6 / 8)  # 0.93 lies above 0.92 and 0.60
    assert found.precision_at_70_coverage.value == pytest.approx(2 / 3)  # the surest three of four
    assert found.precision_at_70_coverage_of_all.value == pytest.approx(3 / 5)  # the surest five of six
    assert found.precision_at_half_answered.value == 1.0  # from 0.95 on


def test_answers_are_not_judged_without_articles(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", line("1", "a", labels={"article": None}))

    assert evaluated(judged(read_conversations(file).conversations, {})).figures.answers is None


def test_an_answer_in_doubt_is_not_one_that_would_be_sent(tmp_path: Path) -> None:
    sure = answer("a", 0.99)
    doubtful = replace(sure, probabilities=replace(sure.probabilities, private=0.6))
    rows = [line(text, text, labels={"article": "a"}) for text in ("clear", "doubtful")]
    file = write(tmp_path / "a.jsonl", *rows)

    run = judged(read_conversations(file).conversations, {"clear": sure, "doubtful": doubtful}, "a")
    found = evaluated(run).figures.answers

    assert found is not None
    assert (found.coverage.value, found.coverage_when_clear.value) == (1.0, 0.5)


def test_what_is_not_labelled_is_not_in_the_figures(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.jsonl", *(line(str(n), str(n), labels={"private": n % 2 == 0}) for n in range(4))
    )

    figures = evaluated(judged(read_conversations(file).conversations, {})).figures

    assert figures.sensitivity is not None
    assert list(figures.calibration) == ["private"]
    nothing = (figures.categories, figures.personal_data, figures.kind, figures.sentiment, figures.urgent)
    assert (*nothing, figures.flag, figures.language, figures.answers) == (None,) * 8


def test_what_could_not_be_read_is_in_doubt_and_counted(tmp_path: Path) -> None:
    rows = [line(text, text, labels={"private": True, "kind": "howto"}) for text in ("read", "broken")]
    file = write(tmp_path / "a.jsonl", *rows)

    run = judged(read_conversations(file).conversations, {"broken": ClassifierError("it broke")})
    figures = evaluated(run).figures

    assert (figures.count, figures.unread) == (2, 1)
    assert figures.sensitivity is not None
    assert figures.kind is not None
    assert figures.sensitivity.bands[Band.DOUBT].private.value == 0.5
    assert figures.kind.count == 1


def test_reasons_of_a_flag_are_judged_where_there_are_some(tmp_path: Path) -> None:
    labels = {"flag": True, "flag_reason": "press"}
    file = write(tmp_path / "a.jsonl", line("1", "a", labels=labels), line("2", "b", labels=labels))
    readings = {"a": said(flag_reason=FlagReason.PRESS), "b": said(flag_reason=FlagReason.ANGER)}

    found = evaluated(judged(read_conversations(file).conversations, readings)).figures.flag_reason

    assert found is not None
    assert (found.accuracy.value, found.confusion["press"]["anger"]) == (0.5, 1)


def test_calibration_says_how_far_off_a_head_is(tmp_path: Path) -> None:
    rows = [line(str(n), str(n), labels={"urgent": n < 3}) for n in range(4)]
    file = write(tmp_path / "a.jsonl", *rows)

    run = judged(read_conversations(file).conversations, {str(n): said(urgent=0.5) for n in range(4)})
    found = evaluated(run).figures.calibration["urgent"]

    assert (found.count, found.error) == (4, pytest.approx(0.25))
    assert [(each.count, each.said, each.true) for each in found.bins] == [(4, 0.5, 0.75)]


def test_the_fast_area_is_the_exact_one() -> None:
    draw = np.random.default_rng(1)
    truth, scores = draw.random(200) < 0.3, draw.integers(0, 40, 200) / 40

    assert bootstrap.ranking(truth, scores).value == pytest.approx(auroc(truth, scores))


def test_an_interval_covers_what_the_standard_error_says() -> None:
    hits = np.arange(400) < 100

    found = bootstrap.share(hits)

    assert found.low is not None
    assert found.high is not None
    # 0.25 with a standard error of 0.02165: 1.96 of them to either side
    assert found.low == pytest.approx(0.25 - 1.96 * 0.02165, abs=0.006)
    assert found.high == pytest.approx(0.25 + 1.96 * 0.02165, abs=0.006)


def test_nothing_at_all_is_no_figure() -> None:
    none = np.zeros(0, dtype=bool)

    assert bootstrap.share(none).value is None
    assert bootstrap.ranking(none, np.zeros(0)).value is None


def test_the_threads_change_nothing(tmp_path: Path) -> None:
    one, four = run_of_eight(tmp_path, workers=1), run_of_eight(tmp_path, workers=4)

    assert encode(evaluated(one).figures) == encode(evaluated(four).figures)
    assert [each.conversation.id for each in four.judged] == [f"c{n}" for n in range(8)]


def test_figures_can_be_written_as_json(tmp_path: Path) -> None:
    found = encode(evaluated(run_of_eight(tmp_path)))

    assert json.loads(json.dumps(found, allow_nan=False)) == found
