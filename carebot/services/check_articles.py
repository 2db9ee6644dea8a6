"""Look for what is wrong with articles before the gate has to refuse them, and for what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from carebot.core.article import Article, Variant
from carebot.core.channel_rules import ChannelRules
from carebot.core.finding import EntityKind
from carebot.core.gate import AllowList, Leaving, Refusal, host_of, judge, links_in
from carebot.core.incident import Fill, as_said
from carebot.core.message import Visibility
from carebot.core.ports import Recognizer
from carebot.core.tiers import Zone
from carebot.core.wording import wording
from carebot.services.similar_examples import similar_examples

FEWEST_EXAMPLES = 5
OUT_OF_SCOPE = "out_of_scope"
_CONTACTS = {EntityKind.EMAIL: "e-mail address", EntityKind.PHONE: "phone number"}

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with one article. An error: the text, as it is, could not leave or harms."""

    slug: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """What one article still lacks: a short wording, a language, a review, examples, an approval."""

    slug: str
    what: Literal["short", "language", "review", "examples", "approval"]
    message: str


def _as_it_is(text: str, _: str) -> str:
    return text


def check_articles(
    articles: Sequence[Article],
    *,
    channel_rules: Collection[ChannelRules],
    allowed: AllowList,
    find: Recognizer,
    today: date,
    mark: str = "",
    fill: Fill = _as_it_is,
    texts_only: bool = False,
) -> list[Problem]:
    """Every problem, by article. ``mark`` is the bot's mark, which counts for the length of what is sent.

    ``fill`` puts the opening hours in the place of their placeholders. ``texts_only``: only what is said is looked at.
    """
    problems = [*_twice(articles)]
    for article in articles:
        said = as_said(article, None, fill)
        problems += _in_texts(said, allowed, find)
        problems += _in_length(said, channel_rules, mark)
        if not texts_only:
            problems += _in_examples(article, find)
            problems += _in_care(article, today)
    for similar in similar_examples(articles):
        message = f"the example {similar.example!r} is nearly one of {similar.other_slug}: {similar.other!r}"
        problems.append(Problem(slug=similar.slug, severity="warning", message=message))
    order = {article.slug: index for index, article in reversed(list(enumerate(articles)))}
    return sorted(problems, key=lambda problem: (order[problem.slug], problem.severity))


def todo(
    articles: Sequence[Article],
    *,
    languages: Collection[str],
    channels: Collection[ChannelRules],
    today: date,
    mark: str = "",
    fill: Fill = _as_it_is,
) -> list[Todo]:
    """What is missing, by article; ``languages`` are those that every article should have."""
    found: list[Todo] = []
    for article in articles:
        for language in sorted(set(languages) - set(article.variants)):
            found.append(Todo(slug=article.slug, what="language", message=f"has no {language} text"))
        for unfit in _unfit(as_said(article, None, fill), channels, mark):
            found.append(Todo(slug=article.slug, what="short", message=unfit))
        if review := _review(article, today):
            found.append(Todo(slug=article.slug, what="review", message=review))
        if few := _few_examples(article):
            found.append(Todo(slug=article.slug, what="examples", message=few))
        if not article.approved:
            found.append(Todo(slug=article.slug, what="approval", message="nobody has approved it"))
    return found


def _twice(articles: Sequence[Article]) -> Iterator[Problem]:
    for slug, count in Counter(article.slug for article in articles).items():
        if count > 1:
            yield Problem(slug=slug, severity="error", message=f"{count} articles have this slug")
        if slug == OUT_OF_SCOPE:
            yield Problem(
                slug=slug, severity="error", message=f"{slug} is the label of what no article answers"
            )


def _in_texts(article: Article, allowed: AllowList, find: Recognizer) -> Iterator[Problem]:
    for name, text in _texts(article):
        for fault in _faults(text, allowed, find):
            yield Problem(slug=article.slug, severity="error", message=f"{name} {fault}")
    if article.link and not allowed.allows_domain(host_of(article.link)):
        message = f"its link goes to {host_of(article.link)}, which is not on the allow-list"
        yield Problem(slug=article.slug, severity="error", message=message)


def _texts(article: Article) -> Iterator[tuple[str, str]]:
    for language, variant in article.variants.items():
        for length, text in (("short", variant.short), ("long", variant.long)):
            if text is not None:
                yield f"the {length} {language} text", text


def _faults(text: str, allowed: AllowList, find: Recognizer) -> Iterator[str]:
    findings = find.find(text)
    leaving = Leaving(
        text=text,
        findings=findings,
        visibility=Visibility.DIRECT,
        channel=ChannelRules(name="articles"),
        case_zone=Zone.DIRECT,
        is_automatic=True,
    )
    refusals = judge(leaving, allowed)
    if Refusal.EMPTY in refusals:
        yield "is empty"
    if Refusal.BLANK_PLACEHOLDER in refusals:
        yield "has a blank that nobody fills in, such as {name}"
    for host in dict.fromkeys(host_of(link) for link in links_in(text)):
        if not allowed.allows_domain(host):
            yield f"links to {host}, which is not on the allow-list"
    for finding in findings:
        said = text[finding.start : finding.end]
        if allowed.allows(finding.kind, said):
            continue
        if contact := _CONTACTS.get(finding.kind):
            yield f"names the {contact} {said}, which is not on the allow-list"
        else:
            yield f"holds personal data ({finding.kind.value.replace('_', ' ')})"


def _in_examples(article: Article, find: Recognizer) -> Iterator[Problem]:
    for number, example in enumerate(article.examples, start=1):
        if kinds := {finding.kind.value.replace("_", " ") for finding in find.find(example)}:
            message = f"example {number} holds personal data ({', '.join(sorted(kinds))})"
            yield Problem(slug=article.slug, severity="error", message=message)
    if few := _few_examples(article):
        yield Problem(slug=article.slug, severity="warning", message=few)


def _few_examples(article: Article) -> str | None:
    count = len(article.examples)
    if count >= FEWEST_EXAMPLES:
        return None
    has = "has no examples" if not count else "has 1 example" if count == 1 else f"has {count} examples"
    return f"{has} of how customers ask; the bot needs at least {FEWEST_EXAMPLES}"


def _in_care(article: Article, today: date) -> Iterator[Problem]:
    if not article.owner:
        yield Problem(slug=article.slug, severity="warning", message="has no owner")
    if review := _review(article, today):
        yield Problem(slug=article.slug, severity="warning", message=review)


def _review(article: Article, today: date) -> str | None:
    if article.review_at is None:
        return "has no review date"
    return f"was due for review on {article.review_at}" if article.review_at < today else None


def _in_length(article: Article, channels: Collection[ChannelRules], mark: str) -> Iterator[Problem]:
    for unfit in _unfit(article, channels, mark):
        yield Problem(slug=article.slug, severity="warning", message=unfit)


def _unfit(article: Article, channels: Collection[ChannelRules], mark: str) -> Iterator[str]:
    """The channels and places where an article has nothing that may be said, so the bot is silent there."""
    for language, variant in article.variants.items():
        for channel in channels:
            places = (Visibility.PUBLIC, Visibility.DIRECT) if channel.has_direct else (Visibility.PUBLIC,)
            for place in places:
                said = wording(article, language=language, visibility=place, channel=channel, mark=mark)
                if said is None:
                    yield _why_unfit(variant, channel, place, mark)


def _why_unfit(variant: Variant, channel: ChannelRules, place: Visibility, mark: str) -> str:
    texts = [text.strip() for text in (variant.short, variant.long) if text]
    shortest = min(texts, key=channel.measure)
    length = channel.measure(f"{shortest} {mark}".strip())
    where = f"{channel.name} in {'public' if place is Visibility.PUBLIC else 'direct messages'}"
    limit = channel.max_length(place)
    if limit is not None and length > limit:
        do = "shorten it" if variant.short else "write a short one"
        unit = "graphemes" if channel.length_unit == "graphemes" else "characters"
        return f"the {variant.language} text has {length:,} {unit}, {where} takes {limit:,}: {do}"
    return (
        f"every {variant.language} text for {where} has a link, which is not allowed there: write a short one"
    )
