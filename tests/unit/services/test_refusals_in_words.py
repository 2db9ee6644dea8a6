"""Every refusal of the gate has a sentence that says what to do."""

from __future__ import annotations

import pytest

from carebot.core.channel_rules import ChannelRules
from carebot.core.gate import Leaving, Refusal
from carebot.core.message import Visibility
from carebot.core.tiers import Zone
from carebot.services.refusals_in_words import SENTENCES, in_words


def test_every_refusal_has_its_sentence() -> None:
    assert SENTENCES.keys() == set(Refusal)


@pytest.mark.parametrize("refusal", Refusal)
def test_a_sentence_has_no_blanks_and_no_line_breaks(refusal: Refusal) -> None:
    leaving = Leaving(
        text="a" * 531,
        findings=(),
        visibility=Visibility.PUBLIC,
        channel=ChannelRules(name="townsquare", max_length_public=500),
        case_zone=Zone.PUBLIC,
        is_automatic=False,
        channel_objection="a repost is not written to us",
    )

    (words,) = in_words([refusal], leaving)

    assert words
    assert not {"{", "}", "\n"} & set(words)
    if refusal is Refusal.TOO_LONG:
        assert words == "the reply has 531 characters; townsquare takes 500"
