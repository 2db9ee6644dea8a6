"""Writes the model folder that reviews have made: the base model's files, with other heads and curves."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from carebot.classifier import artifacts
from carebot.classifier.artifacts import MANIFEST, ModelFolder, pack, write_manifest
from carebot.classifier.golden import figures
from carebot.classifier.heads import Heads, load_arrays
from carebot.core.evidence import Evidence
from carebot.core.ports import Classifier
from carebot.core.records import Json
from carebot.errors import LearningError

# What shipped travels along: the next training from reviews begins from it, and not from what was learnt before.
SHIPPED_HEADS, SHIPPED_EVIDENCE = "shipped-heads.npz", "shipped-evidence.json"
CARD = "CARD.md"
SHIPPED_CARD = "<!-- the card of the model that shipped -->\n\n"


def shipped_heads(base: ModelFolder) -> bytes:
    """The heads from before any review."""
    return base.read(SHIPPED_HEADS if SHIPPED_HEADS in base.manifest["files"] else "heads.npz")


def shipped_evidence(base: ModelFolder) -> dict[str, Evidence]:
    """The curves from then."""
    name = SHIPPED_EVIDENCE if SHIPPED_EVIDENCE in base.manifest["files"] else "evidence.json"
    return artifacts.curves_of(json.loads(base.read(name)))


def write_reviewed(
    folder: Path,
    base: ModelFolder,
    heads: Mapping[str, Heads],
    evidence: Mapping[str, Evidence],
    about: Mapping[str, Json],
) -> Path:
    """A folder beside the one wanted, with everything but its golden messages; ``publish`` finishes it.

    Raises LearningError when the folder is there already, ModelDamagedError when the base is not as it was built.
    """
    if folder.exists():
        raise LearningError(f"{folder} exists already: name another folder with --out")
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _fill(part, base, heads, evidence, about)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return part


def publish(part: Path, folder: Path, classifier: Classifier) -> None:
    """Read the golden messages with the new model, and give the folder its name. Nothing is left behind on failure."""
    try:
        manifest = json.loads((part / MANIFEST).read_text(encoding="utf-8"))
        golden = [{**each, **_read_again(classifier, each["text"])} for each in manifest.get("golden", [])]
        write_manifest(part, {**manifest, "golden": golden})
        part.chmod(0o755)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _fill(
    part: Path,
    base: ModelFolder,
    heads: Mapping[str, Heads],
    evidence: Mapping[str, Evidence],
    about: Mapping[str, Json],
) -> None:
    for name in base.manifest["files"]:
        (part / name).write_bytes(base.read(name))
    first = shipped_heads(base)
    (part / SHIPPED_HEADS).write_bytes(first)
    (part / SHIPPED_EVIDENCE).write_text(_curves(shipped_evidence(base)), encoding="utf-8")
    (part / "heads.npz").write_bytes(pack(_replaced(load_arrays(first), heads)))
    (part / "evidence.json").write_text(_curves(evidence), encoding="utf-8")
    (part / CARD).write_text(_card(base, about), encoding="utf-8")
    version = f"{_version(base)}+reviews.{about['at']}"
    manifest = {
        **base.manifest,
        "version": version,
        "reviewed": dict(about),
        "files": artifacts.describe_files(part),
    }
    write_manifest(part, manifest)


def _replaced(stored: Mapping[str, NDArray[Any]], heads: Mapping[str, Heads]) -> dict[str, NDArray[Any]]:
    """The arrays with other heads' weights. A model with several sides names them ``<side>.<head>.weights``."""
    arrays = dict(stored)
    for side, own in heads.items():
        prefix = f"{side}." if any(name.startswith(f"{side}.") for name in stored) else ""
        arrays |= {f"{prefix}{name}": array for name, array in own.arrays().items()}
    return arrays


def _curves(evidence: Mapping[str, Evidence]) -> str:
    curves = {
        name: {"source": each.source, "scores": each.scores, "outcomes": list(map(int, each.outcomes))}
        for name, each in evidence.items()
    }
    return json.dumps(curves, separators=(",", ":")) + "\n"


def _card(base: ModelFolder, about: Mapping[str, Json]) -> str:
    """The card of the model that shipped, with a note before it."""
    file = base.path / CARD
    card = file.read_text(encoding="utf-8") if file.is_file() else ""
    note = (
        f"# Learnt from reviews on {about['at']}\n\n"
        f"`carebot train --from-reviews` moved the head `private` of {about['learnt_from']}: {about['reviews']} "
        f"messages reviewed by people here, {about['private']} of them private; {about['held_back']} were held back "
        "to judge it by. Everything else is as the card below says; its figures are those of the model that "
        "shipped.\n\nThis folder holds weights and scores, and none of the messages.\n\n"
    )
    return note + SHIPPED_CARD + card.rpartition(SHIPPED_CARD)[2]


def _version(base: ModelFolder) -> str:
    """The version that shipped."""
    return str(base.manifest["version"]).partition("+reviews.")[0]


def _read_again(classifier: Classifier, text: str) -> dict[str, Any]:
    return figures(classifier.classify(text, entity_counts={}, brand=None))
