"""Who may do what: refused by default."""

from __future__ import annotations

import pytest

from carebot.core.rights import (
    CASE_RIGHTS,
    HOUSE_RIGHTS,
    CaseRight,
    HouseRight,
    Role,
    Viewer,
    may,
    may_in_house,
    require,
    require_in_house,
)
from carebot.core.tiers import Zone
from carebot.errors import NotAllowedError

TIERS = range(5)


def who(*roles: Role) -> Viewer:
    return Viewer(id="kim", roles=frozenset(roles))


@pytest.mark.parametrize("right", CaseRight)
@pytest.mark.parametrize("zone", Zone)
def test_somebody_without_a_role_may_do_nothing(right, zone):
    assert not any(may(who(), right, zone=zone, tier=tier) for tier in TIERS)
    assert not any(may_in_house(who(), right) for right in HouseRight)


# Every pair of role and zone in which sealed text may be opened, with the tiers. Whatever is missing is refused.
OPENS = (
    {(Role.PRIVATE_AGENT, zone): {0, 1} for zone in Zone}
    | {(Role.SPECIALIST, zone): {1, 2} for zone in Zone}
    | {(Role.EXPERT, zone): {3} for zone in Zone}
)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("zone", Zone)
def test_only_those_with_the_skill_and_the_right_open_sealed_text(role, zone):
    tiers = {tier for tier in TIERS if may(who(role), CaseRight.OPEN_SEALED, zone=zone, tier=tier)}
    assert tiers == OPENS.get((role, zone), set())


@pytest.mark.parametrize("role", [Role.AGENT, Role.MARKETING, Role.LEAD, Role.OPERATOR, Role.VENDOR])
def test_what_was_said_in_private_is_not_for_everybody(role):
    assert not any(may(who(role), CaseRight.SEE_DIRECT_TEXT, zone=Zone.PRIVATE, tier=tier) for tier in TIERS)


def test_marketing_sees_public_posts_of_every_zone_and_direct_messages_of_none():
    for zone in Zone:
        assert may(who(Role.MARKETING), CaseRight.SEE_PUBLIC_TEXT, zone=zone, tier=1)
        assert not may(who(Role.MARKETING), CaseRight.SEE_DIRECT_TEXT, zone=zone, tier=1)


def test_an_operator_keeps_the_machine_and_reads_no_customer():
    for right in (
        CaseRight.SEE_PUBLIC_TEXT,
        CaseRight.SEE_DIRECT_TEXT,
        CaseRight.OPEN_SEALED,
        CaseRight.REPLY,
    ):
        assert not any(may(who(Role.OPERATOR), right, zone=zone, tier=1) for zone in Zone)
    assert may_in_house(who(Role.OPERATOR), HouseRight.MANAGE_KEYS)


def test_only_a_lead_approves_articles_and_only_an_operator_has_the_keys():
    approving = {role for role in Role if HouseRight.APPROVE_ARTICLES in HOUSE_RIGHTS[role]}
    keeping = {role for role in Role if HouseRight.MANAGE_KEYS in HOUSE_RIGHTS[role]}
    assert (approving, keeping) == ({Role.LEAD}, {Role.OPERATOR})


def test_two_roles_give_the_rights_of_both():
    both = who(Role.MARKETING, Role.SPECIALIST)
    assert may(both, CaseRight.HOLD_REPLY, zone=Zone.PUBLIC, tier=1)
    assert may(both, CaseRight.OPEN_SEALED, zone=Zone.PRIVATE, tier=2)


def test_every_role_stands_in_both_tables():
    assert set(CASE_RIGHTS) == set(HOUSE_RIGHTS) == set(Role)


def test_a_refusal_says_who_lacks_what():
    with pytest.raises(NotAllowedError, match=r"kim \(agent\) has no right open_sealed"):
        require(who(Role.AGENT), CaseRight.OPEN_SEALED, zone=Zone.PRIVATE, tier=2)
    with pytest.raises(NotAllowedError, match="manage_keys"):
        require_in_house(who(Role.LEAD), HouseRight.MANAGE_KEYS)
