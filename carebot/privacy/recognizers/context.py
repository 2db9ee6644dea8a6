"""Finds the words that say what a number beside them is."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from carebot.privacy.recognizers import vocabulary

_FIRST_UNSPACED = "\u3000"  # Chinese and Japanese, above it, put no space between words


class Topic(StrEnum):
    """What a word is about; where two topics fit at one place, the one listed first is taken."""

    TEST = "test"
    SECURITY_CODE = "security_code"
    BIRTH = "birth"
    NATIONAL_ID = "national_id"
    PHONE = "phone"
    TICKET = "ticket"
    HARMLESS = "harmless"
    ADDRESS = "address"
    ACCOUNT = "account"
    ORDER = "order"
    CARD = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A word of the vocabulary in the text."""

    topic: Topic
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contexts:
    """All marks of a text, in its order; found once, looked up for each number."""

    marks: tuple[Mark, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def none(cls) -> "Contexts":
        return cls(marks=(), starts=(), ends=())

    @classmethod
    def of(cls, plain: str) -> "Contexts":
        """Reads the lower-case, accentless text."""
        marks = tuple(
            Mark(topic=Topic(match.lastgroup or ""), start=match.start(), end=match.end())
            for match in _pattern(ascii_only=plain.isascii()).finditer(plain)
        )
        starts = tuple(mark.start for mark in marks)
        return cls(marks=marks, starts=starts, ends=tuple(mark.end for mark in marks))

    def before(self, position: int, reach: int) -> tuple[Mark, ...]:
        """The marks that end at most `reach` code points before the position, nearest first."""
        first = bisect_left(self.ends, position - reach)
        return self.marks[first : bisect_right(self.ends, position)][::-1]

    def after(self, position: int, reach: int) -> tuple[Mark, ...]:
        """The marks that begin at most `reach` code points after the position, nearest first."""
        first = bisect_left(self.starts, position)
        return self.marks[first : bisect_right(self.starts, position + reach)]


@cache
def _pattern(*, ascii_only: bool) -> re.Pattern[str]:
    """One group per topic; the smaller pattern for ASCII text is the faster one.

    Compiled at the first text with a digit, so that importing costs nothing.
    """
    groups = "|".join(f"(?P<{topic}>{_words(topic, ascii_only=ascii_only)})" for topic in Topic)
    return re.compile(rf"(?=[^\W0-9_])(?:{groups})")


def _words(topic: Topic, *, ascii_only: bool) -> str:
    """The words of a topic; those of languages with spaces only where a word begins."""
    words = [word.replace("_", " ") for word in getattr(vocabulary, topic.name).split()]
    spaced = [re.escape(word) for word in words if word[0] < _FIRST_UNSPACED and word.isascii() >= ascii_only]
    unspaced = [re.escape(word) for word in words if word[0] >= _FIRST_UNSPACED and not ascii_only]
    # [...]{0,2}: "and", "with", "for" are letters put before an Arabic word
    prefix = "" if ascii_only else "[وفبلك]{0,2}"
    begins = rf"(?<![a-z_а-яёء-ي]){prefix}(?:{alternatives(spaced)})"
    return f"{begins}|{alternatives(unspaced)}" if unspaced else begins


def alternatives(patterns: Iterable[str]) -> str:
    """`(?:ab|ac)|(?:de)`: sorted by first character, so that most are never tried; longer ones first."""
    by_first: defaultdict[str, list[str]] = defaultdict(list)
    for pattern in sorted(set(patterns), key=lambda pattern: (-len(pattern), pattern)):
        by_first[pattern[0]].append(pattern)
    return "|".join(
        f"{first}(?:{'|'.join(pattern[1:] for pattern in group)})" if first.isalpha() else "|".join(group)
        for first, group in by_first.items()
    )
