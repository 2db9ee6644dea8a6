"""Articles are put to use all together or not at all, by somebody with the right, and that is written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from carebot.app import App
from carebot.core.events import Event, EventName
from carebot.core.rights import HOUSE_RIGHTS, HouseRight, Role, Viewer
from carebot.errors import ArticleError, NotAllowedError
from carebot.services.approve_articles import approve_articles
from carebot.testing.fake_classifier import ScriptedClassifier
from tests.unit.services.houses import NOON, article

House = Callable[..., App]
LEAD = Viewer(id="miriam", roles=frozenset({Role.LEAD}))


@pytest.fixture
def app(any_house: House) -> App:
    written = [article(name, approved=name == "c") for name in "abc"]
    return any_house(ScriptedClassifier(), articles=written)


def approve(app: App, *slugs: str, viewer: Viewer = LEAD) -> tuple[str, ...]:
    return approve_articles(slugs, viewer=viewer, uow=app.uow, clock=app.clock)


def approved(app: App) -> str:
    return "".join(item.slug for item in app.articles() if item.approved)


def test_articles_are_approved_and_those_that_were_are_not_counted(app: App) -> None:
    assert approve(app, "b", "c", "b") == ("b",)
    assert approved(app) == "bc"
    assert approve(app, "b") == ()


def test_nothing_else_of_an_article_changes(app: App) -> None:
    before = {item.slug: item for item in app.articles()}

    approve(app, "a")

    assert {item.slug: item for item in app.articles()} == {**before, "a": article("a")}


def test_with_one_unknown_article_none_is_approved(app: App) -> None:
    with pytest.raises(ArticleError, match="there is no article y, z; `carebot kb list`"):
        approve(app, "a", "z", "y")

    assert approved(app) == "c"


@pytest.mark.parametrize("role", Role)
def test_only_who_has_the_right_approves(house: House, role: Role) -> None:
    app = house(ScriptedClassifier(), articles=[article("a", approved=False)])
    viewer = Viewer(id="kim", roles=frozenset({role}))

    if HouseRight.APPROVE_ARTICLES in HOUSE_RIGHTS[role]:
        assert approve(app, "a", viewer=viewer) == ("a",)
    else:
        with pytest.raises(NotAllowedError, match=r"kim .*approve_articles"):
            approve(app, "a", viewer=viewer)
        assert approved(app) == ""


def test_the_care_lead_has_the_right_and_an_agent_has_not() -> None:
    assert HouseRight.APPROVE_ARTICLES in HOUSE_RIGHTS[Role.LEAD]
    assert HouseRight.APPROVE_ARTICLES not in HOUSE_RIGHTS[Role.AGENT]


def test_who_approved_what_and_when_is_written_down(app: App) -> None:
    written: list[Event] = []
    uow = app.uow

    class Noting:
        def run(self, fn: Any) -> Any:
            return uow.run(lambda work: fn(_Noted(work, written)))

        def run_all(self, fns: Sequence[Any]) -> Any:
            raise AssertionError("one transaction is enough")

    approve_articles(["b", "c"], viewer=LEAD, uow=Noting(), clock=app.clock)

    assert [(event.name, event.at, event.actor, event.facts) for event in written] == [
        (EventName.ARTICLE_APPROVED, NOON, "miriam", {"slug": "b"})
    ]


class _Noted:
    def __init__(self, work: Any, written: list[Event]) -> None:
        self._work, self._written = work, written

    def add_events(self, events: Sequence[Event]) -> None:
        self._written.extend(events)
        self._work.add_events(events)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)
