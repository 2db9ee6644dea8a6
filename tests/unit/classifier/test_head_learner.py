"""Lessons are read by the side that would read the message; a side with too few of them stays as it shipped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from carebot.classifier.encoder import Vector
from carebot.classifier.head_learner import HeadLearner
from carebot.classifier.heads import Heads, Linear
from carebot.core.evidence import Evidence
from carebot.core.finding import EntityKind
from carebot.core.lessons import Lesson
from carebot.core.records import Json
from carebot.errors import LearningError
from tests.unit.classifier.made_heads import made_heads

EVIDENCE = {"private": Evidence(scores=(0.5,), outcomes=(True,), source="a test")}


def heads(bias: float = 0.0) -> Heads:
    weights = np.zeros((1, 4), dtype=np.float32)
    head = Linear(weights=weights, bias=np.array([bias], dtype=np.float32))
    return made_heads(4, {"private": head}, {})


class TwoSides:
    """Sees whether "secret" stands in a message; Greek letters go to the side ``multilingual``."""

    name = "two 1"

    def __init__(self) -> None:
        self.written: list[tuple[Path, Mapping[str, Heads]]] = []

    def vector(self, masked_text: str, entity_counts: Mapping[EntityKind, int]) -> tuple[str, Vector]:
        side = "english" if masked_text.isascii() else "multilingual"
        return side, np.array(["secret" in masked_text, 1, 0, len(entity_counts)], dtype=np.float32)

    def heads(self, side: str) -> Heads:
        return heads(bias=1.0)  # learnt from reviews before

    def shipped_heads(self, side: str) -> Heads:
        return heads()

    def shipped_evidence(self) -> Mapping[str, Evidence]:
        return EVIDENCE

    def write(
        self,
        folder: Path,
        heads: Mapping[str, Heads],
        evidence: Mapping[str, Evidence],
        about: Mapping[str, Json],
    ) -> None:
        self.written.append((folder, heads))


def lessons(count: int, *, private: int, greek: bool = False) -> list[Lesson]:
    return [
        Lesson(
            message_id=f"m-{greek}-{number}",
            customer_id=f"u-{greek}-{number}",
            masked_text=("α " if greek else "") + ("secret" if number < private else "hello"),
            entity_counts={},
            is_private=number < private,
        )
        for number in range(count)
    ]


def test_only_a_side_with_enough_reviews_of_each_kind_is_moved() -> None:
    learner = HeadLearner(TwoSides())

    learned = learner.learn([*lessons(80, private=40), *lessons(20, private=14, greek=True)])

    told = {side.name: (side.reviews, side.private, side.is_moved) for side in learned.sides}
    assert told == {"english": (80, 40, True), "multilingual": (20, 14, False)}
    assert set(learned.heads) == {"english"}  # type: ignore[call-overload]
    assert learned.after[80:] == (0.5,) * 20  # as it shipped
    assert learned.before[0] == pytest.approx(1 / (1 + np.exp(-1)))  # as it is in force


def test_what_was_learnt_tells_private_from_harmless_on_what_was_held_back_too() -> None:
    given = lessons(100, private=50)
    learned = HeadLearner(TwoSides()).learn(given)

    for lesson, score in zip(given, learned.after, strict=True):
        assert (score > 0.5) is lesson.is_private
    assert {lesson.is_held_back for lesson in given} == {True, False}


def test_nothing_is_learnt_when_no_side_has_enough() -> None:
    both = [*lessons(30, private=14), *lessons(30, private=16, greek=True)]

    with pytest.raises(LearningError, match="no encoder has read 15 reviewed messages of each kind"):
        HeadLearner(TwoSides()).learn(both)


def test_the_moved_heads_are_what_is_written(tmp_path: Path) -> None:
    model = TwoSides()
    learner = HeadLearner(model)
    learned = learner.learn(lessons(80, private=40))

    learner.write(tmp_path, learned, EVIDENCE, {})

    assert model.written == [(tmp_path, learned.heads)]
