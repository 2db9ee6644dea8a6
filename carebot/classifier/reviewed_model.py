"""The model in force as the reviews' learner sees it: its sides, their vectors and heads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from carebot.classifier.artifacts import ModelFolder, open_model
from carebot.classifier.encoder import Vector
from carebot.classifier.heads import Heads, build_heads, load_arrays, side_arrays
from carebot.classifier.reviewed_folder import (
    publish,
    shipped_evidence,
    shipped_heads,
    write_reviewed,
)
from carebot.classifier.transformer import TransformerClassifier
from carebot.core.evidence import Evidence
from carebot.core.finding import EntityKind
from carebot.core.records import Json


class ShippedModel:
    """Implements ``head_learner.ReviewedModel`` over a classifier and the folder that it was loaded from."""

    def __init__(self, classifier: TransformerClassifier, folder: Path) -> None:
        self._classifier = classifier
        self._folder: ModelFolder = open_model(folder)

    @property
    def name(self) -> str:
        return self._classifier.name

    def vector(self, masked_text: str, entity_counts: Mapping[EntityKind, int]) -> tuple[str, Vector]:
        return self._classifier.vector(masked_text, entity_counts)

    def heads(self, side: str) -> Heads:
        return self._classifier.load().sides[side].heads

    def shipped_heads(self, side: str) -> Heads:
        stored = side_arrays(load_arrays(shipped_heads(self._folder)), side)
        return build_heads(stored, self._folder.manifest["entity_kinds"])

    def shipped_evidence(self) -> Mapping[str, Evidence]:
        return shipped_evidence(self._folder)

    def write(
        self,
        folder: Path,
        heads: Mapping[str, Heads],
        evidence: Mapping[str, Evidence],
        about: Mapping[str, Json],
    ) -> None:
        part = write_reviewed(folder, self._folder, heads, evidence, about)
        publish(part, folder, TransformerClassifier(part))
