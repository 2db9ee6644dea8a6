"""Situations for tests of the policy: one harmless message that an article answers, and ways to change it."""

from __future__ import annotations

from dataclasses import fields, replace

from hypothesis import strategies as st

from carebot.core.article import ArticleMode
from carebot.core.assessment import (
    AnswerCandidate,
    Assessment,
    Band,
    Category,
    Kind,
    Probabilities,
    Reading,
    Sentiment,
)
from carebot.core.case import CaseStatus
from carebot.core.channel_rules import ChannelRules
from carebot.core.commands import Command
from carebot.core.finding import EntityKind
from carebot.core.message import PostKind, Visibility
from carebot.core.situation import (
    BestArticle,
    CaseFacts,
    PolicySettings,
    Situation,
    categories_of,
    route_of,
)
from carebot.core.snapshot import withheld
from carebot.core.texts import TextKey
from carebot.core.thresholds import Threshold, Thresholds
from carebot.core.tiers import PRESETS, Zone

OPEN = ChannelRules(name="replay")
X = ChannelRules(
    name="x",
    public_needs_summons=True,
    links_in_public=False,
    max_length_public=280,
    length_unit="x_weighted",
    derive_sensitive=False,
    never_keep=frozenset({Category.HEALTH}),
)
MASTODON = ChannelRules(name="mastodon", direct_is_private=False, max_length_public=500)


def threshold(name: str, value: float | None) -> Threshold:
    return Threshold(name=name, value=value, target=0.05, support=300, source="a test")


THRESHOLDS = Thresholds(
    private=threshold("private", 0.7),
    doubt=threshold("doubt", 0.3),
    answer=threshold("answer", 0.9),
    no_care=threshold("no_care", 0.8),
)
SETTINGS = PolicySettings(plan=PRESETS["full"], thresholds=THRESHOLDS, mode=ArticleMode.AUTO)


def probabilities(**values: float) -> Probabilities:
    return Probabilities(**{item.name: values.get(item.name, 0.01) for item in fields(Probabilities)})


def reading(**changes: object) -> Reading:
    base = Reading(
        probabilities=probabilities(),
        kind=Kind.PROBLEM,
        kind_confidence=0.9,
        sentiment=Sentiment.NEU,
        sentiment_confidence=0.9,
        language="en",
        language_confidence=0.99,
        answer=AnswerCandidate(slug="charging", confidence=0.97, margin=0.5),
        model="scripted 1",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def situation(read: Reading | None = None, **changes: object) -> Situation:
    """A public question that the article ``charging`` answers surely, with changes."""
    assessment = Assessment(reading=read or reading())
    base = Situation(
        channel=OPEN,
        brand="Plum",
        visibility=Visibility.PUBLIC,
        assessment=assessment,
        article=BestArticle(slug="charging", mode=ArticleMode.AUTO),
    )
    changed = replace(base, **changes)  # type: ignore[arg-type]
    return withheld(
        replace(changed, route=route_of(changed.assessment), categories=categories_of(changed.assessment))
    )


def facts(**changes: object) -> CaseFacts:
    base = CaseFacts(
        status=CaseStatus.WAITING_FOR_AGENT, band=Band.CLEAR, zone=Zone.PUBLIC, tier=1, queue="care"
    )
    return replace(base, **changes)  # type: ignore[arg-type]


unit = st.floats(0, 1, allow_nan=False)
readings = st.builds(
    reading,
    probabilities=st.builds(Probabilities, **{item.name: unit for item in fields(Probabilities)}),
    kind=st.sampled_from(Kind),
    kind_confidence=unit,
    sentiment=st.sampled_from(Sentiment),
    language=st.sampled_from(["en", "nl", "und"]),
    answer=st.none() | st.builds(AnswerCandidate, slug=st.just("charging"), confidence=unit, margin=unit),
)
assessments = st.one_of(
    st.builds(
        Assessment,
        reading=readings,
        entity_counts=st.dictionaries(st.sampled_from(EntityKind), st.integers(0, 2), max_size=2),
    ),
    st.just(Assessment(reading=None, failure="too slow")),
)
case_facts = st.builds(
    CaseFacts,
    status=st.sampled_from(CaseStatus),
    band=st.sampled_from(Band),
    zone=st.sampled_from(Zone),
    tier=st.integers(0, 4),
    queue=st.sampled_from([queue.name for queue in PRESETS["full"].queues]),
    automatic_texts=st.integers(0, 2),
    invited_lately=st.booleans(),
    is_flagged=st.booleans(),
    said=st.frozensets(st.sampled_from(TextKey), max_size=2),
    details_asked=st.integers(0, 2),
)
situations = st.builds(
    situation,
    channel=st.sampled_from([OPEN, X, MASTODON]),
    visibility=st.sampled_from(Visibility),
    assessment=assessments,
    post_kind=st.sampled_from(PostKind),
    by_other_bot=st.booleans(),
    summons=st.booleans(),
    followers=st.none() | st.integers(0, 200_000),
    has_unread_media=st.booleans(),
    commands=st.frozensets(st.sampled_from(Command)),
    article=st.none()
    | st.builds(
        BestArticle,
        slug=st.just("charging"),
        mode=st.sampled_from(ArticleMode),
        fits=st.booleans(),
        safe_with_private=st.booleans(),
    ),
    case=st.none() | case_facts,
    missing_details=st.sampled_from([(), ("product",), ("product", "platform")]),
    person_has_spoken=st.booleans(),
    is_silenced=st.booleans(),
    bot_is_awake=st.booleans(),
)
