"""What a run adds up to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from carebot.core.assessment import Assessment, Band, Kind, Probabilities, Reading, Sentiment
from carebot.core.decision import Action, Decision, Draft
from carebot.core.message import Author, IncomingMessage, Visibility, Writer
from carebot.core.records import Outgoing
from carebot.core.texts import TextKey
from carebot.core.tiers import Zone
from carebot.services.outcome import Outcome, Summary, Tally

AT = datetime(2026, 11, 16, 7, 4, tzinfo=UTC)
NONE = Probabilities(
    private=0,
    billing=0,
    account=0,
    identity=0,
    health=0,
    fraud=0,
    legal=0,
    exposes_pii=0,
    urgent=0,
    flag=0,
)


def message(text: str = "hi", *, direct: bool = False, writer: Writer = Writer.CUSTOMER) -> IncomingMessage:
    return IncomingMessage(
        channel="x",
        account="Plumvelo",
        brand="Plumvelo",
        external_id="m1",
        author=Author(external_id="a", handle="a", writer=writer),
        visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
        text=text,
        at=AT,
    )


def decision(action: Action = Action.HAND_OFF, **changes: object) -> Decision:
    usual = Decision(
        band=Band.CLEAR, zone=Zone.PUBLIC, tier=1, queue="care", action=action, reason="so", rule="to_people"
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def text(words: str) -> Outgoing:
    return Outgoing(
        id="o1",
        case_id="C-1",
        message_id="m",
        channel="x",
        account="Plumvelo",
        zone=Zone.PUBLIC,
        text=words,
        language="en",
        origin="invitation",
        in_reply_to="m1",
        idempotency_key="k",
        created_at=AT,
    )


def outcome(**changes: object) -> Outcome:
    usual = Outcome(message=message(), case_id="C-1", decision=decision(), shown_text="hi")
    return replace(usual, **changes)  # type: ignore[arg-type]


def total(*outcomes: Outcome, seconds: float = 0.0) -> Summary:
    tally = Tally()
    for each in outcomes:
        tally.add(each)
    return tally.summary(seconds=seconds)


def test_nothing_adds_up_to_nothing() -> None:
    assert total() == Summary()
    assert total().per_second == 0.0


def test_messages_cases_and_actions_are_counted() -> None:
    summary = total(
        outcome(decision=decision(Action.ANSWER, tier=0)),
        outcome(decision=decision(Action.INVITE, tier=2, zone=Zone.PRIVATE, band=Band.PRIVATE)),
        outcome(case_id="C-2", decision=decision(Action.HOLD, band=Band.DOUBT)),
        seconds=2.0,
    )
    assert (summary.messages, summary.cases) == (3, 2)
    assert (summary.answered, summary.invited, summary.held, summary.suggested) == (1, 1, 1, 0)
    assert summary.bands == {Band.CLEAR: 1, Band.PRIVATE: 1, Band.DOUBT: 1}
    assert summary.tiers == {0: 1, 2: 1, 1: 1}
    assert summary.zones == {Zone.PUBLIC: 2, Zone.PRIVATE: 1}
    assert summary.per_second == 1.5


def test_a_duplicate_counts_as_nothing_else() -> None:
    summary = total(outcome(), outcome(is_duplicate=True))
    assert (summary.messages, summary.duplicates) == (1, 1)
    assert summary.handed_off == 1


def test_a_skipped_line_is_no_message() -> None:
    tally = Tally()
    tally.skip()
    assert (tally.summary().skipped, tally.summary().messages) == (1, 0)


def test_a_message_without_a_case_burdens_no_tier_and_no_zone() -> None:
    summary = total(outcome(case_id=None, decision=decision(Action.NO_CASE)))
    assert summary.no_case == 1
    assert (summary.tiers, summary.zones, summary.cases) == ({}, {}, 0)
    assert summary.bands == {Band.CLEAR: 1}


def test_an_agents_message_is_counted_and_not_decided() -> None:
    summary = total(outcome(message=message(writer=Writer.AGENT), decision=None, held=2))
    assert (summary.messages, summary.by_agents, summary.texts_held) == (1, 1, 2)
    assert summary.actions == {}


@pytest.mark.parametrize(
    ("found", "is_abstention"),
    [
        (decision(), True),
        (decision(Action.ASK_DETAIL), True),
        (decision(Action.ANSWER), False),
        (decision(band=Band.DOUBT), False),
        (decision(band=Band.PRIVATE), False),
        (decision(silence="a person has spoken"), False),
        (decision(silences_bot=True), False),
        (decision(drafts=(Draft(zone=Zone.PUBLIC, text=TextKey.HANDED_OVER),)), False),
    ],
)
def test_abstained_is_only_what_wanted_a_sure_article(found: Decision, is_abstention: bool) -> None:
    assert total(outcome(decision=found)).abstained == is_abstention


def test_the_article_is_the_one_of_the_drafts() -> None:
    draft = Draft(zone=Zone.PUBLIC, text=TextKey.INVITATION, article="refund-time")
    assert outcome(decision=decision(drafts=(draft,))).article == "refund-time"
    assert outcome().article is None
    assert outcome(decision=None).article is None


def test_flags_and_languages_are_counted() -> None:
    reading = Reading(
        probabilities=NONE,
        kind=Kind.HOWTO,
        kind_confidence=0.9,
        sentiment=Sentiment.NEU,
        sentiment_confidence=0.9,
        language="nl",
        language_confidence=0.9,
        answer=None,
        model="test",
    )
    flagged = decision(flag_reasons=frozenset({"reach", "risk"}))
    summary = total(outcome(decision=flagged, assessment=Assessment(reading=reading)))
    assert (summary.flagged, summary.languages) == (1, {"nl": 1})


def test_expected_articles_are_right_wrong_or_missing() -> None:
    tally = Tally()
    for found in ("a", "b", None):
        tally.expect(found, "a")
    summary = tally.summary()
    assert (summary.article_expected, summary.article_right, summary.article_wrong) == (3, 1, 1)


def test_personal_data_is_counted_by_who_could_read_it() -> None:
    summary = total(
        outcome(entity_kinds=("email",)),
        outcome(entity_kinds=("email", "card"), message=message(direct=True)),
        outcome(),
    )
    assert (summary.personal_data, summary.personal_data_in_public) == (2, 1)


ORIGINAL = "I'm Dana, mail dana.w@example.com, card 4111 1111 1111 1111, Wilgenpad 12 in Utrecht"
SHOWN = "I'm Dana, mail <EMAIL>, card <CARD>, <ADDRESS>"


@pytest.mark.parametrize(
    "words",
    [
        "We will write to dana.w@example.com.",
        "We will write to DANA.W@EXAMPLE.COM",
        "Is 4111-1111-1111-1111 yours?",
        "We deliver to Wilgenpad 12 in Utrecht then.",
    ],
)
def test_a_text_that_repeats_personal_data_is_a_leak(words: str) -> None:
    told = outcome(message=message(ORIGINAL), shown_text=SHOWN, entity_kinds=("email",), texts=(text(words),))
    assert total(told).leaks == 1


@pytest.mark.parametrize("shown", [SHOWN, "", "(not shown)"])
def test_a_leak_is_found_whatever_is_shown_of_the_message(shown: str) -> None:
    told = outcome(
        message=message(ORIGINAL),
        shown_text=shown,
        entity_kinds=("email",),
        texts=(text("Write to dana.w@example.com"),),
    )
    assert told.leaks


def test_a_text_that_repeats_nothing_is_no_leak() -> None:
    told = outcome(
        message=message(ORIGINAL),
        shown_text=SHOWN,
        entity_kinds=("email",),
        texts=(text("Please delete this post and send us a direct message, in 12 hours at the latest."),),
    )
    assert total(told).leaks == 0
