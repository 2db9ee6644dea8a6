"""What the model learns from daily work: reviewed messages, and how well it reads them before and after."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from carebot.core.assessment import Band
from carebot.core.finding import EntityKind
from carebot.core.thresholds import Thresholds

LEAST = 60  # reviewed messages: from fewer nothing is learnt
LEAST_OF_EACH = 15  # private ones, and harmless ones
HELD_BACK = 0.30  # the share that is never learnt from, only judged on
_CERTAIN = 1e-6  # a probability is never taken for nearer to 0 or 1: one mistake must not weigh without end


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One reviewed message, masked. ``customer_id`` keeps one customer's messages on one side of every split.

    ``is_evidence`` False: it says nothing of how often messages are harmless, because it was only reviewed
    after an article had been found for it.
    """

    message_id: str
    customer_id: str
    masked_text: str
    entity_counts: Mapping[EntityKind, int]
    is_private: bool
    is_evidence: bool = True

    @property
    def is_held_back(self) -> bool:
        """Whether it is only judged on; the same in every training, whatever else was reviewed."""
        return drawn("held back", self.customer_id) < HELD_BACK


def drawn(purpose: str, name: str) -> float:
    """A number from 0 to 1 that looks random and is always the same for a purpose and a name."""
    digest = hashlib.sha256(f"{purpose}/{name}".encode()).digest()
    return int.from_bytes(digest[:7]) / (1 << 56)


@dataclass(frozen=True, slots=True, kw_only=True)
class SideLearned:
    """One encoder's head: how many reviews it has, how many of them private, and whether it was moved."""

    name: str
    reviews: int
    private: int
    is_moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What learning gave: the probability of ``private`` of each lesson, in their order.

    ``before`` by the model in force. ``after`` by heads that had not seen the lesson. ``reach`` is how far the
    reviews may move a typical message's log-odds (one standard deviation), as cross-validation chose it.
    """

    before: tuple[float, ...]
    after: tuple[float, ...]
    sides: tuple[SideLearned, ...]
    reach: float
    heads: object  # the learner's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How well some messages are read. ``auroc`` None: they are all private, or all harmless."""

    log_loss: float
    auroc: float | None
    bands: Mapping[Band, int]
    private_called_clear: int


def judge(scores: Sequence[float], private: Sequence[bool], thresholds: Thresholds) -> Judged:
    """Judge probabilities by what people said; there has to be one at least."""
    bands = [band_by(score, thresholds) for score in scores]
    return Judged(
        log_loss=log_loss(scores, private),
        auroc=auroc(scores, private),
        bands={band: bands.count(band) for band in Band},
        private_called_clear=sum(
            truth and band is Band.CLEAR for truth, band in zip(private, bands, strict=True)
        ),
    )


def band_by(score: float, thresholds: Thresholds) -> Band:
    """The band that the probability alone gives."""
    if thresholds.private.passes(score):
        return Band.PRIVATE
    return Band.DOUBT if thresholds.doubt.passes(score) else Band.CLEAR


def log_loss(scores: Sequence[float], outcomes: Sequence[bool]) -> float:
    """Mean of minus the logarithm of the probability that was given to what came true."""
    given = [score if outcome else 1 - score for score, outcome in zip(scores, outcomes, strict=True)]
    return -sum(log(min(1 - _CERTAIN, max(_CERTAIN, share))) for share in given) / len(given)


def auroc(scores: Sequence[float], outcomes: Sequence[bool]) -> float | None:
    """How often a true one has the higher score of a true and a false one; equal scores count half."""
    true = [score for score, outcome in zip(scores, outcomes, strict=True) if outcome]
    false = [score for score, outcome in zip(scores, outcomes, strict=True) if not outcome]
    if not true or not false:
        return None
    won = sum((one > other) + 0.5 * (one == other) for one in true for other in false)
    return won / (len(true) * len(false))
