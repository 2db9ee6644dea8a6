"""The scripted morning has every scene that it promises, in good order."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from importlib.resources import as_file, files
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from carebot.article_files import read_articles
from carebot.care_file import load_care
from carebot.channels.replay.adapter import read_conversations
from carebot.core.article import Article
from carebot.core.assessment import Band
from carebot.core.decision import Action
from carebot.core.gate import host_of, links_in
from carebot.core.message import Visibility, Writer
from carebot.core.tiers import Zone

Row = dict[str, Any]
KEYS = {
    "id",
    "brand",
    "channel",
    "visibility",
    "author",
    "text",
    "at",
    "followers",
    "who",
    "kind",
    "in_reply_to",
    "to",
    "thread",
    "media",
    "summons",
}


def lines_of(name: str) -> list[Row]:
    text = (files("carebot.demo") / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


ROWS = lines_of("morning.jsonl")
EXPECTED = {row["id"]: row for row in lines_of("expected.jsonl")}


def articles() -> list[Article]:
    with as_file(files("carebot.demo") / "articles.yaml") as path:
        return read_articles(path, allow_approved=True)


def said(*words: str) -> list[Row]:
    return [row for row in ROWS if any(word in row["text"].casefold() for word in words)]


def test_about_forty_messages_with_ids_of_their_own_and_no_unknown_field() -> None:
    assert 40 <= len(ROWS) <= 50
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert all(row.keys() <= KEYS for row in ROWS)


def test_the_times_are_utc_in_order_and_on_one_monday_morning() -> None:
    times = [datetime.fromisoformat(row["at"]) for row in ROWS]
    assert times == sorted(times)
    assert all(time.utcoffset() == timedelta(0) for time in times)
    local = [time.astimezone(ZoneInfo("Europe/Amsterdam")) for time in times]
    assert {(time.date(), time.strftime("%A")) for time in local} == {(local[0].date(), "Monday")}
    assert "07:58" <= f"{local[0]:%H:%M}" <= f"{local[-1]:%H:%M}" <= "10:30"


def test_the_replay_channel_reads_every_line() -> None:
    with as_file(files("carebot.demo") / "morning.jsonl") as path:
        messages = read_conversations(path).messages
    assert [message.external_id for message in messages] == [row["id"] for row in ROWS]
    assert {message.channel for message in messages} == {"x", "bluesky", "mastodon"}
    assert {message.visibility for message in messages} == set(Visibility)
    assert {message.author.writer for message in messages} == set(Writer)


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        ("a charge without a keyword", ("79.90",)),
        ("an e-mail address and an order number", ("r.okafor@example.com",)),
        ("a card number", ("4111 1111 1111 1111",)),
        ("a question that almost fits", ("on a plane",)),
        ("a person is asked for", ("human please",)),
        ("it won't stop crashing", ("wont stop crashing",)),
        ("thanks after an answer", ("thank you, that was quick",)),
        ("spam", ("#crypto",)),
        ("fraud", ("in my name",)),
        ("the law", ("my lawyer",)),
        ("the press", ("journalist",)),
        ("danger", ("battery is smoking",)),
        ("a second problem of an earlier customer", ("something else",)),
        ("chatter", ("send coffee",)),
    ],
)
def test_the_scene_is_there(scene: str, words: tuple[str, ...]) -> None:
    assert len(said(*words)) >= 1, scene


def test_somebody_says_nothing_but_stop() -> None:
    assert [row["text"] for row in ROWS if row["text"].casefold() == "stop"] == ["stop"]


def test_six_customers_report_the_outage_within_minutes() -> None:
    reports = [row for row in said("server", "503", "app offline") if row.get("who") is None]
    early = [row for row in reports if "07:31" <= row["at"][11:16] <= "07:37"]
    assert len({row["author"] for row in early}) == 6


def test_a_repost_another_bot_an_image_and_a_post_that_does_not_call_us_are_there() -> None:
    assert [row for row in ROWS if row.get("kind") == "repost"]
    assert [row for row in ROWS if row.get("who") == "bot"]
    assert [row for row in ROWS if row.get("media")]
    assert [row for row in ROWS if row.get("summons") is False]


def test_an_angry_customer_has_a_hundred_thousand_followers_and_somebody_joins_in() -> None:
    (loud,) = [row for row in ROWS if row.get("followers", 0) > 100_000]
    assert [row for row in ROWS if row.get("in_reply_to") == loud["id"]]


def test_an_agent_answers_by_hand_in_the_middle_of_a_thread_and_the_customer_goes_on() -> None:
    (agent,) = [row for row in ROWS if row.get("who") == "agent"]
    own = [row["id"] for row in ROWS if row["author"] == agent["to"]]
    assert own[0] < agent["id"] < own[-1]
    assert EXPECTED[own[-1]]["silent"] is True


def test_an_invited_customer_comes_into_direct_messages() -> None:
    invited = {row["author"] for row in ROWS if EXPECTED[row["id"]]["action"] == ["invite"]}
    assert [row for row in ROWS if row["visibility"] == "direct" and row["author"] in invited]


def test_direct_messages_come_by_x_and_by_mastodon() -> None:
    assert {row["channel"] for row in ROWS if row["visibility"] == "direct"} == {"x", "mastodon"}


def test_seven_languages_are_heard() -> None:
    samples = ("guten morgen", "bonjour", "doet het niet", "buenas", "アプリ", "البطارية", "morning")
    assert all(said(sample) for sample in samples)


def test_a_care_lead_has_an_opinion_on_every_message() -> None:
    assert list(EXPECTED) == [row["id"] for row in ROWS]
    slugs = {article.slug for article in articles()}
    for row in EXPECTED.values():
        assert set(row["action"]) <= set(Action)
        assert set(row["band"]) <= set(Band)
        assert row["zone"] is None or Zone(row["zone"])
        assert row.get("article") is None or row["article"] in slugs


def test_contacts_in_the_morning_belong_to_nobody() -> None:
    for row in ROWS:
        for link in links_in(row["text"]):
            assert host_of(link).endswith((".example", "example.com")), link


def test_every_article_is_approved_short_enough_and_well_exemplified() -> None:
    found = articles()
    assert len(found) >= 14
    texts = {row["text"].casefold() for row in ROWS}
    for article in found:
        assert article.approved
        assert 15 <= len(article.examples) <= 20, article.slug
        assert "en" in article.variants
        assert not texts & {example.casefold() for example in article.examples}
        for variant in article.variants.values():
            assert len(variant.short or "") <= 240
            assert not links_in(variant.short or "")
            assert len(variant.long or "") <= 900


def test_every_contact_in_an_article_is_on_the_allow_list() -> None:
    with as_file(files("carebot.demo") / "care.yaml") as path:
        allowed = load_care(path).allow_list
    for article in articles():
        for variant in article.variants.values():
            for link in links_in(f"{variant.short} {variant.long} {article.link}"):
                assert allowed.allows_domain(host_of(link)), link


def test_the_articles_give_the_opening_hours_of_the_calendar() -> None:
    with as_file(files("carebot.demo") / "care.yaml") as path:
        week = load_care(path).hours.week
    (hours,) = [article for article in articles() if article.slug == "opening-hours"]
    (monday,), (saturday,) = week[0], week[5]
    for time in (*monday, *saturday):
        assert f"{time.hour}:{time.minute:02}" in (hours.variants["en"].short or "")
