"""Find the case that somebody wants to change, and refuse what that person may not do."""

from __future__ import annotations

from carebot.core.case import Case, CaseStatus
from carebot.core.ports import Work
from carebot.core.rights import CaseRight, Viewer, require
from carebot.errors import IllegalTransitionError


def find_case(work: Work, case_id: str, viewer: Viewer, right: CaseRight = CaseRight.RESOLVE) -> Case:
    """The case; raises KeyError for an unknown one, NotAllowedError without the right."""
    case = work.case(case_id)
    if case is None:
        raise KeyError(f"there is no case {case_id}; `carebot cases` lists those you may see")
    require(viewer, right, zone=case.zone, tier=case.tier)
    return case


def refuse_closed(case: Case) -> None:
    """Nothing of a closed case changes any more."""
    if case.merged_into is not None:
        raise IllegalTransitionError(
            f"case {case.id} was merged into {case.merged_into}; go on with {case.merged_into}"
        )
    if case.status is CaseStatus.CLOSED:
        raise IllegalTransitionError(
            f"case {case.id} is closed and stays so; the customer's next message opens a new one"
        )


def refuse_not_open(case: Case) -> None:
    """Only a case in which somebody still holds the ball can take this step."""
    refuse_closed(case)
    if not case.status.is_open:
        raise IllegalTransitionError(
            f"case {case.id} is {case.status} already; `carebot case reopen {case.id}` opens it again"
        )
