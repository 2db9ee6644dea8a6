"""The classifier that ships: a sentence encoder, linear heads and a head over the articles."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carebot.classifier.answers import Answers, Calibration, fit_answers
from carebot.classifier.artifacts import INSTALL_AGAIN, ModelFolder, find_model, open_model
from carebot.classifier.encoder import Encoded, Encoder, Vector
from carebot.classifier.heads import YES_OR_NO, Heads, build_heads, inputs, load_arrays
from carebot.classifier.language import detect
from carebot.classifier.text import plain
from carebot.core.article import Article
from carebot.core.assessment import Kind, Probabilities, Reading, Sentiment
from carebot.core.evidence import Evidence
from carebot.core.finding import EntityKind
from carebot.errors import ClassifierError, ModelDamagedError

DEFAULT = "minilm-care"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Everything of a model folder that reading a message needs."""

    encoder: Encoder
    heads: Heads
    background: NDArray[np.float32]
    calibration: Calibration
    evidence: Mapping[str, Evidence]


def load(folder: ModelFolder) -> Loaded:
    """Read and prove a model's files. Raises ModelMissingError, ModelDamagedError."""
    encoder = Encoder(folder)
    content = folder.read("heads.npz")
    evidence = folder.evidence()
    try:
        stored = load_arrays(content)
        return Loaded(
            encoder=encoder,
            heads=build_heads(stored, folder.manifest["entity_kinds"]),
            background=stored["background"].astype(np.float32),
            calibration=Calibration(weights=stored["answer.weights"], bias=float(stored["answer.bias"][0])),
            evidence=evidence,
        )
    except (KeyError, ValueError, IndexError) as error:
        raise ModelDamagedError(
            f"{folder.path / 'heads.npz'} lacks something ({error}): {INSTALL_AGAIN}"
        ) from error


class TransformerClassifier:
    """Reads messages with the model in ``folder``; loads it at the first use, or when told to."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None
        self._failure: ClassifierError | None = None
        self._name = ""
        self._answers: Answers | None = None
        self._known: dict[str, Vector] = {}

    @property
    def name(self) -> str:
        """Name and version of the model."""
        self.load()
        return self._name

    def load(self) -> Loaded:
        """Load the model now, if that has not happened. Raises ModelMissingError, ModelDamagedError.

        A model that could not be loaded is not tried again: that takes long, and messages wait.
        """
        if self._loaded is not None:
            return self._loaded
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._loaded is None:
                folder, loaded = self._read()
                self._name, self._loaded = folder.title, loaded
            return self._loaded

    def _read(self) -> tuple[ModelFolder, Loaded]:
        try:
            folder = open_model(self._folder or find_model(DEFAULT))
            return folder, load(folder)
        except ClassifierError as error:
            self._failure = error
            raise

    def classify(
        self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
    ) -> Reading:
        """Read one masked message."""
        loaded, answers = self.load(), self._answers
        try:
            encoded = loaded.encoder.encode(masked_text)
            return self._reading(loaded, answers, encoded, masked_text, entity_counts, brand)
        except ClassifierError:
            raise
        except Exception as error:  # whatever the runtime raises: the message then goes to people
            raise ClassifierError(f"{self.name} could not read a message ({type(error).__name__})") from error

    def use_articles(self, articles: Sequence[Article]) -> None:
        """Answer from these approved articles; messages read meanwhile still see the old ones."""
        loaded = self.load()
        with self._lock:
            known: dict[str, Vector] = {}

            def read(text: str) -> Vector:
                if text not in known:
                    earlier = self._known.get(text)
                    known[text] = loaded.encoder.encode(text).meaning if earlier is None else earlier
                return known[text]

            fitted = fit_answers(articles, read, loaded.background, loaded.calibration)
            self._answers, self._known = fitted, known

    def evidence(self) -> Mapping[str, Evidence]:
        """The curves that ship with the model."""
        return self.load().evidence

    def _reading(
        self,
        loaded: Loaded,
        answers: Answers | None,
        encoded: Encoded,
        masked_text: str,
        counts: Mapping[EntityKind, int],
        brand: str | None,
    ) -> Reading:
        heads = loaded.heads
        vector = inputs(encoded, counts, heads.entity_kinds)
        kind, kind_confidence = heads.choice("kind", vector)
        sentiment, sentiment_confidence = heads.choice("sentiment", vector)
        language, language_confidence = detect(masked_text)
        words = len(plain(masked_text).split())
        return Reading(
            probabilities=Probabilities(**{name: heads.probability(name, vector) for name in YES_OR_NO}),
            kind=Kind(kind),
            kind_confidence=kind_confidence,
            sentiment=Sentiment(sentiment),
            sentiment_confidence=sentiment_confidence,
            language=language,
            language_confidence=language_confidence,
            answer=answers.best(encoded.meaning, words, brand) if answers else None,
            model=self.name,
        )
