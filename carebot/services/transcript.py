"""One line per message of a run, for evaluation: it carries texts, so it is no log and no backup."""

from __future__ import annotations

from dataclasses import fields

from carebot.core.channel_rules import ChannelRules
from carebot.core.decision import Action
from carebot.core.records import Json, OutgoingState
from carebot.core.snapshot import not_kept
from carebot.services.outcome import Outcome

_READ = ("probabilities", "kind", "sentiment", "language", "best_article", "answer_confidence")


def transcript_line(outcome: Outcome, channel: ChannelRules) -> dict[str, Json]:
    """A message, what was decided about it and what would leave.

    Every line has every field; null is what was not decided or not read. ``out`` has only what would leave by
    itself; a suggestion waits for an agent. What the channel's rules forbid to keep is left out.
    """
    decision = outcome.decision
    line: dict[str, Json] = {
        "id": outcome.message.external_id,
        "conversation": outcome.message.thread_id,
        "case": outcome.case_id,
        "tier": decision.tier if decision else None,
        "zone": decision.zone.value if decision else None,
        "band": decision.band.value if decision else None,
        "action": decision.action.value if decision else None,
        "reason": decision.reason if decision else _why_undecided(outcome),
        "rule": decision.rule if decision else None,
        "queue": decision.queue if decision else None,
        "flags": list[Json](sorted(decision.flag_reasons)) if decision else [],
    }
    return {
        **line,
        **_reading(outcome, channel),
        "answered": decision is not None and decision.action is Action.ANSWER,
        "out": _out(outcome),
    }


def _why_undecided(outcome: Outcome) -> str:
    return "it was delivered before" if outcome.is_duplicate else "a person of the brand wrote it"


def _reading(outcome: Outcome, channel: ChannelRules) -> dict[str, Json]:
    reading = outcome.assessment.reading if outcome.assessment else None
    if reading is None:
        failure = outcome.assessment.failure if outcome.assessment else None
        return {**dict.fromkeys(_READ), "failure": failure}
    hidden = {category.value for category in not_kept(channel)}
    values = {item.name: getattr(reading.probabilities, item.name) for item in fields(reading.probabilities)}
    return {
        "probabilities": {name: round(value, 6) for name, value in values.items() if name not in hidden},
        "kind": reading.kind.value,
        "sentiment": reading.sentiment.value,
        "language": reading.language,
        "best_article": reading.answer.slug if reading.answer else None,
        "answer_confidence": round(reading.answer.confidence, 6) if reading.answer else None,
        "failure": None,
    }


def _out(outcome: Outcome) -> list[Json]:
    to = f"{outcome.message.channel}:{outcome.message.author.handle}"
    return [
        {"to": to, "zone": text.zone.value, "text": text.text}
        for text in outcome.texts
        if text.state is OutgoingState.QUEUED
    ]
