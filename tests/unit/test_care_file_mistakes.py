from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from carebot.care_file import load_care, parse_care
from carebot.care_file.schema import CareSection, section_at
from carebot.care_file.types import Section
from carebot.core.article import ArticleMode
from carebot.core.care import Care
from carebot.errors import ConfigurationError


def care(body: str, **kwargs: object) -> Care:
    return parse_care("version: 1\n" + body, **kwargs)  # type: ignore[arg-type]


def mistakes(body: str, *, channels: tuple[str, ...] | None = None) -> list[str]:
    """What is wrong with a file that is right but for ``body``, which begins in line 2."""
    with pytest.raises(ConfigurationError) as caught:
        care(body, channels=channels)
    return str(caught.value).split("\n")


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ("bott: {}", "care.yaml:2:1: bott: there is no key 'bott' here; did you mean 'bot'?"),
        (
            "bot: {mode: sugest}",
            "care.yaml:2:13: bot.mode: expected 'off', 'suggest' or 'auto', got 'sugest';",
        ),
        ("bot:\n  reach: lots", "care.yaml:3:10: bot.reach: expected a whole number, got 'lots'"),
        ("bot:\n  reach: 0", "care.yaml:3:10: bot.reach: expected 1 or more, got '0'"),
        ("bot: {most_details: 9}", "care.yaml:2:21: bot.most_details: expected 2 or less, got '9'"),
        (
            "bot: {links_in_public: maybe}",
            "care.yaml:2:24: bot.links_in_public: expected true or false, got 'maybe'",
        ),
        ("bot: [off]", "care.yaml:2:6: bot: expected keys with values (key: value)"),
        (
            "bot: {channels: x}",
            "care.yaml:2:17: bot.channels: expected keys with values (key: value), got 'x'",
        ),
        ("bot: {details: {product: {a: b}}}", "care.yaml:2:26: bot.details.product: expected a list"),
        (
            "bot: {details: {product: ['']}}",
            "care.yaml:2:27: bot.details.product[0]: expected a text that is not",
        ),
        ("bot: {details: {product: [[a]]}}", "care.yaml:2:27: bot.details.product[0]: expected a text"),
        ("brands: {name: a}", "care.yaml:2:9: brands: expected a list, each item on its own line after '- '"),
        ("brands:\n  - {}", "care.yaml:3:5: brands[0]: the key 'name' is missing"),
        ("brands: [{name: a}, {name: a}]", "care.yaml:2:28: brands[1].name: there is another brand 'a'"),
        (
            "brands: [{name: a, accounts: {x: a}}, {name: b, accounts: {x: '@A'}}]",
            "care.yaml:2:59: brands[1].accounts: the account 'a' on x is given twice",
        ),
        (
            "brands: [{name: a, accounts: {x: '@'}}]",
            "care.yaml:2:34: brands[0].accounts.x: expected an account's",
        ),
        (
            "brands: [{name: a, languages: English}]",
            "care.yaml:2:31: brands[0].languages: expected a language code",
        ),
        (
            "brands: [{name: a, languages: [en, sv]}]",
            "care.yaml:2:36: brands[0].languages[1]: carebot does not read Swedish; expected any of en, nl",
        ),
        (
            "brands: [{name: a, languages: []}]",
            "care.yaml:2:31: brands[0].languages: expected at least one item",
        ),
        (
            f"brands: [{{name: a, signature: {'s' * 50}}}]",
            "care.yaml:2:31: brands[0].signature: expected at most 40 characters, got",
        ),
        (
            "plan: {preset: ful}",
            "care.yaml:2:16: plan.preset: expected 'solo', 'small' or 'full', got 'ful'; did you",
        ),
        ("plan: {tiers: {two: {}}}", "care.yaml:2:16: plan.tiers.two: expected a whole number, got 'two'"),
        (
            "plan: {tiers: {2: {name: Two}}}",
            "care.yaml:2:19: plan.tiers.2: is not in the preset 'small', so it needs zones",
        ),
        (
            "plan: {queues: {vip: {}}}",
            "care.yaml:2:22: plan.queues.vip: is not in the preset 'small', so it needs tier and zones",
        ),
        (
            "plan: {queues: {care: {tier: 9}}}",
            "care.yaml:2:30: plan.queues.care.tier: there is no tier '9'; expected",
        ),
        (
            "plan: {queues: {care: {zones: [public, nowhere]}}}",
            "care.yaml:2:40: plan.queues.care.zones[1]: expected 'public', 'direct' or 'private', got",
        ),
        (
            "plan: {queues: {care: {tier: 0, zones: [public, private]}}}",
            "care.yaml:2:23: plan.queues.care: tier 0 (Bot) may not speak in private",
        ),
        (
            "plan: {queues: {private: {zones: [direct]}}}",
            "care.yaml:2:26: plan.queues.private: is needed for cases in zone private; add private",
        ),
        (
            "plan: {tiers: {1: {time_box_minutes: 0}}}",
            "care.yaml:2:38: plan.tiers.1.time_box_minutes: expected more than 0, got '0'",
        ),
        (
            "plan: {tiers: {1: {time_box_minutes: soon}}}",
            "care.yaml:2:38: plan.tiers.1.time_box_minutes: expected a number, got 'soon'",
        ),
        (
            "plan: {tiers: {1: {share_target: 150 %}}}",
            "care.yaml:2:34: plan.tiers.1.share_target: expected a share from 0 % to 100 %, got '150 %'",
        ),
        (
            "targets: {answer_precision: high}",
            "care.yaml:2:29: targets.answer_precision: expected a share such as 8 % or 0.08, got 'high'",
        ),
        (
            "targets: {answer_precision: 100 %}",
            "care.yaml:2:29: targets.answer_precision: 100 % can never be shown",
        ),
        ("targets: {answer_precision: nan}", "care.yaml:2:29: targets.answer_precision: expected a share"),
        (
            "allow_list: {domains: ['https://acme.example']}",
            "care.yaml:2:24: allow_list.domains[0]: expected a domain such as acme.example, without",
        ),
        (
            "allow_list: {emails: bob}",
            "care.yaml:2:22: allow_list.emails: expected an e-mail address, got 'bob'",
        ),
        (
            "allow_list: {phones: [x]}",
            "care.yaml:2:23: allow_list.phones[0]: expected a phone number such as",
        ),
        ("hours: {time_zone: UTC}", "care.yaml:2:1: hours: the key 'week' is missing"),
        (
            "hours: {time_zone: Europe/Amsterdm, week: {}}",
            "care.yaml:2:20: hours.time_zone: there is no time zone 'Europe/Amsterdm'; did you mean 'Europe",
        ),
        (
            "hours: {time_zone: CEST9, week: {monday: 9-5}}",
            "care.yaml:2:42: hours.week.monday: expected hours such as 09:00-17:30, got '9-5'",
        ),
        (
            "hours: {time_zone: UTC, week: {monday: '09:00-25:00'}}",
            "care.yaml:2:40: hours.week.monday: expected hours such as 09:00-17:30, got '09:00-25:00'",
        ),
        (
            "hours: {time_zone: UTC, week: {monday: 22:00-02:00}}",
            "care.yaml:2:40: hours.week.monday: 22:00-02:00 ends before it starts; split a night shift",
        ),
        (
            "hours: {time_zone: UTC, week: {monday: [09:00-12:00, 11:00-13:00]}}",
            "care.yaml:2:40: hours.week.monday: 11:00-13:00 begins before the interval in front",
        ),
        (
            "hours: {time_zone: UTC, week: {mon: closed}}",
            "care.yaml:2:32: hours.week.mon: there is no key 'mon' here; did you mean 'monday'?",
        ),
        (
            "hours: {time_zone: UTC, week: {}, holidays: [2026-02-30]}",
            "care.yaml:2:46: hours.holidays[0]: expected a date such as 2026-12-25, got '2026-02-30'",
        ),
        ("cases: {reopen_days: 0}", "care.yaml:2:22: cases.reopen_days: expected more than 0, got '0'"),
        ("cases: {turn_seconds: -1}", "care.yaml:2:23: cases.turn_seconds: expected 0 or more, got '-1'"),
        ("cases: {close_days: 9999}", "care.yaml:2:21: cases.close_days: expected 3650 or less, got '9999'"),
        (
            "did_they_come: {close_after_days: x}",
            "care.yaml:2:35: did_they_come.close_after_days: expected a number",
        ),
        (
            "classifier: {time_limit_ms: 1}",
            "care.yaml:2:29: classifier.time_limit_ms: expected 50 or more, got '1'",
        ),
        ("people: {jo: [leed]}", "care.yaml:2:15: people.jo[0]: expected 'agent', 'private_agent'"),
        ("people: {jo: [leed]}", "got 'leed'; did you mean 'lead'?"),
    ],
)
def test_a_mistake_is_shown_where_it_stands(body: str, mistake: str) -> None:
    assert any(mistake in line for line in mistakes(body)), mistakes(body)


@pytest.mark.parametrize(
    ("rule", "mistake"),
    [
        (
            "{name: a, then: {queue: privat}}",
            "rules.ordered[0].then.queue: there is no queue 'privat'; did you",
        ),
        (
            "{name: a, then: {queue: zzz}}",
            "rules.ordered[0].then.queue: there is no queue 'zzz'; expected one",
        ),
        (
            "{name: a, then: {}}",
            "rules.ordered[0].then: a rule that does nothing; give one of queue, priority",
        ),
        ("{name: a, then: {silent: false}}", "rules.ordered[0].then: a rule that does nothing"),
        ("{name: a, then: {band: clear}}", "rules.ordered[0].then.band: expected 'doubt' or 'private', got"),
        ("{name: a, then: {no_case: true, queue: care}}", "rules.ordered[0].then: no_case makes no case"),
        ("{name: a}", "rules.ordered[0]: the key 'then' is missing"),
        (
            "{name: a, wenn: {}, then: {flag: f}}",
            "rules.ordered[0].wenn: there is no key 'wenn' here; did you",
        ),
        (
            "{name: a, when: {wrods: b}, then: {flag: f}}",
            "rules.ordered[0].when.wrods: there is no key 'wrods'",
        ),
        (
            "{name: a, when: {words: '!'}, then: {flag: f}}",
            "rules.ordered[0].when.words: the phrase '!' has no",
        ),
        (
            "{name: a, when: {brands: [b]}, then: {flag: f}}",
            "rules.ordered[0].when.brands[0]: there is no brand",
        ),
        (
            "{name: a, when: {kinds: x}, then: {flag: f}}",
            "rules.ordered[0].when.kinds: expected 'howto', 'prob",
        ),
        (
            "{name: danger, then: {flag: f}}",
            "rules.ordered[0].name: there is another rule 'danger' (perhaps a",
        ),
        ("just words", "rules.ordered[0]: expected keys with values (key: value), got 'just words'"),
    ],
)
def test_a_mistake_in_a_rule_is_shown_where_it_stands(rule: str, mistake: str) -> None:
    found = mistakes(f"rules:\n  ordered:\n    - {rule}")
    assert re.fullmatch(rf"care\.yaml:4:\d+: {re.escape(mistake)}.*", found[0]), found


def test_an_unordered_rule_cannot_choose_what_only_one_rule_can() -> None:
    (found,) = mistakes("rules:\n  unordered:\n    - {name: a, then: {queue: care}}")
    assert found.startswith("care.yaml:4:23: rules.unordered[0].then: only an ordered rule can choose queue;")


def test_a_rule_may_name_a_queue_that_the_file_adds() -> None:
    body = (
        "plan: {queues: {vip: {tier: 1, zones: public}}}\nrules: {ordered: [{name: v, then: {queue: vip}}]}"
    )
    assert care(body).rules.ordered[-1].then.queue == "vip"


def test_a_channel_that_is_not_installed_is_refused() -> None:
    found = mistakes("bot: {channels: {mastodn: off}}", channels=("x", "mastodon"))
    assert found == [
        "care.yaml:2:18: bot.channels.mastodn: there is no channel 'mastodn'; did you mean 'mastodon'?"
    ]


def test_all_mistakes_are_shown_at_once_in_the_order_of_the_file() -> None:
    found = mistakes(
        "targets: {answer_precision: no}\n"
        "plan: {preset: tiny, tiers: {7: {}}}\n"
        "rules: {ordered: [{name: a, then: {queue: nowhere}}, {name: a, then: {}}]}\n"
        "people: {jo: king}\n"
        "people: {jo: lead}"
    )
    assert [line.split(": ")[1] for line in found] == [
        "targets.answer_precision",
        "plan.preset",
        "plan.tiers.7",
        "rules.ordered[0].then.queue",
        "rules.ordered[1].name",
        "rules.ordered[1].then",
        "people.jo",
        "people",
    ]


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        ("", "care.yaml:1:1: is empty; start with `version: 1`"),
        ("# nothing yet\n", "care.yaml:1:1: is empty; start with `version: 1`"),
        ("- version", "care.yaml:1:1: expected keys with values, such as `version: 1`"),
        ("bot: {}", "care.yaml:1:1: the key 'version' is missing"),
        ("bot: {}\nversion: 2", "care.yaml:2:10: version: this carebot reads version 1, got '2'"),
        ("version: 1\nbot:\n\tmode: off", "care.yaml:3:1: a tab indents this line; YAML wants spaces"),
        ("version: 1\nbot: [off", "care.yaml:2:10: is not YAML: while parsing a flow sequence"),
        (
            "version: 1\nbot: {}\nbot: {}",
            "care.yaml:3:1: bot: the key 'bot' stands here again; its first place is line 2",
        ),
        (
            "version: 1\nbot: &b {}\ncases: *b",
            "care.yaml:2:6: cases: anchors and aliases (&, *) are not read; write",
        ),
        (
            "version: 1\nbot: !!python/object/apply:os.getcwd {}",
            "care.yaml:2:6: bot: the tag tag:yaml.org,2002:python",
        ),
        ("version: 1\n? [a]\n: b", "care.yaml:2:3: a key must be a word, not a list or a mapping"),
        ("version: 1\n---\nbot: {}", "care.yaml:2:1: is not YAML: expected a single document"),
        ("[" * 3000, "care.yaml:1:1: is nested too deeply"),
        ("version: 1\nbot: \x00", "care.yaml:1:1: is not YAML: unacceptable character #x0000"),
    ],
)
def test_a_file_that_is_not_ours_says_why(content: str, mistake: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_care(content)
    assert str(caught.value).split("\n")[0].startswith(mistake)


def test_a_file_that_is_not_there_says_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"care\.yaml: there is no such file; `carebot init` writes one"
    ):
        load_care(tmp_path / "care.yaml")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a folder, expected a YAML file"):
        load_care(tmp_path)


def test_a_path_through_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"cannot be read \(Not a directory\)"):
        load_care(tmp_path / "file" / "care.yaml")


def test_a_file_that_is_not_utf_8_says_where(tmp_path: Path) -> None:
    file = tmp_path / "care.yaml"
    file.write_bytes("version: 1\nbrands: [{name: Café}]".encode("latin-1"))
    with pytest.raises(ConfigurationError) as caught:
        load_care(file)
    assert str(caught.value) == "care.yaml:2:20: byte 0xe9 is not UTF-8; save the file as UTF-8"


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "care.yaml"
    file.write_bytes(b"\xef\xbb\xbfversion: 1\r\nbot: {mode: off}\r\n")
    assert load_care(file).bot.mode is ArticleMode.OFF


def paths(section: type[Section], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key of the schema with what it stands in; an item of a list or a mapping is called ``1``."""
    for name in section.model_fields:
        path = (*before, name)
        yield path
        for inner in (path, (*path, "1")):
            if (found := section_at(tuple(inner))) is not None:
                yield inner
                yield from paths(found, inner)


NONSENSE: tuple[object, ...] = (None, "x", "", "1e999", "9" * 5000, [], ["x"], [{}], {}, {"1": None})


def complaint_about(path: tuple[str, ...], nonsense: object) -> str:
    """What is said of nonsense at a place of the file, which is one line long."""
    data = nonsense
    for step in reversed(path):
        data = [data] if step == "1" and path[0] in ("brands", "rules") else {step: data}
    assert isinstance(data, dict)
    try:
        parse_care(json.dumps({"version": "1", **data}))
    except ConfigurationError as error:
        return str(error)
    return "care.yaml:1:"


def test_nonsense_anywhere_gets_a_sentence_of_ours_with_its_line() -> None:
    for path in paths(CareSection):
        for nonsense in NONSENSE:
            complaint = complaint_about(path, nonsense)
            assert "Input should" not in complaint
            assert "Value error" not in complaint
            assert all(line.startswith("care.yaml:1:") for line in complaint.split("\n"))


@pytest.mark.parametrize(
    ("incident", "mistake"),
    [
        ("{texts: {en: a}, articles: x}", "2:13: incidents[0]: the key 'id' is missing"),
        ("{id: a, articles: x}", "2:13: incidents[0]: the key 'texts' is missing"),
        ("{id: a, texts: {en: a}}", "2:13: incidents[0]: the key 'articles' is missing"),
        ("{id: a, texts: {}, articles: x}", "2:28: incidents[0].texts: "),
        ("{id: a, texts: {sv: a}, articles: x}", "incidents[0].texts.sv: carebot does not read Swedish;"),
        ("{id: a, texts: {en: ' '}, articles: x}", "incidents[0].texts: the en text has no words"),
        ("{id: a b, texts: {en: a}, articles: x}", "2:18: incidents[0].id: "),
        (
            "{id: a, texts: {en: a}, articles: x, since: soon}",
            "incidents[0].since: expected a time such as 2026-03-01T09:00, got 'soon'",
        ),
        (
            "{id: a, texts: {en: a}, articles: x, since: 2026-03-02, until: 2026-03-01}",
            "incidents[0].until: it ends before it begins: since is 2026-03-02 00:00",
        ),
        (
            "{id: a, texts: {en: a}, articles: x, since: 2026-03-02T01:00Z, until: 2026-03-03}",
            "incidents[0].until: since and until: give both with an offset",
        ),
        (
            "{id: a, texts: {en: a}, articles: x}, {id: a, texts: {en: a}, articles: x}",
            "incidents[1].id: there is another incident 'a'",
        ),
        ("{id: a, text: {en: a}, articles: x}", "there is no key 'text' here; did you mean 'texts'?"),
    ],
)
def test_an_incident_that_is_not_right_is_named_with_its_place(incident: str, mistake: str) -> None:
    assert any(mistake in line for line in mistakes(f"incidents: [{incident}]"))
