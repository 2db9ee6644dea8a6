"""A case: one customer and one problem, across public and direct messages of one channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from carebot.core.assessment import Band
from carebot.core.events import Event, EventName, Fact
from carebot.core.tiers import Priority, Zone
from carebot.errors import IllegalTransitionError


class CaseStatus(StrEnum):
    """Who holds the ball."""

    NEW = "new"
    WITH_BOT = "with_bot"
    WAITING_FOR_AGENT = "waiting_for_agent"
    WITH_AGENT = "with_agent"
    WAITING_FOR_CUSTOMER = "waiting_for_customer"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether somebody still holds the ball."""
        return self not in (CaseStatus.RESOLVED, CaseStatus.CLOSED)


_S = CaseStatus
_OPEN = frozenset({_S.WITH_BOT, _S.WAITING_FOR_AGENT, _S.WITH_AGENT, _S.WAITING_FOR_CUSTOMER})
LEGAL_STEPS: dict[CaseStatus, frozenset[CaseStatus]] = {
    _S.NEW: _OPEN | {_S.CLOSED, _S.RESOLVED},
    _S.WITH_BOT: frozenset(
        {_S.WAITING_FOR_AGENT, _S.WITH_AGENT, _S.WAITING_FOR_CUSTOMER, _S.RESOLVED, _S.CLOSED}
    ),
    _S.WAITING_FOR_AGENT: frozenset({_S.WITH_AGENT, _S.WAITING_FOR_CUSTOMER, _S.RESOLVED, _S.CLOSED}),
    _S.WITH_AGENT: frozenset({_S.WAITING_FOR_AGENT, _S.WAITING_FOR_CUSTOMER, _S.RESOLVED, _S.CLOSED}),
    _S.WAITING_FOR_CUSTOMER: frozenset(
        {_S.WITH_BOT, _S.WAITING_FOR_AGENT, _S.WITH_AGENT, _S.RESOLVED, _S.CLOSED}
    ),
    _S.RESOLVED: frozenset(
        {_S.WITH_BOT, _S.WAITING_FOR_AGENT, _S.WITH_AGENT, _S.WAITING_FOR_CUSTOMER, _S.CLOSED}
    ),
    _S.CLOSED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Our unit of work. Every change returns a new case and the event that says so.

    ``person_spoke_at`` is set once a person of the brand has spoken, from here or from the network's own app.
    ``bot_silenced_at`` is set when the customer said "stop". ``automatic_texts`` counts the automatic texts
    since the customer's latest message that summoned us. ``held_by`` and ``held_until``: marketing holds every
    public reply of ours back until then. ``version`` is the store's, for optimistic locking.
    """

    id: str
    channel: str
    account: str
    brand: str
    customer_id: str
    thread_id: str | None
    opened_at: datetime
    updated_at: datetime
    status: CaseStatus = CaseStatus.NEW
    tier: int = 0
    zone: Zone = Zone.PUBLIC
    band: Band = Band.CLEAR
    queue: str = "care"
    priority: Priority = Priority.NORMAL
    flag_reasons: frozenset[str] = frozenset()
    language: str = "und"
    owner_id: str | None = None
    last_customer_at: datetime | None = None
    first_reply_at: datetime | None = None
    first_agent_reply_at: datetime | None = None
    person_spoke_at: datetime | None = None
    bot_silenced_at: datetime | None = None
    invited_at: datetime | None = None
    snoozed_until: datetime | None = None
    automatic_texts: int = 0
    details_asked: int = 0
    merged_into: str | None = None
    held_by: str | None = None
    held_until: datetime | None = None
    version: int = 0

    def event(self, name: EventName, at: datetime, actor: str, **facts: Fact) -> Event:
        """A fact about this case."""
        return Event(name=name, at=at, actor=actor, case_id=self.id, facts=facts)

    def moves_since(self, before: Case, at: datetime, actor: str) -> tuple[Event, ...]:
        """What says where the case has moved: its band, zone, tier and queue, as far as they are others now."""
        moves = (
            (EventName.BAND_RAISED, before.band, self.band),
            (EventName.ZONE_MOVED, before.zone, self.zone),
            (EventName.TIER_CHANGED, before.tier, self.tier),
            (EventName.QUEUE_CHANGED, before.queue, self.queue),
        )
        return tuple(
            self.event(name, at, actor, before=was, after=now) for name, was, now in moves if was != now
        )

    @property
    def with_people(self) -> CaseStatus:
        """The status in which people have it: its owner, or a queue when it has none."""
        return CaseStatus.WAITING_FOR_AGENT if self.owner_id is None else CaseStatus.WITH_AGENT

    @property
    def is_with_a_person(self) -> bool:
        """Whether a person of the brand has spoken or has claimed it: then the bot is silent."""
        return self.person_spoke_at is not None or self.owner_id is not None

    def moved_to(self, status: CaseStatus, at: datetime, actor: str) -> tuple[Case, tuple[Event, ...]]:
        """The case in another status; raises IllegalTransitionError for a step that is not allowed."""
        if status is self.status:
            return self, ()
        if status not in LEGAL_STEPS[self.status]:
            raise IllegalTransitionError(f"case {self.id} cannot go from {self.status} to {status}")
        event = self.event(EventName.STATUS_CHANGED, at, actor, before=self.status, after=status)
        return replace(self, status=status, updated_at=at), (event,)

    def person_spoke(self, at: datetime, agent: str, *, said_at: datetime) -> tuple[Case, tuple[Event, ...]]:
        """A person of the brand answered: the bot is silent from now on, and the customer holds the ball.

        ``said_at`` is when it was said: what the customer wrote after that is still unanswered, so then
        people go on holding the ball.
        """
        event = self.event(EventName.PERSON_SPOKE, at, agent)
        case = replace(
            self,
            person_spoke_at=self.person_spoke_at or at,
            first_reply_at=self.first_reply_at or at,
            first_agent_reply_at=self.first_agent_reply_at or at,
            owner_id=self.owner_id or agent,
            tier=max(self.tier, 1),
        )
        status = CaseStatus.WAITING_FOR_CUSTOMER
        if not self.is_answered_by(said_at):
            status = CaseStatus.WAITING_FOR_AGENT if case.status is CaseStatus.WITH_BOT else case.status
        if not case.status.is_open:
            return case, (event,)
        moved, steps = case.moved_to(status, at, agent)
        return moved, (event, *steps)

    def is_answered_by(self, said_at: datetime) -> bool:
        """Whether what was said then can answer the customer's latest message."""
        return self.last_customer_at is None or said_at >= self.last_customer_at

    def snoozed(self, until: datetime, at: datetime, agent: str) -> tuple[Case, tuple[Event, ...]]:
        """Out of sight until then; a message of the customer brings it back at once."""
        event = self.event(EventName.STATUS_CHANGED, at, agent, snoozed_until=until.isoformat())
        return replace(self, snoozed_until=until, updated_at=at), (event,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWindows:
    """How long a case stays the place for the same customer's next message.

    ``same_problem``: another thread or a direct message joins an open case that was active within this time.
    ``reopen``: a message in the same thread reopens a resolved case within this time. ``close``: a resolved
    case closes by itself after this time. ``turn``: direct messages that follow one another within this time
    are one turn.
    """

    same_problem: timedelta = timedelta(days=3)
    reopen: timedelta = timedelta(days=7)
    close: timedelta = timedelta(days=7)
    turn: timedelta = timedelta(minutes=2)


def case_for(
    cases: tuple[Case, ...],
    *,
    thread_id: str | None,
    is_direct: bool,
    at: datetime,
    windows: CaseWindows,
    spoken_in: frozenset[str] = frozenset(),
) -> Case | None:
    """Which of this customer's cases on this account a message belongs to; None opens a new one.

    The same thread wins; ``spoken_in`` names the cases that other messages of it belong to, because a case can
    have several threads. A direct message or a post in another thread joins the most recently active open
    case within ``same_problem`` (a direct message within ``reopen``): people seldom say "about my post of
    yesterday". A resolved case is found again in its own thread, or by a direct message, within ``reopen``.
    """
    recent = sorted(
        (c for c in cases if c.status is not CaseStatus.CLOSED), key=lambda c: c.updated_at, reverse=True
    )
    for case in recent:
        same_thread = thread_id is not None and (case.thread_id == thread_id or case.id in spoken_in)
        if same_thread and (case.status.is_open or at - case.updated_at <= windows.reopen):
            return case
    join_within = windows.reopen if is_direct else windows.same_problem
    for case in recent:
        if case.status.is_open and at - case.updated_at <= join_within:
            return case
    return next((c for c in recent if is_direct and at - c.updated_at <= windows.reopen), None)


def closes_by_itself(case: Case, at: datetime, windows: CaseWindows) -> bool:
    """Whether a resolved case has rested long enough to close."""
    return case.status is CaseStatus.RESOLVED and at - case.updated_at >= windows.close
