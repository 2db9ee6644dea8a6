"""The cases of another writer: tests/fixtures/personal-data/README.md. Figures: docs/personal-data.md."""

import pytest

from benchmarks.personal_data import CASES, Score, read_cases, score
from carebot.core.finding import EntityKind

HALVES = {name: read_cases(CASES / f"{name}.jsonl") for name in ("development", "held-back")}
LANGUAGES = sorted({case.language for case in HALVES["held-back"]})
BY_CONTEXT = (EntityKind.ORDER_NUMBER, EntityKind.TICKET_NUMBER, EntityKind.ACCOUNT_NUMBER)
CHECKED = (EntityKind.CARD, EntityKind.IBAN)


@pytest.fixture(scope="module")
def development() -> Score:
    return score(HALVES["development"])


@pytest.fixture(scope="module")
def held_back() -> Score:
    return score(HALVES["held-back"])


@pytest.mark.parametrize("half", HALVES)
def test_both_halves_hold_every_language_and_kind(half: str) -> None:
    cases = HALVES[half]
    assert len(cases) == 663
    assert len({case.language for case in cases}) == 13
    assert {span.kind for case in cases for span in case.spans} == set(EntityKind)


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("kind", CHECKED)
def test_every_valid_card_and_iban_is_found(half: str, kind: EntityKind) -> None:
    assert score(HALVES[half]).recall(kind) == 1.0


def test_the_half_that_was_read_meets_every_goal(development: Score) -> None:
    assert min(development.recall(kind) for kind in (EntityKind.EMAIL, EntityKind.PHONE)) >= 0.99
    assert min(development.recall(EntityKind.ADDRESS), development.recall(*BY_CONTEXT)) >= 0.90
    assert development.precision() >= 0.95
    assert development.alarms / development.harmless < 0.01


def test_the_held_back_half_meets_the_goals_for_emails_and_addresses(held_back: Score) -> None:
    assert held_back.recall(EntityKind.EMAIL) >= 0.99
    assert held_back.recall(EntityKind.ADDRESS) >= 0.90


@pytest.mark.xfail(reason="0.94 of the telephone numbers when measured; the goal stands", strict=True)
def test_the_held_back_half_meets_the_goal_for_telephones(held_back: Score) -> None:
    assert held_back.recall(EntityKind.PHONE) >= 0.99


@pytest.mark.xfail(reason="0.79 of the numbers by context when measured; the goal stands", strict=True)
def test_the_held_back_half_meets_the_goal_for_numbers_by_context(held_back: Score) -> None:
    assert held_back.recall(*BY_CONTEXT) >= 0.90


@pytest.mark.xfail(reason="0.935 when measured; the goal stands", strict=True)
def test_the_held_back_half_meets_the_goal_for_precision(held_back: Score) -> None:
    assert held_back.precision() >= 0.95


@pytest.mark.xfail(reason="18 of 260 harmless texts when measured; the goal stands", strict=True)
def test_the_held_back_half_meets_the_goal_for_false_alarms(held_back: Score) -> None:
    assert held_back.alarms / held_back.harmless < 0.01


def test_the_held_back_half_never_gets_worse(held_back: Score) -> None:
    assert held_back.recall() >= 0.905
    assert held_back.recall(EntityKind.PHONE) >= 0.93
    assert held_back.recall(*BY_CONTEXT) >= 0.78
    assert held_back.precision() >= 0.93
    assert held_back.alarms <= 18


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_of_the_held_back_half_falls_behind(language: str) -> None:
    measured = score(case for case in HALVES["held-back"] if case.language == language)
    assert measured.recall() >= 0.86
    assert measured.precision() >= 0.89
