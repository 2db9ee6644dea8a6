"""An installation for tests of the services: everything is real but the classifier and the clock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from carebot.app import App, Places
from carebot.care_file import parse_care
from carebot.core.article import Article, Variant
from carebot.core.case import Case
from carebot.core.events import Event, EventName
from carebot.core.message import Author, IncomingMessage, Visibility, Writer
from carebot.core.ports import Classifier
from carebot.core.records import DecisionRecord, Outgoing
from carebot.privacy.keys import InstallationKey, KeyRing
from carebot.services.triage import Decided
from carebot.store import schema
from carebot.testing.memory_store import MemoryUnitOfWork

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)  # a Monday
MINUTE = timedelta(minutes=1)
CARD = "4111 1111 1111 1111"


@dataclass
class Clock:
    """Stands still until somebody moves it."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment


def open_house(
    classifier: Classifier,
    *,
    database: Path | None = None,
    articles: Sequence[Article] = (),
    clock: Clock | None = None,
    **care: Any,
) -> App:
    """An installation of the brand Plum; without a ``database`` it is kept in memory."""
    given = {"version": 1, "brands": [{"name": "Plum"}], "bot": {"mode": "auto"}, "plan": {"preset": "full"}}
    ring = KeyRing(keys=(InstallationKey.new(NOON),))
    if database is not None and not database.exists():
        schema.create(database)
    nowhere = Path("nowhere")
    app = App(
        care=parse_care(json.dumps({**given, **care})),
        places=Places(database=database or nowhere, key_file=nowhere, key_text=ring.to_text()),
        clock=clock or Clock(),
        uow=None if database else MemoryUnitOfWork(),
        classifier=classifier,
    )
    app.save_articles(tuple(articles))
    return app


def article(slug: str = "charging", text: str = "Plug it in.", **changes: Any) -> Article:
    variants = {"en": Variant(language="en", short=text)}
    return Article(**{"slug": slug, "title": slug, "variants": variants, "approved": True, **changes})


def said(number: int | str, text: str = "how do I charge it?", **changes: Any) -> IncomingMessage:
    """A public post of Ada's to Plum, on the channel replay."""
    made = IncomingMessage(
        channel="replay",
        account="plum",
        brand="Plum",
        external_id=str(number),
        author=Author(external_id="ada", handle="ada"),
        visibility=Visibility.PUBLIC,
        text=text,
        at=NOON,
        thread_id="t-1",
    )
    return replace(made, **changes)


def by_agent(
    number: int | str, text: str = "Hello Ada!", *, to: str = "ada", **changes: Any
) -> IncomingMessage:
    kim = Author(external_id="plum", handle="Plum", writer=Writer.AGENT)
    return said(number, text, author=kim, answers=to, **changes)


def by(name: str, followers: int | None = None) -> Author:
    return Author(external_id=name, handle=name, followers=followers)


def tell(app: App, *messages: IncomingMessage) -> list[Decided]:
    """Take messages in and decide about them, at their own times."""
    received = app.ingest(messages)
    return app.triage(
        [(item.message, item.original) for item in received if item.message is not None], at_message_time=True
    )


def case_of(app: App, case_id: str) -> Case:
    case = app.uow.run(lambda work: work.case(case_id))
    assert case is not None
    return case


def texts_of(app: App, case_id: str) -> tuple[Outgoing, ...]:
    return app.uow.run(lambda work: work.outgoing_of(case_id))


def decisions_of(app: App, case_id: str) -> tuple[DecisionRecord, ...]:
    return app.uow.run(lambda work: work.decisions_of(case_id))


def events_of(app: App, case_id: str, name: EventName) -> list[Event]:
    found = app.uow.run(lambda work: work.events_of(case_id))
    return [event for event in found if event.name is name]
