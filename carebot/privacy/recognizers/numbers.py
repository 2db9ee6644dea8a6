"""Cuts a text into numbers, and knows those that are no person's: amounts, dates, versions, errors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers import phrases
from carebot.privacy.recognizers.context import Topic, alternatives
from carebot.privacy.recognizers.searchable import Searchable

_NUMBER = re.compile(
    r"""
    (?<! [A-Za-z0-9_] ) (?<! [0-9][.,:/-] )
    (?:
      [0-9]{1,3} (?: ,[0-9]{3} )+ (?: \.[0-9]+ )? (?! [0-9A-Za-z,] )        # 1,234.50
    | [0-9]+ [.,] [0-9]{1,2} (?! [0-9A-Za-z.,] )                            # 19.99
    | (?P<token>
        (?: (?<!\w) [А-Я]{1,4} [-/] )?                                        # Cyrillic letters in front
        (?= [A-Za-z./_-]{0,12} [0-9] )                                      # a digit is near
        [A-Za-z0-9]{1,40} (?: (?: [-/_] | \.(?=[0-9]) ) [A-Za-z0-9]{1,40} ){0,7}
      ) (?! [A-Za-z0-9_] )
    )
    """,
    re.VERBOSE,
)

_NEVER_PERSONAL = re.compile(
    r"""
    \d{1,4} ([./-]) \d{1,2} \1 \d{1,4}           # a date
  | \d{1,3} (?: \.\d{3} )+                       # 1.000.000
  | v? \d{1,4} (?: \.\d{1,4} ){1,4}              # a version
  | 0x [0-9a-f]+                                 # an error in hexadecimal
  | (?: ce|ws|np|su|nw|wv|wc|err|cve|sce ) [-_]? \d{2,6} (?: -\d{1,6} )?   # CE-34224-5, CVE-2020-0601
  | e \d{2,4}                                    # E17, a washing machine's error
  | kb \d{6,7}                                   # an article of Microsoft's
  | \d+ x \d+ (?: x \d+ )?                       # 1920x1080
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MODEL = re.compile(
    r"""
    \d{1,5} [a-z]{1,4}                           # 256GB, 1080p, 21st
  | [a-z]{1,10} [-]? \d{1,4} (?:[a-z]{1,3})?     # iPhone12, RTX3080, KL1234, A380
  | [a-z]{1,3} - \d{1,4} [a-z]{1,4} \d?          # WH-1000XM4
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"(?:[$€£¥₺₽₹]|\b(?:usd|eur|gbp|rs|inr|try|brl|pln)\.?)\s?$")
_ROUND = re.compile(r"[1-9]\d{0,2}0{4,}|[1-9]0{3,}")

# Numbers that name a person's thing with no word beside them.
_BARE = re.compile(
    r"""
    (?<! [A-Za-z0-9_+#] ) (?<! [0-9][.,:/-] )
    (?: (?P<order> \d{3}-\d{7}-\d{7}                                        # Amazon
                 | 1Z (?: [ ]? [0-9A-Z] ){16}                                # UPS
                 | [A-Z]{2} [ ]? \d{3} [ ]? \d{3} [ ]? \d{3} [ ]? [A-Z]{2}     # post, UPU S10
                 | J?JD \d{12,18} | JVGL [ ]? \d{12,20} | H00[A-Z0-9]{13} )    # DHL, Evri
      | (?P<account> IT\d{3}E\d{8} | PT\d{16}[A-Z]{2} | ES\d{16}[A-Z]{2}     # a meter's place: POD, CPE, CUPS
                   | \d{9,30}                                               # long digits
                   | [A-Z]{1,4} \d{9,20}                                    # the same, behind letters
                   | \d{4} ([ -]) \d{4} \3 \d{4} \3 \d{4}                   # like a card, but fails its check
                   | \d{1,6} - \d{9,16} | \d{6,12} (?: -\d{4,12} ){1,3}     # long, with dashes
                   | [0-9a-f]{8} (?: -[0-9a-f]{4} ){3} -[0-9a-f]{12} )      # UUID
    )
    (?! [A-Za-z0-9_] | [.,:/-][0-9] )
    """,
    re.VERBOSE,
)

_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
FEWEST_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word with digits in it, perhaps with dashes: "4711-A"."""

    written: str
    start: int
    end: int
    digits: int
    letters: int

    @property
    def is_year(self) -> bool:
        """Four digits from 1900 to 2099."""
        return self.letters == 0 and len(self.written) == 4 and self.written[:2] in ("19", "20")


def tokens(text: str, *, fewest: int = FEWEST_DIGITS) -> Iterator[Token]:
    """Words with that many digits or more; amounts with decimals are none."""
    for match in _NUMBER.finditer(text):
        written = match["token"]
        digits = sum(character.isdigit() for character in written or "")
        if written is not None and digits >= fewest:
            letters = sum(character.isalpha() for character in written)
            yield Token(written=written, start=match.start(), end=match.end(), digits=digits, letters=letters)


def is_never_personal(token: Token) -> bool:
    """A date, a version, an error code: by its own shape."""
    return _NEVER_PERSONAL.fullmatch(token.written) is not None


def is_named_thing(token: Token) -> bool:
    """The same, or a model, a flight, a size; those shapes an order number may have too."""
    return is_never_personal(token) or _MODEL.fullmatch(token.written) is not None


def is_amount(searched: Searchable, token: Token) -> bool:
    """Money, or so many of something: by what stands beside it."""
    return (
        _ROUND.fullmatch(token.written) is not None
        or (token.letters == 0 and _unit().match(searched.plain, token.end) is not None)
        or _MONEY_BEFORE.search(searched.plain, max(0, token.start - 6), token.start) is not None
    )


def find_long_numbers(searched: Searchable) -> Iterator[Finding]:
    """Nine digits and more are rarely a count of anything: without a harmless word they are masked."""
    for match in _BARE.finditer(searched.text):
        kind = EntityKind.ORDER_NUMBER if match["order"] else EntityKind.ACCOUNT_NUMBER
        if not is_thing_or_amount(searched, *match.span()) and not _is_security(match.group()):
            recognizer = "parcel_number" if match["order"] else "long_number"
            yield Finding(kind=kind, start=match.start(), end=match.end(), recognizer=recognizer)


def _is_security(written: str) -> bool:
    """Whether it is a share's number (ISIN) with its check digit: Luhn, letters counted from A = 10."""
    if not _ISIN.fullmatch(written):
        return False
    digits = "".join(str(int(character, 36)) for character in written)[::-1]
    doubled = [sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(digits)]
    return sum(doubled) % 10 == 0


def is_thing_or_amount(searched: Searchable, start: int, end: int, *, counted: bool = True) -> bool:
    """Whether the digits in start..end count something (if `counted`), or follow a word like "version" or "test"."""
    written = searched.text[start:end]
    token = Token(written=written, start=start, end=end, digits=end - start, letters=0)
    marks = searched.contexts.before(start, 15)[:1]
    return (counted and is_amount(searched, token)) or any(
        mark.topic in (Topic.HARMLESS, Topic.TEST) for mark in marks
    )


@cache
def _unit() -> re.Pattern[str]:
    return re.compile(rf"\s?(?:{alternatives(phrases.UNITS.split())})")
