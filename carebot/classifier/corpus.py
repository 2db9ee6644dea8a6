"""The written messages that train the model: reading them, and finding near-duplicates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NEAR = 0.70  # share of common words from which two messages are the same message told twice
CATEGORIES = ("billing", "account", "identity", "health", "fraud", "legal")
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled opening: everything that a customer wrote before the first answer."""

    id: str
    text: str
    private: bool
    categories: frozenset[str]
    exposes_pii: bool
    kind: str
    sentiment: str
    flag: bool
    urgent: bool
    flag_reason: str | None = None
    language: str = "en"
    brand: str | None = None

    def answers(self, label: str) -> bool:
        """Whether a yes-or-no label holds."""
        return label in self.categories if label in CATEGORIES else bool(getattr(self, label))


def read_examples(place: Path) -> list[Example]:
    """Examples of one JSON Lines file, or of all ``messages-*.jsonl`` in a folder."""
    files = [place] if place.is_file() else sorted(place.glob("messages-*.jsonl"))
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    return [_example(json.loads(line)) for line in lines]


def _example(row: dict[str, Any]) -> Example:
    labels = row["labels"]
    return Example(
        id=row["id"],
        text=opening(row["messages"]),
        private=labels["private"],
        categories=frozenset(labels["cat"]),
        exposes_pii=labels["exposes_pii"],
        kind=labels["kind"],
        sentiment=labels["sentiment"],
        flag=labels["flag"],
        urgent=labels["urgent"],
        flag_reason=labels.get("flag_reason"),
        language=labels["lang"],
        brand=row.get("brand"),
    )


def opening(messages: Iterable[dict[str, Any]]) -> str:
    """What the customer wrote before the first agent message, joined."""
    texts: list[str] = []
    for message in messages:
        if message["who"] != "customer":
            break
        texts.append(message["text"])
    return "\n".join(texts)


def near_duplicates(texts: Sequence[str]) -> list[int]:
    """For each text the index of the first one that it repeats, or its own."""
    bags = [frozenset(WORD.findall(text.lower())) for text in texts]
    holders: dict[str, list[int]] = {}
    first: list[int] = []
    for index, bag in enumerate(bags):
        known = {other for word in bag for other in holders.get(word, ())}
        twin = next((other for other in sorted(known) if _overlap(bag, bags[other]) > NEAR), index)
        first.append(first[twin] if twin != index else index)
        for word in bag:
            holders.setdefault(word, []).append(index)
    return first


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))
