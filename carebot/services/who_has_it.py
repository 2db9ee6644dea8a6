"""Who has a case, and how it comes into the hands of people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from carebot.core.case import Case, CaseStatus
from carebot.core.events import Event, EventName
from carebot.errors import ClaimedError


def person_who_has(case: Case) -> str | None:
    """The person who has it; somebody who only wrote in the network's own app is not known by name."""
    return None if case.owner_id == f"agent:{case.account}" else case.owner_id


def refuse_owned_by_another(case: Case, person: str) -> None:
    """Two people never work on the same case."""
    owner = person_who_has(case)
    if owner not in (None, person):
        raise ClaimedError(f"{owner} has case {case.id}; ask {owner} to release it")


def given_to_people(
    case: Case, at: datetime, actor: str, *, reopens: bool = False
) -> tuple[Case, tuple[Event, ...]]:
    """The case with its owner, or waiting in its queue; a closed one stays so.

    ``reopens``: a resolved one comes back, because what a person has written did not arrive.
    """
    if case.status is CaseStatus.CLOSED or (case.status is CaseStatus.RESOLVED and not reopens):
        return case, ()
    raised = replace(case, tier=max(case.tier, 1), snoozed_until=None, updated_at=max(case.updated_at, at))
    moved, steps = raised.moved_to(_people_as_they_have_it(case), at, actor)
    reopened = () if case.status.is_open else (case.event(EventName.CASE_REOPENED, at, actor),)
    return moved, (*reopened, *moved.moves_since(case, at, actor), *steps)


def _people_as_they_have_it(case: Case) -> CaseStatus:
    with_people = (CaseStatus.WAITING_FOR_AGENT, CaseStatus.WITH_AGENT)
    return case.status if case.status in with_people else case.with_people
