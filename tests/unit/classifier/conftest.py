"""The shipped model, loaded once, and copies of its folder that a test may damage."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from carebot.classifier.artifacts import find_model
from carebot.classifier.transformer import DEFAULT, TransformerClassifier


@pytest.fixture(scope="session")
def shipped() -> Path:
    return find_model(DEFAULT)


@pytest.fixture(scope="session")
def classifier(shipped: Path) -> TransformerClassifier:
    """Shared: do not give it articles."""
    return TransformerClassifier(shipped)


@pytest.fixture
def copied(shipped: Path, tmp_path: Path) -> Path:
    """A copy of the model's folder to damage."""
    return Path(shutil.copytree(shipped, tmp_path / "model"))
