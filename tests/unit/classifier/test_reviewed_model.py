"""The folder that reviews have made is a complete model, knows where it comes from, and can be learnt from again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from carebot.classifier.artifacts import open_model
from carebot.classifier.golden import differences
from carebot.classifier.reviewed_heads import moved, probabilities
from carebot.classifier.reviewed_model import ShippedModel
from carebot.classifier.transformer import TransformerClassifier
from carebot.core.evidence import Evidence
from carebot.errors import LearningError, ModelDamagedError

ABOUT = {"learnt_from": "care 1", "at": "2026-11-02", "reviews": 80, "private": 30, "held_back": 24}
TEXT = "where is my order <ORDER_NUMBER>?"
ADDED = Evidence(scores=(0.1, 0.9), outcomes=(False, True), source="a test")


def write(model: ShippedModel, folder: Path, by: float = 1.0) -> dict[str, np.ndarray]:
    """The model with its head moved so that everything is more private, and what that head says."""
    side, vector = model.vector(TEXT, {})
    first = model.shipped_heads(side)
    move = np.zeros(len(vector) + 1)
    move[-1] = by
    heads = {side: moved(first, "private", move)}
    model.write(folder, heads, {**model.shipped_evidence(), "private": ADDED}, ABOUT)
    return probabilities(heads[side], "private", vector[None, :])


@pytest.fixture
def written(classifier: TransformerClassifier, shipped: Path, tmp_path: Path) -> Path:
    write(ShippedModel(classifier, shipped), tmp_path / "ours")
    return tmp_path / "ours"


def private(classifier: TransformerClassifier) -> float:
    return classifier.classify(TEXT, entity_counts={}, brand=None).probabilities.private


def test_a_written_folder_is_a_model_that_reads_with_the_moved_head(
    classifier: TransformerClassifier, shipped: Path, tmp_path: Path
) -> None:
    (expected,) = write(ShippedModel(classifier, shipped), tmp_path / "ours")

    new = TransformerClassifier(tmp_path / "ours")

    assert private(new) == expected > private(classifier)
    assert new.evidence()["private"] == ADDED
    assert new.evidence()["answer"] == classifier.evidence()["answer"]
    assert new.name == f"{classifier.name}+reviews.2026-11-02"
    before, after = (each.classify(TEXT, entity_counts={}, brand=None) for each in (classifier, new))
    same = replace(after.probabilities, private=before.probabilities.private)
    assert same == before.probabilities


def test_its_golden_messages_are_its_own_and_its_card_says_where_it_comes_from(written: Path) -> None:
    manifest = json.loads((written / "model.json").read_text(encoding="utf-8"))

    assert manifest["golden"]
    assert differences(TransformerClassifier(written), manifest["golden"]) == []
    assert manifest["reviewed"] == ABOUT
    card = (written / "CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# Learnt from reviews on 2026-11-02")
    assert card.count("# Model card") == 1


def test_learning_again_begins_from_what_shipped(
    classifier: TransformerClassifier, written: Path, tmp_path: Path
) -> None:
    second = ShippedModel(TransformerClassifier(written), written)
    assert dict(second.shipped_evidence()) == dict(classifier.evidence())
    side, vector = second.vector(TEXT, {})
    assert probabilities(second.shipped_heads(side), "private", vector[None, :])[0] == private(classifier)

    write(second, tmp_path / "again")

    again, first = TransformerClassifier(tmp_path / "again"), TransformerClassifier(written)
    assert private(again) == private(first)
    assert again.name == first.name
    assert (tmp_path / "again" / "CARD.md").read_text(encoding="utf-8").count("# Learnt from") == 1


def test_a_folder_that_is_there_is_never_written_over(
    classifier: TransformerClassifier, shipped: Path, written: Path
) -> None:
    before = (written / "heads.npz").read_bytes()

    with pytest.raises(LearningError, match="ours exists already: name another folder with --out"):
        write(ShippedModel(classifier, shipped), written, by=2.0)

    assert (written / "heads.npz").read_bytes() == before


def test_a_base_that_is_not_as_it_was_built_leaves_nothing_behind(
    classifier: TransformerClassifier, copied: Path, tmp_path: Path
) -> None:
    (copied / "english.json").write_bytes(b"{}")
    (tmp_path / "new").mkdir()

    with pytest.raises(ModelDamagedError):
        write(ShippedModel(classifier, copied), tmp_path / "new" / "ours")

    assert list((tmp_path / "new").iterdir()) == []


def test_the_same_reviews_give_the_same_files(
    classifier: TransformerClassifier, shipped: Path, written: Path, tmp_path: Path
) -> None:
    write(ShippedModel(classifier, shipped), tmp_path / "twin")

    assert open_model(tmp_path / "twin").manifest == open_model(written).manifest
