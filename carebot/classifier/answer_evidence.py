"""How far confidence in an answer can be trusted: articles are asked with phrasings they were not fitted on.

In scope are held-out example phrasings, asked in their brand's scope. Out of scope are written messages
that address another business by its handle, asked in the scope of one of the brands, as many as there are
phrasings; and where a shelf of articles has them, messages to the brand itself that none of its articles
answers, half of them near misses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from carebot.classifier.answers import Calibration, Read, Scope, Signals, fit_scope
from carebot.classifier.calibration import Floats, sigmoid
from carebot.core.article import Article
from carebot.core.evidence import Evidence

FOLDS = 5
LANGUAGE = "en"  # of the shelves that are asked
SEED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question to the articles and whether the best article was the right one."""

    signals: Signals
    right: bool
    in_scope: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Articles of some brands, and pairs of a brand and a message to it that no article of it answers."""

    articles: Sequence[Article]
    unanswered: Sequence[tuple[str, str]] = ()


def ask_all(
    shelves: Sequence[Shelf], outside: Sequence[str], read: Read, background: NDArray[np.float32]
) -> list[Asked]:
    """Ask every shelf; each takes its messages from the next part of ``outside``."""
    asked: list[Asked] = []
    for shelf in shelves:
        inside = sum(len(article.examples) for article in shelf.articles)
        asked += _ask_shelf(shelf, outside[:inside], read, background)
        outside = outside[inside:]
    return asked


def _ask_shelf(
    shelf: Shelf, outside: Sequence[str], read: Read, background: NDArray[np.float32]
) -> list[Asked]:
    """Every example phrasing once while held out, then what is out of scope."""
    articles = shelf.articles
    brands = sorted({article.brand or "" for article in articles})
    asked: list[Asked] = []
    for brand in brands:
        own = [article for article in articles if (article.brand or "") == brand]
        for fold in range(FOLDS):
            scope = fit_scope([_without(article, fold) for article in own], read, background, LANGUAGE)
            for article in own:
                asked += [_ask(scope, text, article.slug, read) for text in article.examples[fold::FOLDS]]
    return asked + _ask_outside(shelf, brands, outside, read, background)


def _ask_outside(
    shelf: Shelf,
    brands: Sequence[str],
    outside: Sequence[str],
    read: Read,
    background: NDArray[np.float32],
) -> list[Asked]:
    asked = []
    for place, brand in enumerate(brands):
        own = [article for article in shelf.articles if (article.brand or "") == brand]
        scope = fit_scope(own, read, background, LANGUAGE)
        texts = [*outside[place :: len(brands)], *(text for name, text in shelf.unanswered if name == brand)]
        asked += [_ask(scope, text, None, read) for text in texts]
    return asked


def _without(article: Article, fold: int) -> Article:
    kept = tuple(text for place, text in enumerate(article.examples) if place % FOLDS != fold)
    return replace(article, examples=kept)


def _ask(scope: Scope, text: str, expected: str | None, read: Read) -> Asked:
    slug, signals = scope.best(read(text))
    return Asked(signals=signals, right=slug == expected, in_scope=expected is not None)


def calibrate(asked: Sequence[Asked], source: str) -> tuple[Calibration, Evidence]:
    """The calibration over all questions, and each one's confidence by a calibration that had not seen it."""
    rows = np.array([each.signals.row() for each in asked])
    right = np.array([each.right for each in asked])
    unseen = np.zeros(len(rows))
    for seen, held in KFold(FOLDS, shuffle=True, random_state=SEED).split(rows):
        said = _fit(rows[seen], right[seen])
        unseen[held] = sigmoid(rows[held] @ said.weights + said.bias)
    evidence = Evidence(
        scores=tuple(round(float(score), 5) for score in unseen),
        outcomes=tuple(map(bool, right)),
        source=source,
    )
    return _fit(rows, right), evidence


def _fit(rows: Floats, right: NDArray[np.bool_]) -> Calibration:
    """Logistic regression over standardised signals, written back in their own units."""
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    head = LogisticRegression(C=1.0).fit((rows - middle) / spread, right)
    weights = head.coef_[0] / spread
    return Calibration(weights=weights, bias=float(head.intercept_[0] - (weights * middle).sum()))
