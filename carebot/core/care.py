"""What the care lead has configured (``care.yaml``), as one value that never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from carebot.core.article import ArticleMode
from carebot.core.case import CaseWindows
from carebot.core.channel_rules import ChannelRules
from carebot.core.gate import AllowList
from carebot.core.hours import Calendar
from carebot.core.incident import Incident
from carebot.core.languages import SUPPORTED
from carebot.core.rights import Role, Viewer
from carebot.core.rules import Rule, RuleSet, Then, When, word_hits
from carebot.core.situation import PolicySettings
from carebot.core.thresholds import Targets, Thresholds
from carebot.core.tiers import PRESETS, TierPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """One brand: its accounts by channel, and how it is spoken for.

    ``languages`` are those that the bot may answer in. ``private_contact`` is a link, an e-mail
    address or a number for channels whose direct messages are not private. ``signature`` ends every
    automatic text.
    """

    name: str
    accounts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    languages: frozenset[str] = frozenset(SUPPORTED)
    private_contact: str | None = None
    signature: str | None = None

    def owns(self, channel: str, account: str) -> bool:
        """Whether the account on this channel is the brand's; a leading @ and capitals make no difference."""
        return account_name(account) in {account_name(own) for own in self.accounts.get(channel, ())}


def account_name(account: str) -> str:
    """An account's name in the one form in which names are compared."""
    return account.strip().removeprefix("@").casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What an agent will have to know: per detail, the words that show that the customer has said it."""

    product: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()

    def missing_in(self, text: str) -> tuple[str, ...]:
        """The details that the text does not give. A detail without words is never missed."""
        known = {"product": self.product, "platform": self.platform}
        asked = tuple(
            Rule(name=name, when=When(words=words), then=Then()) for name, words in known.items() if words
        )
        given = word_hits(RuleSet(ordered=asked), text)
        return tuple(rule.name for rule in asked if rule.name not in given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """What the bot may do. ``channel_modes`` go before ``mode``; ``most_details`` is per case.

    ``answer_within``: an automatic text that could not leave by then goes to a person instead.
    """

    mode: ArticleMode = ArticleMode.SUGGEST
    channel_modes: Mapping[str, ArticleMode] = field(default_factory=dict)
    reach: int = 50_000
    acknowledge_direct: bool = True
    most_details: int = 2
    details: Details = Details()
    links_in_public: bool = False
    answer_within: timedelta = timedelta(minutes=30)

    def mode_on(self, channel: str) -> ArticleMode:
        """The most that any article may do on a channel."""
        return self.channel_modes.get(channel, self.mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierChoice:
    """Which model reads the messages, None for the one that ships, and how long it may take for one.

    The rest is for a model of one's own: ``labels`` says which heads each of its labels speaks for, ``max_tokens``
    how much of a message it reads, ``revision`` which version is fetched.
    """

    model: str | None = None
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    max_tokens: int = 128
    revision: str | None = None
    time_limit: timedelta = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """Everything that ``care.yaml`` says.

    ``come_within``: an invited customer who has not come to the private place by then closes the case.
    """

    brands: tuple[Brand, ...] = ()
    plan: TierPlan = PRESETS["small"]
    targets: Targets = field(default_factory=Targets)
    bot: Bot = Bot()
    allow_list: AllowList = field(default_factory=AllowList)
    rules: RuleSet = field(default_factory=RuleSet)
    hours: Calendar = field(default_factory=Calendar)
    incidents: tuple[Incident, ...] = ()
    cases: CaseWindows = field(default_factory=CaseWindows)
    come_within: timedelta = timedelta(days=7)
    classifier: ClassifierChoice = ClassifierChoice()
    people: Mapping[str, frozenset[Role]] = field(default_factory=dict)

    def brand(self, name: str) -> Brand:
        """The brand of that name; one that is not configured has no account or contact."""
        return next((brand for brand in self.brands if brand.name == name), Brand(name=name))

    def brand_of(self, channel: str, account: str) -> Brand | None:
        """The brand whose account this is."""
        return next((brand for brand in self.brands if brand.owns(channel, account)), None)

    def incident_of(self, slug: str, at: datetime) -> Incident | None:
        """The current incident that touches an article; of several the one that stands first."""
        found = (each for each in self.incidents if slug in each.articles and each.is_current(at))
        return next(found, None)

    def viewer(self, person: str) -> Viewer:
        """A person with the roles given here; somebody who is not in the list has none."""
        return Viewer(id=person, roles=self.people.get(person, frozenset()))

    def narrowed(self, channel: ChannelRules) -> ChannelRules:
        """A network's rules, narrowed by what the owner switched on: links in public need both."""
        return replace(channel, links_in_public=channel.links_in_public and self.bot.links_in_public)

    def policy(self, thresholds: Thresholds, *, brand: str, channel: str) -> PolicySettings:
        """What the policy is given for one brand on one channel; thresholds are computed from ``targets``."""
        chosen = self.brand(brand)
        return PolicySettings(
            plan=self.plan,
            thresholds=thresholds,
            rules=self.rules,
            mode=self.bot.mode_on(channel),
            reach=self.bot.reach,
            languages=chosen.languages,
            acknowledge_direct=self.bot.acknowledge_direct,
            most_details=self.bot.most_details,
            private_contact=chosen.private_contact,
        )
