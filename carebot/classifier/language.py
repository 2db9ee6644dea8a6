"""The language of a short post, told offline (py3langid: BSD-3, 97 languages, 4.6 MB).

Customers write short, slangy English, and most detectors take "plz fix ur servers" for German. So a foreign
language must be told with confidence, and plain English words count for English.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol

from carebot.classifier.text import prose

# Languages that care messages come in. Fewer than the library knows: "xbox one" is not Nigerian Pidgin.
# More than carebot answers in: an unread language must not pass for a read one.
_CODES = """
ar bg ca cs da de el en es fa fi fr he hi hr hu id it ja ko ms nl no pl pt ro ru sk sv sw th tl tr uk vi zh
"""
LANGUAGES = tuple(_CODES.split())
FOREIGN_FROM = 0.40  # a foreign language is believed from here ...
AGAINST_ENGLISH_WORDS = 0.85  # ... and from here although English function words stand in the text
DECIDABLE_LETTERS = 5  # "ps", "ok", "lol": no language at all

# Words that hardly mean anything in the other Latin-script languages above.
_WORDS = """
the this that these those is it its it's im i'm i've ive i'll my your ur you our they their she isnt isn't
aint ain't wont won't cant can't cannot dont don't doesnt doesn't didnt didn't wasnt wasn't couldnt couldn't
and but if when where what why who how which because been being have has had are does did will would could
should can get getting got with without from for off by about after before again any anyone anything every
everything nothing still yet just please pls plz thanks thank thx yes already same here there fix fixed
working work works worst down us them only more some than then too very reply issue try tried keep keeps
says waiting
"""
ENGLISH = frozenset(_WORDS.split())


class Identifier(Protocol):
    """The part of py3langid that is used."""

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Languages with their probabilities, the likeliest first."""
        ...


@cache
def _identifier() -> Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # 0.7 s: only when the first message is read

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    found: Identifier = identifier
    return found


def detect(masked_text: str) -> tuple[str, float]:
    """Language (ISO 639-1) and confidence; ``("und", ...)`` when nothing can be said."""
    text = prose(masked_text)
    if not text:
        return "und", 0.0
    ranked = [(language, min(1.0, float(share))) for language, share in _identifier().rank(text)]
    best, share = ranked[0]
    english = dict(ranked)["en"]
    words = set(text.lower().replace("’", "'").split())
    if best != "en" and text.isascii() and words & ENGLISH and share < AGAINST_ENGLISH_WORDS:
        return "en", max(english, 0.5)
    if sum(map(len, words)) < DECIDABLE_LETTERS and text.isascii() and not words & ENGLISH:
        return "und", share
    if best != "en" and share < FOREIGN_FROM:
        return "und", share
    return best, share
