"""The one gate that every text passes before it leaves: it judges, it changes nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from carebot.core.channel_rules import ChannelRules
from carebot.core.finding import EntityKind, Finding
from carebot.core.message import Visibility
from carebot.core.tiers import Zone


class Refusal(StrEnum):
    """Why a text may not leave."""

    EMPTY = "empty"
    BLANK_PLACEHOLDER = "blank_placeholder"
    PERSONAL_DATA = "personal_data"
    UNKNOWN_LINK = "unknown_link"
    UNKNOWN_CONTACT = "unknown_contact"
    LINK_IN_PUBLIC = "link_in_public"
    TOO_LONG = "too_long"
    PRIVATE_CASE = "private_case"
    PERSON_HAS_SPOKEN = "person_has_spoken"
    BOT_SILENCED = "bot_silenced"
    CHANNEL_FORBIDS = "channel_forbids"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowList:
    """The brand's own contacts: the only links, addresses and numbers that may be sent.

    A domain allows itself and everything below it. Phone numbers are compared by their digits.
    """

    domains: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    def allows_domain(self, host: str) -> bool:
        """Whether a host is an allowed domain or lies below one."""
        labels = host.casefold().strip(".").split(".")
        return any(".".join(labels[i:]) in self.domains for i in range(len(labels)))

    def allows(self, kind: EntityKind, text: str) -> bool:
        """Whether what a recognizer found is one of the brand's own contacts."""
        if kind is EntityKind.EMAIL:
            return text.casefold() in self.emails
        if kind is EntityKind.PHONE:
            return digits(text) in {digits(phone) for phone in self.phones}
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A text on its way out, with what is known of its target at this moment.

    ``findings`` are the recognizers' for exactly this text. ``invites`` is true for the texts that ask a
    customer to come to a private place: of a private case only those may be said in public.
    """

    text: str
    findings: Sequence[Finding]
    visibility: Visibility
    channel: ChannelRules
    case_zone: Zone
    is_automatic: bool
    invites: bool = False
    person_has_spoken: bool = False
    bot_is_silenced: bool = False
    channel_objection: str | None = None


# A link is a scheme or "www." followed by anything up to a space, or a bare host name: labels of letters, digits
# and hyphens with dots between, ending in one of the endings that people really type (so that "e.g." and
# "node.js" are no links), and not preceded by @ (that is an e-mail address, judged by its recognizer).
_LINK = re.compile(
    r"""(?:https?://|www\.)[^\s<>"'）)]+
      | (?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}
        (?:com|net|org|io|co|app|help|info|biz|eu|uk|de|nl|be|fr|es|pt|it|ru|cn|tw|jp|pl|tr|sa|ae|eg|us|ca|ch|at|br|mx|
           tv|me|ly|gg|link|shop|store|online|site|xyz|support|dev|ai|to|gl|gd)
        (?![\w-])(?!\.\w)(?:/[^\s<>"'）)]*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\{[^{}]{0,60}\}|\[\[[^\]]{0,60}\]\]|<[A-Z_]{3,30}>")


def links_in(text: str) -> tuple[str, ...]:
    """Every link in a text, bare host names included."""
    return tuple(match.group().rstrip(".,;:!?") for match in _LINK.finditer(text))


def host_of(link: str) -> str:
    """The host of a link, without user, port, path."""
    rest = re.sub(r"^[a-z][a-z0-9+.-]*://", "", link, flags=re.IGNORECASE)
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    return authority.rsplit("@", 1)[-1].split(":", 1)[0].casefold()


def digits(text: str) -> str:
    """The digits of a number, as ASCII: international prefixes 00 and + are the same."""
    found = "".join(str(int(char)) for char in text if char.isdecimal())
    return found.removeprefix("00")


def judge(leaving: Leaving, allowed: AllowList) -> tuple[Refusal, ...]:
    """Every reason why this text may not leave; empty when it may."""
    checks = {
        Refusal.EMPTY: not leaving.text.strip(),
        Refusal.BLANK_PLACEHOLDER: _PLACEHOLDER.search(leaving.text) is not None,
        Refusal.PERSONAL_DATA: _carries_personal_data(leaving, allowed),
        Refusal.UNKNOWN_LINK: any(
            not allowed.allows_domain(host_of(link)) for link in links_in(leaving.text)
        ),
        Refusal.UNKNOWN_CONTACT: _names_unknown_contact(leaving, allowed),
        Refusal.LINK_IN_PUBLIC: _links_where_forbidden(leaving),
        Refusal.TOO_LONG: _is_too_long(leaving),
        Refusal.PRIVATE_CASE: _speaks_of_private_case(leaving),
        Refusal.PERSON_HAS_SPOKEN: leaving.is_automatic and leaving.person_has_spoken,
        Refusal.BOT_SILENCED: leaving.is_automatic and leaving.bot_is_silenced,
        Refusal.CHANNEL_FORBIDS: leaving.channel_objection is not None,
    }
    return tuple(refusal for refusal, refused in checks.items() if refused)


def _is_read_by_others(leaving: Leaving) -> bool:
    return leaving.visibility is Visibility.PUBLIC or not leaving.channel.direct_is_private


def _strange(leaving: Leaving, allowed: AllowList) -> list[Finding]:
    """Findings that are not the brand's own contacts."""
    return [f for f in leaving.findings if not allowed.allows(f.kind, leaving.text[f.start : f.end])]


def _carries_personal_data(leaving: Leaving, allowed: AllowList) -> bool:
    strange = _strange(leaving, allowed)
    if any(finding.kind is EntityKind.CARD for finding in strange):
        return True  # a card number leaves in no zone
    return bool(strange) and (leaving.is_automatic or _is_read_by_others(leaving))


def _names_unknown_contact(leaving: Leaving, allowed: AllowList) -> bool:
    contacts = (EntityKind.EMAIL, EntityKind.PHONE)
    return any(finding.kind in contacts for finding in _strange(leaving, allowed))


def _links_where_forbidden(leaving: Leaving) -> bool:
    public = leaving.visibility is Visibility.PUBLIC
    return public and not leaving.channel.links_in_public and bool(links_in(leaving.text))


def _is_too_long(leaving: Leaving) -> bool:
    limit = leaving.channel.max_length(leaving.visibility)
    return limit is not None and leaving.channel.measure(leaving.text) > limit


def _speaks_of_private_case(leaving: Leaving) -> bool:
    return leaving.case_zone is Zone.PRIVATE and _is_read_by_others(leaving) and not leaving.invites
