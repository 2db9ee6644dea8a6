"""With a model that is missing, damaged or too slow nothing automatic is said, and everything goes to people."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from carebot.app import scratch_app
from carebot.article_files import read_articles
from carebot.care_file import parse_care
from carebot.classifier.transformer import TransformerClassifier
from carebot.core.assessment import Band, Reading
from carebot.core.decision import Action
from carebot.core.finding import EntityKind
from carebot.core.message import Author, IncomingMessage, PostKind, Visibility, Writer
from carebot.core.ports import Classifier
from carebot.core.records import OutgoingState
from carebot.core.tiers import Zone
from carebot.services.outcome import Outcome
from tests.unit.services.houses import CARD, MINUTE, NOON

DEMO = Path(str(files("carebot.demo")))
MODEL = Path(__file__).parents[2] / "models" / "care"
QUESTIONS = {
    "answered": "how long does it take to charge the battery of the Plum One from empty?",
    "hours": "when are you open, can I call somebody on a saturday?",
    "charged": "you charged me twice for my order, I want my money back",
    "card": f"my card {CARD} was declined",
    "praise": "love my new bike, you are the best!",
    "human": "let me talk to a human please",
    "stop": "stop",
    "german": "Wie lange dauert es, den Akku zu laden?",
}
ASKED_FOR = {"human", "stop"}


def intact(folder: Path) -> None:
    """As it was trained."""


def missing_folder(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def truncated(name: str) -> Callable[[Path], None]:
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size // 2)


def noise(name: str) -> Callable[[Path], None]:
    """As many bytes as before, and none of them as it was."""
    return lambda folder: _fill(folder / name)


def _fill(file: Path) -> None:
    file.write_bytes(os.urandom(file.stat().st_size))


DAMAGE = {
    "removed": without("english.onnx"),
    "no heads": without("heads.npz"),
    "no manifest": without("model.json"),
    "empty folder": missing_folder,
    "truncated": truncated("english.onnx"),
    "truncated words": truncated("english.json"),
    "noise": noise("english.onnx"),
    "noisy heads": noise("heads.npz"),
    "noisy manifest": noise("model.json"),
}


def messages(*names: str, direct: bool) -> list[IncomingMessage]:
    """Each from a customer of its own, so that none depends on another."""
    return [
        IncomingMessage(
            channel="townsquare",
            account="plumvelo",
            brand="Plumvelo",
            external_id=f"{name}/{direct}",
            author=Author(external_id=name, handle=name, writer=Writer.CUSTOMER),
            visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
            text=QUESTIONS[name],
            at=NOON + number * MINUTE,
            thread_id=f"{name}/{direct}",
            post_kind=PostKind.POST,
        )
        for number, name in enumerate(names)
    ]


def play(
    model: Path,
    *,
    time_limit_ms: int = 60_000,
    names: tuple[str, ...] = tuple(QUESTIONS),
    classifier: Classifier | None = None,
) -> list[Outcome]:
    """Messages of the demo's brand, in public and by direct message, through everything that is real."""
    care = {
        "version": 1,
        "brands": [{"name": "Plumvelo"}],
        "bot": {"mode": "auto"},
        "targets": {"answer_precision": "60 %"},
        "classifier": {"model": str(model), "time_limit_ms": time_limit_ms},
    }
    articles = tuple(read_articles(DEMO / "articles.yaml", allow_approved=True))
    with scratch_app(parse_care(json.dumps(care)), articles, classifier=classifier) as app:
        return [*app.replay(messages(*names, direct=False)), *app.replay(messages(*names, direct=True))]


def said(outcome: Outcome) -> list[str]:
    return [text.origin for text in outcome.texts if text.state is OutgoingState.QUEUED]


def name_of(outcome: Outcome) -> str:
    return outcome.message.external_id.partition("/")[0]


def assert_doubt(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        decision = outcome.decision
        assert decision is not None
        assert outcome.assessment is not None
        assert outcome.assessment.reading is None, "it was read"
        assert outcome.assessment.failure
        assert outcome.case_id is not None, "a person sees it"
        assert decision.tier >= 1
        assert decision.action not in (Action.ANSWER, Action.SUGGEST, Action.NO_CASE, Action.ASK_DETAIL)
        assert outcome.article is None
        if name_of(outcome) == "card":  # the recognizers do not need the model
            assert (decision.band, decision.zone) == (Band.PRIVATE, Zone.PRIVATE)
        elif name_of(outcome) in ASKED_FOR:
            assert decision.action is Action.HAND_OFF
        else:
            assert (decision.band, decision.action, decision.queue) == (Band.DOUBT, Action.HOLD, "triage")
            assert outcome.texts == ()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


def test_the_intact_model_reads_every_message_of_this_test(model: Path) -> None:
    """The same set-up: so what the tests below find is the damage and nothing else."""
    outcomes = play(model)

    assert all(outcome.assessment is not None and outcome.assessment.reading for outcome in outcomes)
    actions = {name_of(outcome): outcome.decision for outcome in outcomes}
    assert {decision.band for decision in actions.values() if decision} >= {Band.CLEAR, Band.PRIVATE}
    assert any(said(outcome) for outcome in outcomes)


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_model_leaves_every_message_to_people(model: Path, damage: Callable[[Path], None]) -> None:
    damage(model)

    outcomes = play(model)

    assert len(outcomes) == 2 * len(QUESTIONS)
    assert_doubt(outcomes)


def test_a_damaged_model_is_told_once_and_by_name(model: Path, caplog: pytest.LogCaptureFixture) -> None:
    without("english.onnx")(model)

    outcomes = play(model, names=("answered",))

    assert "english.onnx cannot be read" in str(outcomes[0].assessment)
    told = [record for record in caplog.records if record.name.startswith("carebot")]
    assert len(told) == 1, [record.getMessage() for record in told]
    assert "english.onnx" in told[0].getMessage()
    assert QUESTIONS["answered"] not in caplog.text


class Slow(TransformerClassifier):
    """The real model, which comes back from no customer's message before it is let go."""

    let_go = threading.Event()

    def classify(
        self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
    ) -> Reading:
        if brand is not None:  # the models are warmed up with a message to no brand
            self.let_go.wait()
        return super().classify(masked_text, entity_counts=entity_counts, brand=brand)


def test_a_model_that_takes_too_long_leaves_every_message_to_people(model: Path) -> None:
    names = ("answered", "charged", "card", "human")
    try:
        outcomes = play(model, time_limit_ms=50, names=names, classifier=Slow(model))
    finally:
        Slow.let_go.set()

    assert len(outcomes) == 2 * len(names)
    for outcome in outcomes:
        assert outcome.assessment is not None
        assert outcome.assessment.failure == "the classifier took longer than 0.05 s"
    assert_doubt(outcomes)


def test_only_the_recognizers_and_the_customers_own_words_speak_when_the_model_is_gone(model: Path) -> None:
    missing_folder(model)

    outcomes = play(model)

    texts = {outcome.message.external_id: said(outcome) for outcome in outcomes if said(outcome)}
    assert set(texts) <= {"card/False", "card/True", "stop/True", "human/False", "human/True"}
    for texts_said in texts.values():
        assert not any(origin.startswith("article:") for origin in texts_said)


def test_no_answer_is_learnt_from_a_model_that_was_swapped_for_another_file(model: Path) -> None:
    """A file of the right length that is not the one that was trained is noise, too."""
    content = bytearray((model / "english.onnx").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (model / "english.onnx").write_bytes(content)

    assert_doubt(play(model, names=("answered",)))


def test_the_files_of_this_test_are_those_of_the_model() -> None:
    described: dict[str, Any] = json.loads((MODEL / "model.json").read_text(encoding="utf-8"))
    assert {"english.onnx", "heads.npz", "english.json"} <= set(described["files"])
