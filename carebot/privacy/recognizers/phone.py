"""Telephone numbers: international ones, national ones of a telling shape, others beside a telling word."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers.context import Topic
from carebot.privacy.recognizers.numbers import is_thing_or_amount
from carebot.privacy.recognizers.searchable import Searchable

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_CANDIDATE = re.compile(
    r"""
    (?<! [A-Za-z0-9_#$€£¥] ) (?<! [0-9][.,:/-] ) (?<! [$€£¥][ ] )
    (?P<plus> \+ \s? | \( \+ | 00 (?= [1-9] ) | 011 [ -]? (?= [1-9] ) )?   # +34, (+34, 0034, 011 34
    (?P<digits>
      \(? [0-9]{1,15}                                 # a first group, perhaps "(0"
      (?: [ ./()-]{1,3} [0-9]{1,12} ){0,8}            # more groups, each with up to three separators
    )
    (?! [A-Za-z0-9_%€$£¥] | [.,:/-][0-9] )
    """,
    re.VERBOSE,
)

# Shapes of national numbers that little else has. Those with regions must also be valid there.
_NORTH_AMERICAN = r"(?:\d[ .-])?(?:\([2-9]\d\d\)[ ]?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}"
_ZERO_LEADING = r"\(?0[1-9](?:[ ./()-]{0,3}\d){7,10}"
_SHAPES = (
    (_NORTH_AMERICAN, ""),
    (_ZERO_LEADING, "GB NL DE FR IT TR JP BE AU EG SA AE AT CH CN"),
    (r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}", "CN"),
    (r"8[ (-]{0,2}[3489]\d\d[) -]{0,2}\d{3}[ -]?\d\d[ -]?\d\d", "RU"),
    (r"\(?[1-9]\d\)?[ ]?9?\d{4}[ -]\d{4}", "BR"),
    (r"[5-9]\d\d[ .-]\d{3}[ .-]\d{3}|[6-9]\d\d(?:[ .-]\d\d){3}", "ES PL PT"),
    (r"[679]\d{8}", "ES PT PL"),
    (r"3\d\d[ .-]\d{3}[ .-]?\d{4}|3\d\d[ .-]\d{6,7}", "IT"),
    (r"[6-9]\d{4}[ -]?\d{5}", "IN"),
    (r"\d\d[ -]\d{4}[ -]\d{4}", "MX AR"),
    (r"[2-9]\d{9}", "US MX IT"),
)
# A candidate may be two numbers with a space between: shapes are looked for within it.
_PATTERNS = tuple(
    (re.compile(rf"(?<!\d)(?<!\d[./-])(?:{shape})(?!\d|[./-]\d)"), tuple(regions.split()))
    for shape, regions in _SHAPES
)

_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}(?:[ ]+\d{1,2})?")
_AMOUNT = re.compile(r"\d{1,3}(?:[ .]\d{3})*[ .]000|\d{1,3}(?:\.\d{3})+|\d+\.\d{1,2}|\d{4}\s?-\s?\d{2,4}")
_LAST_GROUP = re.compile(r"[^0-9]*[0-9]+\)?$")
_FEWEST_DIGITS, _MOST_DIGITS = 6, 15  # E.164 allows 15; some countries' short numbers have 6


def find_phones(searched: Searchable) -> Iterator[Finding]:
    """Numbers of six digits and more; what counts something is left alone."""
    for match in _CANDIDATE.finditer(searched.text):
        if _count(match["digits"]) >= _FEWEST_DIGITS:
            international = _international(match) if match["plus"] else None
            if international is None:
                yield from _national(searched, match)
            else:
                yield international


def _international(match: re.Match[str]) -> Finding | None:
    """The longest number that a country could have given out.

    An extension, or a count of something else, may follow it: groups are dropped from the end.
    """
    import phonenumbers  # 40 ms and more: only once there is a candidate

    digits = match["digits"]
    while _count(digits) >= 7:
        number = _parsed("+" + digits, None) if _count(digits) <= _MOST_DIGITS + 2 else None  # "+44 (0)20"
        if number is not None and phonenumbers.is_possible_number(number):
            return _finding(match.start(), match.start("digits") + len(digits), "phone_international")
        digits = _LAST_GROUP.sub("", digits)
    return None


def _national(searched: Searchable, match: re.Match[str]) -> Iterator[Finding]:
    start, end = match.span()
    written = match.group()
    if written.startswith("(") and ")" not in written:  # the parenthesis closes after the number
        start, written = start + 1, written[1:]
    if _DATE.fullmatch(written) or _AMOUNT.fullmatch(written):
        return
    if _count(written) <= _MOST_DIGITS and searched.names(Topic.PHONE, start, end):
        yield _finding(start, end, "phone_by_context")
        return
    for first, last in _of_telling_shape(written):
        grouped = not written[first:last].isdigit()
        if grouped or not is_thing_or_amount(searched, start + first, start + last):  # or it counts views
            recognizer = "phone_by_shape" if grouped else "phone_by_digits"
            yield _finding(start + first, start + last, recognizer)


def _of_telling_shape(written: str) -> Iterator[tuple[int, int]]:
    for pattern, regions in _PATTERNS:
        for match in pattern.finditer(written):
            number = match.group()
            while _count(number) >= 9 and regions and not _is_valid(number, regions):
                number = _LAST_GROUP.sub("", number)  # "06 12345678 12 times"
            if _count(number) >= 9:
                yield match.start(), match.start() + len(number)


@lru_cache(maxsize=1024)
def _is_valid(written: str, regions: tuple[str, ...]) -> bool:
    import phonenumbers

    numbers = ((_parsed(written, region), region) for region in regions)
    return any(
        number is not None and phonenumbers.is_valid_number_for_region(number, region)
        for number, region in numbers
    )


def _parsed(written: str, region: str | None) -> "PhoneNumber | None":
    import phonenumbers

    try:
        return phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None


def _count(written: str) -> int:
    return sum(character.isdigit() for character in written)


def _finding(start: int, end: int, recognizer: str) -> Finding:
    return Finding(kind=EntityKind.PHONE, start=start, end=end, recognizer=recognizer)
