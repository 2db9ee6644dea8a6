"""Linear heads over the encoder's vectors and a few counted features. Numpy only."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from carebot.classifier.calibration import Floats, Platt, sigmoid, softmax
from carebot.classifier.encoder import Encoded, Vector
from carebot.core.assessment import FlagReason, Kind, Sentiment
from carebot.core.finding import EntityKind

YES_OR_NO = (
    "private", "billing", "account", "identity", "health", "fraud", "legal", "exposes_pii", "urgent", "flag",
)  # fmt: skip
CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": tuple(Kind),
    "sentiment": tuple(Sentiment),
    "flag_reason": tuple(FlagReason),
}
HEADS = (*YES_OR_NO, *CHOICES)


def inputs(encoded: Encoded, counts: Mapping[EntityKind, int], kinds: Sequence[str]) -> Vector:
    """What the heads weigh: the vectors, then what the recognizers counted, in the order that training had.

    Question marks, capitals, length and "my" were tried as features and gained nothing on real posts.
    """
    found = [min(2, counts.get(EntityKind(kind), 0)) / 2 for kind in kinds]
    return np.concatenate([encoded.heads, np.array([any(found), *found], dtype=np.float32)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Scores = weights @ inputs + bias; one row a class, a single one for yes or no."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def __call__(self, vector: Vector) -> Floats:
        """Raw scores."""
        # a sum and not `@`: the product of a matrix library may differ with its number of threads
        scores: Floats = (self.weights * vector).sum(axis=1, dtype=np.float64) + self.bias
        return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the heads say of one message: calibrated probabilities, and of each choice the likeliest with its share."""

    probabilities: Mapping[str, float]
    choices: Mapping[str, tuple[str, float]]


@dataclass(frozen=True, kw_only=True)
class Heads:
    """All heads of an encoder with their calibration, and the kinds of entities that they were trained with."""

    linear: Mapping[str, Linear]
    platt: Mapping[str, Platt]
    temperature: Mapping[str, float]
    entity_kinds: tuple[str, ...]

    @cached_property
    def _stacked(self) -> tuple[Linear, Floats, Floats]:
        """All heads in one, in the order of HEADS, and the yes-or-no heads' slopes and shifts: one pass a message."""
        parts = [self.linear[name] for name in HEADS]
        joined = Linear(
            weights=np.concatenate([part.weights for part in parts]),
            bias=np.concatenate([part.bias for part in parts]),
        )
        own = [self.platt[name] for name in YES_OR_NO]
        return joined, np.array([each.slope for each in own]), np.array([each.shift for each in own])

    def __call__(self, vector: Vector) -> Said:
        """Everything that is said of the message with this vector."""
        joined, slopes, shifts = self._stacked
        scores = joined(vector)
        shares = sigmoid(slopes * scores[: len(YES_OR_NO)] + shifts)
        choices, begin = {}, len(YES_OR_NO)
        for name, classes in CHOICES.items():
            told = softmax(scores[begin : begin + len(classes)] / self.temperature[name])
            best = int(told.argmax())
            choices[name] = (classes[best], float(told[best]))
            begin += len(classes)
        return Said(probabilities=dict(zip(YES_OR_NO, map(float, shares), strict=True)), choices=choices)

    def arrays(self) -> dict[str, NDArray[np.float32] | NDArray[np.float64]]:
        """Everything numeric, by name, to be written."""
        stored: dict[str, NDArray[np.float32] | NDArray[np.float64]] = {}
        for name, head in self.linear.items():
            stored |= {f"{name}.weights": head.weights, f"{name}.bias": head.bias}
        for name, platt in self.platt.items():
            stored[f"{name}.platt"] = np.array([platt.slope, platt.shift])
        for name, temperature in self.temperature.items():
            stored[f"{name}.temperature"] = np.array([temperature])
        return stored


def load_arrays(content: bytes) -> dict[str, NDArray[np.float64]]:
    """The arrays of an ``npz`` file; nothing in it is ever executed."""
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return dict(archive)


def side_arrays(stored: Mapping[str, NDArray[np.float64]], side: str) -> dict[str, NDArray[np.float64]]:
    """One side's part of the arrays, without its name before theirs."""
    prefix = f"{side}."
    return {name.removeprefix(prefix): array for name, array in stored.items() if name.startswith(prefix)}


def build_heads(stored: Mapping[str, NDArray[np.float64]], entity_kinds: Sequence[str]) -> Heads:
    """Heads from what ``arrays`` gave."""
    linear = {
        name: Linear(
            weights=stored[f"{name}.weights"].astype(np.float32),
            bias=stored[f"{name}.bias"].astype(np.float32),
        )
        for name in HEADS
    }
    platt = {
        name: Platt(slope=float(stored[f"{name}.platt"][0]), shift=float(stored[f"{name}.platt"][1]))
        for name in YES_OR_NO
    }
    temperature = {name: float(stored[f"{name}.temperature"][0]) for name in CHOICES}
    return Heads(linear=linear, platt=platt, temperature=temperature, entity_kinds=tuple(entity_kinds))
