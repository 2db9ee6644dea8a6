"""The desk for tests: people, an installation whose clock they move, and the reply service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from carebot.app import App
from carebot.core.case import Case
from carebot.core.records import Outgoing, OutgoingState
from carebot.core.rights import Role, Viewer
from carebot.services.reply import Reply
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.services.houses import article, said, tell, texts_of

House = Callable[..., App]
ANSWERED = "how do I charge it?"
KIM = Viewer(id="kim", roles=frozenset({Role.AGENT}))
LEE = Viewer(id="lee", roles=frozenset({Role.AGENT}))
PAT = Viewer(id="pat", roles=frozenset({Role.PRIVATE_AGENT, Role.SPECIALIST}))
MEL = Viewer(id="mel", roles=frozenset({Role.MARKETING}))
MAX = Viewer(id="max", roles=frozenset({Role.MARKETING}))
OPERATOR = Viewer(id="ops", roles=frozenset({Role.OPERATOR}))


def desk(house: House, mode: str = "suggest", **care: Any) -> App:
    """One article that answers ``ANSWERED``; "private" is private, "unsure" is answered too unsurely."""
    script = ScriptedClassifier(
        {
            ANSWERED: reading(answer="charging"),
            "private": reading(private=0.95),
            "unsure": reading(answer="charging", confidence=0.4),
        }
    )
    return house(script, articles=[article()], bot={"mode": mode}, **care)


def opened(app: App, text: str = ANSWERED, number: int = 1, **changes: Any) -> Case:
    """A case with one message of Ada's."""
    (item,) = tell(app, said(number, text, **changes))
    assert item.case is not None
    return item.case


def reply_of(app: App) -> Reply:
    return Reply(uow=app.uow, clock=app.clock, house=app.house, find=app.understand.findings)


def later(app: App, by: timedelta) -> None:
    app.clock.moment += by  # type: ignore[attr-defined]


def states(app: App, case: Case) -> list[OutgoingState]:
    return [row.state for row in texts_of(app, case.id)]


def row_of(app: App, case: Case, origin: str) -> Outgoing:
    (row,) = [row for row in texts_of(app, case.id) if row.origin.startswith(origin)]
    return row
