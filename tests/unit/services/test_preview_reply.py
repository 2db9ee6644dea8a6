"""The preview of a reply: what will leave, to whom, who can read it, and why it may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from carebot.app import App
from carebot.core.case import Case
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.records import OutgoingState
from carebot.core.rights import Viewer
from carebot.core.tiers import Zone
from carebot.errors import (
    IllegalTransitionError,
    NotAllowedError,
    RefusedTextError,
)
from carebot.services.preview_reply import Preview
from carebot.services.review_thread import hold_thread
from tests.unit.services.desk import (
    ANSWERED,
    KIM,
    MAX,
    MEL,
    OPERATOR,
    PAT,
    House,
    desk,
    later,
    opened,
    reply_of,
    states,
)
from tests.unit.services.houses import CARD, MINUTE, NOON, case_of, events_of, said, tell, texts_of

HELLO = "Hello Ada, plug it in."
DIRECT = {"visibility": Visibility.DIRECT, "thread_id": "d"}


@pytest.fixture
def app(any_house: House) -> App:
    return desk(any_house)


def preview(app: App, case: Case, text: str = HELLO, viewer: Viewer = KIM) -> Preview:
    return reply_of(app).preview(case.id, text, viewer=viewer)


def send(app: App, case: Case, text: str = HELLO, viewer: Viewer = KIM, *, resolve: bool = False):
    return reply_of(app).send(preview(app, case, text, viewer), viewer=viewer, resolve=resolve)


def test_the_preview_names_the_text_the_place_and_the_message(app: App) -> None:
    case = opened(app)

    seen = preview(app, case, "  Cafe\u0301 is open.\n")

    assert seen.text == "Café is open."
    assert (seen.visibility, seen.zone, seen.message_id) == (
        Visibility.PUBLIC,
        Zone.PUBLIC,
        texts_of(app, case.id)[0].message_id,
    )
    assert seen.answered == ANSWERED
    assert (seen.channel, seen.account, seen.length, seen.limit) == ("replay", "plum", 13, None)
    assert seen.may_leave
    assert seen.refusals == ()


def test_a_preview_writes_nothing(app: App) -> None:
    case = opened(app)
    before = case_of(app, case.id), len(app.uow.run(lambda work: work.events_of(case.id)))

    preview(app, case)

    assert (case_of(app, case.id), len(app.uow.run(lambda work: work.events_of(case.id)))) == before


def test_the_length_is_the_networks_own(app: App) -> None:
    case = opened(app, channel="x")

    seen = preview(app, case, "日" * 141)

    assert (seen.length, seen.limit, seen.unit) == (282, 280, "characters as X counts them")
    assert seen.refusals == ("the reply has 282 characters as X counts them; x takes 280",)


def test_every_refusal_is_said_at_once(app: App) -> None:
    case = opened(app, channel="townsquare")

    seen = preview(app, case, f"Dear [[name]], see www.elsewhere.example.com. {CARD} " + "a" * 500)

    assert any("placeholder" in words for words in seen.refusals)
    assert any("personal data (card)" in words for words in seen.refusals)
    assert any("a link that is not the brand's own" in words for words in seen.refusals)
    assert any("townsquare takes 500" in words for words in seen.refusals)
    with pytest.raises(RefusedTextError, match="townsquare takes 500"):
        reply_of(app).send(seen, viewer=KIM)
    assert states(app, case) == [OutgoingState.SUGGESTED]


def test_what_the_network_forbids_comes_with_the_way_by_hand(app: App) -> None:
    case = opened(app, channel="x", summons=False)

    (refusal,) = preview(app, case).refusals

    assert "only to somebody who mentioned or quoted us" in refusal
    assert "https://x.com/intent/tweet?in_reply_to=1&text=Hello%20Ada%2C%20plug%20it%20in." in refusal


def test_the_reply_goes_to_the_latest_message_in_its_visibility(app: App) -> None:
    case = opened(app)
    tell(app, said(2, "and by the way", at=NOON + MINUTE, **DIRECT))

    seen = preview(app, case)

    assert (seen.visibility, seen.zone, seen.answered) == (Visibility.DIRECT, Zone.DIRECT, "and by the way")


def test_a_private_case_is_not_answered_in_public(app: App) -> None:
    case = opened(app, "private")

    seen = preview(app, case, viewer=PAT)

    assert seen.visibility is Visibility.PUBLIC
    (refusal,) = seen.refusals
    assert "invite the customer" in refusal
    with pytest.raises(RefusedTextError, match="invite the customer"):
        reply_of(app).send(seen, viewer=PAT)


def test_a_private_case_is_answered_where_the_customer_came_to(app: App) -> None:
    case = opened(app, "private")
    tell(app, said(2, "here I am", at=NOON + MINUTE, **DIRECT))
    tell(app, said(3, "anybody?", at=NOON + 2 * MINUTE))

    sent = send(app, case, viewer=PAT)

    assert (sent.zone, sent.visibility, sent.in_reply_to) == (Zone.PRIVATE, Visibility.DIRECT, "2")


def test_a_person_may_name_data_in_a_private_place_that_is_refused_in_public(app: App) -> None:
    text = "Your number plate is K-PV 1234, and your birthday 12.03.1985?"
    public, direct = opened(app), opened(app, "private", 2, author=_ben(), **DIRECT)

    assert preview(app, direct, text, PAT).refusals == ()
    assert any("personal data" in words for words in preview(app, public, text).refusals)
    assert any("card" in words for words in preview(app, direct, CARD, PAT).refusals)


def _ben():
    return replace(said(1).author, external_id="ben", handle="ben")


def test_marketings_hold_keeps_everybody_else_out_of_public(app: App) -> None:
    case = opened(app)
    hold_thread(case.id, viewer=MEL, uow=app.uow, clock=app.clock)

    assert preview(app, case).refusals == (
        "mel of marketing holds the thread until 2026-11-02 14:00 UTC; nothing is said in public before",
    )
    assert preview(app, case, viewer=MAX).refusals
    assert preview(app, case, viewer=MEL).may_leave
    later(app, timedelta(hours=2))
    assert preview(app, case).may_leave


def test_marketings_own_answer_ends_its_hold(app: App) -> None:
    case = opened(app)
    hold_thread(case.id, viewer=MEL, uow=app.uow, clock=app.clock)

    send(app, case, viewer=MEL)

    now = case_of(app, case.id)
    assert (now.held_by, now.held_until, now.owner_id) == (None, None, "mel")
    assert len(events_of(app, case.id, EventName.HOLD_ENDED)) == 1


def test_marketings_hold_does_not_touch_direct_messages(app: App) -> None:
    case = opened(app)
    hold_thread(case.id, viewer=MEL, uow=app.uow, clock=app.clock)
    tell(app, said(2, "hello", at=NOON + MINUTE, **DIRECT))

    seen = preview(app, case)

    assert (seen.visibility, seen.refusals) == (Visibility.DIRECT, ())


def test_a_role_that_may_not_read_the_message_is_not_shown_it(app: App) -> None:
    case = opened(app, "hello there")
    assert preview(app, case, viewer=MEL).answered == "hello there"

    with pytest.raises(NotAllowedError, match="has no right reply"):
        preview(app, case, viewer=OPERATOR)
    with pytest.raises(NotAllowedError, match="has no right reply"):
        preview(app, opened(app, "private", 2, author=_ben(), thread_id="t-2"))


def test_a_case_whose_only_message_was_deleted_has_nothing_to_answer(app: App) -> None:
    case = opened(app)
    (message,) = app.uow.run(lambda work: work.messages_of(case.id))
    app.uow.run(lambda work: work.forget_text(message.id, deleted_at=NOON))

    with pytest.raises(IllegalTransitionError, match="its author deleted it"):
        preview(app, case)


def test_nothing_is_sent_from_what_was_replayed(app: App) -> None:
    case = opened(app)
    seen = preview(app, case)
    app.uow.run(lambda work: work.set_switch("replayed", True))

    assert preview(app, case).refusals == (
        "this installation was filled by a replay: nothing is sent from it",
    )
    with pytest.raises(RefusedTextError, match="filled by a replay"):
        reply_of(app).send(seen, viewer=KIM)
