"""Figures with the interval that another sample of conversations as large would likely give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carebot.classifier.evaluation import precision_at_recall, threshold_at_recall

RESAMPLES = 1000
SEED = 20
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Measure = Callable[[Rows], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value over ``support`` conversations, with its 95 % interval; None where it cannot be told."""

    value: float | None
    low: float | None
    high: float | None
    support: int


def figure(measure: Measure, total: int, support: int) -> Figure:
    """What ``measure`` says of all ``total`` conversations, and of 1,000 resamples of them (percentiles)."""
    value = measure(np.arange(total)) if total else float("nan")
    if np.isnan(value):
        return Figure(value=None, low=None, high=None, support=support)
    draw = np.random.default_rng(SEED)
    resampled = np.array([measure(draw.integers(0, total, total)) for _ in range(RESAMPLES)])
    low, high = np.percentile(resampled[~np.isnan(resampled)], [2.5, 97.5])
    return Figure(value=value, low=float(low), high=float(high), support=support)


def share(hits: Flags, among: Flags | None = None) -> Figure:
    """The share of ``hits`` among some of the conversations, or among all."""
    of = np.ones(len(hits), dtype=bool) if among is None else among

    def measure(rows: Rows) -> float:
        chosen = hits[rows][of[rows]]
        return float(chosen.mean()) if len(chosen) else float("nan")

    return figure(measure, len(hits), int(of.sum()))


def ranking(truth: Flags, scores: Floats) -> Figure:
    """The area under the ROC curve; None unless there are true and false ones."""
    _, places = np.unique(scores, return_inverse=True)
    steps = int(places.max()) + 1 if len(places) else 0

    def measure(
        rows: Rows,
    ) -> float:  # as ``classifier.evaluation.auroc``, without sorting every resample again
        true = np.bincount(places[rows[truth[rows]]], minlength=steps)
        false = np.bincount(places[rows[~truth[rows]]], minlength=steps)
        pairs = int(true.sum()) * int(false.sum())
        below = np.cumsum(false) - false
        return float((true * (below + false / 2)).sum() / pairs) if pairs else float("nan")

    return figure(measure, len(truth), len(truth))


def precision_at(truth: Flags, scores: Floats, recall: float) -> Figure:
    """The precision at the highest threshold that reaches this recall."""

    def measure(rows: Rows) -> float:
        return precision_at_recall(truth[rows], scores[rows], recall) if truth[rows].any() else float("nan")

    return figure(measure, len(truth), int(truth.sum()))


def precision_when_answered(right: Flags, counted: Flags, confidence: Floats, part: float) -> Figure:
    """The share of right ones where the surest ``part`` of the counted are answered, and all as sure as they."""

    def measure(rows: Rows) -> float:
        if not counted[rows].any():
            return float("nan")
        threshold = threshold_at_recall(counted[rows], confidence[rows], part)
        return float(right[rows][confidence[rows] >= threshold].mean())

    return figure(measure, len(right), int(counted.sum()))
