"""What is written down when there is no database: dictionaries, and a refusal of what cannot belong to them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from carebot.core.article import Article
from carebot.core.case import Case
from carebot.core.clocks import CaseClock
from carebot.core.events import Event
from carebot.core.records import (
    AnswerReview,
    BandReview,
    ChannelState,
    Customer,
    DecisionRecord,
    Outgoing,
    StoredMessage,
)
from carebot.errors import StoreError


@dataclass(slots=True)
class Tables:
    """Everything that is written down. The records never change, so a shallow copy is a copy."""

    customers: dict[str, Customer] = field(default_factory=dict)
    fingerprints: dict[tuple[str, str, str], str] = field(default_factory=dict)
    messages: dict[str, StoredMessage] = field(default_factory=dict)
    external_ids: set[tuple[str, str, str]] = field(default_factory=set)
    cases: dict[str, Case] = field(default_factory=dict)
    decisions: dict[str, DecisionRecord] = field(default_factory=dict)
    outbox: dict[str, Outgoing] = field(default_factory=dict)
    clocks: list[CaseClock] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    articles: dict[str, Article] = field(default_factory=dict)
    switches: dict[str, bool] = field(default_factory=dict)
    channel_states: dict[tuple[str, str], ChannelState] = field(default_factory=dict)
    answer_reviews: dict[str, AnswerReview] = field(default_factory=dict)
    band_reviews: dict[str, BandReview] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def copy(self) -> Tables:
        """As it is now; later changes do not reach it."""
        return Tables(**{item.name: getattr(self, item.name).copy() for item in fields(self)})


def require(holds: bool, what: str) -> None:
    """Refuse what a real table would refuse."""
    if not holds:
        raise StoreError(f"refused a record: {what}")
