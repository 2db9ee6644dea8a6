"""How a case changes when a decision about one of its messages has been taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from carebot.core.bands import highest
from carebot.core.case import Case, CaseStatus
from carebot.core.decision import Action, Decision
from carebot.core.events import Event, EventName

ACTOR = "system:triage"


def follow(case: Case, decision: Decision, at: datetime) -> tuple[Case, tuple[Event, ...]]:
    """The case after the decision, and what happened to it, oldest first."""
    events: list[Event] = []
    if decision.makes_case:
        case, events = _moved(case, decision, at)
    spoken = sum(1 for draft in decision.drafts if not draft.for_agent)
    case = replace(
        case,
        updated_at=max(case.updated_at, at),
        automatic_texts=case.automatic_texts + spoken,
        details_asked=case.details_asked + (decision.action is Action.ASK_DETAIL),
        invited_at=at if decision.action is Action.INVITE else case.invited_at,
        bot_silenced_at=case.bot_silenced_at or (at if decision.silences_bot else None),
        flag_reasons=case.flag_reasons | decision.flag_reasons,
    )
    return case, (*events, *_facts(case, decision, at))


def _moved(case: Case, decision: Decision, at: datetime) -> tuple[Case, list[Event]]:
    """Band, zone, tier and queue as decided. A zone only ever becomes more closed, a tier higher."""
    after = replace(
        case,
        band=highest(case.band, decision.band),
        zone=max(case.zone, decision.zone, key=lambda zone: zone.rank),
        tier=max(case.tier, decision.tier),
        queue=decision.queue or case.queue,
        priority=min(case.priority, decision.priority, key=lambda priority: priority.rank),
        snoozed_until=None,
    )
    events = list(after.moves_since(case, at, ACTOR))
    moved, steps = after.moved_to(_status(case, decision), at, ACTOR)
    if case.status is CaseStatus.NEW:
        events.insert(0, case.event(EventName.CASE_OPENED, at, ACTOR, channel=case.channel))
    if case.status is CaseStatus.RESOLVED:
        events.insert(0, case.event(EventName.CASE_REOPENED, at, ACTOR))
    return moved, [*events, *steps]


def _status(case: Case, decision: Decision) -> CaseStatus:
    """Who holds the ball now."""
    if status := _WITHOUT_PEOPLE.get(decision.action):  # the bot takes nothing out of people's hands
        with_people = case.status in (CaseStatus.WAITING_FOR_AGENT, CaseStatus.WITH_AGENT)
        return case.status if with_people else status
    return case.with_people


_WITHOUT_PEOPLE = {Action.ANSWER: CaseStatus.WITH_BOT, Action.INVITE: CaseStatus.WAITING_FOR_CUSTOMER}
_NAMES = {
    Action.ANSWER: EventName.ANSWER_QUEUED,
    Action.SUGGEST: EventName.ANSWER_SUGGESTED,
    Action.INVITE: EventName.INVITATION_QUEUED,
    Action.HAND_OFF: EventName.HANDED_OFF,
    Action.ASK_DETAIL: EventName.HANDED_OFF,
}


def _facts(case: Case, decision: Decision, at: datetime) -> tuple[Event, ...]:
    events = [
        case.event(EventName.DECIDED, at, ACTOR, action=decision.action, rule=decision.rule, tier=case.tier)
    ]
    if name := _NAMES.get(decision.action):
        events.append(case.event(name, at, ACTOR, queue=case.queue))
    if decision.silences_bot:
        events.append(case.event(EventName.BOT_SILENCED, at, "customer"))
    events.extend(
        case.event(EventName.FLAGGED, at, ACTOR, reason=reason) for reason in sorted(decision.flag_reasons)
    )
    return tuple(events)
