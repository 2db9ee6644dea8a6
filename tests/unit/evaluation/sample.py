"""A few invented conversations, and a classifier that says of each what it is told to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from carebot.care_file import default_care
from carebot.core.article import Article, Variant
from carebot.core.assessment import AnswerCandidate, Kind, Reading, Sentiment
from carebot.core.thresholds import thresholds_from
from carebot.errors import ClassifierError
from carebot.evaluation.conversations import Conversation, read_conversations
from carebot.evaluation.figures import Evaluation
from carebot.evaluation.judging import Judge, Run
from carebot.evaluation.measuring import evaluation
from carebot.privacy.masker import mask
from carebot.privacy.recognizers import Recognizers
from carebot.testing.fake_classifier import CLEAR, EVIDENCE, ScriptedClassifier

LABELS: dict[str, Any] = {
    "private": False,
    "cat": [],
    "exposes_pii": False,
    "kind": "howto",
    "sentiment": "neu",
    "flag": False,
    "urgent": False,
    "lang": "en",
}


def line(identity: str, *texts: str, labels: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A conversation that is answered, as a file has it."""
    messages = [
        {"who": "customer", "handle": "ana", "at": "2026-11-02T09:00:00Z", "text": text} for text in texts
    ]
    messages.append({"who": "agent", "handle": "acme", "at": "2026-11-02T10:00:00Z", "text": "here is how"})
    return {"id": identity, "brand": "acme", "messages": messages, "labels": labels or {}, **more}


def write(file: Path, *rows: Mapping[str, Any]) -> Path:
    """A file with these lines."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def said(*, base: Reading = CLEAR, **values: Any) -> Reading:
    """A reading with other probabilities, or another kind, sentiment, language or answer."""
    own = {name: values.pop(name) for name in tuple(values) if name in Reading.__dataclass_fields__}
    return replace(base, probabilities=replace(base.probabilities, **values), **own)


def answer(slug: str, confidence: float) -> Reading:
    """A reading whose best article is this one."""
    return said(answer=AnswerCandidate(slug=slug, confidence=confidence, margin=confidence))


def articles(*slugs: str) -> tuple[Article, ...]:
    """Approved articles."""
    return tuple(
        Article(slug=slug, title=slug, variants={"en": Variant(language="en", long=slug)}, approved=True)
        for slug in slugs
    )


def judged(
    conversations: tuple[Conversation, ...],
    readings: Mapping[str, Reading | ClassifierError],
    *slugs: str,
    workers: int = 2,
) -> Run:
    """What the scripted classifier makes of them; private from 0.9, doubt from 0.5, answers from 0.9."""
    care = default_care()
    judge = Judge(
        recognizer=Recognizers(),
        mask=mask,
        classifier=ScriptedClassifier(readings),
        care=care,
        thresholds=thresholds_from(EVIDENCE, care.targets),
        workers=workers,
    )
    judge.use_articles(articles(*slugs))
    return judge(conversations)


def evaluated(run: Run) -> Evaluation:
    """All the figures of a run."""
    return evaluation(run, model="scripted", thresholds=thresholds_from(EVIDENCE, default_care().targets))


# What is true of each: (text, labels, what the classifier says).
EIGHT: tuple[tuple[str, dict[str, Any], Reading], ...] = (
    ("my invoice is wrong", {"private": True, "cat": ["billing"]}, said(private=0.95, billing=0.8)),
    ("my refund never came", {"private": True, "cat": ["billing"]}, said(private=0.7, billing=0.3)),
    (
        "somebody took my login",
        {"private": True, "cat": ["account"], "urgent": True},
        said(private=0.2, urgent=0.9),
    ),
    (
        "mail me at ana@example.org",
        {"private": True, "cat": ["identity"], "exposes_pii": True},
        said(private=0.99),
    ),
    ("how do i send it back", {}, said(private=0.1)),
    ("is the shop open today", {"sentiment": "pos"}, said(private=0.3, sentiment=Sentiment.NEG)),
    (
        "wo ist mein paket bitte",
        {"lang": "de", "kind": "problem"},
        said(private=0.8, language="de", kind=Kind.PROBLEM),
    ),
    ("das ist ein skandal", {"lang": "de", "flag": True}, said(private=0.05, language="en", flag=0.4)),
)


def eight(folder: Path) -> tuple[Path, dict[str, Reading | ClassifierError]]:
    """A file with the eight above, and what the classifier says of them by masked text."""
    rows = [line(f"c{n}", text, labels={**LABELS, **labels}) for n, (text, labels, _) in enumerate(EIGHT)]
    return write(folder / "eight.jsonl", *rows), {
        text.replace("ana@example.org", "<EMAIL>"): what for text, _, what in EIGHT
    }


def run_of_eight(folder: Path, workers: int = 2) -> Run:
    """The eight, judged."""
    file, readings = eight(folder)
    return judged(read_conversations(file).conversations, readings, workers=workers)
