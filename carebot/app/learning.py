"""Puts together what learns from reviews, with the model that is in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from carebot.errors import LearningError

if TYPE_CHECKING:
    from carebot.app import App
    from carebot.core.ports import Learner
    from carebot.services.learn_from_reviews import LearnFromReviews


def learn_from_reviews(app: App, learner: Learner | None = None) -> LearnFromReviews:
    """``learner`` None: the model in force. Raises LearningError when that is none that can learn."""
    from carebot.core.thresholds import thresholds_from
    from carebot.privacy.masker import mask
    from carebot.services.learn_from_reviews import LearnFromReviews
    from carebot.services.lessons_of import LessonsOf
    from carebot.services.reviewed_evidence import evidence_with_reviews

    reviews = app.uow.run(lambda work: work.answer_reviews())
    return LearnFromReviews(
        uow=app.uow,
        clock=app.clock,
        lessons=LessonsOf(
            uow=app.uow,
            sealer=app.sealer,
            clock=app.clock,
            house=app.house,
            find=app.understand.findings,
            mask=mask,
        ),
        learner=learner or model_in_force(app),
        thresholds=app.thresholds,
        thresholds_of=lambda evidence: thresholds_from(
            evidence_with_reviews(evidence, reviews), app.care.targets
        ),
    )


def model_in_force(app: App) -> Learner:
    """The heads of the model that reads the messages, ready to be moved."""
    from carebot.classifier.artifacts import find_model
    from carebot.classifier.head_learner import HeadLearner
    from carebot.classifier.reviewed_model import ShippedModel
    from carebot.classifier.transformer import DEFAULT, TransformerClassifier

    classifier, named = app.classifier, app.places.model or app.care.classifier.model
    if not isinstance(classifier, TransformerClassifier):
        raise LearningError(
            f"the model {named} cannot learn from reviews: only those can that carebot ships or trains"
        )
    folder = Path(named) if named is not None and Path(named).is_dir() else find_model(DEFAULT)
    return HeadLearner(ShippedModel(classifier, folder))


def default_folder(app: App) -> Path:
    """Where a model from reviews is written when nobody names a folder: beside the database."""
    return app.places.database.parent / "models" / f"reviewed-{app.clock.now():%Y-%m-%d}"
