from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml

from carebot.care_file import default_care, json_schema, load_care, parse_care, shipped_text
from carebot.core.article import ArticleMode
from carebot.core.assessment import Band
from carebot.core.care import Care
from carebot.core.channel_rules import ChannelRules
from carebot.core.languages import SUPPORTED
from carebot.core.rights import Role
from carebot.core.rules import Then, When
from carebot.core.thresholds import Targets, thresholds_from
from carebot.core.tiers import PRESETS, Priority, Zone

ROOT = Path(__file__).parents[2]


def care(body: str, **kwargs: object) -> Care:
    return parse_care("version: 1\n" + body, **kwargs)  # type: ignore[arg-type]


def test_the_example_is_what_carebot_init_writes() -> None:
    assert (ROOT / "care.example.yaml").read_text(encoding="utf-8") == shipped_text("care.yaml")


def test_the_example_is_right() -> None:
    read = load_care(ROOT / "care.example.yaml", channels=["townsquare"])
    assert read.brand("acme").signature == "^bot"
    assert read.plan.queue("business").people_first
    assert read.bot.details.platform[0] == "iphone"
    assert [rule.name for rule in read.rules.ordered][-1] == "business_customers"


def test_every_key_stands_in_the_example() -> None:
    written = set(re.findall(r"^[ #-]*(\w+):", shipped_text("care.yaml"), re.MULTILINE))
    inline = set(re.findall(r"[{,] *(\w+):", shipped_text("care.yaml")))
    schema = json_schema()
    of_rules = set(schema["$defs"]["WhenSection"]["properties"]) | set(
        schema["$defs"]["ThenSection"]["properties"]
    )
    of_new_tiers = {"name", "zones"}
    keys = {key for section in schema["$defs"].values() for key in section.get("properties", ())}
    assert (keys | set(schema["properties"])) - of_rules - of_new_tiers <= written | inline


def test_a_file_with_nothing_but_a_version_is_the_default() -> None:
    assert care("") == default_care()


def test_without_a_file_it_is_always_open_and_answers_in_every_language_that_is_read() -> None:
    read = default_care()
    assert read.plan == PRESETS["small"]
    assert read.targets == Targets()
    assert read.hours.is_open(datetime(2026, 11, 22, 3, tzinfo=UTC))
    policy = read.policy(thresholds_from({}, read.targets), brand="any", channel="x")
    assert policy.languages == set(SUPPORTED)
    assert policy.mode is ArticleMode.SUGGEST


def test_shares_are_percentages_or_fractions() -> None:
    read = care("targets: {harmless_sent_away: 8 %, private_called_clear: 4.5%, answer_precision: 0.97}")
    assert read.targets == Targets(harmless_sent_away=0.08, private_called_clear=0.045, answer_precision=0.97)


def test_words_that_yaml_takes_for_switches_stay_words() -> None:
    read = care(
        "bot: {mode: off, channels: {x: auto}}\nbrands: [{name: yes, signature: on}]\n"
        "rules: {ordered: [{name: a, when: {languages: [no, en]}, then: {silent: true}}]}"
    )
    assert read.bot.mode_on("mastodon") is ArticleMode.OFF
    assert read.bot.mode_on("x") is ArticleMode.AUTO
    assert read.brand("yes").signature == "on"
    assert read.rules.ordered[-1].when.languages == ("no", "en")


def test_hours_and_numbers_are_not_taken_for_something_else() -> None:
    read = care(
        "hours: {time_zone: UTC, week: {monday: [10:00-12:30, 13:30-24:00]}, holidays: 2026-12-25}\n"
        "allow_list: {phones: [0201234567]}"
    )
    assert [f"{a:%H:%M} {b:%H:%M}" for a, b in read.hours.week[0]] == ["10:00 12:30", "13:30 00:00"]
    assert read.hours.week[1] == ()
    assert read.allow_list.phones == {"0201234567"}


def test_times_of_incidents_are_of_the_time_zone_of_the_hours_unless_they_say_otherwise() -> None:
    one, two = care(
        "hours: {time_zone: Europe/Amsterdam, week: {monday: 09:00-17:00}}\n"
        "incidents:\n"
        "  - {id: a, texts: {en: No power.}, articles: x, since: 2026-07-01T09:00, until: 2026-07-02}\n"
        "  - {id: b, texts: {en: No tea.}, articles: [x, y], since: 2026-07-01T09:00+00:00, replaces: true}\n"
    ).incidents
    assert (one.since, one.until) == (
        datetime(2026, 7, 1, 7, tzinfo=UTC),
        datetime(2026, 7, 1, 22, tzinfo=UTC),
    )
    assert (two.since, two.until, two.replaces) == (datetime(2026, 7, 1, 9, tzinfo=UTC), None, True)
    assert (one.articles, two.articles) == ({"x"}, {"x", "y"})


def test_a_section_without_a_value_is_not_given() -> None:
    assert care("bot:\npeople:\nrules:\n  ordered:\nplan:\n  tiers:\ntargets:\nhours:\n") == default_care()


def test_a_preset_is_kept_where_nothing_differs() -> None:
    plan = care("plan: {preset: full, tiers: {1: {time_box_minutes: null}, 2: {name: Second}}}").plan
    assert [tier.time_box for tier in plan.tiers[1:3]] == [None, timedelta(minutes=30)]
    assert plan.tiers[2].name == "Second"
    assert plan.queues == PRESETS["full"].queues


def test_tiers_and_queues_can_be_added() -> None:
    plan = care(
        "plan:\n  tiers: {2: {name: Helpdesk, zones: [direct, private], share_target: 5 %}}\n"
        "  queues: {private: {tier: 2}, returns: {tier: 2, zones: private, people_first: true}}"
    ).plan
    assert [tier.number for tier in plan.tiers] == [0, 1, 2, 3]
    assert plan.tiers[2].share_target == 0.05
    assert plan.queue("private").tier == 2
    assert plan.queue("returns").zones == {Zone.PRIVATE}


def test_every_condition_and_outcome_of_core_can_be_written() -> None:
    definitions = json_schema()["$defs"]
    assert set(definitions["WhenSection"]["properties"]) == {field.name for field in dataclasses.fields(When)}
    assert set(definitions["ThenSection"]["properties"]) == {field.name for field in dataclasses.fields(Then)}


def test_a_rule_arrives_in_core_as_it_was_written() -> None:
    when = (
        "{words: [a b], channels: x, brands: acme, visibility: public, languages: [en], kinds: [problem],"
        " sentiments: neg, categories: [billing], entities: [iban], articles: [slug], followers_at_least: 10,"
        " urgent_at_least: 50 %, flag_at_least: 0.6, private_at_least: 0.7}"
    )
    then = "{queue: private, priority: high, flag: f, band: private, silent: true, label: l}"
    body = f"brands: [{{name: acme}}]\nrules:\n  ordered:\n    - {{name: all, when: {when}, then: {then}}}"
    rule = care(body).rules.ordered[-1]
    assert all(getattr(rule.when, field.name) for field in dataclasses.fields(When))
    assert (rule.when.words, rule.when.urgent_at_least) == (("a b",), 0.5)
    assert rule.then == Then(
        queue="private", priority=Priority.HIGH, flag="f", band=Band.PRIVATE, silent=True, label="l"
    )


def test_a_brand_is_found_by_its_account_however_it_is_written() -> None:
    read = care('brands: [{name: acme, accounts: {x: ["@AcmeHelp"], mastodon: "@help@acme.social"}}]')
    assert read.brand_of("x", "acmehelp") == read.brand("acme")
    assert read.brand_of("mastodon", "help@acme.social") == read.brand("acme")
    assert read.brand_of("bluesky", "acmehelp") is None


def test_a_private_contact_may_be_sent_without_a_second_mention() -> None:
    read = care(
        "brands:\n  - {name: a, private_contact: 'https://help.acme.example/now'}\n"
        "  - {name: b, private_contact: Care@acme.example}\n  - {name: c, private_contact: '+31 20 123 4567'}"
    )
    assert read.allow_list.domains == {"help.acme.example"}
    assert read.allow_list.emails == {"care@acme.example"}
    assert read.allow_list.phones == {"+31 20 123 4567"}


def test_people_have_the_roles_that_are_given_and_others_have_none() -> None:
    read = care("people: {jo: lead, ann: [agent, private_agent]}")
    assert read.viewer("jo").roles == {Role.LEAD}
    assert read.viewer("ann").roles == {Role.AGENT, Role.PRIVATE_AGENT}
    assert read.viewer("eve").roles == frozenset()


def test_links_in_public_need_the_owner_and_the_network() -> None:
    allowed, forbidden = (
        ChannelRules(name="a", links_in_public=True),
        ChannelRules(name="b", links_in_public=False),
    )
    on, off = care("bot: {links_in_public: true}"), care("")
    assert on.narrowed(allowed).links_in_public
    assert not on.narrowed(forbidden).links_in_public
    assert not off.narrowed(allowed).links_in_public


def test_the_policy_is_given_what_the_brand_and_the_channel_say() -> None:
    read = care(
        "brands: [{name: a, languages: [nl], private_contact: a@b.example}]\n"
        "bot: {channels: {x: off}, reach: 5, acknowledge_direct: false, most_details: 1}"
    )
    policy = read.policy(thresholds_from({}, read.targets), brand="a", channel="x")
    assert (policy.mode, policy.reach, policy.most_details) == (ArticleMode.OFF, 5, 1)
    assert policy.languages == {"nl"}
    assert policy.private_contact == "a@b.example"
    assert not policy.acknowledge_direct


def test_a_detail_that_the_customer_gave_is_not_missing() -> None:
    details = care("bot: {details: {product: [web shop], platform: [iphone]}}").bot.details
    assert details.missing_in("The Web-Shop hangs") == ("platform",)
    assert details.missing_in("my iPhone!") == ("product",)
    assert details.missing_in("it hangs") == ("product", "platform")
    assert care("").bot.details.missing_in("it hangs") == ()


class _NewYaml(yaml.SafeLoader):
    """YAML 1.2, as editors read it: no dates, and ``off`` is a word."""


_NewYaml.yaml_implicit_resolvers = {
    first: [
        (tag, test) for tag, test in resolvers if not tag.endswith((":timestamp", ":bool")) or first in "tf"
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_the_schema_for_editors_takes_the_example() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    example = yaml.load(shipped_text("care.yaml"), Loader=_NewYaml)
    jsonschema.validate(example, schema)


@pytest.mark.parametrize(
    "wrong", ['{"version": 2}', '{"version": 1, "bott": {}}', '{"version": 1, "bot": {"mode": 1}}']
)
def test_the_schema_for_editors_refuses_mistakes(wrong: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(wrong), json_schema())
