"""Heads for tests: some as given, and all the others there and saying nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from carebot.classifier.calibration import Platt
from carebot.classifier.heads import CHOICES, YES_OR_NO, Heads, Linear


def made_heads(width: int, linear: Mapping[str, Linear], platt: Mapping[str, Platt]) -> Heads:
    sizes = {**dict.fromkeys(YES_OR_NO, 1), **{name: len(classes) for name, classes in CHOICES.items()}}
    silent = {
        name: Linear(weights=np.zeros((size, width), dtype=np.float32), bias=np.zeros(size, dtype=np.float32))
        for name, size in sizes.items()
    }
    as_is = Platt(slope=1.0, shift=0.0)
    return Heads(
        linear={**silent, **linear},
        platt={**dict.fromkeys(YES_OR_NO, as_is), **platt},
        temperature=dict.fromkeys(CHOICES, 1.0),
        entity_kinds=(),
    )
