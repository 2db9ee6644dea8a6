"""How likely a text is each of the languages of its script, by short sequences of bytes.

The sequences and their weights are those of py3langid (BSD-3), cut down to the languages that posts come in: the
library itself takes 0.6 s and 100 MiB to load, most of it for tables that are not needed here. Per script there
are sorted ``keys`` (each a sequence of 2 to 6 bytes, read as one number), and ``weights``: how much less likely
the sequence makes each language than the one that it speaks for most.
"""

from __future__ import annotations

import math
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carebot.classifier.scripts import SHARED
from carebot.errors import ModelDamagedError, ModelMissingError

FILE = Path(__file__).parent / "languages.npz"
LONGEST = 6  # bytes in a sequence
STEP = 1 / 25  # of a logarithm: what one unit of a weight is worth; 255 of them are as good as impossible
_AGAIN = "install carebot again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ngrams:
    """The sequences of one script. ``languages`` may name one twice: it then has two ways of writing."""

    languages: tuple[str, ...]
    keys: NDArray[np.uint64]
    weights: NDArray[np.uint8]
    priors: NDArray[np.float32]

    def shares(self, text: str) -> dict[str, float]:
        """How likely each language is, all together 1; softened as py3langid does it, by the text's length."""
        data = unicodedata.normalize("NFC", text).encode()
        rows, counts = np.unique(self._longest(data), return_counts=True)
        against = np.log1p(counts.astype(np.float32)) @ self.weights[rows].astype(np.float32)
        scores = (self.priors - against * np.float32(STEP)) / math.sqrt(len(data) or 1)
        raised = np.exp(scores - scores.max())
        shares: dict[str, float] = {}
        for language, share in zip(self.languages, (raised / raised.sum()).tolist(), strict=True):
            shares[language] = shares.get(language, 0.0) + share
        return shares

    def _longest(self, data: bytes) -> NDArray[np.intp]:
        """The rows of the longest known sequences, one for each byte at which one ends."""
        signs = np.frombuffer(data, dtype=np.uint8).astype(np.uint64)
        ending = np.zeros((LONGEST, len(signs)), dtype=np.uint64)  # [k, i]: the k + 1 bytes that end at i
        ending[0] = signs
        for k in range(1, min(LONGEST, len(signs))):
            ending[k, k:] = (signs[:-k] << np.uint64(8 * k)) | ending[k - 1, k:]
        longest_first = ending[::-1]
        rows = np.minimum(np.searchsorted(self.keys, longest_first), len(self.keys) - 1)
        found = self.keys[rows] == longest_first
        first = found.argmax(axis=0)
        here = np.arange(len(signs))
        ends: NDArray[np.intp] = rows[first, here][found[first, here]]
        return ends


@cache
def ngrams() -> Mapping[str, Ngrams]:
    """The sequences by script, read once. Raises ModelMissingError, ModelDamagedError."""
    return read_ngrams(FILE)


def read_ngrams(file: Path) -> Mapping[str, Ngrams]:
    """Read a file of sequences. Raises ModelMissingError, ModelDamagedError."""
    try:
        with file.open("rb") as content, np.load(content, allow_pickle=False) as stored:
            return {script: _of(stored, script) for script in SHARED}
    except OSError as error:
        raise ModelMissingError(f"{file} cannot be read ({error.strerror}): {_AGAIN}") from error
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ModelDamagedError(
            f"{file} is not what was shipped ({type(error).__name__}): {_AGAIN}"
        ) from error
    except Exception as error:  # zlib's own error, whose module the interpreter need not have
        raise ModelDamagedError(f"{file} is damaged ({type(error).__name__}): {_AGAIN}") from error


def _of(stored: Mapping[str, NDArray[np.generic]], script: str) -> Ngrams:
    found = Ngrams(
        languages=tuple(stored[f"{script}.languages"].tolist()),
        keys=np.cumsum(stored[f"{script}.keys"], dtype=np.uint64),
        weights=stored[f"{script}.weights"].astype(np.uint8, copy=False),
        priors=stored[f"{script}.priors"].astype(np.float32, copy=False),
    )
    if found.weights.shape != (len(found.keys), len(found.languages)):
        raise ValueError(f"{script}: the tables do not fit each other")
    return found
