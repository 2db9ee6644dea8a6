"""A slow, failing or missing classifier costs the reading of one message, never a message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import pytest

from carebot.app import App
from carebot.core.assessment import Reading
from carebot.core.commands import Command
from carebot.core.finding import EntityKind, Finding
from carebot.core.ports import Classifier, Recognizer
from carebot.errors import ClassifierError, ModelMissingError
from carebot.privacy.masker import mask
from carebot.privacy.recognizers import Recognizers
from carebot.services.understand import Understand, Understood
from carebot.testing.fake_classifier import CLEAR, ScriptedClassifier
from tests.unit.services.houses import CARD

LIMIT = timedelta(seconds=0.4)  # enough for a thread that has nothing to do, also on a busy machine
House = Callable[..., App]


class Stuck(ScriptedClassifier):
    """Does not come back from texts that begin with "slow" until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self.counts: dict[str, Mapping[EntityKind, int]] = {}

    def classify(
        self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
    ) -> Reading:
        self.counts[masked_text] = entity_counts
        if masked_text.startswith("slow"):
            self.let_go.wait()
        return super().classify(masked_text, entity_counts=entity_counts, brand=brand)


class Broken(ScriptedClassifier):
    """Raises what no classifier should raise."""

    def classify(
        self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
    ) -> Reading:
        raise RuntimeError(f"cannot read {masked_text}")


class Clumsy:
    """A recognizer that trips over some texts."""

    def find(self, text: str) -> tuple[Finding, ...]:
        if "trip" in text:
            raise IndexError(text)
        return Recognizers().find(text)


@contextmanager
def reader(
    house: House,
    classifier: Classifier,
    *,
    recognizer: Recognizer | None = None,
    limit: timedelta = timedelta(seconds=30),
    workers: int = 2,
) -> Iterator[Understand]:
    built = house(classifier).house
    understand = Understand(
        recognizer=recognizer or Recognizers(),
        mask=mask,
        classifier=classifier,
        house=built,
        time_limit=limit,
        workers=workers,
    )
    yield understand
    understand.close()


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    classifier = Stuck()
    yield classifier
    classifier.let_go.set()


def many(understand: Understand, *texts: str) -> list[Understood]:
    return understand.many([(text, "Plum") for text in texts])


def unread(read: list[Understood]) -> list[str | None]:
    return [item.masked_text for item in read if item.assessment.reading is None]


# Slow ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1, 2])
def test_only_the_message_that_takes_too_long_is_not_read(house: House, stuck: Stuck, place: int) -> None:
    texts = ["one", "two"]
    texts.insert(place, "slow")

    with reader(house, stuck, limit=LIMIT) as understand:
        read = many(understand, *texts)

    assert [item.masked_text for item in read] == texts
    assert unread(read) == ["slow"]
    assert read[place].assessment.failure == "the classifier took longer than 0.4 s"


def test_with_every_thread_stuck_those_who_wait_are_read_by_fresh_threads(house: House, stuck: Stuck) -> None:
    with reader(house, stuck, limit=LIMIT, workers=2) as understand:
        read = many(understand, "slow 1", "slow 2", "one", "two", "three")
        later = many(understand, "four")

    assert unread(read) == ["slow 1", "slow 2"]
    assert unread(later) == []


def test_what_was_found_in_a_text_that_is_not_read_is_known_all_the_same(house: House, stuck: Stuck) -> None:
    with reader(house, stuck, limit=LIMIT) as understand:
        understood = understand(f"slow: stop, my card is {CARD}", brand="Plum")

    assert understood.masked_text == "slow: stop, my card is <CARD>"
    assert understood.assessment.entity_counts == {EntityKind.CARD: 1}


def test_what_comes_back_too_late_is_not_listened_to(house: House, stuck: Stuck) -> None:
    with reader(house, stuck, limit=LIMIT) as understand:
        (late,) = many(understand, "slow")
        stuck.let_go.set()
        (again,) = many(understand, "slow")

    assert late.assessment.reading is None
    assert again.assessment.reading == CLEAR


def test_the_threads_end_with_the_reader(house: House, stuck: Stuck) -> None:
    before = set(threading.enumerate())
    with reader(house, stuck, limit=LIMIT) as understand:
        many(understand, "slow", "one")
        many(understand, "two", "three")  # by the threads that came after the one that is stuck
        started = set(threading.enumerate()) - before
    stuck.let_go.set()
    for thread in started:
        thread.join(timeout=10)

    assert started
    assert not any(thread.is_alive() for thread in started)


# Failing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ClassifierError("out of memory"), "out of memory"),
        (ModelMissingError("no model: install it"), "no model: install it"),
    ],
)
def test_a_failing_classifier_says_why_and_its_neighbours_are_read(
    house: House, error: ClassifierError, failure: str
) -> None:
    with reader(house, ScriptedClassifier({"bad": error})) as understand:
        read = many(understand, "one", "bad", "two")

    assert unread(read) == ["bad"]
    assert read[1].assessment.failure == failure


def test_an_error_that_is_no_classifier_error_is_told_without_the_text(house: House) -> None:
    with reader(house, Broken()) as understand:
        understood = understand("a secret", brand="Plum")

    assert understood.assessment.reading is None
    assert understood.assessment.failure == "the classifier failed (RuntimeError)"


@pytest.mark.parametrize("name", ["none", "folder"])
def test_a_model_that_is_not_there_or_is_noise_reads_nothing(house: House, tmp_path, name: str) -> None:
    from carebot.classifier.registry import make_classifier

    (tmp_path / "model.json").write_bytes(b"\xff\x00 noise")
    classifier = make_classifier("none" if name == "none" else str(tmp_path))
    with reader(house, ScriptedClassifier()) as fine, reader(house, classifier) as understand:
        assert unread(many(fine, "hello")) == []
        read = many(understand, "hello", "stop")

    assert unread(read) == ["hello", "stop"]
    assert all(item.assessment.failure for item in read)
    assert read[1].commands == {Command.STOP}


def test_nothing_of_a_text_that_could_not_be_searched_is_shown(house: House) -> None:
    with reader(house, ScriptedClassifier(), recognizer=Clumsy()) as understand:
        read = many(understand, "one", f"trip {CARD}", "two")

    assert [item.masked_text for item in read] == ["one", None, "two"]
    assert read[1].assessment.reading is None
    assert read[1].assessment.failure == "it could not be searched for personal data"
    assert [item.assessment.reading for item in (read[0], read[2])] == [CLEAR, CLEAR]


def test_the_commands_work_although_nothing_can_be_read(house: House) -> None:
    with reader(house, Broken(), recognizer=Clumsy()) as understand:
        assert understand("stop", brand="Plum").commands == {Command.STOP}
        assert understand("a human please, not a trip", brand="Plum").commands == {Command.HUMAN}


# Reading ------------------------------------------------------------------------------------------------------


def test_the_classifier_sees_the_masked_text_and_the_counts(house: House, stuck: Stuck) -> None:
    with reader(house, stuck) as understand:
        understand(f"my cards {CARD} and {CARD}", brand="Plum")

    assert stuck.counts == {"my cards <CARD> and <CARD>": {EntityKind.CARD: 2}}


def test_the_brands_own_contacts_are_not_personal_data(house: House) -> None:
    app = house(ScriptedClassifier(), allow_list={"emails": ["help@plum.example"]})

    assert app.understand.findings("write to help@plum.example") == ()
    assert [found.kind for found in app.understand.findings("or to ada@plum.example")] == [EntityKind.EMAIL]


def test_no_texts_are_read_as_none(house: House) -> None:
    with reader(house, ScriptedClassifier()) as understand:
        assert understand.many([]) == []


def test_warming_up_reads_once_in_every_thread_and_survives_a_broken_model(house: House) -> None:
    met = threading.Barrier(3)

    class Meets(Broken):
        def classify(
            self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
        ) -> Reading:
            met.wait(timeout=30)  # broken, unless three threads are here at once
            raise ClassifierError("cannot read")

    with reader(house, Meets(), workers=3) as understand:
        understand.warm_up()

    assert not met.broken
