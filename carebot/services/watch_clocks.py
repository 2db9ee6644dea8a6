"""Look at the clocks that ran out: somebody was invited to a private place, and did not come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from carebot.core.case import Case, CaseStatus
from carebot.core.clocks import CaseClock, ClockKind, started
from carebot.core.events import Event, EventName
from carebot.core.message import Writer
from carebot.core.ports import Clock, UnitOfWork, Work
from carebot.core.records import Outgoing, OutgoingState
from carebot.services.compose import INVITATIONS
from carebot.services.house import House
from carebot.services.who_has_it import given_to_people

ACTOR = "system:clocks"
LOOK_ELSEWHERE = "look in the network's own inbox: encrypted chats are not seen here"
DID_NOT_COME = "did_not_come"
PAGE = 200  # so that one unit never holds the database for long
_KIND = ClockKind.DID_THEY_COME
_ON_ITS_WAY = (OutgoingState.QUEUED, OutgoingState.SENDING, OutgoingState.UNKNOWN, OutgoingState.FAILED)


class WatchClocks:
    """A clock runs twice: for the minutes in which most people come, then until the case closes by itself.

    Coming, and everything that a person says, stops it elsewhere. An invitation that has not left yet gets its
    minutes anew.
    """

    def __init__(self, *, uow: UnitOfWork, clock: Clock, house: House) -> None:
        self._uow = uow
        self._clock = clock
        self._house = house

    def __call__(self, limit: int = PAGE) -> int:
        """Follow up on the clocks that ran out by now; how many. Nobody asks for it, so it needs no right."""

        def watch(work: Work) -> int:
            now = self._clock.now()
            out = work.due_clocks(_KIND, now=now, limit=limit)
            for clock in out:
                work.stop_clock(clock.case_id, _KIND, now)
                self._ran_out(work, clock, now)
            return len(out)

        return self._uow.run(watch)

    def _ran_out(self, work: Work, clock: CaseClock, now: datetime) -> None:
        case = work.case(clock.case_id)
        if case is None or case.invited_at is None or not _still_waits(work, case, case.invited_at):
            return
        if any(_is_leaving(row) for row in work.outgoing_of(case.id)):
            within = self._house.channel(case.channel).did_they_come_after
            work.start_clock(started(_KIND, case_id=case.id, at=now, within=within))
        elif not _has_left(work, case):
            return  # nobody was invited: the case is with people, who know that the text did not leave
        elif not _was_noticed(work.events_of(case.id), case.invited_at):
            self._not_come(work, case, case.invited_at, now)
        elif case.invited_at + self._house.care.come_within <= now:
            _close(work, case, now)

    def _not_come(self, work: Work, case: Case, invited_at: datetime, now: datetime) -> None:
        """Say so once; where they may be in an encrypted chat that we cannot see, people look."""
        events = [case.event(EventName.INVITED_NOT_COME, now, ACTOR, channel=case.channel)]
        if self._house.channel(case.channel).encrypted_chats_elsewhere:
            case, steps = given_to_people(case, now, ACTOR)
            handed = case.event(EventName.HANDED_OFF, now, ACTOR, queue=case.queue, reason=LOOK_ELSEWHERE)
            work.save_case(case)
            events += [handed, *steps]
        work.add_events(events)
        closing = started(_KIND, case_id=case.id, at=invited_at, within=self._house.care.come_within)
        work.start_clock(replace(closing, started_at=now, due_at=max(closing.due_at, now)))


def _still_waits(work: Work, case: Case, invited_at: datetime) -> bool:
    """Whether nothing has happened since the invitation: no person has it, and the customer wrote nothing."""
    wrote = any(
        message.writer is Writer.CUSTOMER and message.received_at > invited_at  # our clock, not the network's
        for message in work.messages_of(case.id)
    )
    return case.status.is_open and not case.is_with_a_person and not wrote


def _is_leaving(row: Outgoing) -> bool:
    return row.origin in INVITATIONS and row.state in _ON_ITS_WAY


def _has_left(work: Work, case: Case) -> bool:
    return any(
        row.origin in INVITATIONS and row.state is OutgoingState.SENT for row in work.outgoing_of(case.id)
    )


def _was_noticed(events: Iterable[Event], invited_at: datetime) -> bool:
    return any(event.name is EventName.INVITED_NOT_COME and event.at >= invited_at for event in events)


def _close(work: Work, case: Case, now: datetime) -> None:
    closed, steps = replace(case, snoozed_until=None).moved_to(CaseStatus.CLOSED, now, ACTOR)
    work.save_case(closed)
    work.add_events([replace(step, facts={**step.facts, "how": DID_NOT_COME}) for step in steps])
