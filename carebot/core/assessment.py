"""What the classifier and the recognizers saw in one message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from carebot.core.finding import EntityKind


class Category(StrEnum):
    """Why a message is sensitive: whose data it carries or would need."""

    BILLING = "billing"
    ACCOUNT = "account"
    IDENTITY = "identity"
    HEALTH = "health"
    FRAUD = "fraud"
    LEGAL = "legal"


class Kind(StrEnum):
    """What a message is."""

    HOWTO = "howto"
    PROBLEM = "problem"
    COMPLAINT = "complaint"
    REQUEST = "request"
    PRAISE = "praise"
    CHATTER = "chatter"
    SPAM = "spam"


class Sentiment(StrEnum):
    """How a message sounds."""

    NEG = "neg"
    NEU = "neu"
    POS = "pos"


class FlagReason(StrEnum):
    """Why marketing should look at a message."""

    LEGAL = "legal"
    SAFETY = "safety"
    PRESS = "press"
    BOYCOTT = "boycott"
    ANGER = "anger"
    ABUSE = "abuse"
    SECURITY = "security"
    PERSONAL_DATA = "personal_data"


class Band(StrEnum):
    """What may be done with a message: bot may answer, people look first, private place."""

    CLEAR = "clear"
    DOUBT = "doubt"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probabilities:
    """Calibrated probabilities, each 0 to 1 and independent of the others."""

    private: float
    billing: float
    account: float
    identity: float
    health: float
    fraud: float
    legal: float
    exposes_pii: float
    urgent: float
    flag: float

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not 0.0 <= value <= 1.0:  # also refuses NaN
                raise ValueError(f"probability {item.name} is {value}, expected 0 to 1")

    def of(self, category: Category) -> float:
        """The probability of one sensitive category."""
        return float(getattr(self, category.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCandidate:
    """The article that answers best, sure or not.

    ``confidence`` is the calibrated probability that this article is the right answer; ``margin`` is how far
    the second best article's share lies behind (0 to 1).
    """

    slug: str
    confidence: float
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one pass of the classifier says of one masked message.

    ``flag_reason`` is the likeliest reason if marketing should look at all (``probabilities.flag`` says whether);
    None from a model that tells no reasons.
    """

    probabilities: Probabilities
    kind: Kind
    kind_confidence: float
    sentiment: Sentiment
    sentiment_confidence: float
    language: str  # ISO 639-1, or "und" when nothing can be said
    language_confidence: float
    answer: AnswerCandidate | None
    model: str  # name and version of the model that read it
    flag_reason: FlagReason | None = None
    flag_reason_confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything that is known of a message when the policy decides.

    ``reading`` is None when the classifier failed, was too slow or is missing; ``failure`` then says which, in
    words for people. ``entity_counts`` are the recognizers' findings, counted by kind.
    """

    reading: Reading | None
    failure: str | None = None
    entity_counts: Mapping[EntityKind, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.reading is None) == (self.failure is None):
            raise ValueError("an assessment has either a reading or a failure")

    @property
    def exposes_entities(self) -> bool:
        """True when a recognizer found personal data in the text itself."""
        return any(self.entity_counts.values())
