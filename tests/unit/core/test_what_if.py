"""What would have changed a decision is found by running the policy again."""

from __future__ import annotations

import json

from hypothesis import given

from carebot.core.assessment import Category
from carebot.core.policy import decide
from carebot.core.snapshot import freeze, thaw
from carebot.core.what_if import what_ifs
from tests.unit.core.situations import SETTINGS, X, probabilities, reading, situation, situations


@given(situations)
def test_every_change_that_is_named_really_flips_the_decision(any_situation):
    actual = decide(any_situation, SETTINGS)
    for what_if in what_ifs(any_situation, SETTINGS):
        flipped = decide(what_if.situation, what_if.settings)
        assert flipped == what_if.decision
        assert (flipped.action, flipped.band, flipped.zone, flipped.tier, flipped.queue) != (
            actual.action,
            actual.band,
            actual.zone,
            actual.tier,
            actual.queue,
        )


def test_a_private_message_would_have_been_answered_below_the_threshold():
    private = situation(reading(probabilities=probabilities(private=0.72)))
    changes = {what_if.change: what_if.decision.action for what_if in what_ifs(private, SETTINGS)}
    assert changes["if private were below 70.0% (the threshold of band private)"] == "hold"
    assert changes["if private were below 30.0% (the threshold of band doubt)"] == "answer"


@given(situations)
def test_a_decision_taken_again_from_what_was_kept_is_the_same_decision(any_situation):
    kept = json.loads(json.dumps(freeze(any_situation)))
    assert decide(thaw(kept, any_situation.channel), SETTINGS) == decide(any_situation, SETTINGS)


def test_what_a_channel_forbids_to_keep_is_not_kept():
    ill = situation(reading(probabilities=probabilities(private=0.9, health=0.9)), channel=X)
    kept = json.dumps(freeze(ill))
    assert not any(f'"{category}"' in kept for category in Category)
    open_channel = json.dumps(freeze(situation(reading(probabilities=probabilities(health=0.9)))))
    assert '"health"' in open_channel
