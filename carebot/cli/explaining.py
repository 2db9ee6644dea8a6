"""An explanation as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from rich.console import Console
from rich.text import Text

from carebot.core.decision import Decision, ThresholdUse
from carebot.core.languages import language_name
from carebot.core.message import PostKind, Visibility
from carebot.core.situation import Situation
from carebot.demo.plain import harmless, hung, write
from carebot.services.explain import ExplainedDecision, Explanation

_MARGIN = "   "
_LABEL = 11  # columns of the word before a fact
_NAMES = {"exposes_pii": "exposes personal data"}


def print_explanation(out: Console, explanation: Explanation) -> None:
    """Print a case's decisions, oldest first."""
    brief = explanation.brief
    head = (
        f"case {brief.case_id} on {brief.channel} for {brief.brand}: tier {brief.tier}, zone {brief.zone}, "
        f"queue {brief.queue}, priority {brief.priority}, in {language_name(brief.language)}"
    )
    _print(out, Text(harmless(head), style="bold"))
    for number, item in enumerate(explanation.decisions, start=1):
        write(out)
        _print(
            out, Text(f"{number}. {item.at:%Y-%m-%d %H:%M:%S} UTC, message {item.message_id}", style="bold")
        )
        for label, fact in _facts(item):
            _print(out, Text(harmless(fact)), first=f"{_MARGIN}{label:<{_LABEL}}")
        _print_changes(out, item)


def _print_changes(out: Console, item: ExplainedDecision) -> None:
    if not item.what_ifs:
        _print(out, Text("No single change would have led elsewhere."), first=_MARGIN)
        return
    _print(out, Text("What would have changed it:"), first=_MARGIN)
    for what_if in item.what_ifs:
        change = f"{what_if.change}: {_words(what_if.decision.action)}, {_outcome(what_if.decision)}"
        _print(out, Text(harmless(change)), first=f"{_MARGIN}  - ")


def _print(out: Console, text: Text, *, first: str = "") -> None:
    """The text, wrapped so that what follows the first line stands below its beginning."""
    for line in hung(out, text, first=first, rest=" " * len(first)):
        write(out, line)


def _facts(item: ExplainedDecision) -> Iterator[tuple[str, str]]:
    decision = item.decision
    yield "decided", f"{_words(decision.action)}: {_outcome(decision)}"
    yield "because", decision.reason
    yield "rule", decision.rule
    if decision.silence:
        yield "silent", decision.silence
    yield from _seen(item)
    for use in decision.thresholds:
        yield "threshold", _use(use)
    if _outcome(item.today) != _outcome(decision):
        yield "today", f"the same message would be decided otherwise: {_outcome(item.today)}"


def _outcome(decision: Decision) -> str:
    queue = f", queue {decision.queue}" if decision.queue else ""
    return f"band {decision.band}, zone {decision.zone}, tier {decision.tier}{queue}"


def _seen(item: ExplainedDecision) -> Iterator[tuple[str, str]]:
    situation, reading = item.situation, item.situation.reading
    found = {kind: count for kind, count in situation.assessment.entity_counts.items() if count}
    names = ", ".join(f"{count} {_words(kind)}" for kind, count in sorted(found.items()))
    yield "seen", f"{_place(situation)}; personal data: {names or 'none found'}"
    if situation.commands or situation.word_hits:
        yield "words", ", ".join(sorted([*situation.commands, *situation.word_hits]))
    if reading is None:
        yield "model", f"could not read it: {situation.assessment.failure or ''}"
        return
    yield (
        "model",
        f"{item.model}: {reading.kind} ({reading.kind_confidence:.0%}), "
        f"{reading.sentiment} ({reading.sentiment_confidence:.0%}), "
        f"language {language_name(reading.language)} ({reading.language_confidence:.0%})",
    )
    if reading.flag_reason is not None and reading.flag_reason in item.decision.flag_reasons:
        yield (
            "flagged",
            f"{_words(reading.flag_reason)} ({reading.flag_reason_confidence:.0%} sure of the reason)",
        )
    shown = [
        f"{_words(one.name)} {getattr(reading.probabilities, one.name):.1%}"
        for one in fields(reading.probabilities)
        if one.name not in item.withheld
    ]
    yield "says", ", ".join(shown)
    if item.withheld:
        names = ", ".join(map(_words, item.withheld))
        yield "not kept", f"{names}: {situation.channel.name} forbids to keep them"
    if reading.answer is not None:
        best = reading.answer
        yield "article", f"{best.slug} ({best.confidence:.1%}, margin {best.margin:.2f})"


def _place(situation: Situation) -> str:
    if situation.visibility is Visibility.DIRECT:
        return "a direct message"
    return f"a public {PostKind(situation.post_kind)}"


def _use(use: ThresholdUse) -> str:
    name = _words(use.name)
    if use.threshold is None:
        return f"{name}: the evidence never reaches the target of {use.target:.0%} ({use.source})"
    sign = "≥" if use.is_reached else "<"
    return (
        f"{name}: {use.score:.1%} {sign} {use.threshold:.1%}, computed for a target of {use.target:.0%} "
        f"from {use.support:,} examples ({use.source})"
    )


def _words(name: str) -> str:
    return _NAMES.get(name, name.replace("_", " "))
