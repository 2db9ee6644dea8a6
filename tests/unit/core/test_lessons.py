"""What is learnt from, what is held back, and how reading is judged."""

from __future__ import annotations

from math import log

import pytest

from carebot.core.assessment import Band
from carebot.core.evidence import Evidence
from carebot.core.lessons import HELD_BACK, Lesson, auroc, judge, log_loss
from carebot.core.thresholds import Targets, thresholds_from


def lesson(customer: str, message: str = "m-1") -> Lesson:
    return Lesson(
        message_id=message, customer_id=customer, masked_text="help", entity_counts={}, is_private=True
    )


def test_what_is_held_back_stays_so_and_is_about_the_share_that_it_should_be() -> None:
    held = [lesson(f"u-{number}").is_held_back for number in range(2000)]

    assert held == [lesson(f"u-{number}").is_held_back for number in range(2000)]
    assert sum(held) / len(held) == pytest.approx(HELD_BACK, abs=0.03)


def test_all_messages_of_one_customer_are_held_back_or_none() -> None:
    for customer in ("u-1", "u-2", "u-3", "u-4"):
        assert len({lesson(customer, f"m-{number}").is_held_back for number in range(20)}) == 1


def test_log_loss_is_the_mean_surprise_and_has_an_end() -> None:
    assert log_loss([0.8, 0.4], [True, False]) == pytest.approx(-(log(0.8) + log(0.6)) / 2)
    assert log_loss([0.0], [True]) < 14


@pytest.mark.parametrize(
    ("scores", "outcomes", "expected"),
    [
        ([0.1, 0.9], [False, True], 1.0),
        ([0.9, 0.1], [False, True], 0.0),
        ([0.5, 0.5], [False, True], 0.5),
        ([0.1, 0.4, 0.35, 0.8], [False, False, True, True], 0.75),
        ([0.1, 0.2], [True, True], None),
    ],
)
def test_auroc_is_how_often_the_private_one_has_the_higher_score(scores, outcomes, expected) -> None:
    assert auroc(scores, outcomes) == expected


def test_messages_are_judged_by_the_bands_that_their_scores_give() -> None:
    scores = (0.1,) * 400 + (0.5,) * 60 + (0.9,) * 400
    outcomes = (False,) * 400 + (False, True) * 30 + (True,) * 400
    limits = thresholds_from(
        {"private": Evidence(scores=scores, outcomes=outcomes, source="a test")}, Targets()
    )

    judged = judge([0.1, 0.2, 0.6, 0.95], [True, False, True, True], limits)

    assert judged.bands == {Band.CLEAR: 2, Band.DOUBT: 1, Band.PRIVATE: 1}
    assert judged.private_called_clear == 1
