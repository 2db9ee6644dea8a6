"""Golden messages: what the model said of them when it was built, to be compared on every machine.

On processors without VNNI int8 products can saturate, so that decisions differ from those that were measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from carebot.core.assessment import Reading
from carebot.core.ports import Classifier

TOLERANCE = 0.05  # of a probability; machines with the same instructions agree to the last bit
GOLDEN = (
    "i was charged twice for the same month and nobody answers",
    "cant log in since the update, my account is locked and the code never arrives",
    "how do i turn off autoplay on the tv app?",
    "is the site down for everyone or just me",
    "the new layout is awful, bring the old one back",
    "please add a dark mode",
    "you guys are the best, thank you so much!!",
    "someone got into my account and changed the email <EMAIL> right now",
    "where is my order <ORDER_NUMBER>? it should have come last week",
    "ps4",
    "my lawyer will be in touch about this",
    "win a free phone, click the link in our bio",
)


def figures(reading: Reading) -> dict[str, Any]:
    """The part of a reading that is compared."""
    return {
        "private": round(reading.probabilities.private, 4),
        "kind": reading.kind.value,
        "kind_confidence": round(reading.kind_confidence, 4),
        "sentiment": reading.sentiment.value,
        "sentiment_confidence": round(reading.sentiment_confidence, 4),
        "language": reading.language,
    }


def build_golden(classifier: Classifier) -> list[dict[str, Any]]:
    """The golden messages with what this classifier says of them."""
    return [{"text": text, **figures(_read(classifier, text))} for text in GOLDEN]


def differences(classifier: Classifier, golden: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where this machine reads a golden message differently, in words; empty is well."""
    found = []
    for expected in golden:
        here = figures(_read(classifier, expected["text"]))
        apart = abs(here["private"] - expected["private"])
        if apart > TOLERANCE:
            found.append(f"{expected['text']!r}: private {here['private']}, expected {expected['private']}")
    return found


def _read(classifier: Classifier, text: str) -> Reading:
    return classifier.classify(text, entity_counts={}, brand=None)
