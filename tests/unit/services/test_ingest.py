"""Messages come in once, sealed before anything else, each in its customer's conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from carebot.app import App
from carebot.core.events import EventName
from carebot.core.message import IncomingMessage, PostKind, Visibility, Writer
from carebot.core.ports import Work
from carebot.core.records import MessageState, StoredMessage
from carebot.errors import SealError
from carebot.services.ingest import Original, Received, open_original
from carebot.testing.fake_classifier import ScriptedClassifier
from tests.unit.services.houses import MINUTE, NOON, Clock, by, by_agent, said

House = Callable[..., App]
NASTY = ["", "a\x00b", "half \ud83d", "‮ שלום", "🧑‍🚀" * 50, "x" * 100_000, '{"text": "\\"}', "<CARD>"]


@pytest.fixture
def app(any_house: House) -> App:
    return any_house(ScriptedClassifier(), clock=Clock(NOON + MINUTE))


def take_in(app: App, *messages: IncomingMessage) -> list[StoredMessage]:
    return [item.message for item in app.ingest(messages) if item.message is not None]


def waiting(app: App) -> tuple[StoredMessage, ...]:
    return app.uow.run(lambda work: work.undecided(100))


def opened(app: App, message: StoredMessage) -> Original:
    return app.uow.run(
        lambda work: open_original(work, app.sealer, message, actor="system:test", clock=app.clock)
    )


def test_what_is_written_down_is_ids_times_and_a_seal(app: App) -> None:
    incoming = said(
        1,
        "a secret",
        author=by("zebulon_quist"),
        visibility=Visibility.DIRECT,
        post_kind=PostKind.REPLY,
        summons=False,
    )

    (stored,) = take_in(app, incoming)

    assert waiting(app) == (stored,)
    assert (stored.state, stored.masked_text, stored.case_id) == (MessageState.RECEIVED, None, None)
    assert (stored.at, stored.received_at) == (NOON, NOON + MINUTE)
    assert (stored.external_id, stored.visibility, stored.summons) == ("1", Visibility.DIRECT, False)
    assert b"secret" not in stored.sealed
    assert "zebulon" not in repr(stored)


@pytest.mark.parametrize("text", NASTY, ids=[f"{text[:6]!a}" for text in NASTY])
def test_the_seal_gives_back_what_was_said_to_the_letter(app: App, text: str) -> None:
    (stored,) = take_in(app, said(1, text, author=by("ada's", followers=7)))

    original = opened(app, stored)

    assert original == Original(text=text, handle="ada's", author_id="ada's", followers=7)


def test_a_message_that_comes_again_is_not_written_again(app: App) -> None:
    first = app.ingest([said(1, "once")])
    again = app.ingest([said(1, "once more"), said(2), said(2)])

    assert [item.is_new for item in [*first, *again]] == [True, False, True, False]
    assert again[0] == Received(
        message=None,
        original=Original(text="once more", handle="ada", author_id="ada", followers=None),
        is_new=False,
    )
    assert [opened(app, message).text for message in waiting(app)][:1] == ["once"]
    assert len(waiting(app)) == 2


@pytest.mark.parametrize("changes", [{"channel": "x"}, {"account": "plum-de"}])
def test_the_same_id_on_another_channel_or_account_is_another_message(
    app: App, changes: dict[str, str]
) -> None:
    assert len(take_in(app, said(1), said(1, **changes))) == 2


def test_one_author_is_one_customer_and_another_channel_another(app: App) -> None:
    messages = take_in(
        app, said(1), said(2, visibility=Visibility.DIRECT), said(3, author=by("ben")), said(4, channel="x")
    )

    ids = [message.customer_id for message in messages]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_an_agents_message_belongs_to_the_customer_who_is_answered(app: App) -> None:
    messages = take_in(app, said(1), said(2, author=by("ben")), by_agent(3), by_agent(4, to="ben"))

    assert messages[2].customer_id == messages[0].customer_id
    assert messages[3].customer_id == messages[1].customer_id
    assert messages[2].writer is Writer.AGENT
    assert opened(app, messages[2]).handle == "Plum"


def test_an_agent_who_answers_somebody_new_makes_that_customer_known(app: App) -> None:
    agents, ada = take_in(app, by_agent(1), said(2))

    assert agents.customer_id == ada.customer_id


def test_messages_keep_the_order_in_which_they_came(app: App) -> None:
    received = app.ingest([said(number, str(number), at=NOON - number * MINUTE) for number in range(5)])

    assert [item.original.text for item in received] == ["0", "1", "2", "3", "4"]
    assert [message.external_id for message in waiting(app)] == ["4", "3", "2", "1", "0"]


def test_a_message_that_cannot_be_written_is_an_error_and_the_others_are_kept(app: App) -> None:
    half = said(2, author=by("half \ud83d"))

    with pytest.raises(UnicodeEncodeError):
        app.ingest([said(1), half, said(3)])

    assert [message.external_id for message in waiting(app)] == ["1", "3"]


def test_nothing_comes_of_nothing(app: App) -> None:
    assert app.ingest([]) == []


def test_every_opening_of_a_seal_is_written_down(app: App) -> None:
    (stored,) = take_in(app, said(1))

    events = app.uow.run(lambda work: _events_of_opening(work, app, stored))

    assert [(event.name, event.actor, event.message_id, event.at) for event in events] == [
        (EventName.SEAL_OPENED, "agent:kim", stored.id, app.clock.now())
    ]
    assert "charge" not in repr(events)


def _events_of_opening(work: Work, app: App, stored: StoredMessage) -> list:
    kept: list = []

    class Noting:
        def __getattr__(self, name: str):
            return kept.extend if name == "add_events" else getattr(work, name)

    open_original(Noting(), app.sealer, stored, actor="agent:kim", clock=app.clock)
    return kept


def test_a_seal_opens_only_for_the_message_it_was_made_for(app: App) -> None:
    first, second = take_in(app, said(1), said(2))

    with pytest.raises(SealError):
        opened(app, replace(first, sealed=second.sealed))
