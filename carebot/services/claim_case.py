"""Claim a case, and release it: from then on the bot is silent, and nobody else replies."""

from __future__ import annotations

from dataclasses import dataclass, replace

from carebot.core.case import Case, CaseStatus
from carebot.core.events import EventName
from carebot.core.ports import Clock, UnitOfWork, Work
from carebot.core.records import OutgoingKind, OutgoingState
from carebot.core.rights import CaseRight, Viewer
from carebot.errors import IllegalTransitionError
from carebot.services.find_case import find_case, refuse_not_open
from carebot.services.who_has_it import person_who_has, refuse_owned_by_another

ON_ITS_WAY = (OutgoingState.SENDING, OutgoingState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The case, how many of the bot's texts were held, and how many are with the network already."""

    case: Case
    texts_held: int
    on_its_way: int


def claim_case(case_id: str, *, viewer: Viewer, uow: UnitOfWork, clock: Clock) -> Claimed:
    """Take a case; what the bot was about to say in it is held. Claiming one's own case again changes nothing.

    Raises KeyError, NotAllowedError, ClaimedError when somebody else has it, IllegalTransitionError when it is
    not open.
    """

    def claim(work: Work) -> Claimed:
        case = find_case(work, case_id, viewer, CaseRight.CLAIM)
        refuse_not_open(case)
        refuse_owned_by_another(case, viewer.id)
        on_its_way = bot_texts_on_their_way(work, case)
        if case.owner_id == viewer.id:
            return Claimed(case=case, texts_held=0, on_its_way=on_its_way)
        now = clock.now()
        held = work.hold_queued(case.id, f"{viewer.id} has claimed the case")
        taken = replace(case, owner_id=viewer.id, tier=max(case.tier, 1), snoozed_until=None, updated_at=now)
        moved, steps = taken.moved_to(CaseStatus.WITH_AGENT, now, viewer.id)
        claimed = moved.event(EventName.CLAIMED, now, viewer.id, texts_held=held, on_its_way=on_its_way)
        work.save_case(moved)
        work.add_events([claimed, *moved.moves_since(case, now, viewer.id), *steps])
        return Claimed(case=moved, texts_held=held, on_its_way=on_its_way)

    return uow.run(claim)


def release_case(case_id: str, *, viewer: Viewer, uow: UnitOfWork, clock: Clock) -> Case:
    """Give a case back to its queue; one that waits for the customer goes on waiting.

    Raises KeyError, NotAllowedError, ClaimedError when somebody else has it, IllegalTransitionError when nobody
    has it or it is not open.
    """

    def release(work: Work) -> Case:
        case = find_case(work, case_id, viewer, CaseRight.CLAIM)
        refuse_not_open(case)
        refuse_owned_by_another(case, viewer.id)
        if person_who_has(case) is None:
            raise IllegalTransitionError(f"nobody has case {case.id}; it waits in the queue {case.queue}")
        now = clock.now()
        free = replace(case, owner_id=None, updated_at=now)
        is_waiting = case.status is CaseStatus.WAITING_FOR_CUSTOMER
        moved, steps = (free, ()) if is_waiting else free.moved_to(free.with_people, now, viewer.id)
        work.save_case(moved)
        work.add_events([moved.event(EventName.RELEASED, now, viewer.id, queue=moved.queue), *steps])
        return moved

    return uow.run(release)


def bot_texts_on_their_way(work: Work, case: Case) -> int:
    """How many of the bot's texts the network has, or may have, already: they cannot be stopped any more."""
    return sum(
        row.state in ON_ITS_WAY and row.is_automatic and row.kind is OutgoingKind.TEXT
        for row in work.outgoing_of(case.id)
    )
