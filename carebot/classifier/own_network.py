"""A sequence-classification network of somebody's own, by transformers and PyTorch (the extra ``train``)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from carebot.classifier.labels import Scores
from carebot.errors import ConfigurationError, ModelMissingError

SETTING = "classifier.model"
INSTALL = 'a model of your own needs PyTorch and transformers: pip install "carebot[train]"'
FILES = ("*.safetensors", "*.json", "*.txt", "*.model")  # what a model and its tokenizer are made of
EVIDENCE = "evidence.json"
_MULTI = "multi_label_classification"
_LONGEST_LINE = 300  # characters of another library's words


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Which model, and how it is read: a folder, or a name at Hugging Face with a revision if one was given."""

    name: str
    revision: str | None = None
    max_tokens: int = 128

    @property
    def folder(self) -> Path | None:
        """The model's folder; None for a name at Hugging Face."""
        return Path(self.name) if Path(self.name).is_dir() else None


class Network(Protocol):
    """A network that was loaded. ``scores`` is called by one thread at a time."""

    @property
    def version(self) -> str:
        """What tells its files from any others."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it has."""
        ...

    def scores(self, text: str) -> Scores:
        """What it says of one text."""
        ...


def require_libraries() -> None:
    """Raise ConfigurationError when the extra is not installed; loads nothing."""
    if not all(find_spec(library) for library in ("torch", "transformers")):
        raise ConfigurationError(f"{SETTING}: {INSTALL}")


def load_network(source: Source) -> Network:
    """Load a network: never the code of its authors, and only safetensors.

    The network is asked only for a name at Hugging Face that is not in its cache on this machine yet.
    Raises ModelMissingError for what cannot be loaded, ConfigurationError for what is no classifier.
    """
    require_libraries()
    if source.folder is not None:
        return _load(source, local=True)
    try:
        return _load(source, local=True)
    except ModelMissingError:
        return _load(source, local=False)


class TorchNetwork:
    """A network in evaluation mode, on the processor, in 32 bits."""

    def __init__(self, *, tokenizer: Any, model: Any, version: str, max_tokens: int) -> None:
        self.version = version
        self._tokenizer, self._model = tokenizer, model.float().eval()
        names: Mapping[int, Any] = model.config.id2label
        self.labels = tuple(str(names[number]) for number in sorted(names))
        self._is_multi = model.config.problem_type == _MULTI
        longest = getattr(model.config, "max_position_embeddings", None) or max_tokens
        self._most = min(max_tokens, tokenizer.model_max_length, longest)

    def scores(self, text: str) -> Scores:
        import torch

        with torch.inference_mode():
            tokens = self._tokenizer(text, truncation=True, max_length=self._most, return_tensors="pt")
            logits = self._model(**tokens).logits[0].double()
            shares = logits.sigmoid() if self._is_multi else logits.softmax(-1)
        said = dict(zip(self.labels, shares.clamp(0, 1).tolist(), strict=True))
        return Scores(shares=said, are_exclusive=not self._is_multi)


def _load(source: Source, *, local: bool) -> Network:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    _keep_quiet()
    options = {"revision": source.revision or "main", "local_files_only": local, "trust_remote_code": False}
    try:
        model, info = AutoModelForSequenceClassification.from_pretrained(
            source.name, use_safetensors=True, output_loading_info=True, **options
        )
        tokenizer = AutoTokenizer.from_pretrained(source.name, **options)
    except Exception as error:  # whatever it trips over; the libraries promise no types
        raise ModelMissingError(f"{SETTING}: {_cannot_load(source)} ({_line(error)})") from error
    if len(tokenizer) <= len(tokenizer.all_special_tokens):  # without its files it is made empty, silently
        raise ModelMissingError(f"{SETTING}: {_cannot_load(source)} (its tokenizer knows no words)")
    if info["missing_keys"]:
        missing = ", ".join(sorted(info["missing_keys"])[:3])
        raise ConfigurationError(
            f"{SETTING}: {source.name} was not trained to classify: it has no weights for {missing}"
        )
    network = TorchNetwork(
        tokenizer=tokenizer,
        model=model,
        version=_digest(source.folder or _fetched(source)),
        max_tokens=source.max_tokens,
    )
    _prove(network, model, source)
    return network


def _prove(network: TorchNetwork, model: Any, source: Source) -> None:
    """Raise ConfigurationError for a model that could not read every text, or whose labels mean nothing."""
    problem = model.config.problem_type
    if problem == "regression" or (len(network.labels) < 2 and problem != _MULTI):
        raise ConfigurationError(f"{SETTING}: {source.name} gives numbers (regression), not labels")
    if len(set(network.labels)) < len(network.labels):
        raise ConfigurationError(f"{SETTING}: {source.name} has two labels of the same name (id2label)")
    try:
        network.scores("hello " * source.max_tokens)
    except Exception as error:
        raise ConfigurationError(
            f"{SETTING}: {source.name} cannot read a text of classifier.max_tokens = {source.max_tokens} "
            f"({_line(error)}); lower it"
        ) from error


def _cannot_load(source: Source) -> str:
    if source.folder is not None:
        return f"{source.folder} cannot be loaded; expected config.json, a tokenizer and safetensors"
    return (
        f"there is no folder {source.name}, and Hugging Face gives no such model; correct the name or the "
        "revision, set HF_TOKEN for a private one, or see to the connection"
    )


def _keep_quiet() -> None:
    """No progress bars and no advice on the console: what goes wrong is an error of ours."""
    theirs: Any = import_module("transformers.utils.logging")
    theirs.disable_progress_bar()
    for library in ("transformers", "huggingface_hub"):
        logging.getLogger(library).setLevel(logging.ERROR)


def _fetched(source: Source) -> Path:
    """Where the cache has a model that was just loaded."""
    hub: Any = import_module("transformers.utils.hub")
    revision = source.revision or "main"
    return Path(hub.cached_file(source.name, "config.json", revision=revision, local_files_only=True)).parent


def _digest(folder: Path) -> str:
    """A hash over the names and bytes of a model's files, in order."""
    digest = hashlib.sha256()
    for file in sorted({file for pattern in FILES for file in folder.glob(pattern)}):
        if file.name != EVIDENCE:
            with file.open("rb") as content:
                digest.update(f"{file.name}\n{hashlib.file_digest(content, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_LINE]
