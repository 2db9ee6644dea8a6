"""What each network allows is written down, with its source, and read as it is written."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from carebot.channels.registry import adapter_of, folder_of, known, rules_of
from carebot.channels.rules_file import RulesFile, read_rules
from carebot.core.assessment import Category
from carebot.core.channel_rules import LENGTH_UNITS, ChannelRules
from carebot.core.message import PostKind, Visibility
from carebot.errors import ConfigurationError

FIELDS = [field.name for field in fields(ChannelRules)]
CALM = {
    "direct_needs_customer_first": True,
    "automatic_replies_per_interaction": 1,
    "length_unit": "characters",
    "links_in_public": True,
    "link_price": None,
    "has_direct": True,
    "direct_is_private": True,
    "public_needs_summons": False,
    "can_hide": False,
    "hides_only_own_conversations": False,
    "idempotency_keys": False,
    "derive_sensitive": True,
    "never_keep": frozenset(),
    "direct_history": None,
    "reply_window": None,
    "delete_within": None,
    "encrypted_chats_elsewhere": False,
    "by_hand_link": None,
    "did_they_come_after": timedelta(minutes=10),
}
EXPECTED: dict[str, dict[str, object]] = {
    "x": CALM
    | {
        "name": "x",
        "public_needs_summons": True,
        "max_length_public": 280,
        "max_length_direct": 10_000,
        "length_unit": "x_weighted",
        "links_in_public": False,
        "link_price": "$0.200 a post with a link",
        "can_hide": True,
        "hides_only_own_conversations": True,
        "derive_sensitive": False,
        "never_keep": frozenset({Category.HEALTH}),
        "direct_history": timedelta(days=30),
        "delete_within": timedelta(hours=24),
        "encrypted_chats_elsewhere": True,
        "by_hand_link": "https://x.com/intent/tweet?in_reply_to={message_id}&text={text}",
    },
    "mastodon": CALM
    | {
        "name": "mastodon",
        "max_length_public": 500,
        "max_length_direct": 500,
        "direct_is_private": False,
        "idempotency_keys": True,
    },
    "bluesky": CALM
    | {
        "name": "bluesky",
        "public_needs_summons": True,
        "max_length_public": 300,
        "max_length_direct": 1000,
        "length_unit": "graphemes",
    },
    "townsquare": CALM
    | {
        "name": "townsquare",
        "max_length_public": 500,
        "max_length_direct": 10_000,
        "can_hide": True,
        "idempotency_keys": True,
    },
    "replay": CALM
    | {"name": "replay", "max_length_public": None, "max_length_direct": None, "idempotency_keys": True},
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("channel", known())
def test_every_rule_of_every_channel_is_what_its_network_allows(channel: str, field: str) -> None:
    assert getattr(rules_of(channel), field) == EXPECTED[channel][field]


@pytest.mark.parametrize("channel", known())
def test_every_rule_names_its_source(channel: str) -> None:
    blocks = (folder_of(channel) / "rules.yaml").read_text(encoding="utf-8").split("\n\n")
    sources = {
        block.strip().splitlines()[-1].split(":")[0]: block.strip().startswith("# ") for block in blocks[1:]
    }

    assert [name for name in FIELDS if name != "name" and not sources.get(name)] == []


@pytest.mark.parametrize("channel", known())
def test_every_channel_says_what_it_is_in_its_readme(channel: str) -> None:
    text = (folder_of(channel) / "README.md").read_text(encoding="utf-8")

    assert text.startswith("# ")
    assert ("connecting comes with a later release" in text) == (adapter_of(channel) is None)


def test_the_schema_has_the_fields_of_the_core_and_no_defaults() -> None:
    assert sorted(RulesFile.model_fields) == sorted(FIELDS)
    assert all(field.is_required() for field in RulesFile.model_fields.values())
    assert set(get_args(RulesFile.model_fields["length_unit"].annotation)) == set(LENGTH_UNITS)


def test_a_channel_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match="'myspace'; the channels are bluesky, mastodon"):
        rules_of("myspace")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("can_hide: true", "can_hide: perhaps", "`can_hide` expected true or false"),
        ("can_hide: true", "can_hied: true", "`can_hied` is not a rule that carebot knows"),
        ("can_hide: true\n", "", "`can_hide` is missing"),
        ("30 days", "a month", "`direct_history` expected a number and minutes, hours or days"),
        ("[health]", "[wealth]", "`never_keep`"),
        ("max_length_public: 280", "max_length_public: 0", "`max_length_public` expected greater than 0"),
        ("{message_id}", "5", "`by_hand_link`"),
    ],
)
def test_a_broken_rules_file_names_file_line_and_what_was_expected(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    good = (folder_of("x") / "rules.yaml").read_text(encoding="utf-8")
    assert good.count(old) >= 1
    broken = tmp_path / "rules.yaml"
    text = good.replace(old, new, 1)
    broken.write_text(text, encoding="utf-8")
    line = text[: text.index(new)].count("\n") + 1 if new and complaint.startswith("`") else 1

    with pytest.raises(ConfigurationError) as raised:
        read_rules(broken)

    assert any(
        part.startswith(f"{broken}, line {line}: {complaint}") for part in raised.value.detail.split("\n")
    )


@pytest.mark.parametrize("text", [None, "name: [", "name: \udcff"])
def test_a_rules_file_that_is_missing_or_not_yaml_is_refused(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "rules.yaml"
    if text is not None:
        file.write_bytes(text.encode(errors="surrogateescape"))

    with pytest.raises(ConfigurationError, match="cannot be read as YAML"):
        read_rules(file)


def test_on_x_only_somebody_who_called_us_is_answered_by_api() -> None:
    def objection(*, summons: bool) -> str | None:
        return rules_of("x").can_reply(
            visibility=Visibility.PUBLIC, post_kind=PostKind.REPLY, summons=summons
        )

    assert objection(summons=True) is None
    assert objection(summons=False) is not None
