"""Languages that carebot does not read are not taken for one that it does; scripts and letters tell before guesses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from carebot.classifier.language import detect
from carebot.classifier.ngrams import FILE, ngrams, read_ngrams
from carebot.classifier.scripts import SHARED, words_in, written_in
from carebot.core.languages import SUPPORTED, language_name
from carebot.errors import ModelDamagedError, ModelMissingError

# Invented posts in languages that are not read: a code, a tab, a text.
LINES = (Path(__file__).parents[2] / "fixtures" / "languages" / "others.tsv").read_text(encoding="utf-8")
OTHERS = [tuple(line.split("\t")) for line in LINES.splitlines()]


def test_other_languages_are_not_taken_for_one_that_is_read() -> None:
    taken = [text for _, text in OTHERS if detect(text)[0] in SUPPORTED]
    assert len(taken) <= 0.02 * len(OTHERS), taken


def test_most_other_languages_are_told_by_name() -> None:
    told = sum(detect(text)[0] == code for code, text in OTHERS)
    assert told >= 0.93 * len(OTHERS)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Подскажите ОСАГО без техосмотра сейчас оформляют?", "ru"),
        ("Суши ехали два часа, приехали на своих двоих видимо", "ru"),
        ("Где мой объект на карте", "ru"),
        ("Ёлки, опять не едет", "ru"),
        ("къде е поръчката ми", "bg"),
        ("коли буде мій пакунок", "uk"),
        ("Не могу войти в приложение Apple Music Premium", "ru"),
    ],
)
def test_cyrillic_letters_decide(text: str, language: str) -> None:
    assert detect(text)[0] == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("え？", "ja"),
        ("iPhone 15 Pro Maxが届かない", "ja"),
        ("ﾌﾞﾗﾝﾄﾞ時計 後払いOK", "ja"),
        ("払戻希望", "ja"),
        ("退款", "zh"),
        ("唔該想問下幾時先有貨？", "zh"),
        ("請問我的訂單什麼時候會到", "zh"),
        ("앱이 계속 꺼져요", "ko"),
        ("เน็ตล่ม", "th"),
        ("δεν έχω ίντερνετ", "el"),
        ("האינטרנט לא עובד", "he"),
        ("Love the ラーメン place near the station", "en"),
    ],
)
def test_a_script_tells_its_language_even_when_short(text: str, language: str) -> None:
    assert detect(text)[0] == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("is die lactosevrije kwark ook suikervrij", "nl"),
        ("un mode enfant sans pub pls", "fr"),
        ("STANNO USANDO IL MIO ACCOUNT PER COMPRARE bloccatelo x favore", "it"),
        ("hesabima girmisler su an para gonderiyolar DURDURUN", "tr"),
    ],
)
def test_haste_and_capitals_change_no_language(text: str, language: str) -> None:
    assert detect(text)[0] == language


def test_a_script_is_that_of_most_of_the_text() -> None:
    assert written_in("не работает Apple ID") == "cyrillic"
    assert words_in("не работает Apple ID", "cyrillic") == "не работает"
    assert written_in("12 😡 !!") is None


def test_shares_are_one_together_and_the_same_every_time() -> None:
    once, again = (ngrams()["latin"].shares("mijn pakket is nog niet binnen") for _ in range(2))
    assert once == again
    assert sum(once.values()) == pytest.approx(1.0)
    assert max(once, key=lambda language: once[language]) == "nl"


def test_every_language_that_can_be_told_has_a_name() -> None:
    told = {language for script in SHARED for language in ngrams()[script].languages}
    assert not [code for code in told if language_name(code).startswith("the language")]
    assert SUPPORTED.keys() - {"zh", "ja"} <= told


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"gone\.npz"):
        read_ngrams(tmp_path / "gone.npz")
    whole = FILE.read_bytes()
    for name, content in {
        "short": whole[: len(whole) // 2],
        "noise": bytes(np.random.default_rng(1).integers(0, 256, 4096, dtype=np.uint8)),
        "changed": whole[:90_000] + bytes(2000) + whole[92_000:],
    }.items():
        (tmp_path / f"{name}.npz").write_bytes(content)
        with pytest.raises(ModelDamagedError, match=rf"{name}\.npz"):
            read_ngrams(tmp_path / f"{name}.npz")


def test_the_file_is_what_the_library_says() -> None:
    langid = pytest.importorskip("py3langid.langid", reason="py3langid comes with the extra train")
    theirs = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    ours = ngrams()["cyrillic"]
    theirs.set_languages(set(ours.languages))
    for text in (
        "Подскажите без техосмотра сейчас оформляют",
        "къде е поръчката ми",
        "коли буде мій пакунок",
    ):
        shares, expected = ours.shares(text), dict(theirs.rank(text))
        assert max(abs(shares[language] - share) for language, share in expected.items()) < 0.02
