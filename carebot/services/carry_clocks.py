"""Let what a customer was promised go on in another case."""

from __future__ import annotations

from dataclasses import replace

from carebot.core.case import Case, CaseStatus
from carebot.core.clocks import ClockKind
from carebot.core.ports import Work


def carry_clocks(work: Work, source_id: str, case: Case) -> None:
    """Start the source's running clocks in the case, with the times they have; of two alike its own goes on.

    Not the time box, which belongs to whoever holds a case; and nobody is awaited in a case in which it is
    not the customer's turn. A case at rest needs none.
    """
    without = {ClockKind.TIME_BOX}
    if case.status is not CaseStatus.WAITING_FOR_CUSTOMER:
        without.add(ClockKind.DID_THEY_COME)
    for clock in work.clocks_of(source_id):
        if clock.is_running and clock.kind not in without and case.status.is_open:
            work.start_clock(replace(clock, case_id=case.id))
