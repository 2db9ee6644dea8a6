"""Text -> vectors with ONNX Runtime: one message per run, one session for all threads.

Dynamic int8 measures its scale per run, so in a batch a message's vector would depend on its neighbours.
Alone it does not: the same text gives the same bits in any order, thread or process of one machine. A run
computes on the thread that asks for it, so threads do not wait for one another.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

import numpy as np

# ONNX Runtime reports its use to its maker, with an id kept in the home folder, unless told so before it loads.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from carebot.classifier.artifacts import INSTALL_AGAIN, ModelFolder
from carebot.classifier.text import plain
from carebot.errors import ModelDamagedError

MAX_TOKENS = 128
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """The vectors of one text: ``meaning`` (unit length) finds articles, the heads weigh ``heads``."""

    meaning: Vector
    heads: Vector


class Encoder:
    """An encoder of a model folder: ``<name>.onnx`` and ``<name>.json``. Safe to call from several threads."""

    def __init__(self, folder: ModelFolder, name: str) -> None:
        self._session = _open(folder.read(f"{name}.onnx"), f"{name}.onnx")
        self._tokenizer = _tokenizer(folder, f"{name}.json")

    def tokens(self, masked_text: str) -> list[int]:
        """The numbers that the network reads, with the marks of begin and end."""
        ids: list[int] = self._tokenizer.encode(normalize("NFKC", plain(masked_text))).ids
        return ids

    def encode(self, masked_text: str) -> Encoded:
        """The vectors of one message."""
        return self.encode_pieces(self.tokens(masked_text))

    def encode_pieces(self, pieces: Sequence[int]) -> Encoded:
        """The vectors of what ``tokens`` gave."""
        ids = np.array([pieces], dtype=np.int64)
        outputs = self._session.run(None, {"input_ids": ids})
        return Encoded(meaning=outputs[0][0], heads=np.concatenate([output[0] for output in outputs]))


def _tokenizer(folder: ModelFolder, file: str) -> Tokenizer:
    tokenizer = Tokenizer.from_buffer(folder.read(file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _open(graph: bytes, file: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime has no common class for what it refuses
        raise ModelDamagedError(f"{file} cannot be run ({error}): {INSTALL_AGAIN}") from error
