"""What is wrong with articles is found before the gate has to refuse them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from carebot.core.article import Article, Variant
from carebot.core.channel_rules import ChannelRules
from carebot.core.finding import EntityKind, Finding
from carebot.core.gate import AllowList
from carebot.services.check_articles import Problem, Todo, check_articles, todo
from carebot.services.similar_examples import similar_examples

TODAY = date(2026, 11, 22)
SHORT = ChannelRules(name="shortnet", max_length_public=60, max_length_direct=200, links_in_public=False)
WIDE = ChannelRules(name="widenet")
ALLOWED = AllowList(
    domains=frozenset({"plumvelo.example"}),
    emails=frozenset({"care@plumvelo.example"}),
    phones=frozenset({"+31 20 555 0100"}),
)
GOOD = Article(
    slug="returns",
    title="Send something back",
    variants={
        "en": Variant(
            language="en",
            short="You have 30 days to send it back.",
            long="See https://help.plumvelo.example/r or write to care@plumvelo.example.",
        )
    },
    examples=("how do I return it", "send it back", "wrong size", "label please", "where do parcels go"),
    owner="care",
    review_at=date(2027, 6, 1),
    link="https://help.plumvelo.example/returns",
)


class Patterns:
    """Finds addresses, card numbers and phone numbers by their plainest shapes."""

    _SHAPES = (
        (EntityKind.EMAIL, re.compile(r"[\w.]+@[\w.]+\w")),
        (EntityKind.CARD, re.compile(r"\b\d{4} \d{4} \d{4} \d{4}\b")),
        (EntityKind.PHONE, re.compile(r"\+\d{2} \d{2} \d{3} \d{4}")),
    )

    def find(self, text: str) -> tuple[Finding, ...]:
        return tuple(
            Finding(kind=kind, start=match.start(), end=match.end(), recognizer="test")
            for kind, shape in self._SHAPES
            for match in shape.finditer(text)
        )


def test_an_article_that_tells_the_opening_hours_is_judged_and_measured_with_them_filled_in() -> None:
    told = replace(GOOD, variants={"en": Variant(language="en", short="{opening_hours} Come in!")})

    def look(hours: str) -> list[str]:
        found = check_articles(
            [told],
            channel_rules=[SHORT],
            allowed=ALLOWED,
            find=Patterns(),
            today=TODAY,
            fill=lambda text, language: text.replace("{opening_hours}", f"{language}: {hours}"),
        )
        return [problem.message for problem in found]

    assert look("nine to five") == []
    assert look("every day from nine to five, and on Thursdays till nine in the evening")[0].startswith(
        "the en text has "
    )
    assert "a blank that nobody fills in" in look("{name}")[0]


def problems_of(*articles: Article, mark: str = "") -> list[Problem]:
    return check_articles(
        articles, channel_rules=[SHORT, WIDE], allowed=ALLOWED, find=Patterns(), today=TODAY, mark=mark
    )


def saying(short: str | None, long: str | None = None) -> Article:
    return replace(GOOD, variants={"en": Variant(language="en", short=short, long=long)})


def test_a_good_article_has_no_problems() -> None:
    assert problems_of(GOOD) == []


@pytest.mark.parametrize(
    ("article", "severity", "message"),
    [
        (saying("Call +31 20 555 0199."), "error", "names the phone number +31 20 555 0199, which is not on"),
        (saying("Mail us@evil.example."), "error", "names the e-mail address us@evil.example, which is not"),
        (
            saying("Ok.", "Go to evil.com/x or https://evil.com/y"),
            "error",
            "the long en text links to evil.com,",
        ),
        (saying("Card 4111 1111 1111 1111?"), "error", "the short en text holds personal data (card)"),
        (saying("Hi {name}, you have 30 days."), "error", "has a blank that nobody fills in"),
        (saying(" "), "error", "the short en text is empty"),
        (replace(GOOD, link="https://evil.com"), "error", "its link goes to evil.com, which is not"),
        (replace(GOOD, slug="out_of_scope"), "error", "is the label of what no article answers"),
        (
            replace(GOOD, examples=(*GOOD.examples, "it is a@b.example")),
            "error",
            "example 6 holds personal data (email)",
        ),
        (replace(GOOD, examples=()), "warning", "has no examples of how customers ask"),
        (
            replace(GOOD, examples=("one",)),
            "warning",
            "has 1 example of how customers ask; the bot needs at least 5",
        ),
        (replace(GOOD, owner=None), "warning", "has no owner"),
        (replace(GOOD, review_at=None), "warning", "has no review date"),
        (replace(GOOD, review_at=date(2026, 11, 21)), "warning", "was due for review on 2026-11-21"),
        (
            saying(None, "x" * 61),
            "warning",
            "has 61 characters, shortnet in public takes 60: write a short one",
        ),
        (saying("x" * 61), "warning", "has 61 characters, shortnet in public takes 60: shorten it"),
        (
            saying(None, "https://plumvelo.example/a"),
            "warning",
            "shortnet in public has a link, which is not allowed",
        ),
    ],
)
def test_a_fault_is_found_and_nothing_else(article: Article, severity: str, message: str) -> None:
    (problem,) = problems_of(article)

    assert problem.slug == article.slug
    assert problem.severity == severity
    assert message in problem.message


def test_the_brand_s_own_contacts_and_the_review_of_today_are_no_fault() -> None:
    own = saying("Call +31 20 555 0100.", "Mail CARE@plumvelo.example, or shop.plumvelo.example")

    assert problems_of(replace(own, review_at=TODAY)) == []


def test_the_bot_s_mark_counts_for_the_length() -> None:
    article = saying("x" * 55)

    assert problems_of(article) == []
    assert "has 67 characters" in problems_of(article, mark="(automated)")[0].message


def test_two_articles_with_one_slug_are_found() -> None:
    problems = problems_of(GOOD, replace(GOOD, title="again"))

    assert [problem.message for problem in problems] == ["2 articles have this slug"]


def test_problems_are_in_the_order_of_the_articles_and_errors_come_first() -> None:
    later = replace(
        saying("Hi {name}"), slug="later", owner=None, examples=("a b", "c d", "e f", "g h", "i j")
    )
    first = replace(GOOD, owner=None)

    found = [(problem.slug, problem.severity) for problem in problems_of(first, later)]

    assert found == [("returns", "warning"), ("later", "error"), ("later", "warning")]


@pytest.mark.parametrize(
    ("other", "brands", "is_similar"),
    [
        ("Where is my parcel", (None, None), True),
        ("where is my PARCEL?!", ("a", None), True),
        ("where is my parcel", ("a", "a"), True),
        ("where is my parcel", ("a", "b"), False),
        ("where is my blue parcel now", (None, None), False),
        ("parcel my is where please", (None, None), True),
        ("?!", (None, None), False),
    ],
)
def test_examples_that_say_nearly_the_same_are_found(
    other: str, brands: tuple[str | None, str | None], is_similar: bool
) -> None:
    one = replace(GOOD, slug="one", examples=("where is my parcel",), brand=brands[0])
    two = replace(GOOD, slug="two", examples=("something else", other), brand=brands[1])

    found = list(similar_examples([one, two]))

    assert [(item.slug, item.other_slug) for item in found] == ([("two", "one")] if is_similar else [])


def test_examples_within_one_article_may_be_alike() -> None:
    assert list(similar_examples([replace(GOOD, examples=("where is it", "where is it?"))])) == []


def test_what_is_missing_is_listed_by_article() -> None:
    bare = Article(
        slug="bare", title="Bare", variants={"en": Variant(language="en", long="x" * 100)}, examples=("a",)
    )

    found = todo([replace(GOOD, approved=True), bare], languages=["en", "de"], channels=[SHORT], today=TODAY)

    assert found == [
        Todo(slug="returns", what="language", message="has no de text"),
        Todo(slug="bare", what="language", message="has no de text"),
        Todo(
            slug="bare",
            what="short",
            message="the en text has 100 characters, shortnet in public takes 60: write a short one",
        ),
        Todo(slug="bare", what="review", message="has no review date"),
        Todo(
            slug="bare",
            what="examples",
            message="has 1 example of how customers ask; the bot needs at least 5",
        ),
        Todo(slug="bare", what="approval", message="nobody has approved it"),
    ]
