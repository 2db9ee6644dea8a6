"""Cases for tests of the steps that people take with them, and the steps by their names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carebot.core.case import Case
from carebot.core.events import EventName
from carebot.core.message import Visibility, Writer
from carebot.core.ports import UnitOfWork, Work
from carebot.core.rights import Role, Viewer
from carebot.core.tiers import Zone
from carebot.privacy.keys import InstallationKey, KeyRing
from carebot.privacy.seal import Seal
from carebot.services.merge_cases import Merged, merge_cases
from carebot.services.resolve_case import reopen_case, resolve_case
from carebot.services.snooze_case import snooze_case
from carebot.services.split_case import split_case
from tests.unit.store import makers
from tests.unit.store.makers import MINUTE, NOON

LATER = NOON + 60 * MINUTE
ZONES = (Zone.PUBLIC, Zone.DIRECT, Zone.PRIVATE)
SEALER = Seal(KeyRing(keys=(InstallationKey.new(NOON),)))
EVERYTHING = Viewer(id="agent:kim", roles=frozenset({Role.PRIVATE_AGENT, Role.SPECIALIST, Role.EXPERT}))


@dataclass
class Clock:
    moment: datetime = LATER

    def now(self) -> datetime:
        return self.moment


def write(uow: UnitOfWork, *cases: Case, messages: int = 2) -> None:
    """Cases with some messages each; a customer is written down with the first case."""

    def fill(work: Work) -> None:
        known = set()
        for case in cases:
            if case.customer_id not in known:
                known.add(case.customer_id)
                customer = makers.customer(case.customer_id.removeprefix("u-"))
                work.add_customer(customer, f"fp-{case.customer_id}")
            work.save_case(case)
            for number in range(messages):
                said(work, case, f"{case.id}-{number}", at=case.opened_at + number * MINUTE)

    uow.run(fill)


def said(work: Work, case: Case, number: str, **changes: Any) -> None:
    message = makers.message(number, customer_id=case.customer_id, thread_id=case.thread_id, **changes)
    work.add_message(message)
    private = case.zone is Zone.PRIVATE
    if message.writer is Writer.CUSTOMER:
        decision = makers.decision(zone=case.zone, band=case.band)
        work.add_decision(makers.record(f"m-{number}", case_id=case.id, decision=decision))
    keep = message.visibility is Visibility.PUBLIC or not private
    work.mark_decided(f"m-{number}", case_id=case.id, masked_text=f"said {number}" if keep else None)


def older(**changes: Any) -> Case:
    return makers.case("C-1", **changes)


def younger(**changes: Any) -> Case:
    return makers.case("C-2", opened_at=NOON + 10 * MINUTE, **{"thread_id": "t-2", **changes})


def now_in(uow: UnitOfWork, case_id: str = "C-1") -> Case:
    case = uow.run(lambda work: work.case(case_id))
    assert case is not None
    return case


def names(uow: UnitOfWork, case_id: str = "C-1") -> list[EventName]:
    return [event.name for event in uow.run(lambda work: work.events_of(case_id))]


def ids(uow: UnitOfWork, case_id: str) -> list[str]:
    return [message.id for message in uow.run(lambda work: work.messages_of(case_id))]


def resolve(uow: UnitOfWork, viewer: Viewer = EVERYTHING) -> Case:
    return resolve_case("C-1", viewer=viewer, uow=uow, clock=Clock())


def reopen(uow: UnitOfWork, viewer: Viewer = EVERYTHING) -> Case:
    return reopen_case("C-1", viewer=viewer, uow=uow, clock=Clock())


def snooze(uow: UnitOfWork, viewer: Viewer = EVERYTHING, until: datetime = LATER + MINUTE) -> Case:
    return snooze_case("C-1", until=until, viewer=viewer, uow=uow, clock=Clock())


def merge(uow: UnitOfWork, viewer: Viewer = EVERYTHING, pair: tuple[str, str] = ("C-1", "C-2")) -> Merged:
    return merge_cases(*pair, viewer=viewer, uow=uow, sealer=SEALER, clock=Clock())


def split(uow: UnitOfWork, *messages: str, viewer: Viewer = EVERYTHING) -> Case:
    return split_case("C-1", messages or ("m-C-1-1",), viewer=viewer, uow=uow, clock=Clock())
