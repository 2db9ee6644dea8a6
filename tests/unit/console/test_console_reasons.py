"""The policy's reasons in plain words, and what is not known left as it is."""

from __future__ import annotations

import pytest

from carebot.console import words
from carebot.console.reasons import plainly
from carebot.core.events import EventName


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            "no article answers it surely enough (9.0%): a person does",
            "carebot is only 9% sure that an article answers it, so a person does",
        ),
        ("no article answers it: a person does", "no article is about this, so a person answers"),
        (
            "the article delivery-time answers it (99% sure)",
            "the article “delivery time” answers it (99% sure)",
        ),
        (
            "the text carries personal data (card, email); the customer is invited to a private place",
            "it contains a card number and an e-mail address, so the customer is asked to write in private",
        ),
        (
            "the text carries personal data (email); the queue private has it; the customer gets one acknowledgement",
            "it contains an e-mail address, so the private team has it, and the customer is told so",
        ),
        (
            "it belongs to a private case; invited already, so private takes it",
            "this customer's case is already private, and the customer was asked to write in private:"
            " the private team has it",
        ),
        (
            "the rule battery_danger says so; to danger without a word",
            "the house rule “battery danger” recognized it, so the danger team has it and the bot says nothing",
        ),
        (
            "it needs this customer's own data (98% likely); to legal without a word, because it may be a legal matter",
            "it needs this customer's own data (98% likely), so the legal team has it and the bot says nothing:"
            " it may be a legal matter",
        ),
        (
            "people look first, because the language (nl) is not one that is read with confidence yet",
            "it is in Dutch, which carebot does not read surely enough: people look first",
        ),
        (
            "people look first, because it is in Haitian Creole, a language that is not read with confidence",
            "it is in Haitian Creole, which carebot does not read surely enough: people look first",
        ),
        (
            "the customer wrote in Polish, and no article in that language answers it: a person does",
            "the customer wrote in Polish, and no article about this is in that language, so a person answers",
        ),
        (
            "a person answers, because marketing looks first: personal_data",
            "marketing should see it first (it tells of a leak of personal data), so a person answers",
        ),
        (
            "a person answers, because marketing looks first: reach",
            "marketing should see it first (many people follow this account), so a person answers",
        ),
    ],
)
def test_a_reason_is_said_in_plain_words(reason: str, said: str) -> None:
    assert plainly(reason) == said


@pytest.mark.parametrize("reason", ["", "the customer asked for a person", "nobody is sure (50%)"])
def test_a_reason_that_is_not_known_stays_as_it_is(reason: str) -> None:
    assert plainly(reason) == reason


def test_every_event_has_words_for_the_history() -> None:
    assert set(words.EVENTS) == set(EventName)


def test_a_text_is_redacted_where_personal_data_was_taken_out() -> None:
    assert words.is_redacted("my card is <CARD>, run it")
    assert not words.is_redacted("is 3 < 4 and 5 > 4?")
