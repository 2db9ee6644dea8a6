"""The matrix: every role, every zone, every tier, and what of a case comes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from carebot.core.case import CaseStatus
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.ports import Work
from carebot.core.records import CaseView
from carebot.core.rights import CaseRight, Role, Viewer, may
from carebot.core.tiers import Priority, Zone
from carebot.errors import NotAllowedError, SchemaError
from carebot.store.queries import SqlQueries
from carebot.store.uow import SqliteUnitOfWork
from tests.unit.store import makers
from tests.unit.store.makers import MINUTE, NOON

TIERS = range(5)
CELLS = list(product(Zone, TIERS))
FIRST, DIRECT, LATER = "first, in public", "then, in direct", "later, in public again"


def viewer(*roles: Role) -> Viewer:
    return Viewer(id="somebody", roles=frozenset(roles))


def name_of(zone: Zone, tier: int) -> str:
    return f"C-{zone}-{tier}"


def fill(work: Work) -> None:
    """A case in every zone and tier: a public post, a direct message, another public post."""
    work.add_customer(makers.customer(), "fp-1")
    said = ((FIRST, Visibility.PUBLIC), (DIRECT, Visibility.DIRECT), (LATER, Visibility.PUBLIC))
    for zone, tier in CELLS:
        name = name_of(zone, tier)
        work.save_case(makers.case(name, zone=zone, tier=tier))
        for minute, (text, visibility) in enumerate(said):
            number = f"{name}-{minute}"
            at = NOON + minute * MINUTE
            work.add_message(makers.message(number, visibility=visibility, at=at))
            work.mark_decided(f"m-{number}", case_id=name, masked_text=text)
            decided = makers.decision(
                zone=zone if minute else Zone.PUBLIC if zone is not Zone.PRIVATE else zone
            )
            work.add_decision(makers.record(f"m-{number}", case_id=name, at=at, decision=decided))


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlQueries]:
    from carebot.store import schema

    db = tmp_path_factory.mktemp("queries") / "care.db"
    schema.create(db)
    with SqliteUnitOfWork(db) as uow:
        uow.run(fill)
    made = SqlQueries(db)
    yield made
    made.close()


def texts(view: CaseView) -> list[str | None] | None:
    return None if view.texts is None else [message.text for message in view.texts]


def expected(who: Viewer, zone: Zone, tier: int) -> list[str | None] | None:
    public = may(who, CaseRight.SEE_PUBLIC_TEXT, zone=zone, tier=tier)
    direct = may(who, CaseRight.SEE_DIRECT_TEXT, zone=zone, tier=tier)
    if not public and not direct:
        return None
    return [FIRST, DIRECT if direct else None, LATER if direct or zone is not Zone.PRIVATE else None]


# Every role alone, and two at once: rights add up.
ROLES = [(role,) for role in Role] + [(Role.MARKETING, Role.PRIVATE_AGENT), (Role.OPERATOR, Role.VENDOR)]


@pytest.mark.parametrize("roles", ROLES, ids="+".join)
@pytest.mark.parametrize(("zone", "tier"), CELLS)
def test_a_role_gets_of_a_case_what_the_table_of_rights_gives_it(
    queries: SqlQueries, roles: tuple[Role, ...], zone: Zone, tier: int
) -> None:
    who, name = viewer(*roles), name_of(zone, tier)
    listed = {view.id: view for view in queries.cases(who)}

    if not may(who, CaseRight.SEE_CASE, zone=zone, tier=tier):
        assert name not in listed
        with pytest.raises(NotAllowedError, match="see_case"):
            queries.case(who, name)
        return
    assert listed[name] == queries.case(who, name)
    assert texts(listed[name]) == expected(who, zone, tier)


@pytest.mark.parametrize(("zone", "tier"), CELLS)
def test_marketing_never_reads_what_was_said_in_direct_or_later_in_a_private_case(
    queries: SqlQueries, zone: Zone, tier: int
) -> None:
    seen = texts(queries.case(viewer(Role.MARKETING), name_of(zone, tier)))

    assert seen == [FIRST, None, None if zone is Zone.PRIVATE else LATER]


@pytest.mark.parametrize(("zone", "tier"), CELLS)
def test_an_operator_sees_that_a_case_exists_and_none_of_its_texts(
    queries: SqlQueries, zone: Zone, tier: int
) -> None:
    assert queries.case(viewer(Role.OPERATOR), name_of(zone, tier)).texts is None


def test_a_vendor_sees_private_cases_at_tier_4_and_none_of_their_texts(queries: SqlQueries) -> None:
    (view,) = queries.cases(viewer(Role.VENDOR))

    assert (view.zone, view.tier, view.texts) == (Zone.PRIVATE, 4, None)


def test_an_agent_of_tier_1_reads_no_private_case_but_its_public_post(queries: SqlQueries) -> None:
    assert texts(queries.case(viewer(Role.AGENT), name_of(Zone.DIRECT, 1))) == [FIRST, DIRECT, LATER]
    assert texts(queries.case(viewer(Role.AGENT), name_of(Zone.PRIVATE, 1))) == [FIRST, None, None]


def test_somebody_without_a_role_sees_nothing(queries: SqlQueries) -> None:
    assert queries.cases(viewer(), open_only=False) == ()
    with pytest.raises(NotAllowedError, match="no role"):
        queries.case(viewer(), name_of(Zone.PUBLIC, 1))


def test_an_unknown_case_is_a_key_error(queries: SqlQueries) -> None:
    with pytest.raises(KeyError, match="C-9"):
        queries.case(viewer(Role.LEAD), "C-9")


def test_reading_connections_cannot_write(queries: SqlQueries) -> None:
    with (
        queries._engine.connect() as connection,
        pytest.raises(OperationalError, match="readonly"),
    ):
        connection.exec_driver_sql("DELETE FROM messages")


def test_a_database_of_another_schema_is_not_read(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "care.db").close()
    (tmp_path / "care.db").touch()

    with pytest.raises(SchemaError):
        SqlQueries(tmp_path / "care.db")


# When a case became private ---------------------------------------------------------------------------------


def private_case(work: Work, *, by: str, private_from: int) -> None:
    """Three public posts a minute apart, in a case that a decision, a person or nobody known made private."""
    work.add_customer(makers.customer(), "fp-1")
    work.save_case(makers.case(zone=Zone.PRIVATE))
    for minute, text in enumerate(("one", "two", "three")):
        at = NOON + minute * MINUTE
        work.add_message(makers.message(minute, at=at))
        work.mark_decided(f"m-{minute}", case_id="C-1", masked_text=text)
        is_private = by == "decision" and minute >= private_from
        decided = makers.decision(zone=Zone.PRIVATE if is_private else Zone.PUBLIC)
        work.add_decision(makers.record(f"m-{minute}", case_id="C-1", at=at, decision=decided))
    if by == "person":
        moved = makers.event(EventName.ZONE_MOVED, facts={"before": "public", "after": "private"})
        to_direct = makers.event(
            EventName.ZONE_MOVED, facts={"before": "public", "after": "direct"}, at=NOON - MINUTE
        )
        work.add_events([to_direct, replace(moved, at=NOON + private_from * MINUTE + MINUTE / 2)])


@pytest.mark.parametrize(
    ("by", "private_from", "seen"),
    [
        ("decision", 0, ["one", None, None]),
        ("decision", 1, ["one", "two", None]),
        ("decision", 2, ["one", "two", "three"]),
        ("person", 0, ["one", None, None]),
        ("person", 1, ["one", "two", None]),
        ("nobody known", 0, ["one", None, None]),
    ],
)
def test_of_a_private_case_the_public_right_ends_with_the_post_that_made_it_private(
    db: Path, uow: SqliteUnitOfWork, by: str, private_from: int, seen: list[str | None]
) -> None:
    uow.run(lambda work: private_case(work, by=by, private_from=private_from))
    queries = SqlQueries(db)

    assert texts(queries.case(viewer(Role.MARKETING), "C-1")) == seen
    assert texts(queries.case(viewer(Role.PRIVATE_AGENT), "C-1")) == ["one", "two", "three"]
    queries.close()


# Lists ------------------------------------------------------------------------------------------------------


def test_lists_are_urgent_first_then_oldest_and_filtered_before_they_are_cut(
    db: Path, uow: SqliteUnitOfWork
) -> None:
    def several(work: Work) -> None:
        work.add_customer(makers.customer(), "fp-1")
        for number, priority in enumerate((*Priority, *Priority)):
            work.save_case(makers.case(f"C-{number}", priority=priority, opened_at=NOON - number * MINUTE))
        work.save_case(makers.case("C-other", queue="triage", priority=Priority.URGENT))
        work.save_case(makers.case("C-done", status=CaseStatus.RESOLVED, priority=Priority.URGENT))
        for number in range(20):
            work.save_case(makers.case(f"C-vendor-{number}", zone=Zone.PRIVATE, tier=4))

    uow.run(several)
    queries = SqlQueries(db)
    lead = viewer(Role.LEAD)

    care = [view.id for view in queries.cases(lead, queue="care", limit=8)]
    assert care == ["C-7", "C-3", "C-6", "C-2", "C-5", "C-1", *[f"C-vendor-{n}" for n in (0, 1)]]
    assert [view.id for view in queries.cases(lead, queue="triage")] == ["C-other"]
    assert "C-done" not in {view.id for view in queries.cases(lead)}
    assert "C-done" in {view.id for view in queries.cases(lead, open_only=False)}
    assert len(queries.cases(viewer(Role.VENDOR), limit=15)) == 15
    queries.close()


def test_a_view_has_what_the_case_has(db: Path, uow: SqliteUnitOfWork) -> None:
    uow.run(makers.one_case)
    queries = SqlQueries(db)
    case, view = makers.case(), queries.case(viewer(Role.LEAD), "C-1")

    assert view.texts == ()  # a message that is not decided belongs to no case yet
    for name in (
        "id",
        "channel",
        "brand",
        "status",
        "tier",
        "zone",
        "band",
        "queue",
        "priority",
        "opened_at",
    ):
        assert getattr(view, name) == getattr(case, name), name
    assert view.flag_reasons == case.flag_reasons
    queries.close()


def test_readers_and_the_writer_do_not_wait_for_each_other(db: Path, uow: SqliteUnitOfWork) -> None:
    queries = SqlQueries(db)

    def read_within(work: Work) -> int:
        makers.one_case(work)
        return len(queries.cases(viewer(Role.LEAD)))

    assert uow.run(read_within) == 0
    assert len(queries.cases(viewer(Role.LEAD))) == 1
    queries.close()
