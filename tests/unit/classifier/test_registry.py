"""Classifiers by name, without loading what is not used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from carebot.classifier.registry import CLASSIFIERS, make_classifier
from carebot.core.thresholds import Targets, thresholds_from
from carebot.errors import ClassifierError, ConfigurationError


def test_without_a_model_every_message_goes_to_people() -> None:
    absent = make_classifier("none")
    with pytest.raises(ClassifierError, match="people read every message"):
        absent.classify("hello", entity_counts={}, brand=None)


def test_without_a_model_no_threshold_lets_anything_pass() -> None:
    limits = thresholds_from(make_classifier("none").evidence(), Targets())
    assert not limits.private.passes(1.0)
    assert not limits.answer.passes(1.0)
    assert limits.doubt.passes(0.0)


def test_a_folder_is_a_model(shipped: Path) -> None:
    assert make_classifier(str(shipped)).name == make_classifier().name


def test_an_unknown_name_is_told_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="care, none"):
        make_classifier("gpt")


def test_reading_the_registry_loads_no_model() -> None:
    heavy = "onnxruntime tokenizers numpy py3langid torch transformers sklearn"
    code = (
        f"import sys, carebot.classifier.registry; print([m for m in {heavy.split()!r} if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_reading_messages_needs_no_training_library() -> None:
    trainers = ["torch", "transformers", "sklearn", "onnx", "safetensors"]
    code = (
        "import sys; from carebot.classifier.registry import make_classifier; "
        "make_classifier().classify('hello there', entity_counts={}, brand=None); "
        f"print([m for m in {trainers!r} if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_every_name_can_be_made() -> None:
    assert {make_classifier(name) is not None for name in CLASSIFIERS} == {True}
