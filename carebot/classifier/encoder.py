"""Text -> vectors with ONNX Runtime: one message per run, one session per thread.

Dynamic int8 measures its scale per run, so in a batch a message's vector would depend on its neighbours.
Alone it does not: the same text gives the same bits in any order, thread or process of one machine.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass

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
    """The encoder of a model folder. Safe to call from several threads."""

    def __init__(self, folder: ModelFolder) -> None:
        self._graph = folder.read("encoder.onnx")
        self._tokenizer = _tokenizer(folder)
        self._local = threading.local()
        self._session()  # a damaged graph is found now, not at the first message

    def tokens(self, masked_text: str) -> list[int]:
        """The numbers that the network reads, with the marks of begin and end."""
        ids: list[int] = self._tokenizer.encode(plain(masked_text)).ids
        return ids

    def encode(self, masked_text: str) -> Encoded:
        """The vectors of one message."""
        ids = np.array([self.tokens(masked_text)], dtype=np.int64)
        outputs = self._session().run(None, {"input_ids": ids})
        return Encoded(meaning=outputs[0][0], heads=np.concatenate([output[0] for output in outputs]))

    def _session(self) -> onnxruntime.InferenceSession:
        if not hasattr(self._local, "session"):
            self._local.session = _open(self._graph)
        session: onnxruntime.InferenceSession = self._local.session
        return session


def _tokenizer(folder: ModelFolder) -> Tokenizer:
    tokenizer = Tokenizer.from_buffer(folder.read("tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _open(graph: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime has no common class for what it refuses
        raise ModelDamagedError(f"encoder.onnx cannot be run ({error}): {INSTALL_AGAIN}") from error
