"""People say whether the bot's answers are right; from 150 verdicts on, the threshold rests on them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from carebot.app import App
from carebot.core.case import Case
from carebot.core.events import EventName
from carebot.core.evidence import Evidence
from carebot.core.records import AnswerReview, OutgoingState, Verdict
from carebot.core.rights import Viewer
from carebot.core.thresholds import precise_from
from carebot.errors import NotAllowedError
from carebot.services.claim_case import claim_case
from carebot.services.review_answers import ReviewAnswers, ReviewItem, drawn_by_id
from carebot.services.reviewed_evidence import (
    DRAWN,
    evidence_with_reviews,
    progress,
    reviewed_evidence,
)
from tests.unit.services.desk import (
    ANSWERED,
    KIM,
    LEE,
    MEL,
    PAT,
    House,
    desk,
    opened,
    reply_of,
    row_of,
    states,
)
from tests.unit.services.houses import MINUTE, NOON, by, case_of, events_of, said, tell, texts_of


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
    return desk(any_house)


def reviews_of(app: App, draw: float = 0.0) -> ReviewAnswers:
    return ReviewAnswers(
        uow=app.uow,
        queries=Queries(app),  # type: ignore[arg-type]
        clock=app.clock,
        house=app.house,
        reply=reply_of(app),
        draw=lambda _: draw,
    )


def only(app: App, viewer: Viewer = KIM) -> ReviewItem:
    (item,) = reviews_of(app).items(viewer)
    return item


def kept(app: App) -> tuple[AnswerReview, ...]:
    return app.uow.run(lambda work: work.answer_reviews())


def ben(app: App, text: str = "unsure", **changes: Any) -> Case:
    (item,) = tell(app, said(9, text, author=by("ben"), thread_id="t-9", **changes))
    assert item.case is not None
    return item.case


# What is put up for review


def test_a_suggested_answer_is_put_up_with_its_message_and_article(app: App) -> None:
    case = opened(app)

    item = only(app)

    suggestion = row_of(app, case, "article:")
    assert (item.case_id, item.text, item.article, item.title) == (case.id, ANSWERED, "charging", "charging")
    assert (item.confidence, item.was_suggested) == (0.99, True)
    assert (item.outgoing_id, item.answer) == (suggestion.id, suggestion.text)


def test_an_abstained_answer_is_put_up_when_it_is_drawn(app: App) -> None:
    case = ben(app)

    (item,) = reviews_of(app, DRAWN - 0.001).items(KIM)

    assert (item.case_id, item.article, item.confidence) == (case.id, "charging", 0.4)
    assert (item.was_suggested, item.outgoing_id, item.answer) == (False, None, None)
    assert reviews_of(app, DRAWN).items(KIM) == ()


def test_a_message_without_an_article_or_with_private_words_is_not_put_up(app: App) -> None:
    opened(app, "nobody knows")
    ben(app, "private")

    assert reviews_of(app).items(PAT) == ()


def test_only_who_may_review_and_read_sees_an_item(app: App) -> None:
    opened(app)

    assert reviews_of(app).items(MEL) == ()
    assert len(reviews_of(app).items(KIM)) == 1


def test_no_more_are_listed_than_asked_for(app: App) -> None:
    opened(app)
    ben(app, ANSWERED)

    assert len(reviews_of(app).items(KIM, limit=1)) == 1
    assert len(reviews_of(app).items(KIM)) == 2


def test_a_message_is_drawn_or_not_whoever_looks_and_two_in_a_hundred_are(app: App) -> None:
    numbers = [drawn_by_id(f"m-{number}") for number in range(20_000)]

    assert numbers == [drawn_by_id(f"m-{number}") for number in range(20_000)]
    assert all(0 <= number < 1 for number in numbers)
    assert sum(number < DRAWN for number in numbers) / len(numbers) == pytest.approx(DRAWN, abs=0.004)


# Verdicts


def test_a_right_suggestion_is_sent_as_the_reviewers_reply(app: App) -> None:
    case = opened(app)

    done = reviews_of(app).give(only(app).message_id, Verdict.RIGHT, viewer=KIM)

    assert done.sent is not None
    assert (done.sent.origin, done.sent.text, done.is_new) == (
        "agent:kim",
        row_of(app, case, "article:").text,
        True,
    )
    assert states(app, case) == [OutgoingState.HELD, OutgoingState.QUEUED]
    (review,) = kept(app)
    assert (review.verdict, review.reviewer, review.was_suggested) == (Verdict.RIGHT, "kim", True)
    assert reviews_of(app).items(KIM) == ()
    assert len(events_of(app, case.id, EventName.ANSWER_REVIEWED)) == 1


@pytest.mark.parametrize("verdict", [Verdict.WRONG, Verdict.SENSITIVE])
def test_any_other_verdict_is_kept_and_sends_nothing(app: App, verdict: Verdict) -> None:
    case = opened(app)

    done = reviews_of(app).give(only(app).message_id, verdict, viewer=KIM)

    assert (done.sent, done.not_sent, done.is_new) == (None, None, True)
    assert [review.verdict for review in kept(app)] == [verdict]
    assert states(app, case) == [OutgoingState.SUGGESTED]
    (event,) = events_of(app, case.id, EventName.ANSWER_REVIEWED)
    assert event.facts == {"verdict": verdict, "article": "charging"}


def test_a_verdict_is_kept_where_the_suggestion_can_no_longer_be_sent(app: App) -> None:
    case = opened(app)
    claim_case(case.id, viewer=LEE, uow=app.uow, clock=app.clock)

    done = reviews_of(app).give(only(app).message_id, Verdict.RIGHT, viewer=KIM)

    assert done.sent is None
    assert done.not_sent is not None
    assert "lee has case" in done.not_sent
    assert len(kept(app)) == 1


def test_a_suggestion_that_a_person_preferred_not_to_send_can_still_be_reviewed(app: App) -> None:
    case = opened(app)
    service = reply_of(app)
    service.send(service.preview(case.id, "Plug it in, Ada.", viewer=LEE), viewer=LEE)

    item = only(app)
    done = reviews_of(app).give(item.message_id, Verdict.RIGHT, viewer=KIM)

    assert (item.outgoing_id, item.was_suggested) == (None, True)
    assert (done.sent, done.not_sent, len(kept(app))) == (None, None, 1)
    assert len(texts_of(app, case.id)) == 2


def test_the_first_verdict_counts(app: App) -> None:
    opened(app)
    item, reviews = only(app), reviews_of(app)
    reviews.give(item.message_id, Verdict.WRONG, viewer=KIM)

    assert not reviews.give(item.message_id, Verdict.SENSITIVE, viewer=LEE).is_new
    assert [(review.verdict, review.reviewer) for review in kept(app)] == [(Verdict.WRONG, "kim")]


def test_a_verdict_on_an_abstained_answer_sends_nothing(app: App) -> None:
    case = ben(app)
    (item,) = reviews_of(app).items(KIM)

    done = reviews_of(app).give(item.message_id, Verdict.RIGHT, viewer=KIM)

    assert (done.sent, done.not_sent) == (None, None)
    assert [(review.was_suggested, review.confidence) for review in kept(app)] == [(False, 0.4)]
    assert texts_of(app, case.id) == ()


def test_a_verdict_needs_the_right_and_an_answer(app: App) -> None:
    opened(app)
    item = only(app)
    unknown = opened(app, "nobody knows", 2, at=NOON + MINUTE)
    (*_, message) = app.uow.run(lambda work: work.messages_of(unknown.id))

    with pytest.raises(NotAllowedError, match="has no right review"):
        reviews_of(app).give(item.message_id, Verdict.RIGHT, viewer=MEL)
    for message_id in (message.id, "m-9"):
        with pytest.raises(KeyError, match="no answer to review"):
            reviews_of(app).give(message_id, Verdict.RIGHT, viewer=KIM)
    assert kept(app) == ()
    assert case_of(app, unknown.id).owner_id is None


# Evidence


def verdicts(right: int, wrong: int = 0, *, was_suggested: bool = True, confidence: float = 0.95):
    one = AnswerReview(
        message_id="m",
        article="charging",
        confidence=confidence,
        verdict=Verdict.RIGHT,
        reviewer="kim",
        at=NOON,
        was_suggested=was_suggested,
    )
    return (one,) * right + (replace(one, verdict=Verdict.WRONG),) * wrong


SHIPPED = {name: Evidence(scores=(), outcomes=(), source="shipped") for name in ("private", "answer")}


def test_until_there_are_enough_the_shipped_evidence_counts() -> None:
    assert reviewed_evidence(verdicts(149)) is None
    assert evidence_with_reviews(SHIPPED, verdicts(149)) == SHIPPED


def test_from_150_on_the_reviews_replace_the_answers_evidence_only() -> None:
    merged = evidence_with_reviews(SHIPPED, verdicts(150))

    assert merged["private"] is SHIPPED["private"]
    assert merged["answer"] == Evidence(
        scores=(0.95,) * 150, outcomes=(True,) * 150, source="150 reviewed answers"
    )
    assert precise_from("answer", merged["answer"], 0.98).value == 0.95


def test_wrong_and_sensitive_answers_count_against_it() -> None:
    sensitive = (replace(verdicts(1)[0], verdict=Verdict.SENSITIVE),)

    evidence = reviewed_evidence((*verdicts(148, 1), *sensitive))

    assert evidence is not None
    assert evidence.outcomes.count(False) == 2
    assert precise_from("answer", evidence, 0.98).value is None


def test_a_few_drawn_answers_do_not_lower_the_threshold() -> None:
    drawn = verdicts(20, was_suggested=False, confidence=0.2)

    assert reviewed_evidence((*verdicts(140), *drawn)) is None
    evidence = reviewed_evidence((*verdicts(300), *drawn))

    assert evidence is not None
    assert precise_from("answer", evidence, 0.98).value == 0.95


def test_enough_drawn_answers_lower_it_and_a_wrong_one_counts_for_all_it_stands_for() -> None:
    right = verdicts(150, was_suggested=False, confidence=0.2)
    wrong = verdicts(149, 1, was_suggested=False, confidence=0.2)

    lowered, kept_up = (
        reviewed_evidence((*verdicts(300), *right)),
        reviewed_evidence((*verdicts(300), *wrong)),
    )

    assert lowered is not None
    assert kept_up is not None
    assert precise_from("answer", lowered, 0.98).value == 0.2
    assert precise_from("answer", kept_up, 0.98).value == 0.95


def test_progress_says_what_is_missing_and_what_it_will_prove() -> None:
    now = progress((*verdicts(40, 2), *verdicts(5, was_suggested=False)))

    assert (now.reviewed, now.right, now.missing, now.not_counted) == (42, 40, 108, 5)
    assert 0.85 < now.bound < 40 / 42
    assert now.bound < now.bound_then < 0.98
    assert progress(verdicts(150)).bound == pytest.approx(0.982, abs=0.001)
    assert (progress(()).bound, progress(()).missing) == (0.0, 150)
    assert progress(()).bound_then >= 0.98
