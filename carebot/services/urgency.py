"""How urgent a message looks by its words alone, before anything else is read."""

from __future__ import annotations

from carebot.core.rules import RuleSet, word_hits
from carebot.core.tiers import Priority


def urgency_of(rules: RuleSet, text: str) -> Priority:
    """The highest priority of the rules whose words stand in the text.

    It only says in which order messages are decided when many wait; the decision itself looks again.
    """
    hits = word_hits(rules, text)
    wanted = (rule.then.priority for rule in (*rules.ordered, *rules.unordered) if rule.name in hits)
    return min((p for p in wanted if p is not None), key=lambda p: p.rank, default=Priority.NORMAL)
