"""Payment card numbers: an issuer's range and length, and the Luhn check digit."""

import re
from collections.abc import Iterator

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers.context import Topic
from carebot.privacy.recognizers.searchable import Searchable

_ISSUERS = re.compile(
    r"""
    4 (?: \d{12} | \d{15} | \d{18} )                               # Visa: 13, 16, 19
  | (?= \d{16} $ ) (?: 5[1-5] | 222[1-9] | 22[3-9] | 2[3-6] | 27[01] | 2720 ) \d+   # Mastercard: 16
  | 3[47] \d{13}                                                   # American Express: 15
  | 3 (?: 0[0-59] | [689]\d ) \d{11,16}                            # Diners: 14 to 19
  | 35 (?: 2[89] | [3-8]\d ) \d{12,15}                             # JCB: 16 to 19
  | (?: 6011 | 64[4-9]\d | 65\d\d ) \d{12,15}                      # Discover: 16 to 19
  | (?: 62 | 81 ) \d{14,17}                                        # UnionPay: 16 to 19
  | (?: 50 | 5[6-8] | 6[0379] ) \d{14,17}                          # Maestro, Elo, RuPay: 16 to 19
  | 220[0-4] \d{12,15}                                             # Mir: 16 to 19
  | 9792 \d{12}                                                    # Troy: 16
    """,
    re.VERBOSE,
)

# Digits, one by one or in groups, with at most two separators between; groups are told apart below.
_RUN = re.compile(
    r"""
    (?<! [A-Za-z0-9_] ) (?<! [0-9][ .-] )     # not in the middle of a longer run
    [0-9] (?: [ .-]{0,2} [0-9] )* (?! [A-Za-z0-9_] )
    """,
    re.VERBOSE,
)
_MEMBER = re.compile(
    r"\b(?:loyal|member|club|gym|librar|bonus|points?\b|miles\b|reward|treue|punkte|sammel|fidel"
    r"|fedel|tessera"
    r"|puntos|pontos|punti\b|spaar|klanten|lidmaat|bibliot|abonn|navigo|lojaln|klub|klient|puan"
    r"|uye|sadakat|ogrenci|akbil"
    r"|istanbulkart|бонус|балл|лояльн|клуб|скидоч|тройк|член)|会员|會員|积分|積分|里程|悠遊|八達通|交通卡|ポイント|会員|図書|診察"
    r"|الولاء|ولاء|نقاط|عضوي|النقاط|جيم|نادي"
)
_MAESTRO = re.compile("50|5[6-8]|6[0379]")  # shops' own cards begin so too
_GROUP = re.compile(r"[0-9]+")
_MOST_GROUPS = 6
_SECURITY_CODE = re.compile(r"[\s:=#'\w]{0,12}?(?<![0-9])([0-9]{3,4})(?![0-9])", re.ASCII)


def find_cards(searched: Searchable) -> Iterator[Finding]:
    """Card numbers, those mistyped behind a word for cards, and security codes."""
    for run in _RUN.finditer(searched.text):
        if run.end() - run.start() >= 13:
            for card in _cards_in(searched.text, run.start(), run.end()):
                is_maestro = _MAESTRO.match(searched.text, card.start) is not None
                if not (is_maestro and is_member_card(searched.plain, card.start, card.end)):
                    yield card
            yield from _mistyped(searched, run.start(), run.end())
    yield from _security_codes(searched)


def _cards_in(text: str, start: int, end: int) -> Iterator[Finding]:
    """The run as a whole, else neighbouring groups of it: an expiry date may follow the number."""
    if end - start <= 19 * 3 and _is_card(re.sub("[^0-9]", "", text[start:end])):
        yield _finding(start, end, "card")
        return
    groups = [match.span() for match in _GROUP.finditer(text, start, end)]
    first = 0
    while first < len(groups):
        last = _last_group(text, groups, first)
        if last is not None:
            yield _finding(groups[first][0], groups[last][1], "card")
        first = first + 1 if last is None else last + 1


def _mistyped(searched: Searchable, start: int, end: int) -> Iterator[Finding]:
    """A number of a card's length right behind the word is one, also with a digit wrong."""
    if end - start > 19 * 3 or not 13 <= sum(map(str.isdigit, searched.text[start:end])) <= 19:
        return
    if searched.names(Topic.CARD, start, end, before=25, after=0) and not is_member_card(
        searched.plain, start, end
    ):
        yield _finding(start, end, "card_by_context")


def is_member_card(plain: str, start: int, end: int) -> bool:
    """Whether words beside the number in start..end make the card a shop's, a gym's, a library's."""
    return _MEMBER.search(plain, max(0, start - 45), min(len(plain), end + 35)) is not None


def _last_group(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The group with which a card ends that begins with the group `first`."""
    digits = ""
    for last in range(first, min(len(groups), first + _MOST_GROUPS)):
        digits += text[slice(*groups[last])]
        if len(digits) < 3:
            return None  # nobody writes a card digit by digit and something else behind it
        if len(digits) > 19:
            return None
        if len(digits) >= 13 and _is_card(digits):
            return last
    return None


def _is_card(digits: str) -> bool:
    return _ISSUERS.fullmatch(digits) is not None and _has_luhn_digit(digits) and len(set(digits)) > 1


def _has_luhn_digit(digits: str) -> bool:
    """Every second digit from the right counts double, as the sum of its digits; the total ends in 0."""
    odd = sum(int(digit) for digit in digits[-1::-2])
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (odd + even) % 10 == 0


def _security_codes(searched: Searchable) -> Iterator[Finding]:
    for mark in searched.contexts.marks:
        if mark.topic is Topic.SECURITY_CODE:
            code = _SECURITY_CODE.match(searched.plain, mark.end)
            if code is not None:
                yield _finding(code.start(1), code.end(1), "card_security_code")


def _finding(start: int, end: int, recognizer: str) -> Finding:
    return Finding(kind=EntityKind.CARD, start=start, end=end, recognizer=recognizer)
