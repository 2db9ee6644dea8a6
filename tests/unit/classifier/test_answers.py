"""Articles answer their own questions, in their brand's scope, and not everything else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from carebot.classifier.answers import texts_of, words_in
from carebot.classifier.transformer import TransformerClassifier
from carebot.core.article import Variant
from carebot.core.assessment import AnswerCandidate
from tests.unit.classifier.examples import CANCEL, DARK, article

REFUND = article("ask-for-a-refund", "how do refunds work", "whats your refund policy", brand="Acme")


@pytest.fixture(scope="module")
def fitted(shipped: Path) -> TransformerClassifier:
    classifier = TransformerClassifier(shipped)
    classifier.use_articles([DARK, CANCEL, REFUND])
    return classifier


def answer(classifier: TransformerClassifier, text: str, brand: str | None = None) -> AnswerCandidate:
    found = classifier.classify(text, entity_counts={}, brand=brand).answer
    assert found is not None
    return found


def test_an_article_answers_its_question_in_other_words(fitted: TransformerClassifier) -> None:
    assert answer(fitted, "any way to make the app dark at night?").slug == DARK.slug
    assert answer(fitted, "i want to stop my subscription, how").slug == CANCEL.slug


def test_a_question_that_no_article_answers_is_less_sure(fitted: TransformerClassifier) -> None:
    asked, strange = (
        answer(fitted, "how can i get the dark theme"),
        answer(fitted, "is your flight to rome late?"),
    )
    assert asked.confidence > 0.5 > strange.confidence


def test_a_brand_is_answered_from_its_own_articles_and_those_of_every_brand(
    fitted: TransformerClassifier,
) -> None:
    assert answer(fitted, "what is your refund policy", "Acme").slug == REFUND.slug
    assert answer(fitted, "how do i cancel", "Acme").slug == CANCEL.slug


def test_another_brand_never_sees_a_brands_article(fitted: TransformerClassifier) -> None:
    for brand in ("Zenith", None):
        assert answer(fitted, "what is your refund policy", brand).slug != REFUND.slug


def test_a_message_of_one_word_is_never_sure(fitted: TransformerClassifier) -> None:
    assert answer(fitted, "dark").confidence <= 1 / 3


def test_without_articles_there_is_no_answer(shipped: Path) -> None:
    classifier = TransformerClassifier(shipped)
    assert classifier.classify("how do i cancel", entity_counts={}, brand=None).answer is None
    classifier.use_articles([CANCEL])
    classifier.use_articles([])
    assert classifier.classify("how do i cancel", entity_counts={}, brand=None).answer is None


def test_an_article_that_nobody_approved_answers_nothing(shipped: Path) -> None:
    classifier = TransformerClassifier(shipped)
    classifier.use_articles([replace(CANCEL, approved=False)])
    assert classifier.classify("how do i cancel", entity_counts={}, brand=None).answer is None


def test_the_same_articles_in_another_order_give_the_same_answers(shipped: Path) -> None:
    one, other = TransformerClassifier(shipped), TransformerClassifier(shipped)
    one.use_articles([DARK, CANCEL])
    other.use_articles([CANCEL])
    other.use_articles([CANCEL, DARK])
    assert answer(one, "how to cancel this") == answer(other, "how to cancel this")


def test_an_article_is_recognised_by_examples_title_and_text() -> None:
    assert texts_of(DARK, "en") == (*DARK.examples, "switch on dark mode", "How to switch on dark mode.")
    long = replace(DARK, variants={"en": Variant(language="en", short="Dark.", long="Open the settings.")})
    assert texts_of(long, "en")[-1] == "Open the settings."


def test_an_article_is_recognised_by_its_texts_in_all_languages_or_in_one() -> None:
    texts = {"en": Variant(language="en", short="Dark."), "nl": Variant(language="nl", short="Donker.")}
    both = replace(DARK, variants=texts)
    assert texts_of(both, "en")[-1:] == ("Dark.",)
    assert texts_of(both, None)[-2:] == ("Dark.", "Donker.")


def test_words_are_counted_in_languages_without_blanks() -> None:
    assert words_in("where is my order") == 4
    assert words_in("注文した商品がまだ届きません") >= 3
    assert words_in("返金") == 1


def test_a_question_in_another_language_finds_the_article_by_its_english_examples(shipped: Path) -> None:
    classifier = TransformerClassifier(shipped)
    classifier.use_articles([DARK, CANCEL])
    told = classifier.classify("Wie kann ich mein Abo kündigen?", entity_counts={}, brand=None)
    assert told.language == "de"
    assert told.answer is not None
    assert told.answer.slug == CANCEL.slug
