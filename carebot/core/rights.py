"""Who may do what, by zone and tier: one table, and whatever is not in it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from carebot.core.tiers import Zone
from carebot.errors import NotAllowedError


class Role(StrEnum):
    """What a person is here to do. ``private_agent`` is a Tier 1 agent with the right to private cases."""

    AGENT = "agent"
    PRIVATE_AGENT = "private_agent"
    SPECIALIST = "specialist"
    EXPERT = "expert"
    VENDOR = "vendor"
    MARKETING = "marketing"
    LEAD = "lead"
    OPERATOR = "operator"


class CaseRight(StrEnum):
    """Rights to a case; each holds in some zones, up to some tier.

    ``resolve`` is also the right to reopen, snooze, merge and split.
    """

    SEE_CASE = "see_case"
    SEE_PUBLIC_TEXT = "see_public_text"
    SEE_DIRECT_TEXT = "see_direct_text"
    OPEN_SEALED = "open_sealed"
    REPLY = "reply"
    CLAIM = "claim"
    RESOLVE = "resolve"
    ESCALATE = "escalate"
    REVIEW = "review"
    EXPLAIN = "explain"
    HOLD_REPLY = "hold_reply"


class HouseRight(StrEnum):
    """Rights to the installation, without a case."""

    EDIT_ARTICLES = "edit_articles"
    APPROVE_ARTICLES = "approve_articles"
    CHANGE_RULES = "change_rules"
    SEE_REPORTS = "see_reports"
    SILENCE_BOT = "silence_bot"
    MANAGE_KEYS = "manage_keys"
    BACK_UP = "back_up"
    UPGRADE = "upgrade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A right to cases, in some zones and of some tiers."""

    zones: frozenset[Zone]
    tiers: frozenset[int] | None = None  # None: every tier

    def covers(self, zone: Zone, tier: int) -> bool:
        """Whether the grant reaches a case of this zone and tier."""
        return zone in self.zones and (self.tiers is None or tier in self.tiers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who looks or acts, with the roles that person has."""

    id: str
    roles: frozenset[Role]


_OPEN = frozenset({Zone.PUBLIC, Zone.DIRECT})
_PUBLIC = frozenset({Zone.PUBLIC})
_ALL = frozenset(Zone)
_R = CaseRight


def _grants(zones: frozenset[Zone], rights: tuple[CaseRight, ...], *tiers: int) -> dict[CaseRight, Grant]:
    grant = Grant(zones=zones, tiers=frozenset(tiers) if tiers else None)
    return dict.fromkeys(rights, grant)


_WORK = (_R.REPLY, _R.CLAIM, _R.RESOLVE, _R.ESCALATE, _R.SEE_DIRECT_TEXT, _R.EXPLAIN)
_SEE = (_R.SEE_CASE, _R.SEE_PUBLIC_TEXT)

CASE_RIGHTS: Mapping[Role, Mapping[CaseRight, Grant]] = {
    Role.AGENT: {**_grants(_ALL, _SEE), **_grants(_OPEN, (*_WORK, _R.REVIEW), 0, 1)},
    Role.PRIVATE_AGENT: {
        **_grants(_ALL, _SEE),
        **_grants(_ALL, (*_WORK, _R.REVIEW, _R.OPEN_SEALED), 0, 1),
    },
    Role.SPECIALIST: {**_grants(_ALL, _SEE), **_grants(_ALL, (*_WORK, _R.OPEN_SEALED), 1, 2)},
    Role.EXPERT: {**_grants(_ALL, _SEE), **_grants(_ALL, (*_WORK, _R.OPEN_SEALED), 3)},
    Role.VENDOR: _grants(frozenset({Zone.PRIVATE}), (_R.SEE_CASE, _R.ESCALATE), 4),
    Role.MARKETING: {
        **_grants(_ALL, _SEE),
        **_grants(_PUBLIC, (_R.HOLD_REPLY, _R.REPLY, _R.CLAIM, _R.RESOLVE)),
    },
    Role.LEAD: {
        **_grants(_ALL, (*_SEE, _R.EXPLAIN, _R.REVIEW, _R.ESCALATE)),
        **_grants(_OPEN, (_R.SEE_DIRECT_TEXT, _R.REPLY, _R.CLAIM, _R.RESOLVE, _R.HOLD_REPLY)),
    },
    Role.OPERATOR: _grants(_ALL, (_R.SEE_CASE, _R.EXPLAIN)),
}

_H = HouseRight
HOUSE_RIGHTS: Mapping[Role, frozenset[HouseRight]] = {
    Role.AGENT: frozenset({_H.EDIT_ARTICLES, _H.SILENCE_BOT}),
    Role.PRIVATE_AGENT: frozenset({_H.EDIT_ARTICLES, _H.SILENCE_BOT}),
    Role.SPECIALIST: frozenset({_H.EDIT_ARTICLES, _H.SILENCE_BOT}),
    Role.EXPERT: frozenset({_H.EDIT_ARTICLES}),
    Role.VENDOR: frozenset(),
    Role.MARKETING: frozenset({_H.SILENCE_BOT, _H.SEE_REPORTS}),
    Role.LEAD: frozenset(
        {_H.EDIT_ARTICLES, _H.APPROVE_ARTICLES, _H.CHANGE_RULES, _H.SEE_REPORTS, _H.SILENCE_BOT}
    ),
    Role.OPERATOR: frozenset({_H.MANAGE_KEYS, _H.BACK_UP, _H.UPGRADE, _H.SILENCE_BOT}),
}


def may(viewer: Viewer, right: CaseRight, *, zone: Zone, tier: int) -> bool:
    """Whether one of the viewer's roles has the right to a case of this zone and tier."""
    grants = (CASE_RIGHTS[role].get(right) for role in viewer.roles)
    return any(grant is not None and grant.covers(zone, tier) for grant in grants)


def may_in_house(viewer: Viewer, right: HouseRight) -> bool:
    """Whether one of the viewer's roles has the right."""
    return any(right in HOUSE_RIGHTS[role] for role in viewer.roles)


def require(viewer: Viewer, right: CaseRight, *, zone: Zone, tier: int) -> None:
    """Refuse what the viewer may not do, with words that say what is missing."""
    if not may(viewer, right, zone=zone, tier=tier):
        roles = ", ".join(sorted(viewer.roles)) or "no role"
        raise NotAllowedError(
            f"{viewer.id} ({roles}) has no right {right} to a case at tier {tier} in zone {zone}"
        )


def require_in_house(viewer: Viewer, right: HouseRight) -> None:
    """Refuse what the viewer may not do in the installation."""
    if not may_in_house(viewer, right):
        roles = ", ".join(sorted(viewer.roles)) or "no role"
        raise NotAllowedError(
            f"{viewer.id} ({roles}) has no right {right}; `carebot roles` says which role has it"
        )
