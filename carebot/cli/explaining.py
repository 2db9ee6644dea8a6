"""An explanation as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from rich.console import Console
from rich.markup import escape

from carebot.core.decision import Decision, ThresholdUse
from carebot.services.explain import ExplainedDecision, Explanation


def print_explanation(out: Console, explanation: Explanation) -> None:
    """Print a case's decisions, oldest first."""
    brief = explanation.brief
    out.print(
        f"[bold]case {brief.case_id}[/] on {brief.channel} for {escape(brief.brand)}: tier {brief.tier}, "
        f"zone {brief.zone}, queue {brief.queue}, priority {brief.priority}"
    )
    for number, item in enumerate(explanation.decisions, start=1):
        out.print()
        out.print(f"[bold]{number}. {item.at:%Y-%m-%d %H:%M:%S} UTC, message {item.message_id}[/]")
        for line in _lines(item):
            out.print(line, soft_wrap=False)


def _lines(item: ExplainedDecision) -> Iterator[str]:
    decision = item.decision
    yield f"   decided   [bold]{decision.action}[/]: {_outcome(decision)}"
    yield f"   because   {escape(decision.reason)}"
    yield f"   rule      {decision.rule}"
    if decision.silence:
        yield f"   silent    {escape(decision.silence)}"
    yield from _seen(item)
    for use in decision.thresholds:
        yield f"   threshold {_use(use)}"
    if _outcome(item.today) != _outcome(decision):
        yield f"   today     the same message would be decided otherwise: {_outcome(item.today)}"
    yield (
        "   it would have been otherwise" if item.what_ifs else "   no single change would have led elsewhere"
    )
    for what_if in item.what_ifs:
        yield f"     - {escape(what_if.change)}: {what_if.decision.action}, {_outcome(what_if.decision)}"


def _outcome(decision: Decision) -> str:
    queue = f", queue {decision.queue}" if decision.queue else ""
    return f"band {decision.band}, zone {decision.zone}, tier {decision.tier}{queue}"


def _seen(item: ExplainedDecision) -> Iterator[str]:
    situation, reading = item.situation, item.situation.reading
    found = {kind: count for kind, count in situation.assessment.entity_counts.items() if count}
    names = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in sorted(found.items()))
    yield f"   seen      a {situation.visibility} {situation.post_kind}; personal data: {names or 'none found'}"
    if situation.commands or situation.word_hits:
        heard = ", ".join(sorted([*situation.commands, *situation.word_hits]))
        yield f"   words     {heard}"
    if reading is None:
        yield f"   model     could not read it: {escape(situation.assessment.failure or '')}"
        return
    yield (
        f"   model     {item.model}: {reading.kind} ({reading.kind_confidence:.0%}), "
        f"{reading.sentiment} ({reading.sentiment_confidence:.0%}), "
        f"language {reading.language} ({reading.language_confidence:.0%})"
    )
    shown = [
        f"{one.name} {getattr(reading.probabilities, one.name):.1%}"
        for one in fields(reading.probabilities)
        if one.name not in item.withheld
    ]
    yield f"   says      {', '.join(shown)}"
    if item.withheld:
        yield f"   not kept  {', '.join(item.withheld)}: {situation.channel.name} forbids to keep them"
    if reading.answer is not None:
        best = reading.answer
        yield f"   article   {best.slug} ({best.confidence:.1%}, margin {best.margin:.2f})"


def _use(use: ThresholdUse) -> str:
    if use.threshold is None:
        return f"{use.name}: the evidence never reaches the target of {use.target:.0%} ({escape(use.source)})"
    sign = "≥" if use.is_reached else "<"
    return (
        f"{use.name}: {use.score:.1%} {sign} {use.threshold:.1%}, computed for a target of {use.target:.0%} "
        f"from {use.support} examples ({escape(use.source)})"
    )
