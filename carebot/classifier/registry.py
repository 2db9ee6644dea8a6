"""The classifiers by name. Names are strings, so that reading the configuration loads no model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

from carebot.core.ports import Classifier
from carebot.errors import ConfigurationError

TRANSFORMER = "carebot.classifier.transformer:TransformerClassifier"
CLASSIFIERS: Mapping[str, str] = {
    "minilm": TRANSFORMER,
    "none": "carebot.classifier.absent:AbsentClassifier",
}
DEFAULT = "minilm"


def make_classifier(name: str | None = None) -> Classifier:
    """The classifier of that name (None: the one that ships), or with its model in that folder; not loaded yet."""
    name = name or DEFAULT
    if name in CLASSIFIERS:
        return _constructor(CLASSIFIERS[name])()
    if Path(name).is_dir():
        return _constructor(TRANSFORMER)(Path(name))
    expected = ", ".join(CLASSIFIERS)
    raise ConfigurationError(f"model: {name!r} is not known, expected one of {expected} or a model's folder")


def _constructor(path: str) -> Callable[..., Classifier]:
    module, _, attribute = path.partition(":")
    return cast(Callable[..., Classifier], getattr(import_module(module), attribute))
