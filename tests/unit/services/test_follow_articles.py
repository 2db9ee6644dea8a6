"""What people approve or withdraw elsewhere is used, once; what fails is tried again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from carebot.app import App
from carebot.core.article import Article
from carebot.services.follow_articles import FollowArticles
from carebot.testing.fake_classifier import ScriptedClassifier
from tests.unit.services.houses import article

House = Callable[..., App]


class Counting(ScriptedClassifier):
    """Writes down which articles it was given; raises once what it was told to raise."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[list[str]] = []
        self.trouble: Exception | None = None

    def use_articles(self, articles: Any) -> None:
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            raise trouble
        super().use_articles(articles)
        self.given.append(sorted(each.slug for each in articles))


@pytest.fixture
def model() -> Counting:
    return Counting()


@pytest.fixture
def app(any_house: House, model: Counting) -> App:
    app = any_house(model, articles=[article("a"), article("b", approved=False)])
    assert sorted(app.triage.articles) == ["a"]
    model.given.clear()
    return app


def following(app: App, *looks: tuple[Article, ...] | None) -> FollowArticles:
    return FollowArticles(watch=iter(looks).__next__, triage=app.triage, clock=app.clock)


def test_articles_that_were_approved_changed_and_withdrawn_are_taken_up_and_counted(
    app: App, model: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    changed = article("a", title="Another")
    follow = following(app, (changed, article("b")), None, (article("b"),), ())

    with caplog.at_level(logging.INFO):
        for _ in range(4):
            follow()

    assert model.given == [["a", "b"], ["b"], []]
    assert app.triage.articles == {}
    told = [record.getMessage().partition(", in ")[0] for record in caplog.records]
    assert told == [
        "articles taken up: 2 approved (1 new, 1 changed, 0 withdrawn)",
        "articles taken up: 1 approved (0 new, 0 changed, 1 withdrawn)",
        "articles taken up: 0 approved (0 new, 0 changed, 1 withdrawn)",
    ]


def test_a_draft_changes_nothing_for_the_model(app: App, model: Counting) -> None:
    follow = following(app, app.articles(), (*app.articles(), article("c", approved=False)))
    follow()
    follow()
    assert model.given == []


def test_articles_that_the_model_could_not_take_are_tried_again(app: App, model: Counting) -> None:
    follow = following(app, (article("a"), article("b")), None, None)
    model.trouble = MemoryError()

    with pytest.raises(MemoryError):
        follow()
    follow()
    follow()

    assert model.given == [["a", "b"]]


def test_what_is_withdrawn_is_not_said_from_then_on_whatever_the_model_does(
    app: App, model: Counting
) -> None:
    model.trouble = MemoryError()
    with pytest.raises(MemoryError):
        following(app, ())()
    assert app.triage.articles == {}
