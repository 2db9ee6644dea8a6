"""End the holds of marketing that ran out: a person takes the case, and nothing sends itself."""

from __future__ import annotations

from dataclasses import replace

from carebot.core.events import EventName
from carebot.core.ports import Clock, UnitOfWork, Work
from carebot.services.review_thread import hold_public_texts, leave_to_people
from carebot.services.who_has_it import given_to_people

ACTOR = "system:holds"
PAGE = 200  # so that one unit never holds the database for long


def end_holds(*, uow: UnitOfWork, clock: Clock, limit: int = PAGE) -> int:
    """End those that ran out by now; how many. Nobody asks for it, so it needs no right."""

    def end(work: Work) -> int:
        now = clock.now()
        ended = work.cases_held_until(now, limit)
        for case in ended:
            texts = hold_public_texts(work, case, before=case.held_until)
            leave_to_people(work, case)
            free = replace(case, held_by=None, held_until=None)
            moved, steps = given_to_people(free, now, ACTOR)
            over = moved.event(EventName.HOLD_ENDED, now, ACTOR, held_by=case.held_by or "", texts_held=texts)
            work.save_case(moved)
            work.add_events([over, *steps])
        return len(ended)

    return uow.run(end)
