"""People say of messages in doubt "fine in public" or "private": both act at once, and are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from carebot.app import App
from carebot.core.assessment import Band
from carebot.core.became_private import TELLING, private_since
from carebot.core.case import Case, CaseStatus
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.ports import Work
from carebot.core.records import BandReview, BandVerdict, OutgoingState
from carebot.core.rights import Role, Viewer
from carebot.core.tiers import Zone
from carebot.errors import IllegalTransitionError, NotAllowedError
from carebot.services.become_private import BecomePrivate
from carebot.services.claim_case import claim_case
from carebot.services.resolve_case import resolve_case
from carebot.services.review_band import BandReviewed, ReviewBand
from carebot.services.silence_bot import stop_bot
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.services.desk import ANSWERED, KIM, MEL, PAT, House, later
from tests.unit.services.houses import (
    MINUTE,
    NOON,
    article,
    by,
    case_of,
    decisions_of,
    events_of,
    said,
    tell,
    texts_of,
)

FINE, PRIVATE = BandVerdict.FINE_IN_PUBLIC, BandVerdict.PRIVATE
LEA = Viewer(id="lea", roles=frozenset({Role.LEAD}))
SCRIPT = {
    "doubt": reading(private=0.6),
    "another doubt": reading(private=0.7),
    "private": reading(private=0.95),
    ANSWERED: reading(answer="charging"),
}


class Queries:
    """Lists every case; the service itself asks for the rights."""

    def __init__(self, app: App) -> None:
        self._app = app

    def cases(self, viewer: Viewer, **_: Any) -> tuple[Any, ...]:
        ids = [f"C-{number}" for number in range(1001, 1020)]
        known = self._app.uow.run(lambda work: [case_id for case_id in ids if work.case(case_id) is not None])
        return tuple(SimpleNamespace(id=case_id) for case_id in known)


@pytest.fixture
def app(any_house: House) -> App:
    return any_house(ScriptedClassifier(SCRIPT), articles=[article()])


def reviews_of(app: App) -> ReviewBand:
    private = BecomePrivate(house=app.house, sealer=app.sealer, find=app.understand.findings)
    return ReviewBand(
        uow=app.uow,
        queries=Queries(app),  # type: ignore[arg-type]
        clock=app.clock,
        house=app.house,
        become_private=private,
    )


def opened(app: App, text: str = "doubt", number: int = 1, **changes: Any) -> tuple[Case, str]:
    """A message of Ada's: its case, and its id."""
    (item,) = tell(app, said(number, text, **changes))
    assert item.case is not None
    return item.case, item.message.id


def give(app: App, message_id: str, verdict: BandVerdict, viewer: Viewer = KIM) -> BandReviewed:
    return reviews_of(app).give(message_id, verdict, viewer=viewer)


def word_on(app: App, message_id: str) -> BandReview | None:
    return app.uow.run(lambda work: work.band_review(message_id))


# What is put up


def test_a_message_in_doubt_is_put_up_masked_and_with_its_reason_until_somebody_judges_it(app: App) -> None:
    case, message_id = opened(app)

    (item,) = reviews_of(app).items(KIM)

    assert (item.message_id, item.case_id, item.text, item.at) == (message_id, case.id, "doubt", NOON)
    assert "60% likely" in item.reason
    give(app, message_id, FINE)
    assert reviews_of(app).items(KIM) == ()


def test_clear_and_private_messages_are_not_put_up(app: App) -> None:
    opened(app, ANSWERED)
    opened(app, "private", 2, author=by("ben"), thread_id="t-2")

    assert reviews_of(app).items(PAT) == ()


def test_who_may_not_review_or_read_sees_nothing(app: App) -> None:
    opened(app)

    assert reviews_of(app).items(MEL) == ()
    assert reviews_of(app).items(KIM) != ()


# Fine in public


def test_fine_in_public_lets_the_case_go_on_in_public_with_people_and_says_nothing(app: App) -> None:
    case, message_id = opened(app)
    assert (case.band, case.queue) == (Band.DOUBT, "triage")

    done = give(app, message_id, FINE)

    after = case_of(app, case.id)
    assert done.case == replace(after, version=done.case.version)
    assert (after.band, after.zone, after.queue) == (Band.CLEAR, Zone.PUBLIC, "care")
    assert after.status is CaseStatus.WAITING_FOR_AGENT
    assert texts_of(app, case.id) == ()
    assert word_on(app, message_id) == BandReview(
        message_id=message_id, verdict=FINE, reviewer="kim", at=NOON
    )


def test_after_fine_in_public_the_policy_decides_about_the_next_message_again(app: App) -> None:
    case, message_id = opened(app)
    (waiting,) = tell(app, said(2, ANSWERED, at=NOON + MINUTE))
    assert waiting.texts == ()  # people look first at this case

    give(app, message_id, FINE)
    (item,) = tell(app, said(3, ANSWERED, at=NOON + 10 * MINUTE))

    assert item.case is not None
    assert item.case.id == case.id
    assert [text.origin for text in item.texts] == ["article:charging"]


def test_a_case_stays_in_doubt_until_all_its_messages_are_fine(app: App) -> None:
    case, first = opened(app)
    _, second = opened(app, "another doubt", 2, at=NOON + MINUTE)

    give(app, first, FINE)
    assert (case_of(app, case.id).band, case_of(app, case.id).queue) == (Band.DOUBT, "triage")

    give(app, second, FINE)
    assert (case_of(app, case.id).band, case_of(app, case.id).queue) == (Band.CLEAR, "care")


def test_what_its_author_deleted_is_not_judged_and_keeps_no_case_in_doubt(app: App) -> None:
    case, deleted = opened(app)
    _, second = opened(app, "another doubt", 2, at=NOON + MINUTE)
    app.uow.run(lambda work: work.forget_text(deleted, deleted_at=NOON + MINUTE))

    for verdict in BandVerdict:
        with pytest.raises(IllegalTransitionError, match="author deleted"):
            give(app, deleted, verdict)
    assert word_on(app, deleted) is None
    give(app, second, FINE)
    assert (case_of(app, case.id).band, case_of(app, case.id).queue) == (Band.CLEAR, "care")


def test_fine_in_public_opens_no_private_case_again(app: App) -> None:
    case, message_id = opened(app)
    opened(app, "private", 2, at=NOON + MINUTE)

    give(app, message_id, FINE, BOTH)

    assert case_of(app, case.id).zone is Zone.PRIVATE
    assert word_on(app, message_id) is not None


BOTH = Viewer(id="both", roles=frozenset({Role.PRIVATE_AGENT, Role.SPECIALIST, Role.LEAD}))


# Private


def test_private_does_what_the_policy_does_with_a_private_message(app: App) -> None:
    case, message_id = opened(app)
    twin, _ = opened(app, "private", 2, author=by("ben"), thread_id="t-2")

    done = give(app, message_id, PRIVATE)

    after = case_of(app, case.id)
    assert (after.band, after.zone, after.queue, after.tier, after.status) == (
        *(twin.band, twin.zone, twin.queue, twin.tier),
        CaseStatus.WAITING_FOR_AGENT,
    )
    assert [text.origin for text in done.texts] == [text.origin for text in texts_of(app, twin.id)]
    assert [text.state for text in texts_of(app, case.id)] == [OutgoingState.QUEUED]
    assert after.invited_at == NOON
    (event,) = events_of(app, case.id, EventName.BAND_REVIEWED)
    assert (event.actor, event.message_id) == ("kim", message_id)
    told = {"verdict": "private", "before": "doubt", "after": "private", "private_since": NOON.isoformat()}
    assert dict(event.facts) == told


def test_what_came_after_a_message_that_is_private_is_no_longer_for_everybody(app: App) -> None:
    case, message_id = opened(app)
    opened(app, "another doubt", 2, at=NOON + MINUTE)
    later(app, 10 * MINUTE)

    give(app, message_id, PRIVATE)

    now = case_of(app, case.id)

    def since(work: Work) -> datetime | None:
        told = [event for event in work.events_of(case.id) if event.name in TELLING]
        return private_since(now, work.messages_of(case.id), work.decisions_of(case.id), told)

    assert events_of(app, case.id, EventName.BAND_REVIEWED)[0].at > NOON + MINUTE
    assert app.uow.run(since) == NOON


def test_nothing_is_said_when_the_bot_is_stopped_or_a_person_has_the_case(app: App) -> None:
    claimed, first = opened(app)
    stopped, second = opened(app, "doubt", 2, author=by("ben"), thread_id="t-2")
    claim_case(claimed.id, viewer=KIM, uow=app.uow, clock=app.clock)
    assert give(app, first, PRIVATE).texts == ()

    stop_bot(viewer=KIM, uow=app.uow, clock=app.clock)
    assert give(app, second, PRIVATE).texts == ()

    for case in (claimed, stopped):
        assert case_of(app, case.id).zone is Zone.PRIVATE
    assert case_of(app, claimed.id).owner_id == "kim"


def test_what_was_said_directly_is_sealed_when_it_is_private(app: App) -> None:
    case, message_id = opened(app, visibility=Visibility.DIRECT)
    assert reviews_of(app).items(KIM)[0].text == "doubt"

    give(app, message_id, PRIVATE)

    message = app.uow.run(lambda work: work.message(message_id))
    assert message is not None
    assert message.masked_text is None
    assert events_of(app, case.id, EventName.MASKED_TEXT_WIPED)


def test_a_message_that_was_called_clear_can_be_said_to_be_private(app: App) -> None:
    case, message_id = opened(app, ANSWERED)

    give(app, message_id, PRIVATE)

    assert case_of(app, case.id).zone is Zone.PRIVATE


def test_private_takes_the_place_of_fine_in_public_and_never_the_other_way(app: App) -> None:
    case, message_id = opened(app)
    give(app, message_id, FINE)

    give(app, message_id, PRIVATE)

    assert case_of(app, case.id).zone is Zone.PRIVATE
    word = word_on(app, message_id)
    assert word is not None
    assert word.verdict is PRIVATE
    with pytest.raises(IllegalTransitionError, match=r"kim said .* is private: that stays so"):
        give(app, message_id, FINE, BOTH)


def test_a_resolved_case_becomes_private_without_opening_again_or_a_word(app: App) -> None:
    case, message_id = opened(app, visibility=Visibility.DIRECT)
    resolve_case(case.id, viewer=KIM, uow=app.uow, clock=app.clock)

    done = give(app, message_id, PRIVATE)

    after = case_of(app, case.id)
    assert done.texts == ()
    assert (after.status, after.zone, after.queue) == (CaseStatus.RESOLVED, Zone.PRIVATE, "private")
    assert events_of(app, case.id, EventName.ZONE_MOVED)[-1].actor == "kim"


# Both


@pytest.mark.parametrize("verdict", [FINE, PRIVATE])
def test_saying_the_same_again_changes_nothing(app: App, verdict: BandVerdict) -> None:
    case, message_id = opened(app)
    first = give(app, message_id, verdict, BOTH)

    again = give(app, message_id, verdict, BOTH)

    assert first.is_new
    assert not again.is_new
    assert len(events_of(app, case.id, EventName.BAND_REVIEWED)) == 1
    assert len(decisions_of(app, case.id)) == 1


def test_a_word_needs_the_right_and_a_message_in_doubt(app: App) -> None:
    case, message_id = opened(app)
    _, clear = opened(app, ANSWERED, 2, author=by("ben"), thread_id="t-2")
    _, private = opened(app, "private", 3, author=by("cleo"), thread_id="t-3")

    with pytest.raises(NotAllowedError, match="no right review"):
        give(app, message_id, FINE, MEL)
    with pytest.raises(KeyError, match="no message m-9"):
        give(app, "m-9", FINE)
    with pytest.raises(IllegalTransitionError, match="not in doubt: its band is clear"):
        give(app, clear, FINE)
    with pytest.raises(IllegalTransitionError, match="not in doubt: its band is private"):
        give(app, private, PRIVATE, BOTH)
    assert app.uow.run(lambda work: work.band_reviews()) == ()
    assert case_of(app, case.id).band is Band.DOUBT


def test_what_one_may_not_read_one_does_not_judge(app: App) -> None:
    _, message_id = opened(app)
    opened(app, "private", 2, at=NOON + MINUTE)

    with pytest.raises(NotAllowedError, match="may not read"):
        give(app, message_id, FINE, LEA)
