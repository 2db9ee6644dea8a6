"""Reading messages: the same text gives the same bits, whatever happens beside it."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from carebot.classifier.artifacts import open_model
from carebot.classifier.golden import GOLDEN, differences, too_many
from carebot.classifier.transformer import ENGLISH, MULTILINGUAL, TransformerClassifier, side_of
from carebot.core.assessment import Kind, Reading
from carebot.core.finding import EntityKind
from carebot.core.thresholds import Targets, thresholds_from
from tests.unit.classifier.examples import CANCEL, DARK

READ_BY_ANOTHER_PROCESS = """
import sys
from pathlib import Path
from carebot.classifier.golden import GOLDEN
from carebot.classifier.transformer import ENGLISH, MULTILINGUAL, TransformerClassifier, side_of
classifier = TransformerClassifier(Path(sys.argv[1]))
for text in reversed(GOLDEN):
    print(repr(classifier.classify(text, entity_counts={}, brand=None)))
"""


def read(classifier: TransformerClassifier, text: str) -> Reading:
    return classifier.classify(text, entity_counts={}, brand=None)


def test_golden_messages_are_read_as_when_the_model_was_built(
    classifier: TransformerClassifier, shipped: Path
) -> None:
    assert differences(classifier, open_model(shipped).manifest["golden"]) == []


def test_a_golden_message_that_is_read_differently_is_reported(classifier: TransformerClassifier) -> None:
    right = {"text": GOLDEN[0], "private": round(read(classifier, GOLDEN[0]).probabilities.private, 4)}
    wrong = {"text": GOLDEN[0], "private": 0.01}
    assert "expected 0.01" in differences(classifier, [wrong])[0]
    assert differences(classifier, [right]) == []


def test_one_in_a_hundred_golden_messages_may_differ_between_machines() -> None:
    assert not too_many(["one"] * 5, [{}] * 500)
    assert too_many(["one"] * 6, [{}] * 500)


def test_a_reading_does_not_depend_on_what_was_read_before(classifier: TransformerClassifier) -> None:
    forwards = [read(classifier, text) for text in GOLDEN]
    backwards = [read(classifier, text) for text in reversed(GOLDEN)]
    assert forwards == backwards[::-1]


def test_a_reading_does_not_depend_on_the_thread(classifier: TransformerClassifier) -> None:
    alone = [read(classifier, text) for text in GOLDEN]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: read(classifier, text), GOLDEN * 4))
    assert together == alone * 4


def test_a_reading_does_not_depend_on_the_process(classifier: TransformerClassifier, shipped: Path) -> None:
    command = [sys.executable, "-c", READ_BY_ANOTHER_PROCESS, str(shipped)]
    elsewhere = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert elsewhere == [repr(read(classifier, text)) for text in reversed(GOLDEN)]


def test_a_handle_or_a_link_does_not_change_what_is_read(classifier: TransformerClassifier) -> None:
    bare = read(classifier, "how do i turn off autoplay link")
    dressed = read(classifier, "@SomeBrand how do i turn off autoplay https://t.co/abc")
    assert dressed.probabilities == bare.probabilities
    assert (dressed.kind, dressed.language) == (bare.kind, bare.language)


def test_a_charge_of_this_customer_is_private_and_a_general_question_is_not(
    classifier: TransformerClassifier,
) -> None:
    limits = thresholds_from(classifier.evidence(), Targets())
    mine = read(classifier, "you charged my card twice for the same month, i want my money back")
    general = read(classifier, "how do i change the colour of the menu?")
    assert limits.private.passes(mine.probabilities.private)
    assert not limits.doubt.passes(general.probabilities.private)
    assert general.kind is Kind.HOWTO


def test_found_personal_data_counts(classifier: TransformerClassifier) -> None:
    text = "write to me at <EMAIL>"
    with_count = classifier.classify(text, entity_counts={EntityKind.EMAIL: 1}, brand=None)
    without = classifier.classify(text, entity_counts={}, brand=None)
    assert with_count.probabilities.exposes_pii > without.probabilities.exposes_pii


@pytest.mark.parametrize(
    "text", ["", " \n ", "😡😡😡", "\x00\x1f", "a" * 10_000, "wo ist es? " * 1_000, "<EMAIL>"]
)
def test_odd_texts_are_read(classifier: TransformerClassifier, text: str) -> None:
    assert read(classifier, text).model == classifier.name


def test_messages_read_during_a_refit_see_the_old_articles_or_the_new_ones(shipped: Path) -> None:
    classifier = TransformerClassifier(shipped)
    classifier.use_articles([DARK])
    before = read(classifier, "is there a dark mode")
    seen: list[Reading] = []
    done = threading.Event()

    def keep_reading() -> None:
        while not done.is_set():
            seen.append(read(classifier, "is there a dark mode"))

    reader = threading.Thread(target=keep_reading)
    reader.start()
    classifier.use_articles([DARK, CANCEL])
    done.set()
    reader.join()
    after = read(classifier, "is there a dark mode")
    assert before.answer != after.answer
    assert all(reading in (before, after) for reading in seen)


def test_evidence_for_every_threshold_ships_with_the_model(classifier: TransformerClassifier) -> None:
    evidence = classifier.evidence()
    assert set(evidence) >= {"private", "answer", "no_care"}
    assert all(curve.scores and "messages" in curve.source for curve in evidence.values())


@pytest.mark.parametrize(
    ("language", "text", "side"),
    [
        ("en", "où est my order", ENGLISH),
        ("und", "ps4", ENGLISH),
        ("und", "??", ENGLISH),
        ("und", "注文", MULTILINGUAL),
        ("de", "wo bleibt das", MULTILINGUAL),
        ("ko", "주문이 안 와요", MULTILINGUAL),
    ],
)
def test_each_message_is_read_by_one_encoder(language: str, text: str, side: str) -> None:
    assert side_of(language, text) == side


@pytest.mark.parametrize(
    ("private", "general"),
    [
        (
            "Sie haben mir zweimal 39,90 abgebucht, ich will mein Geld zurück",
            "Kann man bei euch mit PayPal zahlen?",
        ),
        ("me cobraron dos veces y nadie me devuelve el dinero", "¿a qué hora abre la tienda los sábados?"),
        ("二重に請求されています。返金してください", "ダークモードはいつ来ますか？"),
        ("меня дважды списали за заказ, верните деньги", "когда добавите тёмную тему?"),
    ],
)
def test_a_charge_is_private_in_other_languages_too(
    classifier: TransformerClassifier, private: str, general: str
) -> None:
    assert read(classifier, private).probabilities.private > 0.8
    assert read(classifier, general).probabilities.private < 0.2
