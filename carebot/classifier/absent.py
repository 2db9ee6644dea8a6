"""No model at all: every message is doubt, so people look at each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from carebot.core.article import Article
from carebot.core.assessment import Reading
from carebot.core.evidence import Evidence
from carebot.core.finding import EntityKind
from carebot.errors import ClassifierError

NOTHING = Evidence(scores=(), outcomes=(), source="no model")


class AbsentClassifier:
    """The classifier of an installation that wants none."""

    @property
    def name(self) -> str:
        """As decisions cite it."""
        return "none"

    def classify(
        self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
    ) -> Reading:
        """Always raises ClassifierError."""
        del masked_text, entity_counts, brand  # nobody reads them
        raise ClassifierError("no model is configured (model: none in care.yaml): people read every message")

    def use_articles(self, articles: Sequence[Article]) -> None:
        """Nothing is ever answered from them."""

    def evidence(self) -> Mapping[str, Evidence]:
        """Empty curves: no threshold can be computed from them."""
        return {"private": NOTHING, "answer": NOTHING}
