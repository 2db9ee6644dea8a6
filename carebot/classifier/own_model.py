"""The classifier with a model of the owner's own: it tells the heads, the shipped model tells the articles."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from carebot.classifier.artifacts import curves_of
from carebot.classifier.labels import Meaning
from carebot.classifier.language import detect
from carebot.classifier.own_network import EVIDENCE, Network, Source, load_network, require_libraries
from carebot.classifier.text import plain
from carebot.classifier.transformer import TransformerClassifier
from carebot.core.article import Article
from carebot.core.assessment import AnswerCandidate, Reading
from carebot.core.care import ClassifierChoice
from carebot.core.evidence import Evidence
from carebot.core.finding import EntityKind
from carebot.core.ports import Classifier
from carebot.errors import CarebotError, ClassifierError, ConfigurationError, ModelDamagedError

CURVES = (
    "private",
    "no_care",
)  # what evidence beside an own model speaks of; the answers are the shipped one's
MEASURE_AGAIN = (
    "measure the model again (docs/own-model.md), or take the file away: then every message is doubt"
)
log = logging.getLogger(__name__)

Load = Callable[[Source], Network]


class OwnModelClassifier:
    """Reads messages with the model in ``source``; ``labels`` says which heads each of its labels speaks for.

    Loaded at the first use. Articles are answered from by ``shipped``, if that loads.
    """

    def __init__(
        self,
        source: Source,
        labels: Mapping[str, Collection[str]],
        *,
        shipped: Classifier | None = None,
        load: Load = load_network,
    ) -> None:
        self._source = source
        self._meaning = Meaning(labels)
        if load is load_network:
            require_libraries()  # said at the start, not at the first message
        self._shipped: Classifier = shipped or TransformerClassifier()
        self._load = load
        self._lock = threading.Lock()
        self._network: Network | None = None
        self._failure: CarebotError | None = None
        self._name = ""
        self._answers = False

    @property
    def name(self) -> str:
        """The model's name, and a version of its files, its labels' meaning and its length together."""
        self.load()
        return self._name

    def load(self) -> Network:
        """Load the model now, if that has not happened. Raises ModelMissingError, ConfigurationError.

        A model that could not be loaded is not tried again: that takes long, and messages wait.
        """
        if self._network is not None:
            return self._network
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._network is None:
                network = self._read()
                self._name, self._network = self._named(network), network
            return self._network

    def _read(self) -> Network:
        try:
            network = self._load(self._source)
            if strange := sorted(set(self._meaning.labels) - set(network.labels)):
                raise ConfigurationError(
                    f"classifier.labels: {self._source.name} has no label {strange[0]!r}; "
                    f"it has {', '.join(network.labels)}"
                )
        except CarebotError as error:
            self._failure = error
            raise
        return network

    def _named(self, network: Network) -> str:
        meaning = {label: sorted(heads) for label, heads in self._meaning.labels.items()}
        parts = json.dumps([network.version, meaning, self._source.max_tokens], sort_keys=True)
        folder = self._source.folder
        known_as = folder.resolve().name if folder else self._source.name
        return f"{known_as} {hashlib.sha256(parts.encode()).hexdigest()[:12]}"

    def classify(
        self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
    ) -> Reading:
        """Read one masked message."""
        try:
            network = self.load()
            answer = self._answer(masked_text, entity_counts, brand)
            return self._reading(network, masked_text, answer)
        except ClassifierError:
            raise
        except ConfigurationError as error:
            raise ClassifierError(error.detail) from error
        except Exception as error:  # whatever the network raises: the message then goes to people
            name = self._source.name
            raise ClassifierError(f"{name} could not read a message ({type(error).__name__})") from error

    def use_articles(self, articles: Sequence[Article]) -> None:
        """Answer from these approved articles, by the shipped model; without it nothing is answered."""
        self.load()
        try:
            self._shipped.use_articles(articles)
        except ClassifierError as error:
            self._answers = False
            log.warning("no answers beside %s: %s", self._source.name, error)
        else:
            self._answers = bool(articles)

    def evidence(self) -> Mapping[str, Evidence]:
        """The shipped curve of answers, and what was measured of this model and lies beside it.

        Without that there is no curve ``private``: every message is doubt at least. Raises ModelDamagedError
        for a file that is not about this model.
        """
        self.load()
        return {**self._answer_evidence(), **self._own_evidence()}

    def _reading(self, network: Network, masked_text: str, answer: AnswerCandidate | None) -> Reading:
        with self._lock:
            scores = network.scores(plain(masked_text))
        kind, kind_confidence = self._meaning.kind(scores)
        sentiment, sentiment_confidence = self._meaning.sentiment(scores)
        flag_reason, flag_reason_confidence = self._meaning.flag_reason(scores)
        language, language_confidence = detect(masked_text)
        return Reading(
            probabilities=self._meaning.probabilities(scores),
            kind=kind,
            kind_confidence=kind_confidence,
            sentiment=sentiment,
            sentiment_confidence=sentiment_confidence,
            language=language,
            language_confidence=language_confidence,
            answer=answer,
            model=self.name,
            flag_reason=flag_reason,
            flag_reason_confidence=flag_reason_confidence,
        )

    def _answer(
        self, masked_text: str, counts: Mapping[EntityKind, int], brand: str | None
    ) -> AnswerCandidate | None:
        if not self._answers:
            return None
        return self._shipped.classify(masked_text, entity_counts=counts, brand=brand).answer

    def _answer_evidence(self) -> dict[str, Evidence]:
        try:
            curve = self._shipped.evidence().get("answer")
        except ClassifierError:  # use_articles says so; without a curve nothing is answered
            curve = None
        return {} if curve is None else {"answer": curve}

    def _own_evidence(self) -> dict[str, Evidence]:
        file = None if self._source.folder is None else self._source.folder / EVIDENCE
        return read_evidence(file, self.name) if file and file.exists() else {}


def own_classifier(name: str, choice: ClassifierChoice) -> OwnModelClassifier:
    """The classifier with the model in a folder or of a name, as the configuration says. Raises ConfigurationError."""
    source = Source(name=name, revision=choice.revision, max_tokens=choice.max_tokens)
    return OwnModelClassifier(source, choice.labels)


def read_evidence(file: Path, model: str) -> dict[str, Evidence]:
    """The curves in a file that must say it is about ``model``. Raises ModelDamagedError."""
    try:
        content = json.loads(file.read_bytes())
        measured = content.get("model")
        curves = curves_of({name: content[name] for name in CURVES if name in content})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelDamagedError(
            f"{file} is not evidence ({type(error).__name__}: {error}): {MEASURE_AGAIN}"
        ) from error
    if measured != model:
        raise ModelDamagedError(
            f"{file} is about the model {measured!r}, and this one is {model!r}: {MEASURE_AGAIN}"
        )
    return curves
