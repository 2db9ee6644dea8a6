"""A text made easy to search, code point by code point, so that offsets stay those of the original.

People write numbers in full-width or Arabic digits, with en dashes and no-break spaces. Each code point
is replaced by exactly one other, never removed: what is found here is at the same place in the original.
"""

import re
import unicodedata
from dataclasses import dataclass

from carebot.privacy.recognizers.context import Contexts, Topic

_FILLER = "\ufffc"
_ALIKE = {"İ": "I", "−": "-", "’": "'", "‘": "'", "\u20e3": " ", "\ufe0f": " "}
_PLAIN_ALIKE = {"ł": "l", "ı": "i", "ø": "o", "đ": "d", "ё": "е"}

# Ids in addresses of pages and names of accounts are nobody's phone number. E-mail addresses are looked for
# in the whole text.
_LINK_OR_HANDLE = re.compile(
    r"""
    https? \s? : \s? // [!-~]+                    # a link, also one broken up as "https: //"
  | (?<![\w@.]) www \. [!-~]+                     # a link without its scheme
  | (?<![\w@.-]) (?:[a-z0-9-]{1,63}\.){1,4}       # a bare host: labels and dots
      [a-z]{2,10} [/?] [!-~]*                        #   that goes on with a path
  | (?<![\w.+-]) [\w.+-]{1,64} @ [\w.-]+          # an e-mail address: its words say nothing of numbers
  | (?<![\w.+-]) @ [\w.-]+ (?:@[\w.-]+)?          # @name, @name.bsky.social, @name@mastodon.example
    """,  # ASCII only: Chinese and Japanese text goes on without a space
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

_UNBROKEN = re.compile(r"[^0-9<>]*")

# In these links the path is a phone number.
_PHONE_LINK = re.compile(r"(?:wa\.me/|whatsapp\.com/send/?\?phone=|\btel:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """Three forms of a text, each as long as the original.

    `whole` is folded; `text` is the same without links and handles; `plain` is `text` in lower case without
    accents.
    """

    whole: str
    text: str
    plain: str
    has_digits: bool
    contexts: Contexts

    def names(self, topic: Topic, start: int, end: int, *, before: int = 40, after: int = 20) -> bool:
        """Whether the nearest word before start..end, or else the one after it, is on the topic.

        Another number, or a mask, in between breaks the tie. A word before, on another topic, wins.
        """
        for mark in self.contexts.before(start, before)[:1]:
            if _UNBROKEN.fullmatch(self.plain, mark.end, start):
                return mark.topic is topic
        return any(
            mark.topic is topic and _UNBROKEN.fullmatch(self.plain, end, mark.start) is not None
            for mark in self.contexts.after(end, after)[:1]
        )

    def is_unbroken(self, start: int, end: int) -> bool:
        """Whether start..end holds no number and no mask: else a word there belongs to that one."""
        return _UNBROKEN.fullmatch(self.plain, start, end) is not None


class _Folding(dict[int, str]):
    """A table for str.translate that fills itself, one code point at a time."""

    def __missing__(self, code_point: int) -> str:
        folded = self[code_point] = _fold(chr(code_point))
        return folded


class _Plainness(dict[int, str]):
    def __missing__(self, code_point: int) -> str:
        plain = self[code_point] = _make_plain(chr(code_point))
        return plain


def _fold(character: str) -> str:
    """The ASCII twin of a character, if it has one."""
    if character in _ALIKE:
        return _ALIKE[character]
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(int(digit))
    category = unicodedata.category(character)
    if category == "Pd":
        return "-"
    if category == "Cf":  # invisible: direction marks around numbers in Arabic, zero-width spaces
        return " "
    twin = unicodedata.normalize("NFKC", character)
    return twin if len(twin) == 1 and twin.isascii() else character


def _make_plain(character: str) -> str:
    lower = character.lower()
    if len(lower) != 1:
        return character
    if lower in _PLAIN_ALIKE:
        return _PLAIN_ALIKE[lower]
    base = unicodedata.normalize("NFD", lower)[0]
    return base if base.isascii() else lower


_folding = _Folding()
_plainness = _Plainness()


def prepare(text: str) -> Searchable:
    """Fold the text, blank its links and handles, and note the words that give numbers their meaning."""
    whole = text if text.isascii() else text.translate(_folding)
    has_digits = re.search("[0-9]", whole) is not None
    searched = _blank(whole) if has_digits else whole
    plain = searched.lower() if searched.isascii() else searched.translate(_plainness)
    contexts = Contexts.of(plain) if has_digits else Contexts.none()
    return Searchable(whole=whole, text=searched, plain=plain, has_digits=has_digits, contexts=contexts)


def _blank(text: str) -> str:
    return _LINK_OR_HANDLE.sub(_filler, text)


def _filler(match: re.Match[str]) -> str:
    found = match.group()
    phone = _PHONE_LINK.search(found)
    if phone is None:
        return _FILLER * len(found)
    # "+" lets the number be read as an international one, which it is.
    return _FILLER * (phone.end() - 1) + "+" + found[phone.end() :].replace("+", " ")
