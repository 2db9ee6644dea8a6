"""Which article answers a message, and how sure that is. Refitted in about a second when articles change.

Each brand has a scope: its own articles and those for every brand. In a scope a logistic head tells its
articles from each other and from general messages (the background that ships with the model). The
confidence is calibrated on held-out phrasings, from what the head says and how near the nearest examples
are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from carebot.classifier import logistic
from carebot.classifier.calibration import Floats, sigmoid, softmax
from carebot.classifier.encoder import Vector
from carebot.core.article import Article
from carebot.core.assessment import AnswerCandidate

PENALTY = 1e-3
BODY_CHARACTERS = 200  # of its text: reading it takes as long as reading three examples
WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
LETTERS_A_WORD = 2
SURE_WORDS = 3  # "ps4" is near to everything: fewer words than this take their share of the confidence away
Read = Callable[[str], Vector]  # a text's meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What confidence is made of."""

    odds: float  # log-odds of the best article against everything else
    nearest: float  # cosine to its nearest example
    near: float  # mean cosine to its three nearest examples
    margin: float  # its share minus that of the second best article

    def row(self) -> list[float]:
        """As numbers, in the order that the calibration weighs."""
        return [self.odds, self.nearest, self.near, self.margin]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Weights of the signals, in their order."""

    weights: Floats
    bias: float

    def __call__(self, signals: Signals) -> float:
        """Probability that the best article is the right one."""
        return float(sigmoid(np.asarray((self.weights * np.array(signals.row())).sum() + self.bias)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The articles that one brand's messages can be answered from."""

    slugs: tuple[str, ...]
    weights: Floats  # one row an article, the background's last
    bias: Floats
    examples: NDArray[np.float32]
    owners: NDArray[np.int64]  # the article of each example

    def best(self, meaning: Vector) -> tuple[str, Signals]:
        """The likeliest article, sure or not."""
        shares = softmax((self.weights * meaning).sum(axis=1) + self.bias)
        rising = np.argsort(shares[:-1], kind="stable")
        best = int(rising[-1])
        second = float(shares[rising[-2]]) if len(rising) > 1 else 0.0
        near = np.sort((self.examples[self.owners == best] * meaning).sum(axis=1))[::-1]
        share = float(np.clip(shares[best], 1e-9, 1 - 1e-9))
        return self.slugs[best], Signals(
            odds=float(np.log(share / (1 - share))),
            nearest=float(near[0]),
            near=float(near[:3].mean()),
            margin=max(0.0, share - second),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Fitted scopes by brand. Never changed once made: a refit makes a new one."""

    scopes: Mapping[str | None, Scope] = field(default_factory=dict)
    calibration: Calibration

    def best(self, meaning: Vector, words: int, brand: str | None) -> AnswerCandidate | None:
        """The article that answers best, or None when the brand has none."""
        scope = self.scopes.get(brand, self.scopes.get(None))
        if scope is None:
            return None
        slug, signals = scope.best(meaning)
        confidence = self.calibration(signals) * min(1.0, words / SURE_WORDS)
        return AnswerCandidate(slug=slug, confidence=confidence, margin=signals.margin)


def texts_of(article: Article, language: str | None) -> tuple[str, ...]:
    """What an article is recognised by: example phrasings, title, beginning of its text.

    Of its texts that in ``language`` counts; with None, every one.
    """
    variants = [article.variant(language)] if language else list(article.variants.values())
    bodies = [(each.long or each.short or "")[:BODY_CHARACTERS] for each in variants if each]
    return tuple(text for text in (*article.examples, article.title, *bodies) if text.strip())


def words_in(text: str) -> int:
    """How many words a text has, about; Chinese and Japanese put no blanks between theirs."""
    return max(len(text.split()), len(WIDE.findall(text)) // LETTERS_A_WORD)


def fit_scope(
    articles: Sequence[Article], read: Read, background: NDArray[np.float32], language: str | None
) -> Scope:
    """Tell these articles from each other and from the background."""
    told = [
        (read(text), owner) for owner, article in enumerate(articles) for text in texts_of(article, language)
    ]
    examples = np.stack([vector for vector, _ in told])
    owners = np.array([owner for _, owner in told], dtype=np.int64)
    vectors = np.concatenate([examples, background]).astype(np.float64)
    classes = np.concatenate([owners, np.full(len(background), len(articles))])
    counts = np.concatenate([np.ones(len(told)), np.full(len(background), len(told) / len(background))])
    weights, bias = logistic.fit(vectors, classes, len(articles) + 1, weights=counts, penalty=PENALTY)
    slugs = tuple(article.slug for article in articles)
    return Scope(slugs=slugs, weights=weights, bias=bias, examples=examples, owners=owners)


def fit_answers(
    articles: Sequence[Article],
    read: Read,
    background: NDArray[np.float32],
    calibration: Calibration,
    language: str | None = None,
) -> Answers:
    """One scope for each brand, and one for messages of any other brand; ``language``: as for ``texts_of``."""
    usable = sorted(
        (each for each in articles if each.approved and texts_of(each, language)), key=lambda each: each.slug
    )
    scopes: dict[str | None, Scope] = {}
    for brand in {None, *(article.brand for article in usable)}:
        own = [article for article in usable if article.brand in {None, brand}]
        if own:
            scopes[brand] = fit_scope(own, read, background, language)
    return Answers(scopes=scopes, calibration=calibration)
