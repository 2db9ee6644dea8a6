"""Everything the policy looks at, free of text, so that a decision can be run again later."""

from __future__ import annotations

from dataclasses import dataclass, field

from carebot.core.article import ArticleMode
from carebot.core.assessment import Assessment, Band, Category, Reading
from carebot.core.case import CaseStatus
from carebot.core.channel_rules import ChannelRules
from carebot.core.commands import Command
from carebot.core.languages import SUPPORTED
from carebot.core.message import PostKind, Visibility
from carebot.core.rules import RuleSet
from carebot.core.texts import TextKey
from carebot.core.thresholds import Thresholds
from carebot.core.tiers import TierPlan, Zone

MORE_LIKELY_THAN_NOT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """What the care lead has configured.

    ``mode`` is the most that any article may do; ``reach`` is the follower count from which an unhappy public
    post goes to marketing; ``languages`` are those the bot may answer in, of those that are read at all.
    """

    plan: TierPlan
    thresholds: Thresholds
    rules: RuleSet = field(default_factory=RuleSet)
    mode: ArticleMode = ArticleMode.SUGGEST
    reach: int = 50_000
    languages: frozenset[str] = frozenset(SUPPORTED)
    acknowledge_direct: bool = True
    most_details: int = 2
    private_contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What the policy needs of the case a message belongs to.

    ``said`` and ``articles_said`` are what the customer was told in it; ``is_flagged``: marketing looks at it.
    """

    status: CaseStatus
    band: Band
    zone: Zone
    tier: int
    queue: str
    automatic_texts: int = 0
    invited_lately: bool = False
    is_flagged: bool = False
    said: frozenset[TextKey] = frozenset()
    articles_said: frozenset[str] = frozenset()
    details_asked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BestArticle:
    """The article that the classifier proposes, as far as the policy needs to know it.

    ``in_language`` False: it has no wording in the customer's language. ``fits`` False: none in that language is
    short enough for the channel. ``incident``: the current one whose words are said first, or in its place.
    """

    slug: str
    mode: ArticleMode
    in_language: bool = True
    fits: bool = True
    safe_with_private: bool = False
    incident: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where sensitive content goes. Kept instead of the categories where a network forbids to keep those.

    ``queue`` None is the plan's private queue; ``people_first`` says why the bot is silent.
    """

    queue: str | None = None
    people_first: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One message at the moment of its decision.

    ``word_hits`` names the rules whose words stand in the text; ``missing_details`` names what the agent
    would have to ask first (``product``, ``platform``); ``person_has_spoken``: a person of the brand
    did, in the case or in the thread before there was one; ``is_silenced``: this customer said "stop", now or
    before; ``bot_is_awake`` False: all automatic text is stopped (the switch ``bot_awake``).
    """

    channel: ChannelRules
    brand: str
    visibility: Visibility
    assessment: Assessment
    route: Route = Route()
    categories: frozenset[Category] = frozenset()
    post_kind: PostKind = PostKind.POST
    by_other_bot: bool = False
    summons: bool = True
    followers: int | None = None
    has_unread_media: bool = False
    commands: frozenset[Command] = frozenset()
    word_hits: frozenset[str] = frozenset()
    article: BestArticle | None = None
    case: CaseFacts | None = None
    missing_details: tuple[str, ...] = ()
    person_has_spoken: bool = False
    is_silenced: bool = False
    bot_is_awake: bool = True

    @property
    def reading(self) -> Reading | None:
        """What the classifier said, None when it failed."""
        return self.assessment.reading


def categories_of(assessment: Assessment) -> frozenset[Category]:
    """The sensitive categories that are more likely than not."""
    if assessment.reading is None:
        return frozenset()
    probabilities = assessment.reading.probabilities
    return frozenset(c for c in Category if probabilities.of(c) >= MORE_LIKELY_THAN_NOT)


def route_of(assessment: Assessment) -> Route:
    """The queue of sensitive content: fraud and legal have their own, and people speak first there."""
    categories = categories_of(assessment)
    if Category.FRAUD in categories:
        return Route(queue="fraud", people_first="it may be fraud or a stolen identity")
    if Category.LEGAL in categories:
        return Route(queue="legal", people_first="it may be a legal matter")
    return Route()
