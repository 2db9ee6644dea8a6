"""What every classifier promises, whether it thinks or follows a script."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from carebot.classifier.transformer import TransformerClassifier
from carebot.core.article import Article, Variant
from carebot.core.assessment import Reading
from carebot.core.ports import Classifier
from carebot.errors import ClassifierError
from carebot.testing.fake_classifier import ScriptedClassifier, reading

ASKED = "how do i get the dark theme"
TEXTS = [ASKED, "you charged me twice", "still nothing", "", "😡", "ps4", "why " * 2_500]
ARTICLE = Article(
    slug="dark-mode",
    title="Dark mode",
    variants={"en": Variant(language="en", short="Settings, then Dark.")},
    examples=("how do i get dark mode", "is there a dark theme"),
    approved=True,
)
MAKERS: dict[str, Callable[[], Classifier]] = {
    "the shipped model": TransformerClassifier,
    "a script": lambda: ScriptedClassifier(
        {ASKED: reading(answer="dark-mode"), TEXTS[1]: reading(private=0.97)}
    ),
}


@pytest.fixture(params=MAKERS)
def classifier(request: pytest.FixtureRequest) -> Classifier:
    return MAKERS[request.param]()


def read(classifier: Classifier, text: str, brand: str | None = None) -> Reading:
    return classifier.classify(text, entity_counts={}, brand=brand)


def test_every_text_is_read(classifier: Classifier) -> None:
    assert all(isinstance(read(classifier, text), Reading) for text in TEXTS)


def test_a_reading_names_the_model_that_made_it(classifier: Classifier) -> None:
    assert classifier.name
    assert read(classifier, ASKED).model == classifier.name


def test_a_reading_depends_on_no_neighbour(classifier: Classifier) -> None:
    forwards = [read(classifier, text) for text in TEXTS]
    backwards = [read(classifier, text) for text in reversed(TEXTS)]
    assert forwards == backwards[::-1]


def test_a_reading_depends_on_no_thread(classifier: Classifier) -> None:
    alone = [read(classifier, text) for text in TEXTS]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda text: read(classifier, text), TEXTS * 3)) == alone * 3


def test_a_charge_of_this_customer_is_more_private_than_a_question(classifier: Classifier) -> None:
    assert read(classifier, TEXTS[1]).probabilities.private > read(classifier, ASKED).probabilities.private


def test_without_articles_there_is_no_answer(classifier: Classifier) -> None:
    assert read(classifier, ASKED).answer is None


def test_an_approved_article_answers(classifier: Classifier) -> None:
    classifier.use_articles([ARTICLE])
    found = read(classifier, ASKED).answer
    assert found is not None
    assert found.slug == "dark-mode"
    assert 0.0 <= found.confidence <= 1.0
    assert 0.0 <= found.margin <= 1.0


def test_an_article_that_is_not_approved_never_answers(classifier: Classifier) -> None:
    classifier.use_articles([replace(ARTICLE, approved=False)])
    assert read(classifier, ASKED).answer is None


def test_an_article_that_is_withdrawn_stops_answering(classifier: Classifier) -> None:
    classifier.use_articles([ARTICLE])
    classifier.use_articles([])
    assert read(classifier, ASKED).answer is None


def test_a_brands_article_answers_that_brand_only(classifier: Classifier) -> None:
    classifier.use_articles([replace(ARTICLE, brand="Acme")])
    assert read(classifier, ASKED, "Acme").answer is not None
    assert read(classifier, ASKED, "Zenith").answer is None
    assert read(classifier, ASKED).answer is None


def test_there_is_evidence_for_the_thresholds(classifier: Classifier) -> None:
    evidence = classifier.evidence()
    assert {"private", "answer"} <= set(evidence)
    assert all(0.0 <= score <= 1.0 for curve in evidence.values() for score in curve.scores)


def test_a_script_may_fail_as_a_model_does() -> None:
    broken = ScriptedClassifier(default=ClassifierError("broken on purpose"))
    with pytest.raises(ClassifierError, match="on purpose"):
        read(broken, ASKED)
