"""Figures, checked by hand on small examples."""

from __future__ import annotations

import math

import numpy as np
import pytest

from carebot.classifier import evaluation as figures

TRUTH = np.array([True, True, False, True, False])
SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.1])


def test_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert figures.auroc(TRUTH, SCORES) == pytest.approx(5 / 6)


def test_a_tie_counts_half() -> None:
    assert figures.auroc(np.array([True, False]), np.array([0.5, 0.5])) == 0.5


def test_auroc_without_one_side_is_no_number() -> None:
    assert math.isnan(figures.auroc(np.array([True]), np.array([0.5])))


def test_precision_and_false_positives_are_taken_at_the_threshold_of_the_recall() -> None:
    assert figures.precision_at_recall(TRUTH, SCORES, 1.0) == pytest.approx(3 / 4)
    assert figures.precision_at_recall(TRUTH, SCORES, 0.6) == 1.0
    assert figures.false_positives_at_recall(TRUTH, SCORES, 1.0) == 0.5


def test_recall_is_taken_where_so_many_false_ones_pass() -> None:
    assert figures.recall_at_false_positives(TRUTH, SCORES, 0.0) == pytest.approx(2 / 3)
    assert figures.recall_at_false_positives(TRUTH, SCORES, 0.5) == 1.0


def test_reliability_compares_what_was_said_with_what_was_true() -> None:
    table = figures.reliability(TRUTH, SCORES, bins=2)
    assert [(each.count, round(each.said, 2), each.true) for each in table] == [
        (1, 0.1, 0.0),
        (4, 0.75, 0.75),
    ]
    assert figures.calibration_error(TRUTH, SCORES, bins=2) == pytest.approx(0.02)


def test_certainty_falls_into_the_last_bin() -> None:
    assert figures.reliability(np.array([True]), np.array([1.0]))[0].high == 1.0
