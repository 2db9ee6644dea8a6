"""A head is moved by reviews as far as they carry, and from where it shipped."""

from __future__ import annotations

import numpy as np
import pytest

from carebot.classifier.calibration import Platt
from carebot.classifier.heads import Heads, Linear
from carebot.classifier.reviewed_heads import (
    FOLDS,
    REACHES,
    Reviewed,
    adapt,
    fit_move,
    moved,
    probabilities,
)
from tests.unit.classifier.made_heads import made_heads

WIDTH = 6
FIRST, SECOND = np.eye(WIDTH)[0], np.eye(WIDTH)[1]


def heads(direction=FIRST, *, slope: float = 2.0, shift: float = 0.3) -> Heads:
    """``private`` looks along one direction; ``flag`` is there to stay as it is."""
    head = Linear(weights=direction[None, :].astype(np.float32), bias=np.array([0.1], dtype=np.float32))
    return made_heads(WIDTH, {"private": head, "flag": head}, {"private": Platt(slope=slope, shift=shift)})


def reviewed(count: int = 200, truth=SECOND, seed: int = 1) -> Reviewed:
    """Messages whose outcome follows one direction, whatever the shipped head looks at."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(count, WIDTH)).astype(np.float32)
    share = 1 / (1 + np.exp(-3 * vectors @ truth))
    return Reviewed(
        heads=heads(),
        vectors=vectors,
        outcomes=random.random(count) < share,
        folds=np.arange(count) % FOLDS,
    )


def loss(said, outcomes) -> float:
    return float(-np.log(np.where(outcomes, said, 1 - said)).mean())


def test_reviews_teach_what_the_shipped_head_does_not_look_at() -> None:
    taught, fresh = reviewed(), reviewed(seed=2)

    adapted = adapt("private", {"one": taught})

    before = loss(probabilities(taught.heads, "private", fresh.vectors), fresh.outcomes)
    after = loss(probabilities(adapted.heads["one"], "private", fresh.vectors), fresh.outcomes)
    assert after < 0.7 * before
    assert adapted.unseen["one"].shape == taught.outcomes.shape


def test_reviews_that_agree_with_the_shipped_head_hardly_move_it() -> None:
    random = np.random.default_rng(3)
    vectors = random.normal(size=(200, WIDTH)).astype(np.float32)
    outcomes = random.random(200) < probabilities(heads(), "private", vectors)
    given = Reviewed(heads=heads(), vectors=vectors, outcomes=outcomes, folds=np.arange(200) % FOLDS)

    adapted = adapt("private", {"one": given})

    assert adapted.reach == min(REACHES)
    apart = probabilities(adapted.heads["one"], "private", vectors) - probabilities(
        heads(), "private", vectors
    )
    assert np.abs(apart).max() < 0.2


@pytest.mark.parametrize("reach", REACHES)
def test_the_move_is_where_gain_and_belief_balance(reach: float) -> None:
    """At the most likely move the slope of the objective is nothing, in every direction."""
    given = reviewed(80)
    odds = np.zeros(80)

    move = fit_move(odds, given.vectors, given.outcomes, reach=reach)

    columns = np.concatenate([given.vectors, np.ones((80, 1))], axis=1)
    share = 1 / (1 + np.exp(-columns @ move))
    typical = (columns * columns).sum(axis=1).mean()
    slope = columns.T @ (share - given.outcomes) + typical / reach**2 * move
    assert np.abs(slope / 80).max() < 1e-4


def test_a_shorter_reach_moves_less() -> None:
    given = reviewed(80)
    lengths = [
        np.linalg.norm(fit_move(np.zeros(80), given.vectors, given.outcomes, reach=reach))
        for reach in REACHES
    ]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


def test_a_move_is_in_log_odds_whatever_the_calibration_and_no_other_head_changes() -> None:
    vectors = reviewed(20).vectors
    move = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.5])

    for slope in (0.5, 2.0, 7.0):
        before = heads(slope=slope)
        after = moved(before, "private", move)
        was, is_now = (probabilities(each, "private", vectors) for each in (before, after))
        shifted = np.log(is_now / (1 - is_now)) - np.log(was / (1 - was))
        assert shifted == pytest.approx(vectors[:, 1] + 0.5, abs=1e-4)
        assert after.linear["flag"] is before.linear["flag"]
        assert after.platt == before.platt


def test_a_review_is_scored_without_its_own_fold() -> None:
    """One that contradicts all others cannot win itself over."""
    vectors = np.tile(SECOND, (50, 1)).astype(np.float32)
    outcomes = np.array([False] * 49 + [True])
    folds = np.array([number % (FOLDS - 1) for number in range(49)] + [FOLDS - 1])
    given = Reviewed(heads=heads(), vectors=vectors, outcomes=outcomes, folds=folds)

    unseen = adapt("private", {"one": given}).unseen["one"]

    assert unseen[-1] < 0.2


def test_sides_are_moved_each_by_its_own_reviews() -> None:
    one, other = reviewed(150), reviewed(150, truth=-SECOND, seed=5)

    adapted = adapt("private", {"one": one, "other": other})

    assert adapted.heads["one"].linear["private"].weights[0, 1] > 0
    assert adapted.heads["other"].linear["private"].weights[0, 1] < 0


def test_the_same_reviews_give_the_same_heads_to_the_last_bit() -> None:
    first, second = (adapt("private", {"one": reviewed()}).heads["one"] for _ in range(2))

    assert first.linear["private"].weights.tobytes() == second.linear["private"].weights.tobytes()
