from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest

from carebot.core.assessment import Assessment
from carebot.core.message import PostKind, Visibility, Writer
from carebot.core.records import StoredMessage
from carebot.engine.deciding import Deciding
from carebot.engine.originals import Originals
from carebot.errors import StoreBusyError
from carebot.services.ingest import Original
from carebot.services.triage import Decided, Read
from carebot.services.understand import Understood
from tests.unit.engine.waiting import until

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ORIGINAL = Original(text="quokka", handle="ada", author_id="u1", followers=None)
UNDERSTOOD = Understood(masked_text=None, assessment=Assessment(reading=None, failure="scripted"))


def message(message_id: str) -> StoredMessage:
    return StoredMessage(
        id=message_id,
        channel="townsquare",
        account="acme",
        brand="acme",
        external_id=message_id,
        customer_id="u1",
        writer=Writer.CUSTOMER,
        visibility=Visibility.PUBLIC,
        post_kind=PostKind.POST,
        thread_id=None,
        summons=True,
        has_unread_media=False,
        at=NOW,
        received_at=NOW,
        sealed=b"",
    )


@dataclass
class House:
    """A unit of work and a triage in one, which do nothing but remember."""

    waiting: list[StoredMessage] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)
    was_read: list[list[str]] = field(default_factory=list)
    was_decided: list[list[str]] = field(default_factory=list)
    refusals: int = 0
    may_decide: threading.Event = field(default_factory=threading.Event)

    def run(self, fn):
        return fn(self)

    def undecided(self, limit: int) -> tuple[StoredMessage, ...]:
        return tuple(self.waiting[:limit])

    def reopen(self, messages: Sequence[StoredMessage]) -> list[tuple[StoredMessage, Original]]:
        self.reopened += [one.id for one in messages]
        return [(one, ORIGINAL) for one in messages]

    def read(self, messages: Sequence[tuple[StoredMessage, Original]]) -> list[Read]:
        self.was_read.append([one.id for one, _ in messages])
        return [Read(message=one, original=said, understood=UNDERSTOOD) for one, said in messages]

    def decide(self, reads: Sequence[Read]) -> list[Decided]:
        assert self.may_decide.wait(20)
        if self.refusals:
            self.refusals -= 1
            raise StoreBusyError("locked")
        ids = [one.message.id for one in reads]
        self.was_decided.append(ids)
        self.waiting = [one for one in self.waiting if one.id not in ids]
        return []


@pytest.fixture
def house() -> House:
    return House(waiting=[message(f"m{number}") for number in range(5)])


@pytest.fixture
def deciding(house: House) -> Iterator[Deciding]:
    originals = Originals()
    originals.keep("m0", ORIGINAL)
    made = Deciding(
        uow=house,  # type: ignore[arg-type]
        triage=house,
        originals=originals,
        decided=lambda _: None,
        at_latest=timedelta(hours=1),
        batch=2,
    )
    yield made
    house.may_decide.set()
    assert made.stop(timedelta(seconds=20))


def test_the_next_batch_is_read_while_one_is_decided(house: House, deciding: Deciding) -> None:
    deciding.worker.start()
    until(lambda: house.was_read == [["m0", "m1"], ["m2", "m3"]], "the reading of the second batch")
    assert house.was_decided == []
    house.may_decide.set()
    until(lambda: not house.waiting, "all decisions")
    assert house.was_decided == [["m0", "m1"], ["m2", "m3"], ["m4"]]
    assert sorted(chain.from_iterable(house.was_read)) == ["m0", "m1", "m2", "m3", "m4"], "each was read once"


def test_only_what_memory_does_not_have_is_read_from_its_seal(house: House, deciding: Deciding) -> None:
    house.may_decide.set()
    assert deciding.once() == 5
    assert house.reopened == ["m1", "m2", "m3", "m4"]


def test_what_the_store_refused_is_decided_later(house: House, deciding: Deciding) -> None:
    house.refusals = 1
    house.may_decide.set()
    deciding.worker.start()
    until(lambda: not house.waiting, "all decisions, after a pause")
    assert sorted(chain.from_iterable(house.was_decided)) == ["m0", "m1", "m2", "m3", "m4"], (
        "each was decided once"
    )


def test_a_stop_finishes_the_batch_in_hand(house: House, deciding: Deciding) -> None:
    deciding.worker.start()
    until(lambda: len(house.was_read) == 2, "a batch in hand")
    assert not deciding.stop(timedelta(milliseconds=50))
    house.may_decide.set()
    assert deciding.stop(timedelta(seconds=20))
    assert ["m0", "m1"] in house.was_decided


def test_originals_are_forgotten_when_there_are_too_many() -> None:
    originals = Originals(most=2)
    for name in ("a", "b", "c"):
        originals.keep(name, ORIGINAL)
    assert [originals.find(name) for name in ("a", "b", "c")] == [None, ORIGINAL, ORIGINAL]
    originals.forget(["b", "never"])
    assert originals.find("b") is None
