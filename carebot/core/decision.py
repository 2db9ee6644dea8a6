"""What was decided about one message, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from carebot.core.assessment import Band
from carebot.core.texts import TextKey
from carebot.core.tiers import Priority, Zone


class Action(StrEnum):
    """What happens to a message.

    ``hold``: nothing automatic is said, a person looks first or already has the case.
    """

    ANSWER = "answer"
    SUGGEST = "suggest"
    INVITE = "invite"
    HAND_OFF = "hand_off"
    ASK_DETAIL = "ask_detail"
    HOLD = "hold"
    NO_CASE = "no_case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text that the decision wants to leave: an article, a system text, or a system text and an article.

    ``zone`` is where it would be said. An article behind a system text is the general steps that an invitation
    carries. ``for_agent`` True: it is only offered to an agent.
    """

    zone: Zone
    text: TextKey | None = None
    article: str | None = None
    for_agent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdUse:
    """One comparison that took part: a score against a computed threshold (None: never reached)."""

    name: str
    score: float
    threshold: float | None
    target: float
    support: int
    source: str

    @property
    def is_reached(self) -> bool:
        """Whether the score reached the threshold."""
        return self.threshold is not None and self.score >= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome of the policy. ``rule`` names the line of the policy, or the configured rule, that won.

    ``silence`` says why no automatic text leaves although one could have; None when one does or none was due.
    """

    band: Band
    zone: Zone
    tier: int
    queue: str | None
    action: Action
    reason: str
    rule: str
    priority: Priority = Priority.NORMAL
    drafts: tuple[Draft, ...] = ()
    flag_reasons: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    silence: str | None = None
    silences_bot: bool = False
    thresholds: tuple[ThresholdUse, ...] = ()

    @property
    def makes_case(self) -> bool:
        """Whether somebody has to care about the message."""
        return self.action is not Action.NO_CASE
