"""Fine-tunes the multilingual encoder together with its heads, all tasks at once. Needs the extra ``train``.

What finds articles must stay what it was: the tuned network is held to the published one's ``meaning`` of every
message. The heads' scores of messages that a network has not seen come from networks tuned on the other part.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from carebot.classifier.calibration import Floats
from carebot.classifier.heads import CHOICES, HEADS, YES_OR_NO, Linear
from carebot.classifier.multilingual import MEANING, POOLED, MultilingualEncoder, batches

SEED = 20
PARTS = 2  # of the messages, for scores of messages that were not seen
EPOCHS, BATCH = 4, 48
RATE, HEAD_RATE, WARM_UP = 3e-4, 1e-3, 0.06
DROPOUT = 0.4
CHOICE_WEIGHT, FIDELITY = 0.4, 0.5  # beside the yes-or-no heads' loss
PRIVATE_WEIGHT = 3.0  # against the other yes-or-no heads
SIZES = {**dict.fromkeys(YES_OR_NO, 1), **{name: len(classes) for name, classes in CHOICES.items()}}
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """Messages to learn from, a row each: their pieces, what was counted in them, and the truth of every head.

    ``truths``: 0 or 1, or the place of the class; below 0 says that this message has none.
    """

    pieces: Sequence[Sequence[int]]
    counts: NDArray[np.float32]
    truths: dict[str, NDArray[np.int64]]

    def part(self, rows: NDArray[np.int64]) -> Lessons:
        """Some of them."""
        return Lessons(
            pieces=[self.pieces[row] for row in rows],
            counts=self.counts[rows],
            truths={name: truth[rows] for name, truth in self.truths.items()},
        )


class Tuned(nn.Module):
    """The encoder with one linear layer over ``meaning``, ``pooled`` and the counts: every head's rows."""

    def __init__(self, encoder: MultilingualEncoder, counts: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.drop = nn.Dropout(DROPOUT)
        self.layer = nn.Linear(MEANING + POOLED + counts, sum(SIZES.values()))
        self.stretch = (
            POOLED + MEANING
        ) ** 0.5 / 2  # vectors of unit length are too small for the layer's rate

    def forward(self, pieces: Tensor, present: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        """Raw scores of all heads, and the meaning."""
        meaning, pooled = self.encoder(pieces, present)
        vector = torch.cat([self.drop(torch.cat([meaning, pooled], -1) * self.stretch), counts], -1)
        return self.layer(vector), meaning

    def heads(self) -> dict[str, Linear]:
        """The layer as the heads that ship: over unit vectors."""
        weights = self.layer.weight.detach().numpy().copy()
        weights[:, : MEANING + POOLED] *= self.stretch
        bias = self.layer.bias.detach().numpy()
        return {name: Linear(weights=weights[rows], bias=bias[rows]) for name, rows in rows_of()}


def rows_of() -> Iterator[tuple[str, slice]]:
    """Each head with its rows of the layer."""
    begin = 0
    for name in HEADS:
        yield name, slice(begin, begin + SIZES[name])
        begin += SIZES[name]


def tune(encoder: MultilingualEncoder, lessons: Lessons, report: Report) -> Tuned:
    """A network tuned on all lessons; ``encoder`` stays as it is."""
    torch.manual_seed(SEED)
    order = np.random.default_rng(SEED)
    faithful = _meanings(encoder, lessons)
    model = Tuned(copy.deepcopy(encoder), lessons.counts.shape[1])
    optimizer = torch.optim.AdamW(
        [
            {"params": model.encoder.parameters(), "lr": RATE},
            {"params": model.layer.parameters(), "lr": HEAD_RATE},
        ],
        weight_decay=0.01,
    )
    steps = EPOCHS * (len(lessons.pieces) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, step / (WARM_UP * steps)) * max(0.0, 1 - step / (steps + 1))
    )
    for epoch in range(EPOCHS):
        model.train()
        total = 0.0
        for places, pieces, present in _shuffled(lessons, order):
            scores, meaning = model(pieces, present, torch.from_numpy(lessons.counts[places]))
            loss = _loss(scores, lessons, places)
            loss = loss + FIDELITY * (1 - (meaning * faithful[places]).sum(-1)).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(places)
        report(f"epoch {epoch + 1} of {EPOCHS}: loss {total / len(lessons.pieces):.3f}")
    model.eval()
    return model


def unseen_scores(
    encoder: MultilingualEncoder, lessons: Lessons, groups: Sequence[int], report: Report
) -> dict[str, Floats]:
    """Raw scores of each message by a network that saw neither it nor another one of its group."""
    names = np.unique(groups)
    part_of = dict(zip(names, np.random.default_rng(SEED).integers(0, PARTS, len(names)), strict=True))
    parts = np.array([part_of[group] for group in groups])
    scores = np.zeros((len(lessons.pieces), sum(SIZES.values())))
    for part in range(PARTS):
        held, seen = np.flatnonzero(parts == part), np.flatnonzero(parts != part)
        model = tune(encoder, lessons.part(seen), report)
        scores[held] = score(model, lessons.part(held))
    return {name: scores[:, rows] for name, rows in rows_of()}


def score(model: Tuned, lessons: Lessons) -> Floats:
    """Raw scores of all heads, a row a message."""
    scores = np.zeros((len(lessons.pieces), sum(SIZES.values())))
    with torch.no_grad():
        for places, pieces, present in batches(lessons.pieces, 64, range(len(lessons.pieces))):
            scores[places] = model(pieces, present, torch.from_numpy(lessons.counts[places]))[0].numpy()
    return scores


def _meanings(encoder: MultilingualEncoder, lessons: Lessons) -> Tensor:
    meanings = torch.zeros(len(lessons.pieces), MEANING)
    with torch.no_grad():
        for places, pieces, present in batches(lessons.pieces, 64, range(len(lessons.pieces))):
            meanings[places] = encoder(pieces, present)[0]
    return meanings


def _shuffled(lessons: Lessons, order: np.random.Generator) -> list[tuple[list[int], Tensor, Tensor]]:
    made = list(batches(lessons.pieces, BATCH, order.permutation(len(lessons.pieces)).tolist()))
    return [made[place] for place in order.permutation(len(made))]


def _loss(scores: Tensor, lessons: Lessons, places: Sequence[int]) -> Tensor:
    loss = torch.zeros(())
    weights = {name: PRIVATE_WEIGHT if name == "private" else 1.0 for name in YES_OR_NO}
    for name, rows in rows_of():
        truth = torch.from_numpy(lessons.truths[name][places])
        known = truth >= 0
        if not known.any():
            continue
        said = scores[known][:, rows]
        if name in YES_OR_NO:
            each = functional.binary_cross_entropy_with_logits(said[:, 0], truth[known].float())
            loss = loss + each * (2 * weights[name] / sum(weights.values()))
        else:
            loss = loss + functional.cross_entropy(said, truth[known]) * CHOICE_WEIGHT * known.float().mean()
    return loss
