"""Cards: what a viewer gets of a case's messages, of our own texts and of the reasons, in every zone and tier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from carebot.core.case import CaseStatus
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.ports import Work
from carebot.core.records import OutgoingState
from carebot.core.rights import CaseRight, Role, Viewer, may
from carebot.core.tiers import Priority, Zone
from carebot.core.views import CaseCard, Wanted
from carebot.errors import NotAllowedError
from carebot.store import schema
from carebot.store.queries import SqlQueries
from carebot.store.uow import SqliteUnitOfWork
from tests.unit.store import makers
from tests.unit.store.makers import MINUTE, NOON

CELLS = list(product(Zone, range(5)))
SAID = (Visibility.PUBLIC, Visibility.DIRECT, Visibility.PUBLIC)
QUEUES = Wanted(queues=frozenset({"care"}))
LEAD = Viewer(id="lea", roles=frozenset({Role.LEAD}))


def viewer(*roles: Role) -> Viewer:
    return Viewer(id="somebody", roles=frozenset(roles))


def name_of(zone: Zone, tier: int) -> str:
    return f"C-{zone}-{tier}"


def fill(work: Work) -> None:
    """In every zone and tier: a public post, a direct message and a later public post, each with our answer."""
    work.add_customer(makers.customer(), "fp-1")
    for zone, tier in CELLS:
        name = name_of(zone, tier)
        work.save_case(makers.case(name, zone=zone, tier=tier))
        for minute, visibility in enumerate(SAID):
            answered(work, name, minute, visibility, zone)


def answered(work: Work, name: str, minute: int, visibility: Visibility, zone: Zone) -> None:
    number, at = f"{name}-{minute}", NOON + minute * MINUTE
    work.add_message(makers.message(number, visibility=visibility, at=at))
    work.mark_decided(f"m-{number}", case_id=name, masked_text=f"message {minute}")
    decided = makers.decision(zone=zone, reason=f"reason {minute}")
    work.add_decision(
        makers.record(
            f"m-{number}", case_id=name, at=at, decision=decided, situation={"followers": 100 + minute}
        )
    )
    place = Zone.PUBLIC if visibility is Visibility.PUBLIC else max(Zone.DIRECT, zone, key=lambda z: z.rank)
    answer = makers.outgoing(
        number, case_id=name, message_id=f"m-{number}", zone=place, text=f"answer {minute}"
    )
    work.add_outgoing(replace(answer, created_at=at + MINUTE / 2))
    work.add_events(
        [
            makers.event(EventName.DECIDED, case_id=name, at=at),
            makers.event(EventName.CLAIMED, case_id=name, at=at),
        ]
    )


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlQueries]:
    db = tmp_path_factory.mktemp("cards") / "care.db"
    schema.create(db)
    with SqliteUnitOfWork(db) as uow:
        uow.run(fill)
    made = SqlQueries(db)
    yield made
    made.close()


def cards(queries: SqlQueries, who: Viewer, wanted: Wanted = QUEUES, now: datetime = NOON) -> list[CaseCard]:
    return list(queries.cards(who, wanted, now=now))


def numbers(views: tuple[object, ...] | None) -> list[str] | None:
    return None if views is None else [view.text for view in views if view.text is not None]  # type: ignore[attr-defined]


ROLES = [(role,) for role in Role] + [(Role.MARKETING, Role.PRIVATE_AGENT), (Role.OPERATOR, Role.VENDOR)]


@pytest.mark.parametrize("roles", ROLES, ids="+".join)
@pytest.mark.parametrize(("zone", "tier"), CELLS)
def test_a_card_carries_what_the_table_of_rights_gives(
    queries: SqlQueries, roles: tuple[Role, ...], zone: Zone, tier: int
) -> None:
    who, name = viewer(*roles), name_of(zone, tier)
    listed = {card.id: card for card in cards(queries, who)}

    if not may(who, CaseRight.SEE_CASE, zone=zone, tier=tier):
        assert name not in listed
        for ask in (queries.card, queries.timeline):
            with pytest.raises(NotAllowedError, match="see_case"):
                ask(who, name)
        return
    card = listed[name]
    assert card == queries.card(who, name)
    public = may(who, CaseRight.SEE_PUBLIC_TEXT, zone=zone, tier=tier)
    direct = may(who, CaseRight.SEE_DIRECT_TEXT, zone=zone, tier=tier)
    explains = may(who, CaseRight.EXPLAIN, zone=zone, tier=tier)
    seen = ["0", "1", "2"] if direct else [] if not public else ["0"] if zone is Zone.PRIVATE else ["0", "2"]
    if not (public or direct):
        assert (card.messages, card.texts) == (None, None)
    else:
        assert numbers(card.messages) == [f"message {number}" for number in seen]
        assert numbers(card.texts) == [f"answer {number}" for number in seen]
    last = "2" if explains else seen[-1] if seen else None
    assert card.why == (f"reason {last}" if last else None)
    assert card.followers == (100 + int(last) if last else None)
    names = {event.name for event in queries.timeline(who, name)}
    assert names == ({EventName.DECIDED, EventName.CLAIMED} if explains else {EventName.CLAIMED})


def test_those_that_wait_for_people_come_first_then_the_urgent_then_the_oldest(
    db: Path, uow: SqliteUnitOfWork
) -> None:
    def several(work: Work) -> None:
        work.add_customer(makers.customer(), "fp-1")
        for name, status, priority, age in (
            ("C-bot", CaseStatus.WITH_BOT, Priority.URGENT, 9),
            ("C-young", CaseStatus.WAITING_FOR_AGENT, Priority.NORMAL, 1),
            ("C-old", CaseStatus.WAITING_FOR_AGENT, Priority.NORMAL, 5),
            ("C-hot", CaseStatus.WAITING_FOR_AGENT, Priority.URGENT, 0),
            ("C-done", CaseStatus.RESOLVED, Priority.URGENT, 9),
        ):
            opened_at = NOON - age * MINUTE
            work.save_case(makers.case(name, status=status, priority=priority, opened_at=opened_at))

    uow.run(several)
    queries = SqlQueries(db)

    assert [card.id for card in cards(queries, LEAD)] == ["C-hot", "C-old", "C-young", "C-bot"]
    assert [card.id for card in queries.cards(LEAD, QUEUES, now=NOON, limit=2)] == ["C-hot", "C-old"]
    assert queries.waiting(LEAD, now=NOON).by_queue == {"care": 3}
    queries.close()


def test_a_page_has_its_queues_ones_own_cases_and_the_flagged_public_threads(
    db: Path, uow: SqliteUnitOfWork
) -> None:
    def several(work: Work) -> None:
        work.add_customer(makers.customer(), "fp-1")
        none: frozenset[str] = frozenset()
        work.save_case(makers.case("C-care", flag_reasons=none))
        work.save_case(makers.case("C-mine", queue="other", owner_id="lea", flag_reasons=none))
        work.save_case(makers.case("C-loud", queue="other"))
        work.save_case(makers.case("C-whispered", queue="other"))
        later = NOON + timedelta(hours=1)
        work.save_case(makers.case("C-later", flag_reasons=none, snoozed_until=later))
        for name, place in (("C-loud", Visibility.PUBLIC), ("C-whispered", Visibility.DIRECT)):
            work.add_message(makers.message(name, visibility=place))
            work.mark_decided(f"m-{name}", case_id=name, masked_text="text")

    uow.run(several)
    queries = SqlQueries(db)

    def listed(wanted: Wanted, now: datetime = NOON) -> set[str]:
        return {card.id for card in cards(queries, LEAD, wanted, now)}

    assert listed(QUEUES) == {"C-care"}
    assert listed(QUEUES, NOON + timedelta(hours=2)) == {"C-care", "C-later"}
    assert listed(Wanted(queues=frozenset({"care"}), owner_id="lea")) == {"C-care", "C-mine"}
    assert listed(Wanted(is_flagged=True)) == {"C-loud"}
    assert listed(Wanted()) == set()
    assert queries.waiting(LEAD, now=NOON).flagged == 1
    queries.close()


def test_the_pulse_changes_with_every_commit_and_only_then(db: Path, uow: SqliteUnitOfWork) -> None:
    queries = SqlQueries(db)
    first = queries.pulse()
    queries.cards(LEAD, QUEUES, now=NOON)
    assert queries.pulse() == first

    uow.run(makers.one_case)
    second = queries.pulse()
    assert second != first
    uow.run(lambda work: work.set_switch("bot_awake", False))
    assert queries.pulse() not in (first, second)
    other = SqlQueries(db)
    assert other.pulse() != queries.pulse()
    queries.close()
    other.close()


def test_the_bot_is_awake_until_it_is_stopped(db: Path, uow: SqliteUnitOfWork) -> None:
    queries = SqlQueries(db)
    assert queries.bot_is_awake()
    uow.run(lambda work: work.set_switch("bot_awake", False))
    assert not queries.bot_is_awake()
    queries.close()


def test_a_card_has_what_the_case_and_its_texts_have(db: Path, uow: SqliteUnitOfWork) -> None:
    until = NOON + timedelta(hours=2)

    def one(work: Work) -> None:
        makers.one_case(work)
        work.mark_decided("m-1", case_id="C-1", masked_text="text")
        case = work.case("C-1")
        assert case is not None
        work.save_case(replace(case, held_by="mel", held_until=until, owner_id="lea", last_customer_at=NOON))
        work.add_outgoing(makers.outgoing(state=OutgoingState.HELD, reason="a person has spoken"))

    uow.run(one)
    queries = SqlQueries(db)
    card = queries.card(LEAD, "C-1")

    assert (card.held_by, card.held_until, card.owner_id, card.last_customer_at) == (
        "mel",
        until,
        "lea",
        NOON,
    )
    assert card.flag_reasons == {"risk", "reach"}
    assert card.texts is not None
    assert (card.texts[0].state, card.texts[0].reason) == (OutgoingState.HELD, "a person has spoken")
    assert card.texts[0].visibility is Visibility.PUBLIC
    with pytest.raises(KeyError, match="C-9"):
        queries.card(LEAD, "C-9")
    queries.close()
