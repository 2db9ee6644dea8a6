"""Thresholds are computed from targets and evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carebot.core.evidence import Evidence
from carebot.core.thresholds import (
    ONE_SIDED_95,
    Targets,
    doubt_from,
    lower_bound,
    precise_from,
    private_from,
    thresholds_from,
    upper_bound,
)

scored = st.lists(st.tuples(st.integers(0, 100).map(lambda n: n / 100), st.booleans()), max_size=300)


def evidence(pairs) -> Evidence:
    return Evidence(
        scores=tuple(score for score, _ in pairs), outcomes=tuple(true for _, true in pairs), source="a test"
    )


@given(scored, st.floats(0.01, 0.5))
def test_at_most_the_target_share_of_harmless_messages_is_sent_away(pairs, share):
    value = private_from(evidence(pairs), share).value
    harmless = [score for score, true in pairs if not true]
    if value is not None and harmless:
        assert sum(score >= value for score in harmless) / len(harmless) <= share


@given(scored, st.floats(0.01, 0.5))
def test_at_most_the_target_share_of_private_messages_is_called_clear(pairs, share):
    value = doubt_from(evidence(pairs), share).value
    private = [score for score, true in pairs if true]
    if private:
        assert sum(score < value for score in private) / len(private) <= share


@given(scored, st.floats(0.5, 0.99))
def test_answers_above_the_threshold_are_as_right_as_asked(pairs, precision):
    value = precise_from("answer", evidence(pairs), precision).value
    if value is not None:
        above = [true for score, true in pairs if score >= value]
        assert sum(above) / len(above) >= precision


def test_without_evidence_everything_is_doubt_and_nothing_is_answered():
    limits = thresholds_from({}, Targets())
    assert limits.doubt.value == 0.0
    assert limits.doubt.passes(0.0)
    assert limits.private.value is None
    assert limits.answer.value is None
    assert not limits.answer.passes(1.0)


def test_a_handful_of_right_answers_proves_nothing():
    assert precise_from("answer", evidence([(0.9, True)] * 100), 0.98).value is None
    assert precise_from("answer", evidence([(0.9, True)] * 140), 0.98).value == 0.9


def test_stricter_targets_move_the_thresholds_apart():
    pairs = [(n / 200, n > 100) for n in range(200)] + [(0.2, True)] * 6 + [(0.8, False)] * 6
    lax, strict = evidence(pairs), evidence(pairs)
    assert (
        private_from(strict, 0.02).value is None
        or private_from(strict, 0.02).value >= private_from(lax, 0.2).value
    )
    assert doubt_from(strict, 0.03).value <= doubt_from(lax, 0.2).value


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_bounds_are_the_shares_that_a_score_test_at_95_percent_just_allows(hits, total):
    """Wilson's interval by its definition: the share p at which hits lie exactly z standard errors away."""
    hits = min(hits, total)
    for bound in (upper_bound(hits, total), lower_bound(hits, total)):
        if 0 < bound < 1:
            distance = (bound - hits / total) ** 2
            assert distance == pytest.approx(ONE_SIDED_95**2 * bound * (1 - bound) / total, abs=1e-9)


def test_nothing_seen_bounds_nothing():
    assert upper_bound(0, 0) == 1.0
    assert lower_bound(0, 0) == 0.0
