"""Multinomial logistic regression with a ridge penalty, fitted by L-BFGS. Numpy only, deterministic.

Articles change while carebot runs, and scikit-learn is not there then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from carebot.classifier.calibration import Floats, softmax

MEMORY = 8
ROUNDS = 120
GOOD_ENOUGH = 1e-4  # largest slope left, in units of the mean loss
Objective = Callable[[Floats], tuple[float, Floats]]


def fit(
    vectors: Floats, classes: NDArray[np.int64], count: int, *, weights: Floats, penalty: float
) -> tuple[Floats, Floats]:
    """Weights (one row a class) and bias of ``count`` classes.

    ``penalty`` times half the squared weights is added to the mean loss;
    ``weights`` says how much each row of ``vectors`` counts.
    """
    rows = np.arange(len(classes))
    columns = np.concatenate([vectors, np.ones((len(vectors), 1))], axis=1)
    share = weights / weights.sum()
    ridge = np.full((count, columns.shape[1]), penalty)
    ridge[:, -1] = 0.0  # the bias is free

    def loss(flat: Floats) -> tuple[float, Floats]:
        head = flat.reshape(count, -1)
        shares = softmax(columns @ head.T)
        value = -(share * np.log(shares[rows, classes] + 1e-300)).sum() + 0.5 * (ridge * head * head).sum()
        shares[rows, classes] -= 1.0
        return float(value), ((shares * share[:, None]).T @ columns + ridge * head).ravel()

    head = minimise(loss, np.zeros(count * columns.shape[1])).reshape(count, -1)
    return head[:, :-1], head[:, -1]


def minimise(objective: Objective, start: Floats) -> Floats:
    """The lowest point of a convex function by L-BFGS with backtracking (Nocedal and Wright, chapter 7)."""
    at, (value, slope) = start, objective(start)
    past: deque[tuple[Floats, Floats]] = deque(maxlen=MEMORY)
    for _ in range(ROUNDS):
        if np.abs(slope).max() < GOOD_ENOUGH * max(1.0, value) / 10:
            break
        way = _direction(slope, past)
        fall, length = float(slope @ way), 1.0 if past else 1.0 / max(1.0, float(np.linalg.norm(slope)))
        for _ in range(30):
            there = at + length * way
            new_value, new_slope = objective(there)
            if new_value <= value + 1e-4 * length * fall:
                break
            length /= 2
        else:
            break
        if float((there - at) @ (new_slope - slope)) > 0:
            past.append((there - at, new_slope - slope))
        at, value, slope = there, new_value, new_slope
    return at


def _direction(slope: Floats, past: deque[tuple[Floats, Floats]]) -> Floats:
    """The two-loop recursion: minus the slope times the inverse curvature that the last steps showed."""
    way, shares = -slope, []
    for step, change in reversed(past):
        share = float(step @ way) / float(step @ change)
        way = way - share * change
        shares.append(share)
    if past:
        step, change = past[-1]
        way = way * (float(step @ change) / float(change @ change))
    for (step, change), share in zip(past, reversed(shares), strict=True):
        way = way + (share - float(change @ way) / float(step @ change)) * step
    return way
