"""The texts that the bot writes itself, in every language."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from carebot.core import texts
from carebot.core.texts import Spoken, SystemTexts, TextKey, WhenPhrase

DATA: dict[str, Any] = yaml.safe_load(
    (Path(texts.__file__).parents[1] / "texts" / "system_texts.yaml").read_text(encoding="utf-8")
)
TEXTS = SystemTexts.from_mapping(DATA)
LANGUAGES = {"en", "nl", "de", "fr", "es", "pt", "it", "ru", "zh", "zh-Hant", "ja", "pl", "tr", "ar"}
INVITATIONS = [key for key in TextKey if key.startswith("invitation")]
CONTACTS = [TextKey.INVITATION_CONTACT, TextKey.INVITATION_CONTACT_EXPOSED]
EXPOSED = [TextKey.INVITATION_EXPOSED, TextKey.INVITATION_CONTACT_EXPOSED]
WITH_WHEN = [TextKey.ACKNOWLEDGED, TextKey.HANDED_OVER]

# What a reader of the language would look for.
AUTOMATED = {
    "en": "utomated", "nl": "utomatisch", "de": "utomatisch", "fr": "utomatique", "es": "utomátic",
    "pt": "utomátic", "it": "utomatic", "ru": "втоматическ", "zh": "自动", "zh-Hant": "自動", "ja": "自動",
    "pl": "utomatyczn", "tr": "tomatik", "ar": "آلي",
}  # fmt: skip
DIRECT_MESSAGE = {
    "en": "direct message", "nl": "privébericht", "de": "Direktnachricht", "fr": "message privé",
    "es": "mensaje directo", "pt": "mensagem direta", "it": "messaggio diretto", "ru": "личные сообщения",
    "zh": "私信", "zh-Hant": "私訊", "ja": "DM", "pl": "wiadomości prywatnej", "tr": "direkt mesaj",
    "ar": "رسالة خاصة",
}  # fmt: skip
DELETE = {
    "en": "delete", "nl": "verwijder", "de": "löschen", "fr": "supprimer", "es": "bórrala", "pt": "apague-a",
    "it": "eliminarlo", "ru": "удалите", "zh": "删除", "zh-Hant": "刪除", "ja": "削除", "pl": "usuń",
    "tr": "silin", "ar": "حذفه",
}  # fmt: skip
NOT_TO_SEND = {
    "en": ("passwords", "card numbers", "codes"),
    "nl": ("wachtwoorden", "kaartnummers", "codes"),
    "de": ("Passwörter", "Kartennummern", "Codes"),
    "fr": ("mot de passe", "numéro de carte", "code"),
    "es": ("contraseñas", "números de tarjeta", "códigos"),
    "pt": ("senhas", "números de cartão", "códigos"),
    "it": ("password", "numeri di carta", "codici"),
    "ru": ("пароли", "номера карт", "коды"),
    "zh": ("密码", "卡号", "验证码"),
    "zh-Hant": ("密碼", "卡號", "驗證碼"),
    "ja": ("パスワード", "カード番号", "認証コード"),
    "pl": ("haseł", "numerów kart", "kodów"),
    "tr": ("şifre", "kart numarası", "kodu"),
    "ar": ("كلمات المرور", "أرقام البطاقات", "رموز التحقق"),
}
CONTACT = "care@a-brand-with-a-name.example/contact"  # 40 characters
BRAND = "A Brand With A Name"


def every(*keys: TextKey) -> list[Any]:
    return [pytest.param(key, tag, id=f"{key}-{tag}") for key in keys or TextKey for tag in sorted(LANGUAGES)]


def said(key: TextKey, language: str, phrase: WhenPhrase = WhenPhrase.WEEKDAY_AT) -> str:
    when = TEXTS.when(phrase, language, time="9:00", weekday=0).text
    return TEXTS.text(key, language, brand=BRAND, contact=CONTACT, when=when).text


def weight(text: str) -> int:
    """The length as X counts it: signs outside these ranges are two."""
    return sum(
        1 if ord(c) <= 0x10FF or 0x2000 <= ord(c) <= 0x200D or 0x2010 <= ord(c) <= 0x201F else 2 for c in text
    )


def test_every_text_exists_in_every_language() -> None:
    assert TEXTS.languages == LANGUAGES
    assert all(TEXTS.texts[key].keys() == LANGUAGES for key in TextKey)
    assert all(TEXTS.when_phrases[key].keys() == LANGUAGES for key in WhenPhrase)


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        *((key, set()) for key in TextKey if key not in CONTACTS + WITH_WHEN),
        *((key, {"contact"}) for key in CONTACTS),
        *((key, {"brand", "when"}) for key in WITH_WHEN),
    ],
)
def test_the_placeholders_are_the_same_in_every_language(key: TextKey, wanted: set[str]) -> None:
    for language, template in TEXTS.texts[key].items():
        assert set(re.findall(r"{(\w+)}", template)) == wanted, language


@pytest.mark.parametrize(("key", "language"), every())
def test_every_text_says_that_it_is_automated(key: TextKey, language: str) -> None:
    assert AUTOMATED[language] in said(key, language)


@pytest.mark.parametrize(("key", "language"), every())
def test_no_text_carries_a_link_a_handle_or_a_number(key: TextKey, language: str) -> None:
    template = TEXTS.texts[key][language]
    assert not re.search(r"https?:|www\.|\w\.\w|[@#0-9]", template)


@pytest.mark.parametrize(("key", "language"), every())
def test_every_text_is_one_tidy_line(key: TextKey, language: str) -> None:
    text = said(key, language)
    assert text.replace("\N{NO-BREAK SPACE}", " ") == " ".join(text.split())
    assert not re.search(r"[{}]|\.\.| [,.]|[‘’“”]", text)


@pytest.mark.parametrize("key", TextKey)
def test_french_never_begins_a_line_with_a_sign(key: TextKey) -> None:
    assert not re.search(r"[^\N{NO-BREAK SPACE}][:;?!](?= |$)", said(key, "fr"))


@pytest.mark.parametrize(
    ("key", "limit"),
    [(TextKey.INVITATION, 200), (TextKey.INVITATION_EXPOSED, 230), (TextKey.AUTOMATED_MARK, 30)],
)
def test_what_is_said_in_public_on_x_is_short(key: TextKey, limit: int) -> None:
    too_long = {language: weight(text) for language, text in TEXTS.texts[key].items() if weight(text) > limit}
    assert too_long == {}


@pytest.mark.parametrize(("key", "language"), every(*CONTACTS))
def test_what_is_said_in_public_elsewhere_fits_bluesky(key: TextKey, language: str) -> None:
    assert len(said(key, language)) <= 300


@pytest.mark.parametrize("phrase", list(WhenPhrase))
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_handover_fits_a_public_post_on_x(language: str, phrase: WhenPhrase) -> None:
    assert weight(said(TextKey.HANDED_OVER, language, phrase)) <= 280


@pytest.mark.parametrize(("key", "language"), every(TextKey.INVITATION, TextKey.INVITATION_EXPOSED))
def test_an_invitation_names_the_direct_message(key: TextKey, language: str) -> None:
    assert DIRECT_MESSAGE[language] in said(key, language)


@pytest.mark.parametrize(("key", "language"), every(*INVITATIONS))
def test_only_the_invitations_for_exposed_details_ask_to_delete_the_post(key: TextKey, language: str) -> None:
    assert (DELETE[language] in said(key, language)) == (key in EXPOSED)


@pytest.mark.parametrize(("key", "language"), every(*CONTACTS))
def test_the_contact_stands_free_so_that_no_network_adds_a_full_stop_to_it(
    key: TextKey, language: str
) -> None:
    assert f" {CONTACT} " in said(key, language)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_an_acknowledgement_says_what_not_to_send(language: str) -> None:
    text = said(TextKey.ACKNOWLEDGED, language)
    assert all(word in text for word in NOT_TO_SEND[language])


@pytest.mark.parametrize(("key", "language"), every(TextKey.ASK_PRODUCT, TextKey.ASK_PLATFORM))
def test_a_question_is_one_question(key: TextKey, language: str) -> None:
    marks = len(re.findall(r"[?？؟]|でしょうか", said(key, language)))
    assert marks == 1


def test_no_two_texts_of_a_language_are_the_same() -> None:
    for language in LANGUAGES:
        listed = [TEXTS.texts[key][language] for key in TextKey]
        assert len(set(listed)) == len(listed)


@pytest.mark.parametrize(
    ("tag", "used"),
    [
        ("nl", "nl"),
        ("pt-BR", "pt"),
        ("PT_pt", "pt"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-Hans-HK", "zh"),
        ("zh-Hant", "zh-Hant"),
        ("zh-TW", "zh-Hant"),
        ("zh_HK", "zh-Hant"),
        ("sv", "en"),
        ("und", "en"),
        ("", "en"),
    ],
)
def test_a_language_is_found_by_its_tag_and_english_stands_in(tag: str, used: str) -> None:
    assert TEXTS.text(TextKey.STOPPED, tag) == Spoken(text=DATA["stopped"][used], language=used)


@pytest.mark.parametrize(
    ("language", "phrase", "words"),
    [
        ("en", WhenPhrase.SOON, "as soon as they can"),
        ("en", WhenPhrase.TODAY_AT, "today after 9:00"),
        ("nl", WhenPhrase.TOMORROW_AT, "morgen na 9:00 uur"),
        ("en", WhenPhrase.WEEKDAY_AT, "on Monday after 9:00"),
        ("pt", WhenPhrase.WEEKDAY_AT, "na segunda-feira a partir das 9:00"),
        ("ru", WhenPhrase.WEEKDAY_AT, "в понедельник после 9:00"),
        ("ja", WhenPhrase.WEEKDAY_AT, "月曜日の9:00以降に"),
        ("zh-TW", WhenPhrase.WEEKDAY_AT, "於週一 9:00 後"),
        ("sv", WhenPhrase.TOMORROW_AT, "tomorrow after 9:00"),
    ],
)
def test_when_a_person_answers_is_said_as_people_say_it(
    language: str, phrase: WhenPhrase, words: str
) -> None:
    assert TEXTS.when(phrase, language, time="9:00", weekday=0).text == words


def test_the_phrase_is_in_the_language_of_the_text() -> None:
    for tag in ("nl", "zh-TW", "sv"):
        when = TEXTS.when(WhenPhrase.SOON, tag)
        assert when.language == TEXTS.text(TextKey.HANDED_OVER, tag, brand=BRAND, when=when.text).language


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_each_day_of_the_week_has_its_own_phrase(language: str) -> None:
    said_on = {TEXTS.when(WhenPhrase.WEEKDAY_AT, language, time="9:00", weekday=day).text for day in range(7)}
    assert len(said_on) == 7


@pytest.mark.parametrize("weekday", [-1, 7])
def test_a_week_has_seven_days(weekday: int) -> None:
    with pytest.raises(ValueError, match=r"0 \(Monday\) to 6"):
        TEXTS.when(WhenPhrase.WEEKDAY_AT, "en", time="9:00", weekday=weekday)


def test_a_weekday_without_its_name_or_time_is_not_said() -> None:
    with pytest.raises(ValueError, match="weekday_at: no value for time, weekday"):
        TEXTS.when(WhenPhrase.WEEKDAY_AT, "en")


def test_the_phrase_fits_its_sentence() -> None:
    text = said(TextKey.HANDED_OVER, "de", WhenPhrase.TOMORROW_AT)
    assert text.startswith(
        f"Ab hier übernimmt ein Mensch: Jemand aus dem Team von {BRAND} antwortet Ihnen morgen ab"
    )


@pytest.mark.parametrize("values", [{}, {"brand": "B"}, {"when": "today"}, {"brand": " ", "when": "today"}])
def test_a_text_with_a_blank_is_not_said(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="handed_over: no value for"):
        TEXTS.text(TextKey.HANDED_OVER, "nl", **values)


def test_braces_in_a_value_are_only_text() -> None:
    spoken = TEXTS.text(TextKey.HANDED_OVER, "en", brand="{when.x} {0}", when="today")
    assert "{when.x} {0}" in spoken.text


def remove_language(data: dict[str, Any]) -> None:
    del data["holding"]["pl"]


def remove_text(data: dict[str, Any]) -> None:
    del data["stopped"]


def misspell_text(data: dict[str, Any]) -> None:
    data["stoped"] = data["stopped"]


def forget_placeholder(data: dict[str, Any]) -> None:
    data["acknowledged"]["tr"] = "{brand}"


def misspell_placeholder(data: dict[str, Any]) -> None:
    data["handed_over"]["it"] = "{brand} {wen}"


def reach_into_placeholder(data: dict[str, Any]) -> None:
    data["handed_over"]["it"] = "{brand.x} {when}"


def leave_brace_open(data: dict[str, Any]) -> None:
    data["handed_over"]["it"] = "{brand} {when"


def forget_sunday(data: dict[str, Any]) -> None:
    data["when_phrases"]["weekdays"]["ja"].pop()


def forget_phrase(data: dict[str, Any]) -> None:
    del data["when_phrases"]["soon"]["ar"]


@pytest.mark.parametrize(
    ("spoil", "mistake"),
    [
        (remove_language, "holding: missing or unknown: pl"),
        (remove_text, "system texts: missing or unknown: stopped"),
        (misspell_text, "system texts: missing or unknown: stoped"),
        (forget_placeholder, "acknowledged.tr: the English text has the placeholders"),
        (misspell_placeholder, "handed_over.it: the English text has"),
        (reach_into_placeholder, "only a plain name may stand in braces"),
        (leave_brace_open, "expected '}'"),
        (forget_sunday, "weekdays.ja: 6 names instead of 7"),
        (forget_phrase, "soon: missing or unknown: ar"),
    ],
)
def test_a_mistake_in_the_file_is_named(spoil: Callable[[dict[str, Any]], None], mistake: str) -> None:
    data = copy.deepcopy(DATA)
    SystemTexts.from_mapping(data)
    spoil(data)
    with pytest.raises(ValueError, match=re.escape(mistake)):
        SystemTexts.from_mapping(data)
