"""From raw scores to probabilities that mean what they say. Numpy only.

A yes-or-no head has Platt's two numbers, a head with several classes one temperature. Both are monotonous, so
they move confidence and never the order of the classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEPS = 60
SMALLEST_SLOPE = 0.05  # a head that learned nothing says the same of every message; it never turns round


def sigmoid(score: Floats) -> Floats:
    """1 / (1 + e^-score), without overflow."""
    half: Floats = 0.5 * (1.0 + np.tanh(0.5 * score))
    return half


def softmax(scores: Floats) -> Floats:
    """Shares along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Platt:
    """Probability = sigmoid(slope * score + shift)."""

    slope: float
    shift: float

    def __call__(self, score: Floats) -> Floats:
        """Probabilities of raw scores."""
        return sigmoid(self.slope * score + self.shift)


def fit_platt(scores: Floats, outcomes: NDArray[np.bool_]) -> Platt:
    """Newton's method on Platt's smoothed targets (Platt 1999; Lin, Lin and Weng 2007)."""
    right, wrong = int(outcomes.sum()), int((~outcomes).sum())
    targets = np.where(outcomes, (right + 1) / (right + 2), 1 / (wrong + 2))
    columns = np.stack([scores, np.ones_like(scores)], axis=1)

    def loss(at: Floats) -> float:
        odds = columns @ at
        return float((np.logaddexp(0.0, odds) - targets * odds).sum())

    at = np.array([0.0, np.log((right + 1) / (wrong + 1))])
    for _ in range(STEPS):
        share = sigmoid(columns @ at)
        fall = columns.T @ (share - targets)
        curve = (columns * (share * (1 - share))[:, None]).T @ columns + 1e-9 * np.eye(2)
        step = np.linalg.solve(curve, fall)
        while loss(at - step) > loss(at) and np.abs(step).max() > 1e-12:
            step = step / 2
        at = at - step
    return Platt(slope=max(SMALLEST_SLOPE, float(at[0])), shift=float(at[1]))


def fit_temperature(scores: Floats, classes: NDArray[np.int64]) -> float:
    """The temperature (over a fixed grid) under which the classes that came true were likeliest."""
    rows = np.arange(len(classes))
    grid = np.exp(np.linspace(np.log(0.2), np.log(5.0), 161))
    losses = [-np.log(softmax(scores / heat)[rows, classes] + 1e-12).mean() for heat in grid]
    return float(grid[int(np.argmin(losses))])
