"""The classifier that ships: two encoders, English and multilingual, each with heads and a head over the articles."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carebot.classifier.answers import Answers, Calibration, Read, fit_answers, words_in
from carebot.classifier.artifacts import INSTALL_AGAIN, ModelFolder, find_model, open_model
from carebot.classifier.encoder import Encoder, Vector
from carebot.classifier.heads import Heads, build_heads, inputs, load_arrays, side_arrays
from carebot.classifier.language import detect
from carebot.classifier.text import plain
from carebot.core.article import Article
from carebot.core.assessment import FlagReason, Kind, Probabilities, Reading, Sentiment
from carebot.core.evidence import Evidence
from carebot.core.finding import EntityKind
from carebot.core.languages import UNDETERMINED
from carebot.errors import ClassifierError, ModelDamagedError

DEFAULT = "care"
ENGLISH, MULTILINGUAL = "english", "multilingual"
SIDES = (ENGLISH, MULTILINGUAL)
ENGLISH_CODE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One encoder with everything that was fitted on its vectors. Each message is read by one side.

    ``language``: of the articles' texts that answers are found by; None is all of them.
    """

    encoder: Encoder
    heads: Heads
    background: NDArray[np.float32]
    calibration: Calibration
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Everything of a model folder that reading a message needs."""

    sides: Mapping[str, Side]
    evidence: Mapping[str, Evidence]


def side_of(language: str, masked_text: str) -> str:
    """The side that reads a message: the English encoder what is English, or too short to tell and without accents."""
    is_english = language == ENGLISH_CODE or (language == UNDETERMINED and masked_text.isascii())
    return ENGLISH if is_english else MULTILINGUAL


def load(folder: ModelFolder) -> Loaded:
    """Read and prove a model's files. Raises ModelMissingError, ModelDamagedError."""
    encoders = {name: Encoder(folder, name) for name in SIDES}
    content = folder.read("heads.npz")
    evidence = folder.evidence()
    try:
        stored = load_arrays(content)
        sides = {name: _side(name, encoders[name], stored, folder.manifest["entity_kinds"]) for name in SIDES}
    except (KeyError, ValueError, IndexError) as error:
        raise ModelDamagedError(
            f"{folder.path / 'heads.npz'} lacks something ({error}): {INSTALL_AGAIN}"
        ) from error
    return Loaded(sides=sides, evidence=evidence)


def _side(
    name: str, encoder: Encoder, stored: Mapping[str, NDArray[np.float64]], kinds: Sequence[str]
) -> Side:
    own = side_arrays(stored, name)
    return Side(
        encoder=encoder,
        heads=build_heads(own, kinds),
        background=own["background"].astype(np.float32),
        calibration=Calibration(weights=own["answer.weights"], bias=float(own["answer.bias"][0])),
        language=ENGLISH_CODE if name == ENGLISH else None,
    )


class TransformerClassifier:
    """Reads messages with the model in ``folder``; loads it at the first use, or when told to."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None
        self._failure: ClassifierError | None = None
        self._name = ""
        self._answers: Mapping[str, Answers] = {}
        self._known: dict[tuple[str, str], Vector] = {}

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
            return self._reading(loaded, answers, masked_text, entity_counts, brand)
        except ClassifierError:
            raise
        except Exception as error:  # whatever the runtime raises: the message then goes to people
            raise ClassifierError(f"{self.name} could not read a message ({type(error).__name__})") from error

    def use_articles(self, articles: Sequence[Article]) -> None:
        """Answer from these approved articles; messages read meanwhile still see the old ones."""
        loaded = self.load()
        with self._lock:
            known: dict[tuple[str, str], Vector] = {}

            def reader(name: str, side: Side) -> Read:
                def read(text: str) -> Vector:
                    key = (name, text)
                    if key not in known:
                        earlier = self._known.get(key)
                        known[key] = side.encoder.encode(text).meaning if earlier is None else earlier
                    return known[key]

                return read

            self._answers = {
                name: fit_answers(
                    articles, reader(name, side), side.background, side.calibration, side.language
                )
                for name, side in loaded.sides.items()
            }
            self._known = known

    def evidence(self) -> Mapping[str, Evidence]:
        """The curves that ship with the model."""
        return self.load().evidence

    def vector(self, masked_text: str, entity_counts: Mapping[EntityKind, int]) -> tuple[str, Vector]:
        """Which side reads the message, and what that side's heads weigh."""
        name = side_of(detect(masked_text)[0], masked_text)
        side = self.load().sides[name]
        return name, inputs(side.encoder.encode(masked_text), entity_counts, side.heads.entity_kinds)

    def _reading(
        self,
        loaded: Loaded,
        answers: Mapping[str, Answers],
        masked_text: str,
        counts: Mapping[EntityKind, int],
        brand: str | None,
    ) -> Reading:
        language, language_confidence = detect(masked_text)
        name = side_of(language, masked_text)
        side = loaded.sides[name]
        encoded = side.encoder.encode(masked_text)
        said = side.heads(inputs(encoded, counts, side.heads.entity_kinds))
        kind, sentiment, reason = (said.choices[choice] for choice in ("kind", "sentiment", "flag_reason"))
        words = words_in(plain(masked_text))
        return Reading(
            probabilities=Probabilities(**said.probabilities),
            kind=Kind(kind[0]),
            kind_confidence=kind[1],
            sentiment=Sentiment(sentiment[0]),
            sentiment_confidence=sentiment[1],
            language=language,
            language_confidence=language_confidence,
            answer=answers[name].best(encoded.meaning, words, brand) if answers else None,
            model=self.name,
            flag_reason=FlagReason(reason[0]),
            flag_reason_confidence=reason[1],
        )
