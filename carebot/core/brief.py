"""What travels with a handoff, so that nobody asks the customer twice."""

from __future__ import annotations

from dataclasses import dataclass

from carebot.core.case import Case
from carebot.core.clocks import CaseClock
from carebot.core.decision import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Who, what, why here, what was tried, and by when; no text and no handle."""

    case_id: str
    channel: str
    brand: str
    language: str
    zone: str
    tier: int
    queue: str
    priority: str
    why: str
    rule: str
    tried: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    due: tuple[tuple[str, str], ...] = ()


def brief_of(case: Case, decisions: tuple[Decision, ...], clocks: tuple[CaseClock, ...]) -> Brief:
    """The brief of a case from its decisions (oldest first; at least one) and clocks."""
    last = decisions[-1]
    return Brief(
        case_id=case.id,
        channel=case.channel,
        brand=case.brand,
        language=case.language,
        zone=case.zone,
        tier=case.tier,
        queue=case.queue,
        priority=case.priority,
        why=last.reason,
        rule=last.rule,
        tried=tuple(_tried(decision) for decision in decisions if decision.drafts),
        flags=tuple(sorted(case.flag_reasons)),
        due=tuple((clock.kind, clock.due_at.isoformat()) for clock in clocks if clock.stopped_at is None),
    )


def _tried(decision: Decision) -> str:
    said = [draft.article or str(draft.text) for draft in decision.drafts]
    return f"{decision.action}: {', '.join(said)}"
