"""Texts are put together from articles and system texts only, and each passes the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from carebot.app import App
from carebot.core.article import Variant
from carebot.core.case import Case
from carebot.core.decision import Draft
from carebot.core.gate import Refusal
from carebot.core.message import PostKind, Visibility
from carebot.core.records import OutgoingState, StoredMessage
from carebot.core.texts import TextKey
from carebot.core.tiers import Priority, Zone
from carebot.services.compose import INVITATIONS, Compose, Composed, refused
from carebot.testing.fake_classifier import ScriptedClassifier
from tests.unit.services.houses import CARD, NOON, article
from tests.unit.store import makers

House = Callable[..., App]
DRAFT = Draft(zone=Zone.PUBLIC, article="charging")
MARK = "(Automated reply)"


def composed(app: App, draft: Draft = DRAFT, *, language: str = "en", **changes: Any) -> Composed:
    """The text of a draft; ``changes`` go to the message, the case or the article, whichever has them."""
    known = {"channel": "replay", "brand": "Plum", "thread_id": "t-1", "visibility": Visibility.PUBLIC}
    of_message = {key: changes.pop(key) for key in list(changes) if hasattr(makers.message(), key)}
    of_case = {key: changes.pop(key) for key in list(changes) if hasattr(makers.case(), key)}
    message: StoredMessage = makers.message(**{**known, **of_message})
    case: Case = makers.case(**{"channel": message.channel, "brand": message.brand, **of_case})
    return Compose(house=app.house, find=app.understand.findings)(
        draft,
        case=case,
        message=message,
        language=language,
        articles={"charging": article(**changes)},
        outgoing_id="o-1",
        priority=Priority.HIGH,
        at=NOON,
    )


@pytest.fixture
def app(house: House) -> App:
    contacts = {"domains": ["plum.example"], "emails": ["help@plum.example"]}
    return house(ScriptedClassifier(), allow_list=contacts, bot={"mode": "auto", "links_in_public": True})


def test_an_article_that_was_withdrawn_since_the_decision_is_not_said(app: App) -> None:
    gone = Draft(zone=Zone.PUBLIC, article="withdrawn-meanwhile")
    invited = Draft(zone=Zone.PUBLIC, article="withdrawn-meanwhile", text=TextKey.INVITATION)

    assert Refusal.EMPTY in composed(app, gone).refusals
    assert composed(app, invited).outgoing.text == composed(app, replace(invited, article=None)).outgoing.text


def test_an_article_is_said_with_the_mark_that_it_is_automatic(app: App) -> None:
    made = composed(app)

    assert made.refusals == ()
    assert made.outgoing.text == f"Plug it in. {MARK}"
    assert (made.outgoing.origin, made.outgoing.language) == ("article:charging", "en")
    assert (made.outgoing.state, made.outgoing.priority) == (OutgoingState.QUEUED, Priority.HIGH)
    assert made.outgoing.is_automatic


def test_the_key_is_the_same_for_the_same_message_and_text_and_for_no_other(app: App) -> None:
    keys = {
        composed(app).outgoing.idempotency_key,
        composed(app, text="Other words.").outgoing.idempotency_key,
        composed(app, replace(DRAFT, text=TextKey.HANDED_OVER, article=None)).outgoing.idempotency_key,
        composed(app, id="m-2").outgoing.idempotency_key,
    }

    assert keys == {"m-1/article:charging", "m-1/handed_over", "m-2/article:charging"}


def test_a_suggestion_waits_for_an_agent(app: App) -> None:
    assert composed(app, replace(DRAFT, for_agent=True)).outgoing.state is OutgoingState.SUGGESTED


def test_the_brands_sign_stands_behind_articles_and_system_texts(house: House) -> None:
    app = house(ScriptedClassifier(), brands=[{"name": "Plum", "signature": "^pb"}])

    assert composed(app).outgoing.text == f"Plug it in. {MARK} ^pb"
    assert composed(app, Draft(zone=Zone.PUBLIC, text=TextKey.HANDED_OVER)).outgoing.text.endswith(" ^pb")


@pytest.mark.parametrize("language", ["de", "nl", "fr", "ja", "ar", "zh"])
def test_system_texts_are_spoken_in_the_customers_language(app: App, language: str) -> None:
    english = composed(app, Draft(zone=Zone.PUBLIC, text=TextKey.INVITATION)).outgoing
    made = composed(app, Draft(zone=Zone.PUBLIC, text=TextKey.INVITATION), language=language).outgoing

    assert made.language == language
    assert made.text != english.text


def test_a_language_that_carebot_does_not_speak_is_answered_in_english(app: App) -> None:
    draft = Draft(zone=Zone.PUBLIC, text=TextKey.INVITATION)

    assert composed(app, draft, language="eo").outgoing.text == composed(app, draft).outgoing.text
    assert composed(app, draft, language="und").outgoing.language == "en"


def test_an_article_is_never_said_in_another_language_than_it_was_written_in(app: App) -> None:
    made = composed(app, language="de")

    assert made.outgoing.text == ""
    assert Refusal.EMPTY in made.refusals


def test_in_public_the_short_wording_comes_first_and_in_direct_messages_the_long_one(app: App) -> None:
    variants = {"en": Variant(language="en", short="Short.", long="Long.")}

    assert composed(app, variants=variants).outgoing.text.startswith("Short.")
    made = composed(app, Draft(zone=Zone.DIRECT, article="charging"), variants=variants)
    assert made.outgoing.text.startswith("Long.")


def test_the_general_steps_follow_the_invitation_where_both_fit(app: App) -> None:
    draft = Draft(zone=Zone.PUBLIC, text=TextKey.INVITATION, article="charging")
    invitation = composed(app, replace(draft, article=None)).outgoing.text

    together = composed(app, draft)
    too_long = composed(app, draft, channel="x", text="Plug it in, then wait. " * 10)

    assert together.outgoing.text.startswith(invitation)
    assert "Plug it in." in together.outgoing.text
    assert together.outgoing.origin == "invitation"
    assert too_long.outgoing.text == invitation


# The gate -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (f"Your card is {CARD}.", Refusal.PERSONAL_DATA),
        ("Write to eve@elsewhere.example.", Refusal.UNKNOWN_CONTACT),
        ("Look at https://elsewhere.com/help.", Refusal.UNKNOWN_LINK),
        ("Hello {name}, plug it in.", Refusal.BLANK_PLACEHOLDER),
    ],
)
def test_a_text_that_may_not_leave_says_why(app: App, text: str, refusal: Refusal) -> None:
    assert refusal in composed(app, text=text).refusals


def test_where_links_are_not_allowed_an_article_with_one_has_no_wording(house: House) -> None:
    app = house(ScriptedClassifier(), allow_list={"domains": ["plum.example"]})

    assert composed(app, text="See https://help.plum.example.").refusals == (Refusal.EMPTY,)


def test_the_brands_own_contacts_may_be_said(app: App) -> None:
    assert composed(app, text="See https://help.plum.example or write to help@plum.example.").refusals == ()


def test_nothing_automatic_is_said_after_a_person_has_spoken(app: App) -> None:
    assert composed(app, person_spoke_at=NOON).refusals == (Refusal.PERSON_HAS_SPOKEN,)
    assert composed(app, replace(DRAFT, for_agent=True), person_spoke_at=NOON).refusals == ()


def test_after_a_stop_only_the_confirmation_is_said(app: App) -> None:
    assert composed(app, bot_silenced_at=NOON).refusals == (Refusal.BOT_SILENCED,)
    stopped = Draft(zone=Zone.DIRECT, text=TextKey.STOPPED)
    assert composed(app, stopped, bot_silenced_at=NOON, visibility=Visibility.DIRECT).refusals == ()


def test_of_a_private_case_only_an_invitation_is_said_in_public(app: App) -> None:
    assert composed(app, zone=Zone.PRIVATE).refusals == (Refusal.PRIVATE_CASE,)
    for key in INVITATIONS - {TextKey.INVITATION_CONTACT, TextKey.INVITATION_CONTACT_EXPOSED}:
        assert composed(app, Draft(zone=Zone.PUBLIC, text=key), zone=Zone.PRIVATE).refusals == ()


def test_where_the_channel_forbids_a_reply_none_is_queued(app: App) -> None:
    asked = {"channel": "x", "summons": False, "post_kind": PostKind.POST}

    assert Refusal.CHANNEL_FORBIDS in composed(app, **asked).refusals
    assert composed(app, replace(DRAFT, for_agent=True), **asked).refusals == ()


def test_the_reasons_of_several_texts_are_told_together(app: App) -> None:
    texts = [composed(app), composed(app, bot_silenced_at=NOON), composed(app, person_spoke_at=NOON)]

    assert refused(texts) == (Refusal.BOT_SILENCED, Refusal.PERSON_HAS_SPOKEN)


def test_a_post_on_x_that_summons_the_brand_may_be_answered(app: App) -> None:
    assert composed(app, channel="x").refusals == ()
