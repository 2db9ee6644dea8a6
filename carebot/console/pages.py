"""The pages: who may open which, what lies on each, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from carebot.core.case import CaseStatus
from carebot.core.rights import CaseRight, Viewer, may
from carebot.core.tiers import TierPlan, Zone
from carebot.core.views import CaseCard, Waiting, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page with cases. ``right`` in ``zone`` (at any tier) opens it; ``groups`` are its headings, in order."""

    name: str
    title: str
    lead: str
    empty: str
    right: CaseRight
    zone: Zone
    wanted: Callable[[Viewer, TierPlan], Wanted]
    group_of: Callable[[CaseCard, Viewer], str]
    groups: Mapping[str, str]

    def is_for(self, viewer: Viewer, plan: TierPlan) -> bool:
        """Whether the viewer may open it."""
        return any(may(viewer, self.right, zone=self.zone, tier=tier.number) for tier in plan.tiers)

    def count(self, waiting: Waiting, plan: TierPlan) -> int:
        """How many cases wait for people here."""
        if self is REVIEW:
            return waiting.flagged
        return sum(waiting.by_queue.get(queue, 0) for queue in _queues(plan, private=self is PRIVATE))


def _queues(plan: TierPlan, *, private: bool) -> frozenset[str]:
    """The queues that speak in private only, or all the others."""
    only = frozenset({Zone.PRIVATE})
    return frozenset(queue.name for queue in plan.queues if (queue.zones == only) is private)


def holder_of(card: CaseCard) -> str | None:
    """The person who has it; somebody who only wrote in the network's own app is not known by name."""
    return None if card.owner_id == f"agent:{card.account}" else card.owner_id


def _by_holder(card: CaseCard, viewer: Viewer) -> str:
    if card.status in (CaseStatus.WITH_BOT, CaseStatus.WAITING_FOR_CUSTOMER):
        return "resting"
    holder = holder_of(card)
    if holder == viewer.id:
        return "mine"
    is_waiting = holder is None and card.status is not CaseStatus.WITH_AGENT  # by hand: somebody is at it
    return "waiting" if is_waiting else "others"


def _by_review(card: CaseCard, viewer: Viewer) -> str:
    return "others" if card.held_by not in (None, viewer.id) else "flagged"


_HOLDERS = {
    "mine": "Mine",
    "waiting": "Waiting for somebody",
    "others": "With a colleague",
    "resting": "With the bot or the customer",
}

DESK = Page(
    name="desk",
    title="Desk",
    lead="Care and triage, and what you have taken.",
    empty="Nothing waits for you. New cases appear here by themselves.",
    right=CaseRight.SEE_DIRECT_TEXT,
    zone=Zone.PUBLIC,
    wanted=lambda viewer, plan: Wanted(queues=_queues(plan, private=False), owner_id=viewer.id),
    group_of=_by_holder,
    groups=_HOLDERS,
)
PRIVATE = Page(
    name="private",
    title="Private",
    lead="What may be spoken of in a private place only. What was said there stays sealed until you open it.",
    empty="No private case is open.",
    right=CaseRight.OPEN_SEALED,
    zone=Zone.PRIVATE,
    wanted=lambda _, plan: Wanted(queues=_queues(plan, private=True)),
    group_of=_by_holder,
    groups=_HOLDERS,
)
REVIEW = Page(
    name="review",
    title="Review",
    lead="Public threads that somebody from marketing should see before more is said.",
    empty="No public thread is flagged.",
    right=CaseRight.HOLD_REPLY,
    zone=Zone.PUBLIC,
    wanted=lambda _, __: Wanted(is_flagged=True),
    group_of=_by_review,
    groups={"flagged": "Flagged", "others": "Held by a colleague"},
)
PAGES = (DESK, PRIVATE, REVIEW)


def page(name: str) -> Page | None:
    """The page of that name."""
    return next((item for item in PAGES if item.name == name), None)


def pages_of(viewer: Viewer, plan: TierPlan) -> tuple[Page, ...]:
    """The pages that the viewer may open."""
    return tuple(item for item in PAGES if item.is_for(viewer, plan))


def grouped(page: Page, cards: Iterable[CaseCard], viewer: Viewer) -> dict[str, list[CaseCard]]:
    """The cards under the page's headings, empty ones included."""
    groups: dict[str, list[CaseCard]] = {name: [] for name in page.groups}
    for card in cards:
        groups[page.group_of(card, viewer)].append(card)
    return groups
