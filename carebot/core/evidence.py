"""Evidence: past scores with what turned out to be true, from which thresholds are computed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Scores (calibrated, 0 to 1) that a model gave to examples it had not seen, and their outcomes.

    ``source`` says in words where the examples come from ("cross-validation over 2,240 written messages").
    ``scores[i]`` belongs to ``outcomes[i]``.
    """

    scores: tuple[float, ...]
    outcomes: tuple[bool, ...]
    source: str

    def __post_init__(self) -> None:
        if len(self.scores) != len(self.outcomes):
            raise ValueError(f"{len(self.scores)} scores but {len(self.outcomes)} outcomes")
