"""Numbers of orders, tickets, accounts and the like: what a number is, is told by the words around it."""

import re
from collections.abc import Iterator
from functools import cache

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers import phrases
from carebot.privacy.recognizers.card import is_member_card
from carebot.privacy.recognizers.context import Mark, Topic, alternatives
from carebot.privacy.recognizers.leading import leading
from carebot.privacy.recognizers.numbers import (
    FEWEST_DIGITS,
    Token,
    is_amount,
    is_named_thing,
    is_never_personal,
    tokens,
)
from carebot.privacy.recognizers.searchable import Searchable

_KINDS = {
    Topic.ORDER: EntityKind.ORDER_NUMBER,
    Topic.TICKET: EntityKind.TICKET_NUMBER,
    Topic.ACCOUNT: EntityKind.ACCOUNT_NUMBER,
    Topic.NATIONAL_ID: EntityKind.NATIONAL_ID,
    Topic.CARD: EntityKind.CARD,
}
_SORT_CODE = re.compile(r"\d\d-\d\d-\d\d")  # a British bank's branch, written as some write dates
_HASHTAG = re.compile(r"#[A-Za-z]*[a-z]{2}[A-Za-z]*[0-9]+")  # "#Covid19"; an order is "#AB-1234" or "#1234"
_REACH_BEFORE, _REACH_AFTER = 45, 25

# "test order 123", "test de commande 123"; what is left of the word, then at most "de"
_UNBROKEN_END = re.compile(r"[^0-9<>]+$")  # the text before, back to another number or a mask
_JUST_BEFORE = re.compile(r"\w{0,5}[\s:]{0,2}(?:(?:de|do|di|d') ?)?")
_AND = re.compile(r"\s{0,2}(?:[,;/&+]|and|und|en|et|y|e|i|ve|и|和|と|、|و|or|oder|ou|o){1,2}\s{0,2}")
_MORE_GROUPS = re.compile(
    r"(?:[ ][0-9]{2,7}(?![0-9A-Za-z,:/%-]|\.[0-9])){1,5}(?:[ ][0-9](?![0-9A-Za-z,:/%]|\.[0-9]))?"
)

# What may stand before the first group: "5 220 318 774", "AC 1029 448 310", "ХХХ 0298114735".
_FIRST_GROUP = re.compile(r"(?<![\w.,/-])(?:[A-ZА-Я]{1,3}[ ](?:[0-9]{1,2}[ ])?|[0-9]{1,2}[ ])$")
_CAPITALS = re.compile(r"(?=.*[A-Z].*[A-Z])[A-Z0-9/_-]{6,20}")  # "QZ-88-TR"
_STOCK = re.compile(
    r"\b(?:out of stock|in stock|sold out|restock|indispo|en rupture|rupture|epuise|agotad"
    r"|disponible|esgotad|disponivel|esaurit|disponibil|introvabil"
    r"|ausverkauft|lieferbar|uitverkocht|op voorraad|leverbaar|niedostepn|dostepn|wyprzedan"
    r"|tukendi|stokta|нет в наличии|в наличии|законч)|缺货|缺貨|有货|在庫|品切|متوفر|نفد"
)
_REF = re.compile(r"(?:ref|kenmerk|riferim|справ|номер)")  # of what, the word before it says
_TICKET_PREFIX = re.compile(
    r"(?:INC|CASE?|CS|SR|TKT|TCK|TIC|TICKET|REC|RECL|CMP|COMP|REQ|RITM|HD|SUP|ZGL|TLP|SIK|MEL)[-/ ]?[0-9]",
    re.IGNORECASE,
)


def find_references(searched: Searchable) -> Iterator[Finding]:
    """Numbers that words nearby call an order's, a ticket's, an account's, a passport's."""
    if not searched.contexts.marks:
        return
    previous: tuple[Token, EntityKind] | None = None
    end = 0
    for single in tokens(searched.text, fewest=1):
        if single.start < end:
            continue
        token = _whole(searched, single)
        if token.digits < FEWEST_DIGITS and not _CAPITALS.fullmatch(token.written):
            continue
        found = (
            _tight(searched, token)
            or _led(searched, token)
            or _loose(searched, token)
            or _listed(searched, token, previous)
        )
        if found is None:
            continue
        kind, recognizer = found
        end = token.end
        yield Finding(kind=kind, start=token.start, end=end, recognizer=recognizer)
        previous = token, kind


def _tight(searched: Searchable, token: Token) -> tuple[EntityKind, str] | None:
    """The word and the number belong together: "order no. 123", "Bestellung 12345", "12345 (order)"."""
    for mark in searched.contexts.before(token.start, _REACH_BEFORE)[:2]:
        if not _links().fullmatch(searched.plain, mark.end, token.start):
            return None
        if mark.topic is Topic.TEST:
            continue
        if mark.topic not in _KINDS or _is_test(searched, mark, token):
            return None
        explicit = _is_explicit(searched, mark.start, token.start)
        if (
            mark.topic is Topic.ORDER
            and _REF.match(searched.plain, mark.start)
            and _is_stocked(searched, token)
        ):
            return None
        if not _may_be(searched, token, mark.topic, explicit):
            return None
        return _kind(searched, mark, token), "reference"
    return None


def _kind(searched: Searchable, mark: Mark, token: Token) -> EntityKind:
    """The mark's, or, of a "reference", that of the word before it or of the number's own letters."""
    is_short = 8 <= token.digits <= 12
    if mark.topic is Topic.CARD and (is_short or is_member_card(searched.plain, token.start, token.end)):
        return EntityKind.ACCOUNT_NUMBER
    if mark.topic is Topic.ORDER and _REF.match(searched.plain, mark.start):
        for other in searched.contexts.before(mark.start, 15)[:1]:
            if other.topic in (Topic.TICKET, Topic.ACCOUNT) and _links().fullmatch(
                searched.plain, other.end, mark.start
            ):
                return _KINDS[other.topic]
        if _TICKET_PREFIX.match(token.written):
            return EntityKind.TICKET_NUMBER
    return _KINDS[mark.topic]


def _led(searched: Searchable, token: Token) -> tuple[EntityKind, str] | None:
    """The number comes first: "12345 is my order number", "12345の注文"."""
    found = leading(searched, token)
    if found is None:
        return None
    topic, is_certain = found
    if topic not in _KINDS or not _may_be(searched, token, topic, explicit=True):
        return None
    return _KINDS[topic], "reference" if is_certain else "reference_nearby"


def _may_be(searched: Searchable, token: Token, topic: Topic, explicit: bool) -> bool:
    if token.is_year or _HASHTAG.fullmatch(searched.text, token.start - 1, token.end):
        return False
    if is_never_personal(token):
        return topic is Topic.ACCOUNT and explicit and _SORT_CODE.fullmatch(token.written) is not None
    if topic is Topic.CARD:
        return token.digits >= (6 if explicit else 8)
    if explicit:
        return True
    if token.digits < FEWEST_DIGITS:
        return False
    is_long = (
        (token.letters > 0 and len(token.written) >= 6)
        or token.digits >= 5
        or (token.digits >= 4 and token.letters > 0)
        or len(token.written) >= 10
    )
    return is_long and not is_named_thing(token) and not is_amount(searched, token)


def _loose(searched: Searchable, token: Token) -> tuple[EntityKind, str] | None:
    """The word is in the neighbourhood and the number is too long to be a count of anything."""
    if (
        token.digits < 6
        or _is_stocked(searched, token)
        or is_named_thing(token)
        or is_amount(searched, token)
    ):
        return None
    for mark in searched.contexts.before(token.start, _REACH_BEFORE)[:3]:
        if not searched.is_unbroken(mark.end, token.start) or mark.topic is Topic.PHONE:
            return None
        if mark.topic in (Topic.HARMLESS, Topic.TEST) and token.start - mark.end <= 15:
            return None
        if mark.topic in _KINDS:
            return _if_long(searched, token, mark, mark.start, token.start)
    for mark in searched.contexts.after(token.end, _REACH_AFTER)[:1]:
        if mark.topic in _KINDS and _links().fullmatch(searched.plain, token.end, mark.start):
            return _if_long(searched, token, mark, token.end, mark.end + 12)
    return None


def _if_long(
    searched: Searchable, token: Token, mark: Mark, start: int, end: int
) -> tuple[EntityKind, str] | None:
    if _is_test(searched, mark, token):
        return None
    fewest = 6 if _is_explicit(searched, start, end) else 7
    return (_KINDS[mark.topic], "reference_nearby") if token.digits >= fewest else None


def _listed(
    searched: Searchable, token: Token, previous: tuple[Token, EntityKind] | None
) -> tuple[EntityKind, str] | None:
    """The second of "orders 123456 and 123457"."""
    if previous is None or not _AND.fullmatch(searched.plain, previous[0].end, token.start):
        return None
    alike = token.digits >= max(4, previous[0].digits - 2) and not is_named_thing(token)
    return (previous[1], "reference") if alike else None


def _whole(searched: Searchable, token: Token) -> Token:
    """With the groups before and behind that belong to it: in "case number 123 456 789" there are three."""
    before = _FIRST_GROUP.search(searched.text, max(0, token.start - 8), token.start)
    if before is not None and any(
        mark.end > before.start() for mark in searched.contexts.before(token.start, 8)
    ):
        before = None  # "user ID 4711"
    more = _MORE_GROUPS.match(searched.text, token.end) if token.written[-1].isdigit() else None
    if (before is None and more is None) or token.letters > 4:
        return token
    start, end = before.start() if before else token.start, more.end() if more else token.end
    written = searched.text[start:end]
    digits = sum(map(str.isdigit, written))
    if digits < 6 or digits > 20:
        return token
    letters = sum(map(str.isalpha, written))
    return Token(written=written, start=start, end=end, digits=digits, letters=letters)


def _is_stocked(searched: Searchable, token: Token) -> bool:
    """Whether it is a thing in a shop: "ref. 604.881 is out of stock"."""
    return _STOCK.search(searched.plain, token.end, token.end + 30) is not None


def _is_test(searched: Searchable, mark: Mark, token: Token) -> bool:
    return any(
        test.topic is Topic.TEST
        and (
            test.start > mark.start
            or _JUST_BEFORE.fullmatch(searched.plain, test.end, mark.start) is not None
        )
        for test in searched.contexts.before(token.start, _REACH_BEFORE + 20)
    )


def _is_explicit(searched: Searchable, start: int, end: int) -> bool:
    """Whether "number", "no.", "#" or a kin of theirs is in start..end, or right before it.

    Before it in many languages: "numéro de commande".
    """
    before = _UNBROKEN_END.search(searched.plain, max(0, start - 18), start)
    first = before.start() if before else start
    return _number_words().search(searched.plain, first, end) is not None


@cache
def _number_words() -> re.Pattern[str]:
    letters = "[a-zа-яё]"
    signs = alternatives(phrases.NUMBER_SIGNS.replace("#", r"\#").split())
    return re.compile(rf"(?<!{letters})(?:{alternatives(phrases.NUMBER_WORDS.split())})|nummer|nr\b|{signs}")


@cache
def _links() -> re.Pattern[str]:
    """Any of the small words and signs, one after the other; the rest of an inflected word comes first."""
    words = alternatives(re.escape(word) for word in phrases.LINKS.split())
    return re.compile(
        rf"""
        \w{{0,12}}                                         # the rest of the word: "bestell" + "nummer"
        (?: [\s:=\#№°(\[<"'*.,;/|+-] | [号號番数の码碼编編是为為は] | (?:{words}) (?![a-zа-яё]) )*
        """,
        re.VERBOSE,
    )
