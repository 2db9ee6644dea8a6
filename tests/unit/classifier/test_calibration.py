"""Probabilities mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from carebot.classifier.calibration import fit_platt, fit_temperature, sigmoid, softmax

RANDOM = np.random.default_rng(1)


def test_overconfident_scores_are_called_back() -> None:
    true_odds = RANDOM.normal(size=20_000)
    outcomes = RANDOM.random(20_000) < sigmoid(true_odds)
    platt = fit_platt(4 * true_odds + 2, outcomes)
    assert platt.slope == pytest.approx(0.25, abs=0.02)
    assert platt.shift == pytest.approx(-0.5, abs=0.05)


def test_scores_that_separate_perfectly_stay_below_certainty() -> None:
    scores, outcomes = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([False, False, True, True])
    said = fit_platt(scores, outcomes)(scores)
    assert 0.0 < said[0] < said[1] < 0.5 < said[2] < said[3] < 1.0


def test_scores_that_mean_the_opposite_never_turn_round() -> None:
    scores, outcomes = np.linspace(-3, 3, 100), np.arange(100) < 50
    assert fit_platt(scores, outcomes).slope > 0


def test_a_temperature_cools_what_was_too_sure() -> None:
    scores = RANDOM.normal(size=(5_000, 3))
    classes = np.array([RANDOM.choice(3, p=shares) for shares in softmax(scores)])
    assert fit_temperature(scores * 3, classes) == pytest.approx(3.0, rel=0.1)


def test_huge_scores_do_not_overflow() -> None:
    assert sigmoid(np.array([-1e9, 1e9])).tolist() == [0.0, 1.0]
    assert softmax(np.array([1e9, 0.0])).tolist() == [1.0, 0.0]
