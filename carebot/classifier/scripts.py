"""Which script a text is in; most scripts belong to one language, and three are shared by many."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from functools import lru_cache

SHARED = ("latin", "cyrillic", "arabic")
_HAN, _KANA = "han", "kana"
_DENSE = 3  # a Chinese, Japanese or Korean sign says about as much as three letters

# Where blocks of Unicode begin, and what is written with them: a shared script, or the language itself
# ("" for what is no letter, or of a script that nobody writes posts in).
_BLOCKS: tuple[tuple[int, str], ...] = (
    (0x0000, ""),
    (0x0041, "latin"),
    (0x0250, ""),
    (0x0370, "el"),
    (0x0400, "cyrillic"),
    (0x0530, "hy"),
    (0x0590, "he"),
    (0x0600, "arabic"),
    (0x0700, ""),
    (0x0750, "arabic"),
    (0x0780, ""),
    (0x08A0, "arabic"),
    (0x0900, "hi"),
    (0x0980, "bn"),
    (0x0A00, "pa"),
    (0x0A80, "gu"),
    (0x0B00, "or"),
    (0x0B80, "ta"),
    (0x0C00, "te"),
    (0x0C80, "kn"),
    (0x0D00, "ml"),
    (0x0D80, "si"),
    (0x0E00, "th"),
    (0x0E80, "lo"),
    (0x0F00, "bo"),
    (0x1000, "my"),
    (0x10A0, "ka"),
    (0x1100, "ko"),
    (0x1200, "am"),
    (0x1380, ""),
    (0x1780, "km"),
    (0x1800, ""),
    (0x1E00, "latin"),
    (0x1F00, "el"),
    (0x2000, ""),
    (0x3005, _HAN),
    (0x3006, ""),
    (0x3040, _KANA),
    (0x3100, ""),
    (0x3130, "ko"),
    (0x3190, ""),
    (0x3400, _HAN),
    (0xA000, ""),
    (0xAC00, "ko"),
    (0xD7B0, ""),
    (0xF900, _HAN),
    (0xFB00, ""),
    (0x20000, _HAN),
    (0x323B0, ""),
)
_BEGINNINGS = [beginning for beginning, _ in _BLOCKS]


@lru_cache(maxsize=4096)
def _script(sign: str) -> str:
    return _BLOCKS[bisect(_BEGINNINGS, ord(sign)) - 1][1]


def written_in(text: str) -> str | None:
    """The shared script (see ``SHARED``) that most of the text is in, or else the language itself.

    A few letters of another script ("не работает Apple ID") change nothing. None without any letter.
    """
    if text.isascii():
        return "latin" if any(map(str.isalpha, text)) else None
    signs = Counter(map(_script, text))
    del signs[""]
    han, kana = signs.pop(_HAN, 0), signs.pop(_KANA, 0)
    weights = {script: count * (_DENSE if script == "ko" else 1) for script, count in signs.items()}
    if han or kana:
        weights["ja" if kana or any(map(_is_japanese, text)) else "zh"] = (han + kana) * _DENSE
    return max(weights, key=lambda script: weights[script], default=None)


@lru_cache(maxsize=4096)
def _is_japanese(sign: str) -> bool:
    """A Chinese character that only Japan writes so (払, 気): neither China's nor Taiwan's standard has it."""
    return _script(sign) == _HAN and _in(sign, "shift_jis") and not (_in(sign, "gb2312") or _in(sign, "big5"))


def _in(sign: str, standard: str) -> bool:
    try:
        sign.encode(standard)
    except UnicodeEncodeError:
        return False
    return True


def words_in(text: str, script: str) -> str:
    """Only the words that have a letter of the script."""
    if text.isascii():
        return text
    return " ".join(word for word in text.split() if any(_script(sign) == script for sign in word))
