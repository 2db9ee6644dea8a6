"""A classifier that says what it was told to say: for tests of everything behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from carebot.core.article import Article
from carebot.core.assessment import AnswerCandidate, Kind, Probabilities, Reading, Sentiment
from carebot.core.evidence import Evidence
from carebot.core.finding import EntityKind
from carebot.errors import ClassifierError

NAME = "scripted 1"
HARMLESS = Probabilities(
    private=0.0,
    billing=0.0,
    account=0.0,
    identity=0.0,
    health=0.0,
    fraud=0.0,
    legal=0.0,
    exposes_pii=0.0,
    urgent=0.0,
    flag=0.0,
)
CLEAR = Reading(
    probabilities=HARMLESS,
    kind=Kind.HOWTO,
    kind_confidence=0.95,
    sentiment=Sentiment.NEU,
    sentiment_confidence=0.95,
    language="en",
    language_confidence=0.99,
    answer=None,
    model=NAME,
)

# With the default targets: below 0.5 clear, from 0.5 doubt, from 0.9 private; an answer or no care from 0.9.
_PRIVATE = Evidence(
    scores=(0.1,) * 400 + (0.5,) * 60 + (0.9,) * 400,
    outcomes=(False,) * 400 + (False, True) * 30 + (True,) * 400,
    source="a script",
)
_SURE = Evidence(
    scores=(0.1,) * 400 + (0.9,) * 400, outcomes=(False,) * 400 + (True,) * 400, source="a script"
)
EVIDENCE: Mapping[str, Evidence] = {"private": _PRIVATE, "answer": _SURE, "no_care": _SURE}


def reading(
    *, private: float = 0.0, answer: str | None = None, confidence: float = 0.99, base: Reading = CLEAR
) -> Reading:
    """``base`` with another probability of being private, and answered by the article ``answer``."""
    candidate = (
        None if answer is None else AnswerCandidate(slug=answer, confidence=confidence, margin=confidence)
    )
    return replace(base, probabilities=replace(base.probabilities, private=private), answer=candidate)


class ScriptedClassifier:
    """Reads each masked text as ``readings`` has it, every other as ``default``; an error there is raised.

    Like the real one it answers only from approved articles in use that serve the message's brand.
    """

    def __init__(
        self,
        readings: Mapping[str, Reading | ClassifierError] | None = None,
        default: Reading | ClassifierError = CLEAR,
        *,
        evidence: Mapping[str, Evidence] = EVIDENCE,
    ) -> None:
        self._readings = dict(readings or {})
        self._default = default
        self._evidence = evidence
        self._brands: Mapping[str, str | None] = {}

    @property
    def name(self) -> str:
        """As decisions cite it."""
        return NAME

    def classify(
        self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
    ) -> Reading:
        """What the script says of this text."""
        del entity_counts  # a script knows already
        said = self._readings.get(masked_text, self._default)
        if isinstance(said, ClassifierError):
            raise said
        return replace(said, answer=self._in_use(said.answer, brand), model=NAME)

    def use_articles(self, articles: Sequence[Article]) -> None:
        """Answer from these approved articles from now on."""
        self._brands = {article.slug: article.brand for article in articles if article.approved}

    def evidence(self) -> Mapping[str, Evidence]:
        """Curves that give round thresholds."""
        return self._evidence

    def _in_use(self, answer: AnswerCandidate | None, brand: str | None) -> AnswerCandidate | None:
        if answer is None or answer.slug not in self._brands:
            return None
        return answer if self._brands[answer.slug] in {None, brand} else None
