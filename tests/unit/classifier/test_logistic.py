"""The regression behind the articles: right, and the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from carebot.classifier.calibration import Floats, softmax
from carebot.classifier.logistic import fit

RANDOM = np.random.default_rng(2)
CENTRES = RANDOM.normal(size=(4, 20)) * 2
CLASSES = np.repeat(np.arange(4), 50)
VECTORS = CENTRES[CLASSES] + RANDOM.normal(size=(200, 20))
EVEN = np.ones(200)


def loss(head: tuple[Floats, Floats], penalty: float) -> float:
    weights, bias = head
    shares = softmax(VECTORS @ weights.T + bias)[np.arange(200), CLASSES]
    return float(-np.log(shares).mean() + 0.5 * penalty * (weights**2).sum())


def test_classes_that_lie_apart_are_told_apart() -> None:
    weights, bias = fit(VECTORS, CLASSES, 4, weights=EVEN, penalty=1e-3)
    assert ((VECTORS @ weights.T + bias).argmax(axis=1) == CLASSES).mean() > 0.98


def test_the_lowest_loss_is_found() -> None:
    weights, bias = found = fit(VECTORS, CLASSES, 4, weights=EVEN, penalty=1e-2)
    for _ in range(20):
        step = RANDOM.normal(size=weights.shape) * 0.02
        assert loss((weights + step, bias), 1e-2) > loss(found, 1e-2) - 1e-6


def test_a_row_that_counts_double_is_a_row_told_twice() -> None:
    double = np.where(CLASSES == 0, 2.0, 1.0)
    twice = np.concatenate([VECTORS, VECTORS[CLASSES == 0]]), np.concatenate([CLASSES, CLASSES[CLASSES == 0]])
    one = fit(VECTORS, CLASSES, 4, weights=double, penalty=1e-2)
    other = fit(*twice, 4, weights=np.ones(250), penalty=1e-2)
    assert one[0] == pytest.approx(other[0], abs=1e-2)


def test_the_same_rows_give_the_same_bits() -> None:
    one = fit(VECTORS, CLASSES, 4, weights=EVEN, penalty=1e-3)
    other = fit(VECTORS, CLASSES, 4, weights=EVEN, penalty=1e-3)
    assert (one[0] == other[0]).all()
    assert (one[1] == other[1]).all()
