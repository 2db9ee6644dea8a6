"""Records for tests of the store; every argument that a test does not care about has a value."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from carebot.core.assessment import Band
from carebot.core.case import Case, CaseStatus
from carebot.core.clocks import CaseClock, ClockKind
from carebot.core.decision import Action, Decision, Draft, ThresholdUse
from carebot.core.events import Event, EventName
from carebot.core.message import PostKind, Visibility, Writer
from carebot.core.ports import Work
from carebot.core.records import Customer, DecisionRecord, Outgoing, StoredMessage
from carebot.core.tiers import Priority, Zone

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def customer(number: int | str = 1, **changes: Any) -> Customer:
    made = Customer(id=f"u-{number}", channel="x", account="brand", wrapped_key=b"\x01key", profile=b"sealed")
    return replace(made, **changes)


def message(number: int | str = 1, **changes: Any) -> StoredMessage:
    made = StoredMessage(
        id=f"m-{number}",
        channel="x",
        account="brand",
        brand="acme",
        external_id=f"ext-{number}",
        customer_id="u-1",
        writer=Writer.CUSTOMER,
        visibility=Visibility.PUBLIC,
        post_kind=PostKind.REPLY,
        thread_id="t-1",
        summons=True,
        has_unread_media=False,
        at=NOON,
        received_at=NOON + MINUTE,
        sealed=b"\x00\xffsealed",
    )
    return replace(made, **changes)


def case(name: str = "C-1", **changes: Any) -> Case:
    made = Case(
        id=name,
        channel="x",
        account="brand",
        brand="acme",
        customer_id="u-1",
        thread_id="t-1",
        opened_at=NOON,
        updated_at=NOON,
        status=CaseStatus.WAITING_FOR_AGENT,
        tier=1,
        flag_reasons=frozenset({"risk", "reach"}),
    )
    return replace(made, **changes)


def decision(**changes: Any) -> Decision:
    made = Decision(
        band=Band.CLEAR,
        zone=Zone.PUBLIC,
        tier=1,
        queue="care",
        action=Action.HAND_OFF,
        reason="nobody is sure",
        rule="abstain",
        drafts=(Draft(zone=Zone.PUBLIC, article="opening-hours", for_agent=True),),
        flag_reasons=frozenset({"risk"}),
        labels=frozenset({"delight"}),
        thresholds=(
            ThresholdUse(name="answer", score=0.4, threshold=None, target=0.98, support=12, source="tests"),
        ),
    )
    return replace(made, **changes)


def record(of: str = "m-1", **changes: Any) -> DecisionRecord:
    made = DecisionRecord(
        message_id=of,
        case_id="C-1",
        at=NOON,
        decision=decision(),
        situation={"visibility": "public", "n": [1]},
    )
    return replace(made, **changes)


def outgoing(number: int | str = 1, **changes: Any) -> Outgoing:
    made = Outgoing(
        id=f"o-{number}",
        case_id="C-1",
        message_id="m-1",
        channel="x",
        account="brand",
        zone=Zone.PUBLIC,
        text="We are open on Monday.",
        language="en",
        origin="article:opening-hours",
        in_reply_to="ext-1",
        idempotency_key=f"key-{number}",
        created_at=NOON,
        priority=Priority.HIGH,
    )
    return replace(made, **changes)


def clock(**changes: Any) -> CaseClock:
    made = CaseClock(case_id="C-1", kind=ClockKind.DID_THEY_COME, started_at=NOON, due_at=NOON + 10 * MINUTE)
    return replace(made, **changes)


def event(name: EventName = EventName.DECIDED, **changes: Any) -> Event:
    made = Event(name=name, at=NOON, actor="system:triage", case_id="C-1", facts={"band": "clear", "tier": 1})
    return replace(made, **changes)


def one_case(work: Work) -> None:
    """A customer with a message in a case: what most tests start from."""
    work.add_customer(customer(), "fp-1")
    work.save_case(case())
    work.add_message(message())


def one_message(work: Work, number: int | str) -> None:
    """Everything that one message writes, from intake to decision: about eight rows."""
    who, what = f"u-{number}", f"m-{number}"
    work.add_customer(customer(number), f"fp-{number}")
    work.add_message(message(number, customer_id=who))
    name = work.new_id("case")
    work.save_case(case(name, customer_id=who))
    work.add_decision(record(what, case_id=name))
    work.mark_decided(what, case_id=name, masked_text=f"where is my order, said {number}")
    work.add_outgoing(outgoing(number, case_id=name, message_id=what))
    work.start_clock(clock(case_id=name))
    work.add_events([event(case_id=name, message_id=what), event(EventName.HANDED_OFF, case_id=name)])
