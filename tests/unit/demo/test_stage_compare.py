"""The square beside the database: what counts as lost, doubled, after a person, or said in public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from carebot.core.message import Visibility
from carebot.core.ports import Work
from carebot.core.records import OutgoingKind, OutgoingState
from carebot.core.tiers import Zone
from carebot.store import schema
from carebot.store.uow import SqliteUnitOfWork
from carebot.testing.compare import Comparison, compare
from tests.unit.store import makers
from tests.unit.store.makers import MINUTE, NOON

SQUARE = {"channel": "townsquare", "account": "@plumvelo"}
BRAND = {"id": "u1", "handle": "plumvelo", "is_brand": True}
MILA = {"id": "u2", "handle": "mila", "is_brand": False}
Write = Callable[[Work], object]


def post(number: int, text: str, author: dict[str, Any] = MILA, **changes: Any) -> dict[str, Any]:
    made = {
        "id": str(number),
        "kind": "post",
        "author": author,
        "text": text,
        "in_reply_to": None,
        "thread_id": "1",
        "at": (NOON + number * MINUTE).isoformat(),
        "deleted_at": None,
        "hidden_at": None,
        "mentions": ["plumvelo"] if author is MILA else [],
    }
    return made | changes


def answer(number: int, text: str = "Five hours.", to: str = "1", **changes: Any) -> dict[str, Any]:
    return post(number, text, BRAND, in_reply_to=to, **changes)


QUESTION = post(1, "@plumvelo how long does it take to charge?")


def decided(work: Work, number: int = 1, *, zone: Zone = Zone.PUBLIC, **case: Any) -> None:
    if number == 1:
        work.add_customer(makers.customer(**SQUARE), "fp")
        work.save_case(makers.case(**SQUARE, zone=zone, **case))
    work.add_message(makers.message(number, **SQUARE, external_id=str(number)))
    work.add_decision(makers.record(f"m-{number}", decision=makers.decision(zone=zone)))
    work.mark_decided(f"m-{number}", case_id="C-1", masked_text="how long")


def reply(work: Work, number: int = 1, **changes: Any) -> None:
    row = {
        "text": "Five hours.",
        "in_reply_to": "1",
        "state": OutgoingState.SENT,
        "external_id": "2",
        "tried_at": NOON + MINUTE,
        "sent_at": NOON + 2 * MINUTE,
    }
    work.add_outgoing(makers.outgoing(number, **SQUARE, **(row | changes)))


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., Comparison]:
    """Write rows, and compare them with a census."""
    database = tmp_path / "care.db"
    schema.create(database)

    def look(*posts: dict[str, Any], write: Write = lambda _: None, **how: Any) -> Comparison:
        with SqliteUnitOfWork(database) as uow:
            uow.run(write)
        return compare(
            {"accounts": [BRAND, MILA], "posts": list(posts)}, database, account="@plumvelo", **how
        )

    return look


def test_a_question_with_its_answer_is_right(found: Callable[..., Comparison]) -> None:
    one = found(QUESTION, answer(2), write=lambda work: (decided(work), reply(work)))
    assert (one.messages, one.taken_in, one.decided, one.cases) == (1, 1, 1, 1)
    assert (one.replies_decided, one.replies_in_square, one.by_hand) == (1, 1, 0)
    assert one.is_right
    assert one.is_settled


def test_a_message_that_was_not_taken_in_is_lost(found: Callable[..., Comparison]) -> None:
    one = found(QUESTION)
    assert one.lost == ("1",)
    assert not one.is_right


def test_a_message_that_was_taken_in_and_never_decided_is_lost(found: Callable[..., Comparison]) -> None:
    def taken_in(work: Work) -> None:
        work.add_customer(makers.customer(**SQUARE), "fp")
        work.add_message(makers.message(**SQUARE, external_id="1"))

    one = found(QUESTION, write=taken_in)
    assert (one.taken_in, one.decided, one.lost) == (1, 0, ("1",))


def test_a_young_message_is_on_its_way_and_not_lost(found: Callable[..., Comparison]) -> None:
    one = found(QUESTION, now=NOON + MINUTE + timedelta(seconds=1))
    assert (one.lost, one.on_their_way) == ((), 1)
    assert one.is_right
    assert not one.is_settled
    assert found(QUESTION, now=NOON + 5 * MINUTE).lost == ("1",)


def test_what_is_not_written_to_the_brand_is_nobodys_loss(found: Callable[..., Comparison]) -> None:
    assert found(post(1, "@otto nice bike", mentions=["otto"])).messages == 0


def test_a_direct_message_to_the_brand_can_be_lost(found: Callable[..., Comparison]) -> None:
    direct = post(1, "psst", kind="direct", mentions=[], to={"id": "u1", "handle": "Plumvelo"})
    assert found(direct).lost == ("1",)
    assert found(direct | {"to": {"id": "u3", "handle": "otto"}}).lost == ()


def test_what_its_author_took_back_is_not_missed(found: Callable[..., Comparison]) -> None:
    assert found(QUESTION | {"deleted_at": NOON.isoformat()}).is_right


def test_the_same_reply_in_the_square_again_is_doubled(found: Callable[..., Comparison]) -> None:
    one = found(
        QUESTION, answer(2), answer(3, "Five  hours."), write=lambda work: (decided(work), reply(work))
    )
    assert one.doubled == ("3",)


def test_two_rows_that_say_the_same_are_doubled(found: Callable[..., Comparison]) -> None:
    def twice(work: Work) -> None:
        decided(work)
        reply(work)
        reply(work, 2, external_id="3")

    assert found(QUESTION, answer(2), answer(3), write=twice).doubled == ("3",)


def test_a_post_whose_row_waits_for_the_read_back_is_not_doubled(found: Callable[..., Comparison]) -> None:
    def uncertain(work: Work) -> None:
        decided(work)
        reply(work, state=OutgoingState.UNKNOWN, external_id=None, sent_at=None)

    one = found(QUESTION, answer(2), write=uncertain)
    assert one.doubled == ()
    assert one.by_hand == 0
    assert dict(one.unsent) == {"unknown": ("o-1",)}
    assert not one.is_settled


def test_what_a_person_wrote_from_the_phone_is_by_hand(found: Callable[..., Comparison]) -> None:
    one = found(QUESTION, answer(2, "Hi Mila, Sanne here"), write=decided)
    assert (one.by_hand, one.doubled) == (1, ())


def test_a_reply_that_carebot_believes_sent_and_nobody_has_is_missing(
    found: Callable[..., Comparison],
) -> None:
    one = found(QUESTION, write=lambda work: (decided(work), reply(work)))
    assert one.missing == ("o-1",)
    assert not one.is_right


def test_a_reply_that_was_taken_down_since_is_not_missing(found: Callable[..., Comparison]) -> None:
    one = found(
        QUESTION,
        answer(2, "", deleted_at=NOON.isoformat()),
        write=lambda work: (decided(work), reply(work)),
    )
    assert one.is_right


@pytest.mark.parametrize(("spoke_after", "is_wrong"), [(0.5, True), (1.5, False)])
def test_an_automatic_text_begun_after_a_person_spoke_is_wrong(
    found: Callable[..., Comparison], spoke_after: float, is_wrong: bool
) -> None:
    def write(work: Work) -> None:
        decided(work, person_spoke_at=NOON + spoke_after * MINUTE)
        reply(work)

    one = found(QUESTION, answer(2), write=write)
    assert bool(one.after_person) is is_wrong
    assert one.is_right is not is_wrong


@pytest.mark.parametrize(("origin", "is_wrong"), [("article:refund", True), ("invitation_exposed", False)])
def test_of_a_private_matter_only_an_invitation_may_be_public(
    found: Callable[..., Comparison], origin: str, is_wrong: bool
) -> None:
    def write(work: Work) -> None:
        decided(work, zone=Zone.PRIVATE)
        reply(work, origin=origin)

    one = found(QUESTION, answer(2), write=write)
    assert one.in_public == (("2",) if is_wrong else ())


def test_an_answer_in_a_direct_message_is_not_public(found: Callable[..., Comparison]) -> None:
    def write(work: Work) -> None:
        decided(work, zone=Zone.PRIVATE)
        reply(work, origin="article:refund", zone=Zone.DIRECT)

    assert found(QUESTION, answer(2, kind=Visibility.DIRECT.value), write=write).in_public == ()


def test_a_hide_is_no_reply(found: Callable[..., Comparison]) -> None:
    def write(work: Work) -> None:
        decided(work)
        reply(work, kind=OutgoingKind.HIDE, text="", external_id=None)

    one = found(QUESTION, write=write)
    assert (one.replies_decided, one.missing) == (0, ())
