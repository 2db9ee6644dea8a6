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
    marked_from,
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


@given(scored, st.floats(0.01, 0.5), st.floats(0.01, 0.5))
def test_doubt_never_begins_above_private_and_both_targets_hold(pairs, away, clear):
    targets = Targets(harmless_sent_away=away, private_called_clear=clear)
    limits = thresholds_from({"private": evidence(pairs)}, targets)
    called_clear = [
        score
        for score, true in pairs
        if true and not limits.doubt.passes(score) and not limits.private.passes(score)
    ]

    assert limits.private.value is None or limits.doubt.value <= limits.private.value
    assert len(called_clear) <= clear * sum(true for _, true in pairs)


def test_a_model_that_leaves_no_doubt_has_no_band_for_it():
    pairs = [(0.1, False)] * 400 + [(0.9, True)] * 400
    certain = thresholds_from(
        {"private": evidence(pairs)}, Targets(harmless_sent_away=1.0, private_called_clear=0.5)
    )

    assert certain.private.value == certain.doubt.value == 0.1


def test_hardly_any_private_message_is_called_clear_unless_the_care_lead_says_so():
    assert (Targets().harmless_sent_away, Targets().private_called_clear) == (0.08, 0.01)
    assert Targets().answer_precision == 0.98


@given(scored, st.floats(0.02, 0.5))
def test_at_most_the_target_share_of_all_messages_is_marked(pairs, share):
    threshold = marked_from("flag", evidence(pairs), share)
    if threshold.support and threshold.value is not None:
        assert sum(score >= threshold.value for score, _ in pairs) / len(pairs) <= share


def test_what_is_marked_goes_as_far_down_as_the_target_allows():
    scores = [(n / 1000, n > 950) for n in range(1000)]
    found = thresholds_from({"flag": evidence(scores), "urgent": evidence(scores)}, Targets())
    assert found.flag.value is not None
    assert 0.91 <= found.flag.value <= 0.93  # a tenth, less what a bound over 1,000 messages costs
    assert found.urgent.value == found.flag.value
    strict = thresholds_from({"flag": evidence(scores)}, Targets(flag_marked_at_most=0.02))
    assert strict.flag.value is not None
    assert strict.flag.value > found.flag.value


@pytest.mark.parametrize("curves", [{}, {"flag": evidence([(0.9, False)] * 50)}])
def test_without_evidence_a_flag_is_what_is_more_likely_than_not(curves):
    flag = thresholds_from(curves, Targets()).flag
    assert (flag.passes(0.5), flag.passes(0.49), flag.support) == (True, False, 0)
