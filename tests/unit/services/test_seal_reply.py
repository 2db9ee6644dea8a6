"""What a person says in private is sealed as soon as it is sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from carebot.app import App
from carebot.core.message import Writer
from carebot.core.records import StoredMessage
from carebot.core.tiers import Zone
from carebot.errors import ChannelRefusedError, ChannelUncertainError
from carebot.services.ingest import open_original
from tests.unit.services.squares import DEAD, SECRET, SENT, Square, open_square

PRIVATE_WORDS = "Your new card is on its way to Elm Street 5."


@pytest.fixture
def square(any_house: Callable[..., App]) -> Square:
    made = open_square(any_house)
    made.ask(SECRET, direct=True)
    while made.deliver.deliver():
        pass
    return made


def ours(square: Square) -> StoredMessage:
    case_id = square.case.id
    messages = square.app.uow.run(lambda work: work.messages_of(case_id))
    (found,) = [message for message in messages if message.writer is Writer.AGENT]
    return found


def opened(square: Square, message: StoredMessage) -> str:
    app = square.app
    return app.uow.run(
        lambda work: open_original(work, app.sealer, message, actor="kim", clock=square.clock)
    ).text


def test_a_persons_private_reply_stays_only_in_its_seal(square: Square) -> None:
    row = square.reply(PRIVATE_WORDS, zone=Zone.PRIVATE)

    while square.deliver.deliver():
        pass

    kept = square.app.uow.run(lambda work: work.outgoing(row.id))
    assert (kept.state, kept.text) == (SENT, "")
    assert PRIVATE_WORDS in square.said()
    message = ours(square)
    assert (message.external_id, message.masked_text) == (kept.external_id, None)
    assert opened(square, message) == PRIVATE_WORDS


def test_it_is_sealed_once_when_the_network_shows_it_before_it_is_written_down(square: Square) -> None:
    square.reply(PRIVATE_WORDS, zone=Zone.PRIVATE)
    square.network.fail("send", ChannelUncertainError("the answer was lost"), is_done=True)

    square.deliver.deliver()
    square.settle()

    assert square.said().count(PRIVATE_WORDS) == 1
    assert opened(square, ours(square)) == PRIVATE_WORDS
    assert all(not row.text for row in square.rows() if not row.is_automatic)


def test_what_the_bot_says_in_private_is_no_secret_and_stays(square: Square) -> None:
    (acknowledgement,) = [row for row in square.rows() if row.is_automatic]

    assert acknowledgement.state is SENT
    assert acknowledgement.text


def test_what_a_person_said_before_the_case_became_private_is_sealed_with_it(
    any_house: Callable[..., App],
) -> None:
    square = open_square(any_house)
    square.ask("it makes a noise", direct=True)
    row = square.reply(PRIVATE_WORDS, zone=Zone.DIRECT)
    while square.deliver.deliver():
        pass
    assert square.app.uow.run(lambda work: work.outgoing(row.id)).text == PRIVATE_WORDS

    square.ask(SECRET, direct=True)

    assert square.case.zone is Zone.PRIVATE
    assert square.app.uow.run(lambda work: work.outgoing(row.id)).text == ""
    assert opened(square, ours(square)) == PRIVATE_WORDS


def test_a_private_reply_that_never_left_is_kept_in_its_seal_too(square: Square) -> None:
    row = square.reply(PRIVATE_WORDS, zone=Zone.PRIVATE)
    square.network.fail("send", ChannelRefusedError("no"))

    square.deliver.deliver()

    kept = square.app.uow.run(lambda work: work.outgoing(row.id))
    assert (kept.state, kept.text) == (DEAD, "")
    assert opened(square, ours(square)) == PRIVATE_WORDS
