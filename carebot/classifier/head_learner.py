"""Learns from reviewed messages: reads them with the model's encoders and moves the heads (port ``Learner``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from carebot.classifier.encoder import Vector
from carebot.classifier.heads import Heads
from carebot.classifier.reviewed_heads import FOLDS, Reviewed, adapt, probabilities
from carebot.core.evidence import Evidence
from carebot.core.finding import EntityKind
from carebot.core.lessons import LEAST_OF_EACH, Learned, Lesson, SideLearned, drawn
from carebot.core.records import Json
from carebot.errors import LearningError

HEAD = "private"


class ReviewedModel(Protocol):
    """A model with one encoder and set of heads a side (such as ``english`` and ``multilingual``)."""

    @property
    def name(self) -> str:
        """Name and version."""
        ...

    def vector(self, masked_text: str, entity_counts: Mapping[EntityKind, int]) -> tuple[str, Vector]:
        """Which side reads the message, and what that side's heads weigh."""
        ...

    def heads(self, side: str) -> Heads:
        """The heads in force."""
        ...

    def shipped_heads(self, side: str) -> Heads:
        """The heads from before anything was learnt from reviews; of a model that shipped, those in force."""
        ...

    def shipped_evidence(self) -> Mapping[str, Evidence]:
        """The curves from then."""
        ...

    def write(
        self,
        folder: Path,
        heads: Mapping[str, Heads],
        evidence: Mapping[str, Evidence],
        about: Mapping[str, Json],
    ) -> None:
        """A complete model in a new folder: this one with other heads on some sides, and other curves."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """The lessons of one side: their places among all, and a vector each."""

    lessons: Sequence[Lesson]
    places: list[int]
    vectors: list[Vector]

    def learnt_from(self) -> list[int]:
        """Which of them are not held back, counted on this side."""
        return [n for n, place in enumerate(self.places) if not self.lessons[place].is_held_back]


class HeadLearner:
    """Implements the port ``Learner``. A side is moved when enough of its own messages were reviewed."""

    def __init__(self, model: ReviewedModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return self._model.name

    def shipped_evidence(self) -> Mapping[str, Evidence]:
        return self._model.shipped_evidence()

    def learn(self, lessons: Sequence[Lesson]) -> Learned:
        sides = self._read(lessons)
        told = {side: _told(side, read) for side, read in sides.items()}
        movable = {side: self._reviewed(side, sides[side]) for side, each in told.items() if each.is_moved}
        if not movable:
            raise LearningError(
                f"no encoder has read {LEAST_OF_EACH} reviewed messages of each kind, private and fine in public"
            )
        adapted = adapt(HEAD, movable)
        before, after = np.zeros(len(lessons)), np.zeros(len(lessons))
        for side, read in sides.items():
            vectors = np.stack(read.vectors)
            before[read.places] = probabilities(self._model.heads(side), HEAD, vectors)
            heads = adapted.heads.get(side, self._model.shipped_heads(side))
            after[read.places] = probabilities(heads, HEAD, vectors)
            if side in adapted.unseen:
                seen = [read.places[n] for n in read.learnt_from()]
                after[seen] = adapted.unseen[side]
        return Learned(
            before=tuple(map(float, before)),
            after=tuple(map(float, after)),
            sides=tuple(told.values()),
            reach=adapted.reach,
            heads=adapted.heads,
        )

    def write(
        self, folder: Path, learned: Learned, evidence: Mapping[str, Evidence], about: Mapping[str, Json]
    ) -> None:
        assert isinstance(learned.heads, dict)
        self._model.write(folder, learned.heads, evidence, about)

    def _read(self, lessons: Sequence[Lesson]) -> dict[str, _Read]:
        sides: dict[str, _Read] = {}
        for place, lesson in enumerate(lessons):
            side, vector = self._model.vector(lesson.masked_text, lesson.entity_counts)
            read = sides.setdefault(side, _Read(lessons=lessons, places=[], vectors=[]))
            read.places.append(place)
            read.vectors.append(vector)
        return dict(sorted(sides.items()))

    def _reviewed(self, side: str, read: _Read) -> Reviewed:
        rows = read.learnt_from()
        lessons = [read.lessons[read.places[row]] for row in rows]
        return Reviewed(
            heads=self._model.shipped_heads(side),
            vectors=np.stack([read.vectors[row] for row in rows]),
            outcomes=np.array([lesson.is_private for lesson in lessons]),
            folds=np.array([int(drawn("fold", lesson.customer_id) * FOLDS) for lesson in lessons]),
        )


def _told(side: str, read: _Read) -> SideLearned:
    private = sum(read.lessons[place].is_private for place in read.places)
    harmless = len(read.places) - private
    return SideLearned(
        name=side,
        reviews=len(read.places),
        private=private,
        is_moved=min(private, harmless) >= LEAST_OF_EACH and bool(read.learnt_from()),
    )
