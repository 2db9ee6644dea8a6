"""Cases: who holds the ball, and which case a message belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carebot.core.assessment import Band
from carebot.core.case import LEGAL_STEPS, Case, CaseStatus, CaseWindows, case_for, closes_by_itself
from carebot.core.decision import Action, Decision, Draft
from carebot.core.events import EventName
from carebot.core.following import follow
from carebot.core.message import Author, IncomingMessage, Visibility
from carebot.core.texts import TextKey
from carebot.core.tiers import Priority, Zone
from carebot.errors import IllegalTransitionError

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WINDOWS = CaseWindows()
HOUR = timedelta(hours=1)


def case(**changes: object) -> Case:
    base = Case(
        id="C-1",
        channel="x",
        account="plum",
        brand="Plum",
        customer_id="u-1",
        thread_id="t-1",
        opened_at=NOW,
        updated_at=NOW,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def decision(**changes: object) -> Decision:
    base = Decision(
        band=Band.CLEAR,
        zone=Zone.PUBLIC,
        tier=1,
        queue="care",
        action=Action.HAND_OFF,
        reason="a test",
        rule="to_people",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("before", CaseStatus)
@pytest.mark.parametrize("after", CaseStatus)
def test_a_case_takes_only_legal_steps(before, after):
    start = case(status=before)
    if before is after:
        assert start.moved_to(after, NOW, "a") == (start, ())
    elif after in LEGAL_STEPS[before]:
        moved, events = start.moved_to(after, NOW, "a")
        assert moved.status is after
        assert [event.name for event in events] == [EventName.STATUS_CHANGED]
    else:
        with pytest.raises(IllegalTransitionError, match="C-1"):
            start.moved_to(after, NOW, "a")


def test_a_closed_case_stays_closed():
    assert LEGAL_STEPS[CaseStatus.CLOSED] == frozenset()


def test_a_person_who_speaks_silences_the_bot_and_gives_the_ball_to_the_customer():
    spoken, events = case(status=CaseStatus.WAITING_FOR_AGENT).person_spoke(NOW, "agent:kim", said_at=NOW)
    assert spoken.person_spoke_at == spoken.first_agent_reply_at == NOW
    assert spoken.status is CaseStatus.WAITING_FOR_CUSTOMER
    assert spoken.owner_id == "agent:kim"
    assert events[0].name is EventName.PERSON_SPOKE


def test_what_was_said_before_the_customers_latest_message_does_not_answer_it():
    asked = case(status=CaseStatus.WAITING_FOR_AGENT, last_customer_at=NOW)
    late, _ = asked.person_spoke(NOW + HOUR, "agent:kim", said_at=NOW - HOUR)
    assert late.status is CaseStatus.WAITING_FOR_AGENT
    assert late.person_spoke_at is not None, "the bot is silent all the same"
    with_bot, _ = replace(asked, status=CaseStatus.WITH_BOT).person_spoke(
        NOW, "agent:kim", said_at=NOW - HOUR
    )
    assert with_bot.status is CaseStatus.WAITING_FOR_AGENT


def test_a_case_is_found_in_every_thread_it_was_spoken_in():
    old = case(zone=Zone.PRIVATE, status=CaseStatus.WAITING_FOR_AGENT)
    found = case_for(
        (old,),
        thread_id="t-direct",
        is_direct=True,
        at=NOW + timedelta(days=20),
        windows=WINDOWS,
        spoken_in=frozenset({"C-1"}),
    )
    assert found == old


def test_a_direct_message_prefers_an_open_case_to_a_newer_resolved_one():
    open_case = case(id="C-1", status=CaseStatus.WAITING_FOR_AGENT, zone=Zone.PRIVATE)
    resolved = case(id="C-2", thread_id="t-2", status=CaseStatus.RESOLVED, updated_at=NOW + HOUR / 2)
    assert find(open_case, resolved, direct=True) == open_case


def find(*cases, thread="t-9", direct=False, at=NOW + HOUR):
    return case_for(cases, thread_id=thread, is_direct=direct, at=at, windows=WINDOWS)


def test_the_same_thread_is_the_same_case():
    old, new = case(id="C-1"), case(id="C-2", thread_id="t-2", updated_at=NOW + HOUR)
    assert find(old, new, thread="t-1") == old


def test_another_thread_joins_the_most_recently_active_open_case():
    old, new = case(id="C-1"), case(id="C-2", thread_id="t-2", updated_at=NOW + HOUR / 2)
    assert find(old, new) == new


def test_after_three_days_another_thread_is_another_problem():
    assert find(case(), at=NOW + timedelta(days=3)) is not None
    assert find(case(), at=NOW + timedelta(days=3, seconds=1)) is None


def test_a_resolved_case_is_found_again_in_its_thread_or_by_direct_message_within_a_week():
    resolved = case(status=CaseStatus.RESOLVED)
    assert find(resolved, thread="t-1") == resolved
    assert find(resolved, direct=True) == resolved
    assert find(resolved) is None
    assert find(resolved, thread="t-1", at=NOW + timedelta(days=8)) is None


def test_a_closed_case_is_never_found():
    assert find(case(status=CaseStatus.CLOSED), thread="t-1") is None


def test_a_resolved_case_closes_by_itself_after_a_week():
    resolved = case(status=CaseStatus.RESOLVED)
    assert not closes_by_itself(resolved, NOW + timedelta(days=6), WINDOWS)
    assert closes_by_itself(resolved, NOW + timedelta(days=7), WINDOWS)
    assert not closes_by_itself(case(status=CaseStatus.WITH_AGENT), NOW + timedelta(days=70), WINDOWS)


def test_a_zone_only_becomes_more_closed_and_a_tier_only_higher():
    private = case(status=CaseStatus.WAITING_FOR_AGENT, zone=Zone.PRIVATE, tier=2, band=Band.PRIVATE)
    after, _ = follow(private, decision(), NOW)
    assert (after.zone, after.tier, after.band) == (Zone.PRIVATE, 2, Band.PRIVATE)


def test_a_first_decision_opens_the_case_and_says_so():
    after, events = follow(case(), decision(zone=Zone.PRIVATE, band=Band.PRIVATE), NOW)
    assert after.status is CaseStatus.WAITING_FOR_AGENT
    names = [event.name for event in events]
    assert names[0] is EventName.CASE_OPENED
    assert {EventName.BAND_RAISED, EventName.ZONE_MOVED, EventName.HANDED_OFF} <= set(names)


def test_an_answer_takes_no_case_out_of_a_persons_hands():
    answered = decision(action=Action.ANSWER, queue=None, tier=0)
    assert follow(case(), answered, NOW)[0].status is CaseStatus.WITH_BOT
    waiting = case(status=CaseStatus.WAITING_FOR_AGENT, tier=1)
    assert follow(waiting, answered, NOW)[0].status is CaseStatus.WAITING_FOR_AGENT


def test_a_resolved_case_reopens_for_its_owner():
    resolved = case(status=CaseStatus.RESOLVED, owner_id="agent:kim")
    after, events = follow(resolved, decision(), NOW)
    assert after.status is CaseStatus.WITH_AGENT
    assert events[0].name is EventName.CASE_REOPENED


def test_a_text_for_an_agent_does_not_count_as_spoken():
    offered = decision(drafts=(Draft(zone=Zone.PUBLIC, article="a", for_agent=True),))
    spoken = decision(drafts=(Draft(zone=Zone.PUBLIC, text=TextKey.HANDED_OVER),))
    assert follow(case(), offered, NOW)[0].automatic_texts == 0
    assert follow(case(), spoken, NOW)[0].automatic_texts == 1


def test_the_more_urgent_priority_stays():
    urgent = case(status=CaseStatus.WAITING_FOR_AGENT, priority=Priority.URGENT)
    assert follow(urgent, decision(priority=Priority.LOW), NOW)[0].priority is Priority.URGENT


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="UTC"):
        IncomingMessage(
            channel="x",
            account="a",
            external_id="1",
            author=Author(external_id="1", handle="h"),
            visibility=Visibility.PUBLIC,
            text="hi",
            at=datetime(2026, 11, 2),  # noqa: DTZ001 - the point of the test
            brand="b",
        )
