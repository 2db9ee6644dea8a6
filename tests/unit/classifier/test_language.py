"""Slangy English is English, other languages are told with confidence, and nothing is told of nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from carebot.classifier.corpus import read_examples
from carebot.classifier.language import detect

# Conversations with the language of each, as docs/replay.md describes them; no real ones are in the repository.
REAL_POSTS = Path(os.environ.get("REAL_CONVERSATIONS", "not given"))

ENGLISH = [
    "still nothing",
    "my order aint here yet wtf",
    "how do i cancle my subcription",
    "app brokn again smh",
    "cant log in since ystrday",
    "@CafeDelMar is it down?",
    "plz fix ur servers",
    "yes i did that already",
    "any update?? https://example.com/a/b",
    "#fail why does <ORDER_NUMBER> say pending",
]
OTHERS = {
    "nl": "geld is afgeschreven maar geen tickets gekregen",
    "de": "kann mich seit gestern nicht mehr einloggen",
    "fr": "on m'a prélevé deux fois ce mois ci",
    "es": "no puedo entrar en mi cuenta desde ayer",
    "pt": "esqueci a senha e o email não chega",
    "it": "mi hanno addebitato due volte questo mese",
    "ru": "не могу войти со вчерашнего дня",
    "zh": "我的包裹什么时候到",
    "ja": "昨日からログインできません",
    "pl": "zapomniałem hasła i mail nie przychodzi",
    "tr": "bu ay iki kere para çektiniz",
    "ar": "تم خصم المبلغ مرتين هذا الشهر",
    "sv": "jag kan inte logga in sedan igår",
}


@pytest.mark.parametrize("text", ENGLISH)
def test_hasty_english_is_english(text: str) -> None:
    assert detect(text)[0] == "en"


@pytest.mark.parametrize(("language", "text"), OTHERS.items())
def test_another_language_is_told(language: str, text: str) -> None:
    assert detect(text)[0] == language


@pytest.mark.parametrize(
    "text", ["", "ps4", "ok", "😡", "@Brand", "<EMAIL>", "12345", "https://example.com/page"]
)
def test_nothing_is_told_of_nothing(text: str) -> None:
    language, confidence = detect(text)
    assert language == "und"
    assert confidence < 0.4


def test_confidence_is_a_share() -> None:
    assert all(0.0 <= detect(text)[1] <= 1.0 for text in [*ENGLISH, *OTHERS.values()])


@pytest.mark.skipif(not REAL_POSTS.exists(), reason="REAL_CONVERSATIONS names no file")
def test_real_english_posts_are_english() -> None:
    told = [detect(post.text)[0] for post in read_examples(REAL_POSTS) if post.language == "en"]
    assert told.count("en") >= 0.99 * len(told)
