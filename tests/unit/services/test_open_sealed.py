"""A seal is opened with a right and a reason, and that is written down."""

from __future__ import annotations

import pytest

from carebot.app import App
from carebot.core.case import Case
from carebot.core.events import EventName
from carebot.core.rights import Role, Viewer
from carebot.errors import NotAllowedError
from carebot.services.ingest import Original
from carebot.services.open_sealed import open_message
from tests.unit.services.desk import KIM, PAT, House, desk, opened
from tests.unit.services.houses import CARD, events_of, said, tell

LEAD = Viewer(id="lea", roles=frozenset({Role.LEAD}))


@pytest.fixture
def app(any_house: House) -> App:
    return desk(any_house)


def open_first(app: App, case: Case, viewer: Viewer = PAT, reason: str = "a refund") -> Original:
    (message,) = app.uow.run(lambda work: work.messages_of(case.id))
    return open_message(
        message.id, reason=reason, viewer=viewer, uow=app.uow, sealer=app.sealer, clock=app.clock
    )


def test_the_original_is_read_and_the_reason_is_written_down(app: App) -> None:
    case = opened(app, f"my card is {CARD}")

    original = open_first(app, case, reason="  a refund\nto her card ")

    assert (original.text, original.handle) == (f"my card is {CARD}", "ada")
    (event,) = events_of(app, case.id, EventName.SEAL_OPENED)
    assert (event.actor, event.facts) == ("pat", {"reason": "a refund to her card"})
    assert event.message_id is not None


@pytest.mark.parametrize("reason", ["", "  ", "ok", "x" * 201])
def test_without_a_reason_it_stays_closed(app: App, reason: str) -> None:
    case = opened(app, "private")

    with pytest.raises(NotAllowedError, match="say why, in 3 to 200 characters"):
        open_first(app, case, reason=reason)
    assert events_of(app, case.id, EventName.SEAL_OPENED) == []


@pytest.mark.parametrize("viewer", [KIM, LEAD])
def test_without_the_right_it_stays_closed(app: App, viewer: Viewer) -> None:
    case = opened(app, "private")

    with pytest.raises(NotAllowedError, match="has no right open_sealed"):
        open_first(app, case, viewer)
    assert events_of(app, case.id, EventName.SEAL_OPENED) == []


def test_a_message_without_a_case_needs_the_right_to_private_ones(app: App) -> None:
    received = app.ingest([said(9)])
    assert received[0].message is not None
    message_id = received[0].message.id

    def read(viewer: Viewer) -> Original:
        return open_message(
            message_id, reason="a test", viewer=viewer, uow=app.uow, sealer=app.sealer, clock=app.clock
        )

    assert read(PAT).handle == "ada"
    with pytest.raises(NotAllowedError):
        read(KIM)


def test_an_unknown_message_is_named(app: App) -> None:
    tell(app, said(1))
    with pytest.raises(KeyError, match="there is no message m-9"):
        open_message("m-9", reason="a test", viewer=PAT, uow=app.uow, sealer=app.sealer, clock=app.clock)
