"""The classifiers by name. Names are strings, so that reading the configuration loads no model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

from carebot.core.care import ClassifierChoice
from carebot.core.ports import Classifier
from carebot.errors import ConfigurationError

TRANSFORMER = "carebot.classifier.transformer:TransformerClassifier"
OWN_MODEL = "carebot.classifier.own_model:own_classifier"
CLASSIFIERS: Mapping[str, str] = {
    "care": TRANSFORMER,
    "none": "carebot.classifier.absent:AbsentClassifier",
}
DEFAULT = "care"
_MANIFEST, _CONFIG = "model.json", "config.json"  # in every folder of ours, and of transformers'
# As Hugging Face spells a model: a name, mostly behind its owner's. What begins with a dot, ~ or / is a folder.
_AT_HUGGING_FACE = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?")
_NO_CHOICE = ClassifierChoice()


def make_classifier(name: str | None = None, choice: ClassifierChoice = _NO_CHOICE) -> Classifier:
    """The classifier of that name or in that folder (None: what was chosen, or the one that ships); not loaded yet.

    ``choice`` also says how a model of one's own is read. Raises ConfigurationError.
    """
    named = name or choice.model
    if named is None and choice.labels:
        raise ConfigurationError("classifier.labels: for which model? name it in classifier.model")
    name = named or DEFAULT
    if name in CLASSIFIERS:
        return _constructor(CLASSIFIERS[name])()
    if is_own(name, choice):
        return _constructor(OWN_MODEL)(name, choice)
    if Path(name).is_dir():
        return _constructor(TRANSFORMER)(Path(name))
    expected = ", ".join(CLASSIFIERS)
    raise ConfigurationError(
        f"model: {name!r} is not known, expected one of {expected}, a model's folder, or the name of a model at "
        "Hugging Face with classifier.labels for it"
    )


def is_own(name: str | None, choice: ClassifierChoice) -> bool:
    """Whether this is a model that transformers reads: a folder of that kind, or a name that was given labels."""
    if name is None or name in CLASSIFIERS:
        return False
    folder = Path(name)
    if (folder / _MANIFEST).exists():
        return False
    if folder.is_dir():
        return bool(choice.labels) or (folder / _CONFIG).exists()
    return bool(choice.labels) and _AT_HUGGING_FACE.fullmatch(name) is not None


def _constructor(path: str) -> Callable[..., Classifier]:
    module, _, attribute = path.partition(":")
    return cast(Callable[..., Classifier], getattr(import_module(module), attribute))
