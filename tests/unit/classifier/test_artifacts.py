"""A model's folder is proven before it is believed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from carebot.classifier.artifacts import find_model, open_model
from carebot.classifier.transformer import TransformerClassifier
from carebot.errors import ClassifierError, ModelDamagedError, ModelMissingError

FILES = (
    "english.onnx",
    "english.json",
    "multilingual.onnx",
    "multilingual.json",
    "heads.npz",
    "evidence.json",
)


def test_the_shipped_model_is_found_beside_the_package(shipped: Path) -> None:
    assert open_model(shipped).title.startswith("care ")


def test_a_model_that_is_nowhere_says_where_it_was_looked_for() -> None:
    with pytest.raises(ModelMissingError, match=r"models/no-such-model.*carebot\.classifier\.training"):
        find_model("no-such-model")


def test_an_undamaged_copy_loads(copied: Path) -> None:
    TransformerClassifier(copied).load()


@pytest.mark.parametrize("name", FILES)
def test_a_removed_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(ModelMissingError, match=name):
        TransformerClassifier(copied).load()


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_named(copied: Path, name: str) -> None:
    content = (copied / name).read_bytes()
    (copied / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelDamagedError, match=f"{name} has .* bytes, expected {len(content)}"):
        TransformerClassifier(copied).load()


@pytest.mark.parametrize("name", FILES)
def test_noise_of_the_same_size_is_not_taken_for_the_file(copied: Path, name: str) -> None:
    (copied / name).write_bytes(b"\x5a" * (copied / name).stat().st_size)
    with pytest.raises(ModelDamagedError, match=f"{name} is not the file"):
        TransformerClassifier(copied).load()


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"schema": 99, "name": "", "version": "", "files": {}}']
)
def test_a_manifest_that_makes_no_sense_is_damage(copied: Path, content: str) -> None:
    (copied / "model.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelDamagedError, match=r"model\.json"):
        TransformerClassifier(copied).load()


def test_a_file_that_the_manifest_leaves_out_is_damage(copied: Path) -> None:
    manifest = json.loads((copied / "model.json").read_text(encoding="utf-8"))
    del manifest["files"]["heads.npz"]
    (copied / "model.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelDamagedError, match=r"does not describe heads\.npz"):
        TransformerClassifier(copied).load()


def test_a_message_for_a_missing_model_fails_in_a_way_that_sends_it_to_people(tmp_path: Path) -> None:
    with pytest.raises(ClassifierError):
        TransformerClassifier(tmp_path).classify("hello", entity_counts={}, brand=None)


def test_a_loaded_model_outlives_its_folder(copied: Path) -> None:
    classifier = TransformerClassifier(copied)
    classifier.load()
    for file in copied.iterdir():
        file.unlink()
    assert classifier.classify("how do i cancel", entity_counts={}, brand=None).language == "en"
