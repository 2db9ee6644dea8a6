"""What of a message is read."""

from __future__ import annotations

import pytest

from carebot.classifier.text import plain, prose


@pytest.mark.parametrize(
    ("masked", "read"),
    [
        ("@Brand  where is\nmy parcel?", "where is my parcel?"),
        ("@me@mastodon.example hi", "hi"),
        ("hey @shop.bsky.social hi", "hey hi"),
        ("see https://t.co/x now", "see link now"),
        ("terms &amp; conditions", "terms & conditions"),
        ("write to <EMAIL>", "write to <EMAIL>"),
        ("me@example.org stays", "me@example.org stays"),
    ],
)
def test_handles_go_links_become_a_word_and_masks_stay(masked: str, read: str) -> None:
    assert plain(masked) == read


def test_only_words_tell_the_language() -> None:
    assert prose("@Brand #fail my <CARD> is 100% gone 😡 https://t.co/x") == "my is gone"
