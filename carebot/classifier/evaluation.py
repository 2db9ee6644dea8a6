"""Figures that say how good a classifier is, for its card. Numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carebot.classifier.calibration import Floats

Truth = NDArray[np.bool_]


def auroc(truth: Truth, scores: Floats) -> float:
    """Chance that a true example scores above a false one (ties count half); NaN when a side is empty."""
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    true = int(truth.sum())
    false = len(truth) - true
    if not true or not false:
        return float("nan")
    return float((ranks[truth].sum() - true * (true + 1) / 2) / (true * false))


def threshold_at_recall(truth: Truth, scores: Floats, recall: float) -> float:
    """The highest threshold at which at least this share of the true examples lies at or above."""
    falling = np.sort(scores[truth])[::-1]
    return float(falling[max(0, int(np.ceil(recall * len(falling))) - 1)])


def precision_at_recall(truth: Truth, scores: Floats, recall: float) -> float:
    """Share of true ones among those at or above the threshold of that recall."""
    return float(truth[scores >= threshold_at_recall(truth, scores, recall)].mean())


def false_positives_at_recall(truth: Truth, scores: Floats, recall: float) -> float:
    """Share of the false examples at or above the threshold of that recall."""
    return float((scores[~truth] >= threshold_at_recall(truth, scores, recall)).mean())


def recall_at_false_positives(truth: Truth, scores: Floats, share: float) -> float:
    """Share of the true examples above the threshold that at most this share of the false ones exceeds."""
    falling = np.sort(scores[~truth])[::-1]
    return float((scores[truth] > falling[int(share * len(falling))]).mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """A row of a reliability table: ``count`` examples, ``said`` on average; ``true`` share was."""

    low: float
    high: float
    count: int
    said: float
    true: float


def reliability(truth: Truth, probabilities: Floats, bins: int = 10) -> list[Bin]:
    """Probabilities in equal bins with what came true; empty bins are left out."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    return [
        Bin(
            low=place / bins,
            high=(place + 1) / bins,
            count=int((places == place).sum()),
            said=float(probabilities[places == place].mean()),
            true=float(truth[places == place].mean()),
        )
        for place in range(bins)
        if (places == place).any()
    ]


def calibration_error(truth: Truth, probabilities: Floats, bins: int = 10) -> float:
    """Expected calibration error: mean distance between said and true, weighted by the bins' sizes."""
    table = reliability(truth, probabilities, bins)
    return sum(each.count * abs(each.said - each.true) for each in table) / len(truth)
