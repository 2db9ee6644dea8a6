"""The language of a short post, told offline: by its script, then by its letters, then by its sequences of letters.

Customers write short, slangy English, and most detectors take "plz fix ur servers" for German. So a foreign
language must be told with confidence, and plain English words count for English. More languages are told than are
read (`core/languages.py`), so that Swedish does not pass for a language that is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from carebot.classifier.ngrams import ngrams
from carebot.classifier.scripts import SHARED, words_in, written_in
from carebot.classifier.text import prose
from carebot.core.languages import UNDETERMINED, is_supported

FOREIGN_FROM = 0.40  # a foreign language is believed from here ...
AGAINST_ENGLISH_WORDS = 0.85  # ... and from here although English function words stand in the text
ENGLISH_AT_ALL = 0.10  # a word that other languages have, too, counts for English from here
DECIDABLE_LETTERS = 5  # "ps", "ok", "lol": no language at all
BY_SCRIPT = 0.99  # a script that one language is written in; Chinese without any Japanese sign
CARE_IN = 3.0  # posts to a brand are that much more often in a language that it serves than in a neighbour's

# Words that hardly mean anything in the other Latin-script languages ...
_WORDS = """
the this that these those its it's i'm i've ive i'll my your ur you our they their she isnt isn't
aint ain't wont won't cant can't cannot dont don't doesnt doesn't didnt didn't wasnt wasn't couldnt couldn't
and but if when where what why who how which because been being have has are does did will would could
should can get getting got with without from for off by about after before again any anyone anything every
everything nothing still yet just please thanks thank thx yes already same here there fix fixed
working work works worst down us them only more than then too very reply issue try tried keep keeps
says waiting
"""
ENGLISH = frozenset(_WORDS.split())
# ... and those that some of them have, too (nl is, de im, pt some, fr pls).
_SHARED_WORDS = frozenset({"is", "it", "im", "some", "pls", "plz"})

_RUSSIAN = re.compile(r"[ыэё]|ъ[еёюя]")  # Belarusian has the letters, Bulgarian and Ukrainian have not
_UKRAINIAN = re.compile(r"[іїєґ]")  # Belarusian has the first
_SOFT = re.compile(r"ь(?!о)")  # Bulgarian has the soft sign in ьо only
_BULGARIAN = re.compile(r"ъ(?![еёюя])")  # a vowel there, a mere sign elsewhere
_EXCLUDES: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (_RUSSIAN, frozenset({"bg", "mk", "sr", "uk"})),
    (_UKRAINIAN, frozenset({"bg", "mk", "ru", "sr"})),
    (_SOFT, frozenset({"bg", "mk", "sr"})),
    (_BULGARIAN, frozenset({"be", "mk", "ru", "sr", "uk"})),
)


def detect(masked_text: str) -> tuple[str, float]:
    """Language (ISO 639-1) and confidence; ``("und", ...)`` when nothing can be said.

    Raises ModelMissingError, ModelDamagedError.
    """
    text = prose(unicodedata.normalize("NFKC", masked_text))
    script = written_in(text)
    if script is None:
        return UNDETERMINED, 0.0
    if script not in SHARED:
        return script, BY_SCRIPT
    told = _TOLD[script](words_in(text, script))
    return told if told[1] >= FOREIGN_FROM or told[0] == "en" else (UNDETERMINED, told[1])


def _latin(text: str) -> tuple[str, float]:
    shares = _weighed(ngrams()["latin"].shares(_not_shouted(text)))
    best, share = _likeliest(shares)
    words = set(text.lower().replace("’", "'").split())
    english = text.isascii() and _has_english(words, shares["en"])
    if best != "en" and english and share < AGAINST_ENGLISH_WORDS:
        return "en", max(shares["en"], 0.5)
    if sum(map(len, words)) < DECIDABLE_LETTERS and text.isascii() and not english:
        return UNDETERMINED, min(share, FOREIGN_FROM - 0.01)
    return best, share


def _has_english(words: set[str], share: float) -> bool:
    return not words.isdisjoint(ENGLISH) or (share > ENGLISH_AT_ALL and not words.isdisjoint(_SHARED_WORDS))


def _cyrillic(text: str) -> tuple[str, float]:
    """Letters decide before sequences do: a single ы is enough against Bulgarian."""
    shares = ngrams()["cyrillic"].shares(_not_shouted(text))
    letters = text.lower()
    out = {language for letter, languages in _EXCLUDES if letter.search(letters) for language in languages}
    left = {language: share for language, share in shares.items() if language not in out}
    return _likeliest(_weighed(left))


def _arabic(text: str) -> tuple[str, float]:
    return _likeliest(_weighed(ngrams()["arabic"].shares(text)))


def _weighed(shares: Mapping[str, float]) -> dict[str, float]:
    """The shares with the languages that care messages come in counted more, all together 1."""
    weighed = {
        language: share * (CARE_IN if is_supported(language) else 1) for language, share in shares.items()
    }
    whole = sum(weighed.values())
    return {language: share / whole for language, share in weighed.items()}


def _likeliest(shares: Mapping[str, float]) -> tuple[str, float]:
    best = max(shares, key=lambda language: shares[language])
    return best, min(1.0, shares[best])


def _not_shouted(text: str) -> str:
    """Words in capitals as they are written otherwise: the sequences were learned from those."""
    return " ".join(word.lower() if len(word) > 1 and word.isupper() else word for word in text.split())


_TOLD: Mapping[str, Callable[[str], tuple[str, float]]] = {
    "latin": _latin,
    "cyrillic": _cyrillic,
    "arabic": _arabic,
}
