"""``carebot case`` on a real folder: one line for what happened, one line for what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carebot.cli import main
from carebot.core.case import Case, CaseStatus
from carebot.core.ports import Work
from carebot.core.tiers import Zone
from carebot.store.uow import SqliteUnitOfWork
from tests.unit.store import makers
from tests.unit.store.makers import MINUTE, NOON

Carebot = Callable[..., str]


@pytest.fixture
def carebot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Carebot:
    """Runs a command in an installation of its own; what it prints, or the error it ends with."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        monkeypatch.setattr("sys.argv", ["carebot", *words])
        capsys.readouterr()
        try:
            main()
        except SystemExit as ended:
            out = capsys.readouterr()
            return out.err if ended.code else out.out
        return capsys.readouterr().out

    run("init")
    with SqliteUnitOfWork(tmp_path / "carebot.db") as uow:
        uow.run(two_cases)
    return run


def two_cases(work: Work) -> None:
    """Two open cases of one customer, each with two messages, and a private one of another."""
    for number in (1, 2):
        work.add_customer(makers.customer(number), f"fp-{number}")
    for name, who, zone in (("C-1", 1, Zone.PUBLIC), ("C-2", 1, Zone.DIRECT), ("C-3", 2, Zone.PRIVATE)):
        opened = NOON + int(name[-1]) * MINUTE
        work.save_case(makers.case(name, customer_id=f"u-{who}", zone=zone, opened_at=opened))
        for part in "ab":
            message = makers.message(f"{name}{part}", customer_id=f"u-{who}", at=opened)
            work.add_message(message)
            work.mark_decided(message.id, case_id=name, masked_text="it won't charge")


def case(folder: Path, case_id: str) -> Case:
    with SqliteUnitOfWork(folder / "carebot.db") as uow:
        found = uow.run(lambda work: work.case(case_id))
    assert found is not None
    return found


def test_a_case_is_resolved_and_reopened(carebot: Carebot, tmp_path: Path) -> None:
    assert carebot("case", "resolve", "c-1") == "C-1 is resolved; it closes by itself after 7 days\n"
    assert case(tmp_path, "C-1").status is CaseStatus.RESOLVED
    assert carebot("case", "reopen", "C-1") == "C-1 is open again: waiting for agent in care\n"
    assert case(tmp_path, "C-1").status is CaseStatus.WAITING_FOR_AGENT


def test_a_snoozed_case_is_not_in_the_list_until_all_are_asked_for(carebot: Carebot, tmp_path: Path) -> None:
    before = datetime.now(UTC)

    said = carebot("case", "snooze", "C-1", "4h")

    until = case(tmp_path, "C-1").snoozed_until
    assert until is not None
    assert timedelta(hours=4) <= until - before < timedelta(hours=4, minutes=5)
    assert said == f"C-1 is snoozed until {until:%Y-%m-%d %H:%M} UTC, or until the customer writes\n"
    assert "C-1" not in carebot("cases")
    assert "C-1" in carebot("cases", "--all")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2999-03-01T09:00:00+01:00", datetime(2999, 3, 1, 8, tzinfo=UTC)),
        ("2999-03-01T09:00Z", datetime(2999, 3, 1, 9, tzinfo=UTC)),
    ],
)
def test_a_case_is_snoozed_until_a_moment_with_its_offset(
    carebot: Carebot, tmp_path: Path, given: str, kept: datetime
) -> None:
    carebot("case", "snooze", "C-1", given)
    assert case(tmp_path, "C-1").snoozed_until == kept


def test_two_cases_are_merged_and_the_older_has_all_messages(carebot: Carebot, tmp_path: Path) -> None:
    said = carebot("case", "merge", "C-2", "C-1")
    assert said == "C-2 went into C-1 with 2 messages: tier 1, zone direct, waiting for agent in care\n"
    assert case(tmp_path, "C-2").merged_into == "C-1"
    assert carebot("explain", "C-2") == "carebot: case C-2 was merged into C-1; explain that one\n"


def test_a_message_is_split_off_into_a_new_case(carebot: Carebot, tmp_path: Path) -> None:
    said = carebot("case", "split", "C-1", "m-C-1b")
    assert said == "C-1001 has 1 message of C-1: waiting for agent in care\n"
    assert case(tmp_path, "C-1001").customer_id == "u-1"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("resolve", "C-9"), "there is no case C-9; `carebot cases` lists those you may see"),
        (("resolve", "C-3"), "(lead) has no right resolve to a case at tier 1 in zone private"),
        (("resolve", "C-1", "--role", "operator"), "(operator) has no right resolve"),
        (("reopen", "C-1"), "case C-1 is open already (waiting_for_agent)"),
        (("snooze", "C-1", "soon"), "'soon' is no moment; write 30m, 4h, 2d"),
        (("snooze", "C-1", "99999999999d"), "'99999999999d' is no moment"),
        (("snooze", "C-1", "2020-01-01T09:00Z"), "give a later moment"),
        (("merge", "C-1", "C-1"), "case C-1 cannot be merged with itself"),
        (("merge", "C-1", "C-3", "--role", "private_agent"), "their customer is not the same"),
        (("split", "C-1", "m-C-2a"), "m-C-2a: no message of case C-1; `carebot explain C-1`"),
    ],
)
def test_what_is_refused_is_one_line_that_says_why(
    carebot: Carebot, words: tuple[str, ...], says: str
) -> None:
    said = carebot("case", *words)

    assert says in said
    assert said.startswith("carebot: ")
    assert said.count("\n") == 1


def test_the_role_private_agent_resolves_a_private_case(carebot: Carebot) -> None:
    assert "C-3 is resolved" in carebot("case", "resolve", "C-3", "--role", "private_agent")


def test_the_commands_are_listed(carebot: Carebot) -> None:
    listed = carebot("case", "--help")
    assert all(name in listed for name in ("resolve", "reopen", "snooze", "merge", "split"))
