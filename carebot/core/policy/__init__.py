"""What is done with a message. Pure: the same situation and settings always give the same decision."""

from __future__ import annotations

from carebot.core.decision import Decision
from carebot.core.policy.lines import LINES
from carebot.core.policy.view import view_of, why_silent
from carebot.core.situation import PolicySettings, Situation

__all__ = ["decide", "why_silent"]


def decide(situation: Situation, settings: PolicySettings) -> Decision:
    """Decide band, tier, zone, queue and action of one message."""
    view = view_of(situation, settings)
    for line in LINES:
        decision = line(view)
        if decision is not None:
            return decision
    raise AssertionError("the last line of the policy always decides")
