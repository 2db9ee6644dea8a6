"""A yes-or-no head moved by reviews: the most likely head after them, with the shipped one as what was believed before.

The log-odds of a message are those that the shipped head gives, calibrated, plus ``move @ (vector, 1)``. The move
is normally distributed around nothing beforehand, so wide that a typical message's log-odds vary by ``reach``
(Gaussian prior, maximum a posteriori). Which messages are reviewed depends on their scores; that does no harm,
because what is fitted is the chance of ``private`` given the message. Numpy only, deterministic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from carebot.classifier.calibration import Floats, sigmoid
from carebot.classifier.heads import Heads, Linear
from carebot.classifier.logistic import minimise

FOLDS = 5
REACHES = (0.25, 0.5, 1.0, 2.0, 4.0)  # log-odds, one standard deviation; cross-validation takes one
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One side's reviewed messages, a row each. ``folds`` (0 to ``FOLDS`` - 1) keep together what belongs together."""

    heads: Heads
    vectors: NDArray[np.float32]
    outcomes: Bools
    folds: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """The moved heads by side; what each review was given by heads fitted without its fold; the reach that won."""

    heads: Mapping[str, Heads]
    unseen: Mapping[str, Floats]
    reach: float


def adapt(name: str, sides: Mapping[str, Reviewed]) -> Adapted:
    """Move the head ``name`` of every side, all as far as cross-validation over all reviews finds best.

    Of two reaches that are as good, the shorter.
    """
    losses: dict[float, float] = {}
    tried: dict[float, dict[str, Floats]] = {}
    for reach in REACHES:
        tried[reach] = {side: _unseen(name, given, reach) for side, given in sides.items()}
        losses[reach] = sum(
            float(_losses(odds, sides[side].outcomes).sum()) for side, odds in tried[reach].items()
        )
    best = min(REACHES, key=lambda reach: (losses[reach], reach))
    heads = {
        side: moved(
            given.heads, name, fit_move(_odds(name, given), given.vectors, given.outcomes, reach=best)
        )
        for side, given in sides.items()
    }
    unseen = {side: sigmoid(odds) for side, odds in tried[best].items()}
    return Adapted(heads=heads, unseen=unseen, reach=best)


def fit_move(odds: Floats, vectors: NDArray[np.float32], outcomes: Bools, *, reach: float) -> Floats:
    """The most likely move (one number a column, the bias last) from these log-odds, given the outcomes."""
    columns = np.concatenate([vectors.astype(np.float64), np.ones((len(vectors), 1))], axis=1)
    typical = float((columns * columns).sum(axis=1).mean())  # squared length: so `reach` is in log-odds
    ridge = typical / (reach * reach * len(columns))

    def loss(move: Floats) -> tuple[float, Floats]:
        said = odds + columns @ move
        value = float(_losses(said, outcomes).mean()) + 0.5 * ridge * float(move @ move)
        return value, columns.T @ (sigmoid(said) - outcomes) / len(columns) + ridge * move

    return minimise(loss, np.zeros(columns.shape[1]))


def moved(heads: Heads, name: str, move: Floats) -> Heads:
    """The heads with one moved; its calibration stays, so the move is written in units of the raw score."""
    head, slope = heads.linear[name], heads.platt[name].slope
    weights = head.weights + (move[:-1] / slope)[None, :].astype(np.float32)
    bias = head.bias + np.float32(move[-1] / slope)
    return replace(heads, linear={**heads.linear, name: Linear(weights=weights, bias=bias)})


def probabilities(heads: Heads, name: str, vectors: NDArray[np.float32]) -> Floats:
    """What a head says of each row, as it would in use."""
    return np.array([heads(vector).probabilities[name] for vector in vectors])


def _odds(name: str, given: Reviewed) -> Floats:
    """Calibrated log-odds by the head as it is."""
    head, platt = given.heads.linear[name], given.heads.platt[name]
    scores = np.array([float(head(vector)[0]) for vector in given.vectors])
    return platt.slope * scores + platt.shift


def _unseen(name: str, given: Reviewed, reach: float) -> Floats:
    """Log-odds of every review by a head that was moved without the reviews of its fold."""
    before = _odds(name, given)
    columns = np.concatenate([given.vectors.astype(np.float64), np.ones((len(given.vectors), 1))], axis=1)
    after = before.copy()
    for fold in range(FOLDS):
        held = given.folds == fold
        seen = ~held
        if held.any() and seen.any():
            move = fit_move(before[seen], given.vectors[seen], given.outcomes[seen], reach=reach)
            after[held] = before[held] + columns[held] @ move
    return after


def _losses(odds: Floats, outcomes: Bools) -> Floats:
    """Minus the log-likelihood of each outcome."""
    losses: Floats = np.logaddexp(0.0, odds) - outcomes * odds
    return losses
