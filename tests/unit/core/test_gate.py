"""Nothing leaves but through the gate."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carebot.core.finding import EntityKind
from carebot.core.gate import AllowList, Leaving, Refusal, digits, host_of, judge, links_in
from carebot.core.message import Visibility
from carebot.core.tiers import Zone
from carebot.privacy.recognizers import Recognizers
from tests.unit.core.situations import MASTODON, OPEN, X

ALLOWED = AllowList(
    domains=frozenset({"plum.example", "help.plum.com"}),
    emails=frozenset({"care@plum.example"}),
    phones=frozenset({"+31 20 555 0100"}),
)
FIND = Recognizers().find
CARD, IBAN, EMAIL = "4111 1111 1111 1111", "NL91 ABNA 0417 1643 00", "ada@example.org"


def leaving(text: str, **changes: object) -> Leaving:
    base = Leaving(
        text=text,
        findings=FIND(text),
        visibility=Visibility.PUBLIC,
        channel=OPEN,
        case_zone=Zone.PUBLIC,
        is_automatic=True,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


anywhere = st.builds(
    dict,
    visibility=st.sampled_from(Visibility),
    channel=st.sampled_from([OPEN, X, MASTODON]),
    case_zone=st.sampled_from(Zone),
    is_automatic=st.booleans(),
    invites=st.booleans(),
    person_has_spoken=st.booleans(),
    bot_is_silenced=st.booleans(),
)
words = st.text(alphabet=st.characters(categories=("L", "Zs")), max_size=60)


@given(before=words, after=words, where=anywhere)
def test_a_card_number_leaves_nowhere(before, after, where):
    assert Refusal.PERSONAL_DATA in judge(leaving(f"{before} {CARD} {after}", **where), ALLOWED)


@given(secret=st.sampled_from([CARD, IBAN, EMAIL]), before=words, after=words, where=anywhere)
def test_no_personal_data_goes_where_others_read_or_leaves_by_itself(secret, before, after, where):
    refusals = judge(leaving(f"{before} {secret} {after}", **where), ALLOWED)
    others_read = where["visibility"] is Visibility.PUBLIC or where["channel"] is MASTODON
    if others_read or where["is_automatic"]:
        assert Refusal.PERSONAL_DATA in refusals


@given(
    host=st.sampled_from(["evil.com", "plum.example.evil.com", "notplum.example.com", "bit.ly"]),
    where=anywhere,
)
def test_a_strange_link_leaves_nowhere(host, where):
    for link in (f"https://{host}/x", host, f"www.{host}", f"http://plum.example@{host}/"):
        assert Refusal.UNKNOWN_LINK in judge(leaving(f"see {link} now", **where), ALLOWED), link


@given(where=anywhere)
def test_nothing_automatic_leaves_after_a_person_or_after_stop(where):
    refusals = judge(
        leaving("Hello", **{**where, "person_has_spoken": True, "bot_is_silenced": True}), ALLOWED
    )
    assert (Refusal.PERSON_HAS_SPOKEN in refusals) is where["is_automatic"]
    assert (Refusal.BOT_SILENCED in refusals) is where["is_automatic"]


@given(text=words, where=anywhere)
def test_of_a_private_case_only_an_invitation_is_said_where_others_read(text, where):
    refusals = judge(leaving(text, **{**where, "case_zone": Zone.PRIVATE}), ALLOWED)
    others_read = where["visibility"] is Visibility.PUBLIC or where["channel"] is MASTODON
    assert (Refusal.PRIVATE_CASE in refusals) is (others_read and not where["invites"])


@given(text=st.text(max_size=400), where=anywhere)
def test_whatever_the_text_the_gate_judges_it(text, where):
    assert isinstance(judge(leaving(text, **where), ALLOWED), tuple)


@pytest.mark.parametrize(
    "text",
    [
        "Plug it in for four hours.",
        "See https://help.plum.com/charging or plum.example.",
        "Write to care@plum.example or call 0031 20 555 0100.",
        "It has 3.5 bar, e.g. in front, and node.js is no link.",
    ],
)
def test_the_brands_own_contacts_and_plain_words_may_leave(text):
    assert judge(leaving(text), ALLOWED) == ()


@pytest.mark.parametrize(
    ("text", "changes", "refusal"),
    [
        ("  ", {}, Refusal.EMPTY),
        ("Hello {name}", {}, Refusal.BLANK_PLACEHOLDER),
        ("Your number <CARD> is fine", {}, Refusal.BLANK_PLACEHOLDER),
        ("Write to ben@example.org", {}, Refusal.UNKNOWN_CONTACT),
        ("See https://plum.example", {"channel": X}, Refusal.LINK_IN_PUBLIC),
        ("a" * 281, {"channel": X}, Refusal.TOO_LONG),
        ("字" * 141, {"channel": X}, Refusal.TOO_LONG),
        ("Hello", {"channel_objection": "not summoned"}, Refusal.CHANNEL_FORBIDS),
    ],
)
def test_what_may_not_leave_is_refused_for_its_reason(text, changes, refusal):
    assert judge(leaving(text, **changes), ALLOWED) == (refusal,) or refusal in judge(
        leaving(text, **changes), ALLOWED
    )


def test_a_message_that_just_fits_leaves():
    assert judge(leaving("a" * 280, channel=X), ALLOWED) == ()
    assert judge(leaving("字" * 140, channel=X), ALLOWED) == ()


def test_hosts_are_read_as_browsers_read_them():
    assert host_of("https://plum.example@evil.com/a") == "evil.com"
    assert host_of("HTTPS://Help.Plum.com:443/x?y#z") == "help.plum.com"
    assert links_in("go to shop.plum.com/sale, please") == ("shop.plum.com/sale",)


def test_numbers_are_compared_by_their_digits():
    assert digits("+31 (0)20 555-0100") == "310205550100"
    assert digits("0031 20 555 0100") == digits("+31205550100")
    assert ALLOWED.allows(EntityKind.PHONE, "+31-20-555-0100")
