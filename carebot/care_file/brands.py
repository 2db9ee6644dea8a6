"""Whom customers write to, what the bot may do for them, and which contacts may be sent."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, ValidationInfo, field_validator

from carebot.care_file.types import (
    AccountName,
    ChannelName,
    Domain,
    Email,
    Name,
    Phone,
    Section,
    Several,
    SupportedLanguage,
    known_of,
    mistake,
)
from carebot.core.article import ArticleMode
from carebot.core.care import Bot, Brand, Details
from carebot.core.gate import AllowList, host_of, links_in
from carebot.core.languages import SUPPORTED


class BrandSection(Section):
    """One brand and the accounts that are its own."""

    name: Name = Field(description="As replay files, rules and reports call it")
    accounts: dict[ChannelName, Several[AccountName]] = Field(
        default_factory=dict, description="Its accounts, by channel"
    )
    languages: Several[SupportedLanguage] = Field(
        default_factory=lambda: list(SUPPORTED), min_length=1, description="What the bot may answer in"
    )
    private_contact: Name | None = Field(
        default=None, description="Link, e-mail or phone where no direct message is private"
    )
    signature: Name | None = Field(
        default=None, max_length=40, description="The mark at the end of every automatic text"
    )

    @field_validator("name")
    @classmethod
    def _is_free(cls, name: str, info: ValidationInfo) -> str:
        if not known_of(info).take("brand", name):
            raise mistake(f"there is another brand {name!r}")
        return name

    @field_validator("accounts")
    @classmethod
    def _are_its_own(cls, accounts: dict[str, list[str]], info: ValidationInfo) -> dict[str, list[str]]:
        for channel, names in accounts.items():
            for name in names:
                if not known_of(info).take("account", channel, name):
                    raise mistake(f"the account {name!r} on {channel} is given twice")
        return accounts

    def build(self) -> Brand:
        """The brand in core's words."""
        return Brand(
            name=self.name,
            accounts={channel: frozenset(names) for channel, names in self.accounts.items()},
            languages=frozenset(self.languages),
            private_contact=self.private_contact,
            signature=self.signature,
        )


class DetailsSection(Section):
    """Words that show that a customer has said it already; a detail without words is never asked."""

    product: Several[Name] = Field(default_factory=list, description="Your products, as customers call them")
    platform: Several[Name] = Field(
        default_factory=list, description="Devices, systems and browsers, as customers call them"
    )


class BotSection(Section):
    """What the bot may do."""

    mode: ArticleMode = Field(default=ArticleMode.SUGGEST, description="The most that any article may do")
    channels: dict[ChannelName, ArticleMode] = Field(
        default_factory=dict, description="Another mode on single channels"
    )
    reach: int = Field(
        default=50_000, ge=1, description="Followers from which an unhappy public post goes to marketing"
    )
    acknowledge_direct: bool = Field(
        default=True, description="Acknowledge a direct message that goes to a private queue"
    )
    most_details: int = Field(default=2, ge=0, le=2, description="Questions per case that the bot may ask")
    details: DetailsSection = Field(
        default_factory=DetailsSection, description="What an agent will have to know"
    )
    links_in_public: bool = Field(
        default=False, description="Links in public replies, where the network has them too"
    )
    answer_within_minutes: float = Field(
        default=30,
        gt=0,
        le=10_080,
        description="An automatic text that could not leave by then goes to people",
    )

    def build(self) -> Bot:
        """The same in core's words."""
        details = Details(product=tuple(self.details.product), platform=tuple(self.details.platform))
        return Bot(
            mode=self.mode,
            channel_modes=dict(self.channels),
            reach=self.reach,
            acknowledge_direct=self.acknowledge_direct,
            most_details=self.most_details,
            details=details,
            links_in_public=self.links_in_public,
            answer_within=timedelta(minutes=self.answer_within_minutes),
        )


class AllowListSection(Section):
    """The brand's own contacts: all that may be sent."""

    domains: Several[Domain] = Field(
        default_factory=list, description="Each allows itself and everything below it"
    )
    emails: Several[Email] = Field(default_factory=list, description="E-mail addresses")
    phones: Several[Phone] = Field(
        default_factory=list, description="Phone numbers; only their digits are compared"
    )

    def build(self, brands: list[BrandSection]) -> AllowList:
        """The same in core's words; a brand's private contact needs no second mention."""
        contacts = [brand.private_contact for brand in brands if brand.private_contact]
        links = {host_of(link) for contact in contacts for link in links_in(contact)}
        plain = {contact.casefold() for contact in contacts if not links_in(contact)}
        return AllowList(
            domains=frozenset(self.domains) | links,
            emails=frozenset(self.emails) | {contact for contact in plain if "@" in contact},
            phones=frozenset(self.phones) | {contact for contact in plain if "@" not in contact},
        )
