"""Fits the heads: cross-validated scores first, calibration from those, then the heads on everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from carebot.classifier.calibration import Floats, Platt, fit_platt, fit_temperature, softmax
from carebot.classifier.corpus import Example, near_duplicates
from carebot.classifier.encoder import Encoder
from carebot.classifier.heads import CHOICES, HEADS, YES_OR_NO, Heads, Linear, inputs
from carebot.core.finding import EntityKind

FOLDS = 5
SEED = 20
# How freely a head may follow the data (scikit-learn's C). For `private`, cross-validation over written
# messages alone would take 3 and gain a point there; on real posts that loses one: written messages give
# themselves away by their style.
FREEDOM: Mapping[str, float] = {"private": 0.1, "kind": 1.0}
OTHERWISE = 0.5
# A class counts with the power -RARE of its share: praise and spam are few, and must still be found.
RARE = 0.25
Masker = Callable[[str], tuple[str, Mapping[EntityKind, int]]]
ENTITY_KINDS = tuple(EntityKind)
NEVER = -30.0  # a raw score
UNTOLD = -1  # the truth of a choice that a message has none of: only what is flagged has a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Examples as the heads see them."""

    examples: Sequence[Example]
    masked: Sequence[str]
    meanings: NDArray[np.float32]
    vectors: NDArray[np.float32]

    def truth(self, name: str) -> NDArray[np.int64]:
        """The labels of one head as numbers; UNTOLD where there is none."""
        if name in YES_OR_NO:
            return np.array([int(example.answers(name)) for example in self.examples])
        told = (getattr(example, name) for example in self.examples)
        return np.array([UNTOLD if label is None else CHOICES[name].index(label) for label in told])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Heads, and what they said of each example when they had not seen it (calibrated)."""

    heads: Heads
    unseen: Mapping[str, Floats]  # a probability for each example; for choices one for each class


Masked = Sequence[tuple[str, Mapping[EntityKind, int]]]


def prepare(examples: Sequence[Example], masked: Masked, encoder: Encoder) -> Prepared:
    """Encode and count what was masked: exactly what happens to a message in use."""
    encoded = [encoder.encode(text) for text, _ in masked]
    rows = [inputs(each, counts, ENTITY_KINDS) for each, (_, counts) in zip(encoded, masked, strict=True)]
    return Prepared(
        examples=examples,
        masked=[text for text, _ in masked],
        meanings=np.stack([each.meaning for each in encoded]),
        vectors=np.stack(rows),
    )


def fit_heads(prepared: Prepared) -> Fitted:
    """All heads with their calibration."""
    groups = np.array(near_duplicates(prepared.masked))
    linear: dict[str, Linear] = {}
    unseen: dict[str, Floats] = {}
    for name in HEADS:
        truth = prepared.truth(name)
        known = truth > UNTOLD
        vectors = prepared.vectors[known]
        linear[name] = _fit(name, vectors, truth[known])
        unseen[name] = np.zeros((len(truth), len(linear[name].bias)))
        unseen[name][known] = _unseen_scores(name, vectors, truth[known], groups[known])
    return calibrated(prepared, linear, unseen)


def calibrated(prepared: Prepared, linear: Mapping[str, Linear], scores: Mapping[str, Floats]) -> Fitted:
    """Heads with the calibration that their raw scores of unseen messages give."""
    platt: dict[str, Platt] = {}
    temperature: dict[str, float] = {}
    unseen: dict[str, Floats] = {}
    for name in HEADS:
        truth = prepared.truth(name)
        if name in YES_OR_NO:
            platt[name] = fit_platt(scores[name][:, 0], truth.astype(bool))
            unseen[name] = platt[name](scores[name][:, 0])
        else:
            known = truth > UNTOLD
            temperature[name] = fit_temperature(scores[name][known], truth[known])
            unseen[name] = softmax(scores[name] / temperature[name])
    heads = Heads(linear=linear, platt=platt, temperature=temperature, entity_kinds=ENTITY_KINDS)
    return Fitted(heads=heads, unseen=unseen)


def _fit(name: str, vectors: NDArray[np.float32], truth: NDArray[np.int64]) -> Linear:
    head = LogisticRegression(C=FREEDOM.get(name, OTHERWISE), max_iter=3000)
    counts = np.bincount(truth)
    weights = (len(truth) / counts[truth]) ** (RARE if name in CHOICES else 0.0)
    head.fit(vectors.astype(np.float64), truth, sample_weight=weights / weights.mean())
    rows, shifts = head.coef_.astype(np.float32), head.intercept_.astype(np.float32)
    if name in YES_OR_NO:
        return Linear(weights=rows, bias=shifts)
    return _with_every_class(rows, shifts, head.classes_, len(CHOICES[name]))


def _with_every_class(
    rows: NDArray[np.float32], shifts: NDArray[np.float32], present: NDArray[np.int64], count: int
) -> Linear:
    """A brand's own messages may lack a class: it then gets a score that never wins."""
    weights = np.zeros((count, rows.shape[1]), dtype=np.float32)
    bias = np.full(count, NEVER, dtype=np.float32)
    if len(rows) == 1:  # two classes have one row: for the second, against the first
        signs = np.array([[-0.5], [0.5]], dtype=np.float32)
        rows, shifts = signs * rows, signs[:, 0] * shifts
    weights[present], bias[present] = rows, shifts
    return Linear(weights=weights, bias=bias)


def _unseen_scores(
    name: str,
    vectors: NDArray[np.float32],
    truth: NDArray[np.int64],
    groups: NDArray[np.int64],
) -> Floats:
    """Raw scores of each example by heads that were fitted without it and without its near-duplicates."""
    scores = np.zeros((len(truth), 1 if name in YES_OR_NO else len(CHOICES[name])))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for seen, held in folds.split(vectors, truth, groups):
        head = _fit(name, vectors[seen], truth[seen])
        scores[held] = np.stack([head(vector) for vector in vectors[held]])
    return scores
