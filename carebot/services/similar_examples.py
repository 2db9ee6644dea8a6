"""Find examples of different articles that say nearly the same: no retrieval can tell those apart."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from carebot.core.article import Article

NEAR = 0.8  # share of common words
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """An example and the earlier one of another article that it nearly repeats."""

    slug: str
    example: str
    other_slug: str
    other: str


def similar_examples(articles: Sequence[Article]) -> Iterator[Similar]:
    """Each example that an earlier article of the same brand (or of every brand) has too, nearly."""
    entries = [(article, example) for article in articles for example in article.examples]
    bags = [frozenset(_WORD.findall(example.casefold())) for _, example in entries]
    commonness = Counter(word for bag in bags for word in bag)
    holders: dict[str, list[int]] = defaultdict(list)
    for index, (article, example) in enumerate(entries):
        rare = _rarest(bags[index], commonness)
        for twin in sorted({other for word in rare for other in holders[word]}):
            other, said = entries[twin]
            if _meet(article, other) and _overlap(bags[index], bags[twin]) >= NEAR:
                yield Similar(slug=article.slug, example=example, other_slug=other.slug, other=said)
                break
        for word in rare:
            holders[word].append(index)


def _rarest(bag: frozenset[str], commonness: Counter[str]) -> list[str]:
    """Two bags that share NEAR of their words share at least one of these: the rest is too small for it."""
    words = sorted(bag, key=lambda word: (commonness[word], word))
    return words[: len(words) - math.ceil(NEAR * len(words)) + 1]


def _meet(one: Article, other: Article) -> bool:
    """Whether both can be offered to one customer."""
    return one.slug != other.slug and (one.brand == other.brand or None in (one.brand, other.brand))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))
