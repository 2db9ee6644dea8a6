"""Golden messages: what the model said of them when it was built, to be compared on every machine.

On processors without VNNI int8 products can saturate, so that decisions differ from those that were measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from carebot.core.assessment import Reading
from carebot.core.ports import Classifier

TOLERANCE = 0.05  # of a probability; machines with the same instructions agree to the last bit
AGREE = 0.99  # of the golden messages must be read alike
COUNT = 500
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
        "sentiment": reading.sentiment.value,
        "language": reading.language,
    }


def choose(masked_texts: Sequence[str]) -> list[str]:
    """The fixed messages, and as many of these, evenly spread, as make COUNT (all of them when there are fewer)."""
    wanted = min(COUNT - len(GOLDEN), len(masked_texts))
    spread = [masked_texts[place * len(masked_texts) // wanted] for place in range(wanted)] if wanted else []
    return [*GOLDEN, *spread]


def build_golden(classifier: Classifier, texts: Sequence[str]) -> list[dict[str, Any]]:
    """The golden messages with what this classifier says of them."""
    return [{"text": text, **figures(_read(classifier, text))} for text in texts]


def differences(classifier: Classifier, golden: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where this machine reads a golden message differently, in words; empty is well."""
    found = []
    for expected in golden:
        here = figures(_read(classifier, expected["text"]))
        apart = [
            f"{name} {here[name]}, expected {told}"
            for name, told in expected.items()
            if name != "text" and not _alike(here[name], told)
        ]
        if apart:
            found.append(f"{expected['text']!r}: {', '.join(apart)}")
    return found


def too_many(different: Sequence[str], golden: Sequence[Mapping[str, Any]]) -> bool:
    """Whether so many differ that the model's figures do not hold on this machine."""
    return len(different) > (1 - AGREE) * len(golden)


def _alike(here: float | str, expected: float | str) -> bool:
    if isinstance(here, float) and isinstance(expected, float):
        return abs(here - expected) <= TOLERANCE
    return here == expected


def _read(classifier: Classifier, text: str) -> Reading:
    return classifier.classify(text, entity_counts={}, brand=None)
