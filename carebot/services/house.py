"""What the use cases need of the configuration, put together once by ``app``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from carebot.core.article import Article
from carebot.core.care import Care
from carebot.core.channel_rules import ChannelRules
from carebot.core.commands import CommandWords
from carebot.core.gate import AllowList
from carebot.core.hours import OpeningKind
from carebot.core.incident import as_said
from carebot.core.opening_texts import OpeningTexts
from carebot.core.situation import PolicySettings
from carebot.core.texts import SystemTexts, TextKey, WhenPhrase
from carebot.core.thresholds import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One installation, as the use cases see it.

    ``rules_of`` gives a network's own rules by its name. ``invite_again_after``: a customer who was invited
    is not invited again within this time.
    """

    care: Care
    thresholds: Thresholds
    rules_of: Callable[[str], ChannelRules]
    texts: SystemTexts
    opening_texts: OpeningTexts
    commands: CommandWords
    invite_again_after: timedelta = timedelta(days=1)

    @property
    def allow_list(self) -> AllowList:
        """The brand's own contacts."""
        return self.care.allow_list

    def channel(self, name: str) -> ChannelRules:
        """What may be done on a channel: its network's rules and the owner's."""
        return self.care.narrowed(self.rules_of(name))

    def policy(self, *, brand: str, channel: str) -> PolicySettings:
        """What the policy is given for one brand on one channel."""
        return self.care.policy(self.thresholds, brand=brand, channel=channel)

    def opening(self, at: datetime, language: str) -> str:
        """When a person answers, as a phrase of that language ("today after 14:00")."""
        opening = self.care.hours.opening(at)
        phrase = _PHRASES.get(opening.kind) if opening else None
        if opening is None or phrase is None:
            return self.texts.when(WhenPhrase.SOON, language).text
        time, weekday = f"{opening.at:%H:%M}", opening.at.weekday()
        return self.texts.when(phrase, language, time=time, weekday=weekday).text

    def as_said(self, article: Article, at: datetime) -> Article:
        """The article as it is said at this moment: with a current incident's words and the opening hours."""
        return as_said(article, self.care.incident_of(article.slug, at), partial(self.filled, at=at))

    def filled(self, text: str, language: str, *, at: datetime) -> str:
        """A text with the opening hours in the place of its placeholders, as they are at this moment."""
        return self.opening_texts.filled(text, language, self.care.hours, at)

    def mark(self, brand: str, language: str) -> str:
        """What stands behind every article that the bot sends: that it is automated, and the brand's sign."""
        signature = self.care.brand(brand).signature or ""
        return f"{self.texts.text(TextKey.AUTOMATED_MARK, language).text} {signature}".strip()


# Now is no promise of a minute, and an opening a week or more away no weekday: both are "as soon as they can".
_PHRASES = {
    OpeningKind.TODAY: WhenPhrase.TODAY_AT,
    OpeningKind.TOMORROW: WhenPhrase.TOMORROW_AT,
    OpeningKind.WEEKDAY: WhenPhrase.WEEKDAY_AT,
}
