"""Telephone numbers: international ones, national ones of a telling shape, others beside a telling word."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers.context import Topic
from carebot.privacy.recognizers.hotline import is_hotline, mentions_line
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
_REGIONS = (
    "GB NL DE FR IT TR JP BE AU EG SA AE AT CH CN IE TW KR MA DZ TN JO IQ NZ ZA UA RO SE FI ID TH MY IL LB"
)
_SHAPES = (
    (_NORTH_AMERICAN, ""),
    (
        r"\(?0[1-9]\d{0,3}\)?[ /.-]{1,2}\d{2,4}(?:[ .-]\d{2,4}){1,3}",
        "",
    ),  # 020 7946 0958, also one not given out
    (_ZERO_LEADING, _REGIONS),
    (r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}", "CN"),
    (r"8[ (-]{0,2}[3489]\d\d[) -]{0,2}\d{3}[ -]?\d\d[ -]?\d\d", "RU"),
    (r"\(?[1-9]\d\)?[ ]?9?\d{4}[ -]\d{4}", "BR"),
    (r"[5-9]\d\d[ .-]\d{3}[ .-]\d{3}|[6-9]\d\d(?:[ .-]\d\d){3}", "ES PL PT"),
    (r"[679]\d{8}", "ES PT PL"),
    (r"3\d\d[ .-]\d{3}[ .-]?\d{4}|3\d\d[ .-]\d{6,7}|3\d\d[.]\d{3}[.]\d\d[.]\d\d", ""),  # Italy
    (r"5\d\d[ -]\d{3}[ -]?\d{2}[ -]?\d{2}", "TR"),
    (r"[1-9][1-9]9\d{8}", "BR"),
    (r"[6-9]\d{4}[ -]?\d{5}", "IN"),
    (r"\d\d[ -]\d{4}[ -]\d{4}", "MX AR"),
    (r"[2-9]\d{9}", "US MX IT TR"),
)
# A candidate may be two numbers with a space between: shapes are looked for within it.
_PATTERNS = tuple(
    (re.compile(rf"(?<!\d)(?<!\d[./-])(?:{shape})(?!\d|[./-]\d)"), tuple(regions.split()))
    for shape, regions in _SHAPES
)

_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}(?:[ ]+\d{1,2})?")
_DATE_FIRST = re.compile(r"[0-3]?\d([./-])[01]?\d\1(?:19|20)\d\d")
_AMOUNT = re.compile(r"\d{1,3}(?:[ .]\d{3})*[ .]000|\d{1,3}(?:\.\d{3})+|\d+\.\d{1,2}|\d{4}\s?-\s?\d{2,4}")
_THREES = re.compile(r"[1-9]\d\d\.\d{3}\.\d{3}")  # 504.771.236, an amount anywhere else
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3}){1,2}")
_FOR = re.compile(r"\b(?:for|fur|pour|voor|por|per|za|за|от|до|is|costs?|kostet|ile)\s$")
_LAST_GROUP = re.compile(r"[^0-9]*[0-9]+\)?$")
_FEWEST_DIGITS, _MOST_DIGITS = 6, 15  # E.164 allows 15; some countries' short numbers have 6


def find_phones(searched: Searchable) -> Iterator[Finding]:
    """Numbers of six digits and more, but no brand's own line; what counts something is left alone."""
    candidates = [
        match for match in _CANDIDATE.finditer(searched.text) if _count(match["digits"]) >= _FEWEST_DIGITS
    ]
    if not candidates:
        return
    may_be_line = mentions_line(searched.plain)
    for match in candidates:
        international = _international(match) if match["plus"] else None
        if international is None:
            yield from _national(searched, match, may_be_line=may_be_line)
        elif not (may_be_line and is_hotline(searched.plain, international.start, international.end)):
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


def _national(searched: Searchable, match: re.Match[str], *, may_be_line: bool) -> Iterator[Finding]:
    start, end = match.span()
    written = match.group()
    if written.startswith("(") and ")" not in written:  # the parenthesis closes after the number
        start, written = start + 1, written[1:]
    if _DATE.fullmatch(written) or (may_be_line and is_hotline(searched.plain, start, end)):
        return
    is_called = searched.names(Topic.PHONE, start, end)
    if _AMOUNT.fullmatch(written) and not (is_called and _THREES.fullmatch(written)):
        return
    if is_called and _count(written) <= 7 and _is_price(searched, start, end):
        return
    if _count(written) <= _MOST_DIGITS and is_called:
        yield _finding(start, end, "phone_by_context")
        return
    for first, last in _of_telling_shape(written):
        grouped = not written[first:last].isdigit()
        if not is_thing_or_amount(searched, start + first, start + last, counted=not grouped):
            recognizer = "phone_by_shape" if grouped else "phone_by_digits"
            yield _finding(start + first, start + last, recognizer)


def _is_price(searched: Searchable, start: int, end: int) -> bool:
    """Whether it is thousands with a unit behind or "for" before: "phone for 109 990"."""
    if _THOUSANDS.fullmatch(searched.plain, start, end) is None:
        return False
    unit = is_thing_or_amount(searched, start, end)
    return unit or _FOR.search(searched.plain, max(0, start - 8), start) is not None


def _of_telling_shape(written: str) -> Iterator[tuple[int, int]]:
    for pattern, regions in _PATTERNS:
        for match in pattern.finditer(written):
            number = match.group()
            while _count(number) >= 9 and regions and not _is_valid(number, regions):
                number = _LAST_GROUP.sub("", number)  # "06 12345678 12 times"
            if _count(number) >= 9 and not _DATE_FIRST.match(number):
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
