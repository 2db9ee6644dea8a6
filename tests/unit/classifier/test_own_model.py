"""A model of the owner's own behind the port, with a network that says what it is told: no PyTorch."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from carebot.classifier.artifacts import find_model
from carebot.classifier.labels import Scores
from carebot.classifier.own_model import OwnModelClassifier
from carebot.classifier.own_network import Network, Source
from carebot.classifier.registry import is_own, make_classifier
from carebot.classifier.transformer import DEFAULT, TransformerClassifier
from carebot.core.care import ClassifierChoice
from carebot.core.evidence import Evidence
from carebot.core.ports import Classifier
from carebot.core.thresholds import Targets, thresholds_from
from carebot.errors import ClassifierError, ConfigurationError, ModelDamagedError, ModelMissingError
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.classifier.examples import DARK

LABELS = {"refund": ("billing", "kind:request"), "junk": ("kind:spam",)}
CHOICE = ClassifierChoice(labels=LABELS)
CURVE = {"source": "400 messages", "scores": [0.1, 0.9] * 200, "outcomes": [False, True] * 200}


class Told:
    """A network whose every text has the same scores; ``texts`` are those that it was asked about."""

    def __init__(self, shares: Mapping[str, float] | None = None, version: str = "1") -> None:
        self._shares = shares or {"refund": 0.75, "junk": 0.15, "other": 0.1}
        self.labels = tuple(self._shares)
        self.version = version
        self.texts: list[str] = []

    def scores(self, text: str) -> Scores:
        self.texts.append(text)
        if text == "burst":
            raise RuntimeError(text)
        return Scores(shares=self._shares, are_exclusive=True)


class Gone:
    """A shipped model that is not there."""

    name = "gone"

    def classify(self, *_: object, **__: object) -> object:
        raise ModelMissingError("install carebot again")

    def use_articles(self, articles: Sequence[object]) -> None:
        raise ModelMissingError("install carebot again")

    def evidence(self) -> Mapping[str, Evidence]:
        raise ModelMissingError("install carebot again")


def own(
    network: Network | Exception | None = None,
    *,
    folder: Path | None = None,
    labels: Mapping[str, Sequence[str]] = LABELS,
    shipped: Classifier | None = None,
    loads: list[Source] | None = None,
) -> OwnModelClassifier:
    def load(source: Source) -> Network:
        if loads is not None:
            loads.append(source)
        if isinstance(network, Exception):
            raise network
        return network or Told()

    source = Source(name=str(folder or "acme/care"))
    return OwnModelClassifier(source, labels, shipped=shipped or ScriptedClassifier(), load=load)


def read(classifier: Classifier, text: str = "my refund please"):
    return classifier.classify(text, entity_counts={}, brand=None)


def test_the_network_tells_the_heads_and_the_detector_the_language() -> None:
    said = read(own(), "where is the money that i should get back")
    assert (said.probabilities.billing, said.probabilities.private) == (0.75, 0.75)
    assert (said.kind, said.kind_confidence) == ("request", 0.75)
    assert said.language == "en"
    assert said.answer is None


def test_the_network_reads_what_the_shipped_encoder_reads() -> None:
    network = Told()
    read(own(network), "@acme  see https://acme.example/1 &amp; refund <EMAIL>")
    assert network.texts == ["see link & refund <EMAIL>"]


def test_articles_are_answered_by_the_shipped_model() -> None:
    shipped = ScriptedClassifier(default=reading(answer=DARK.slug))
    classifier = own(shipped=shipped)
    assert read(classifier).answer is None
    classifier.use_articles([DARK])
    answered = read(classifier)
    assert answered.answer == read(shipped).answer
    assert answered.probabilities.billing == 0.75
    assert answered.model == classifier.name


def test_without_the_shipped_model_nothing_is_answered_and_that_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    classifier = own(shipped=Gone())
    classifier.use_articles([DARK])
    assert read(classifier).answer is None
    assert classifier.evidence() == {}
    assert caplog.messages == ["no answers beside acme/care: install carebot again"]


def test_without_evidence_every_message_is_doubt_and_none_private_by_the_model() -> None:
    shipped = ScriptedClassifier()
    evidence = own(shipped=shipped).evidence()
    assert evidence == {"answer": shipped.evidence()["answer"]}
    limits = thresholds_from(evidence, Targets())
    assert limits.doubt.passes(0.0)
    assert not limits.private.passes(1.0)
    assert not limits.no_care.passes(1.0)


def test_evidence_beside_the_model_gives_thresholds(tmp_path: Path) -> None:
    classifier = own(folder=tmp_path)
    measured = {"model": classifier.name, "private": CURVE, "answer": CURVE, "note": "ours"}
    (tmp_path / "evidence.json").write_text(json.dumps(measured), encoding="utf-8")
    evidence = classifier.evidence()
    assert set(evidence) == {"private", "answer"}
    assert evidence["answer"].source == "a script"  # as the answers, it is the shipped model's
    limits = thresholds_from(evidence, Targets(private_called_clear=0.05))
    assert (limits.private.value, limits.doubt.value) == (0.9, 0.9)
    assert limits.private.source == "400 messages"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("noise", "is not evidence"),
        ("[]", "is not evidence"),
        ('{"model": "NAME", "private": {"source": "s"}}', "is not evidence .KeyError"),
        ('{"model": "NAME", "private": {"source": "s", "scores": [0.1], "outcomes": []}}', "1 scores but 0"),
        ('{"private": {"source": "s", "scores": [0.1], "outcomes": [true]}}', "is about the model None"),
        ('{"model": "another 1"}', "is about the model 'another 1', and this one is"),
    ],
)
def test_evidence_that_is_not_about_this_model_is_refused_and_messages_are_still_read(
    tmp_path: Path, content: str, complaint: str
) -> None:
    classifier = own(folder=tmp_path)
    (tmp_path / "evidence.json").write_text(content.replace("NAME", classifier.name), encoding="utf-8")
    with pytest.raises(ModelDamagedError, match=complaint) as caught:
        classifier.evidence()
    assert "docs/own-model.md" in str(caught.value)
    assert read(classifier).probabilities.billing == 0.75


def test_the_name_follows_the_files_and_what_the_labels_mean(tmp_path: Path) -> None:
    names = {
        own(folder=tmp_path).name,
        own(Told(version="2"), folder=tmp_path).name,
        own(folder=tmp_path, labels={"refund": ("billing",)}).name,
    }
    assert len(names) == 3
    assert own(folder=tmp_path).name == own(folder=tmp_path).name
    assert all(name.startswith(f"{tmp_path.name} ") for name in names)
    assert own().name.startswith("acme/care ")


def test_a_label_that_the_model_does_not_have_is_named_beside_those_it_has() -> None:
    classifier = own(labels={"refnd": ("billing",)})
    with pytest.raises(ConfigurationError, match="no label 'refnd'; it has refund, junk, other"):
        classifier.evidence()
    with pytest.raises(ClassifierError, match="no label 'refnd'"):
        read(classifier)


def test_a_model_that_cannot_be_loaded_is_tried_once() -> None:
    loads: list[Source] = []
    classifier = own(ModelMissingError("no such model"), loads=loads)
    for _ in range(3):
        with pytest.raises(ModelMissingError, match="no such model"):
            read(classifier)
    assert len(loads) == 1


def test_a_network_that_trips_over_one_message_reads_the_next() -> None:
    classifier = own()
    with pytest.raises(ClassifierError, match=r"acme/care could not read a message \(RuntimeError\)"):
        read(classifier, "burst")
    assert read(classifier).probabilities.billing == 0.75


def test_a_network_that_says_no_number_reads_nothing() -> None:
    broken = Told({"refund": 0.5, "junk": 0.5})
    broken._shares = {"refund": float("nan"), "junk": 0.5}
    with pytest.raises(ClassifierError, match="ValueError"):
        read(own(broken))


def test_a_folder_of_transformers_or_a_name_with_labels_is_a_model_of_ones_own(tmp_path: Path) -> None:
    assert not is_own(str(tmp_path), ClassifierChoice())
    assert is_own(str(tmp_path), CHOICE)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    assert is_own(str(tmp_path), ClassifierChoice())
    assert is_own("acme/care-bert", CHOICE)
    for name in (
        None,
        "care",
        "none",
        "./acme",
        "../acme/care",
        "/acme/care",
        "a/b/c",
        str(find_model(DEFAULT)),
    ):
        assert not is_own(name, CHOICE)
    assert not is_own("acme/care-bert", ClassifierChoice())


def test_the_shipped_model_is_made_whatever_labels_are_there() -> None:
    assert isinstance(make_classifier("care", CHOICE), TransformerClassifier)


def test_labels_without_a_model_are_a_mistake() -> None:
    with pytest.raises(ConfigurationError, match=r"for which model\? name it in classifier\.model"):
        make_classifier(None, CHOICE)


def test_a_missing_folder_is_never_looked_for_at_hugging_face() -> None:
    with pytest.raises(ConfigurationError, match=r"'\./models/ours' is not known"):
        make_classifier("./models/ours", CHOICE)


@pytest.mark.parametrize("library", ["torch", "transformers"])
def test_a_missing_extra_is_one_line_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigurationError) as caught:
        make_classifier("acme/care", CHOICE)
    assert str(caught.value) == (
        'classifier.model: a model of your own needs PyTorch and transformers: pip install "carebot[train]"'
    )


def test_a_folder_without_labels_is_told_to_map_them(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"classifier\.labels: no label stands"):
        make_classifier(str(tmp_path))
