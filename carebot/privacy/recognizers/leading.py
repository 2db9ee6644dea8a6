"""What the words behind a number say of it: "48213 is my order number", "48213 numaralı siparişim"."""

import re
from dataclasses import dataclass
from enum import Flag, auto
from functools import cache

from carebot.privacy.recognizers import phrases
from carebot.privacy.recognizers.context import Mark, Topic, alternatives
from carebot.privacy.recognizers.numbers import Token, is_amount, is_named_thing
from carebot.privacy.recognizers.searchable import Searchable

_REACH = 45

# "VN-48213", not "DDR4-3200": the first digits are four or more.
_CODE = re.compile(r"[A-Za-zА-Я]{0,8}[-/_]?[0-9]{4}.*")
_MONEY = re.compile(r"(?:usd|eur|gbp|rs|inr|try|brl|pln|tl|aud|cad)[-.]?[0-9]+.*", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:[#№号]|n°|\b(?:no|nr|number|nummer|numero|num|numer\w{0,2}|numara|номер\w{0,2}|رقم))[.:]?\s?$"
)
_NUMBER_NOUN = re.compile(r"num(?:b|m?er|ar)|nr\b|\bno\b(?!\s[a-z])|\bids?\b|code|kod|номер|رقم|番号|号|號")
_NUMBERS = re.compile(r"\b(?:numbers|codes|numeros|ids|numery)\b|nummern\b|nummers\b|numaralar|номера\b")
_REST = re.compile(r"[^0-9<>.,;:!?\n()]{0,14}")
_PLURAL = re.compile(r"\w{0,12}(?:(?<!coli)(?<!pari)s|ungen|ingen|pakete|l[ae]r|ов|ей|owien)\b")
_OWN_NUMBER = re.compile(
    r"[^\W0-9_]{0,14}[\s:=#№°(\[.-]{0,3}(?:(?:number|numero|nummer|no|nr|id|is|номер)[\s:=#.]{1,3}){0,2}"
    r"(?:[a-z]{0,5}[-/]?[0-9]{3}|<)"
)
_SUM = re.compile(r"\w{0,6}[\s-](?:total|value|amount|price|sum|limit|balance|count)")

# "I paid 12999 is my account hacked?": here the sentence goes on
_IS_END = re.compile(
    r"\w{0,12}(?:\s*(?:$|[.,;:!?)\n-])|\s(?:and|but|please|pls|thx|thanks|from|that|which|for)\b)"
)
_CLOSED = re.compile(r"[^()\[\]0-9]{0,24}[)\]]")
_IS = re.compile(r"\b(?:is|are|was)\b")


class Link(Flag):
    """What the words between a number and the word behind it are."""

    COPULA = auto()  # "is"
    ATTRIBUTE = auto()  # "numaralı": the number belongs to what follows
    NUMBER = auto()
    MINE = auto()
    FILLER = auto()
    OF = auto()
    FOR = auto()
    SIGN = auto()
    COMMA = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bridge:
    """A number, the word behind it, and how they are linked."""

    searched: Searchable
    token: Token
    mark: Mark
    link: Link

    @property
    def is_explicit(self) -> bool:
        return Link.NUMBER in self.link or _NUMBER_NOUN.search(self._noun) is not None

    @property
    def is_plural(self) -> bool:
        plain = self.searched.plain
        return _PLURAL.match(plain, self.mark.start) is not None or _NUMBERS.search(self._noun) is not None

    @property
    def is_strong(self) -> bool:
        return bool(self.link & (Link.COPULA | Link.ATTRIBUTE))

    @property
    def _noun(self) -> str:
        rest = _REST.match(self.searched.plain, self.mark.end)
        return self.searched.plain[self.mark.start : rest.end() if rest else self.mark.end]

    @property
    def is_mine(self) -> bool:
        """Said by a word, "my order", or by the end of it, "siparişim"; nobody counts those."""
        noun = self._noun
        return Link.MINE in self.link or any(map(noun.startswith, phrases.MINE_NOUNS.split()))

    @property
    def is_unspaced(self) -> bool:
        """Chinese counts with a word in between: "48213订单" is one order."""
        return self.link == Link(0) and self.searched.plain[self.mark.start] >= "\u3000"


def leading(searched: Searchable, token: Token) -> tuple[Topic, bool] | None:
    """What the number is by the words behind it, and whether they leave no doubt."""
    for mark in searched.contexts.after(token.end, _REACH)[:3]:
        link = _link(searched.plain[token.end : mark.start])
        if link is None:
            return None
        if mark.topic in (Topic.PHONE, Topic.TEST, Topic.HARMLESS):
            continue  # "mon numéro" is a word for telephones, but may go on: "de commande"
        bridge = _Bridge(searched=searched, token=token, mark=mark, link=link)
        return (mark.topic, bridge.is_strong) if _belongs(bridge) else None
    return None


def _belongs(bridge: _Bridge) -> bool:
    searched, token = bridge.searched, bridge.token
    if any(mark.topic is Topic.TEST for mark in searched.contexts.before(token.start, 15)):
        return False
    if bridge.is_strong and bridge.is_explicit:
        return not bridge.is_plural or token.digits >= 5
    if _stands_behind_other(searched, token) or _SUM.match(searched.plain, bridge.mark.end):
        return False
    is_thing = is_named_thing(token) or is_amount(searched, token) or _MONEY.fullmatch(token.written)
    if is_thing or bridge.is_plural:
        return False
    is_code = token.letters > 0 and token.digits >= 5 and _CODE.fullmatch(token.written) is not None
    is_named = token.digits >= 4 and bool(
        _NAMED.search(searched.plain, max(0, token.start - 12), token.start)
    )
    if is_code or is_named:
        return bridge.is_strong or not _has_its_own(bridge)
    return Link.FOR not in bridge.link and _digits_belong(bridge)


def _digits_belong(bridge: _Bridge) -> bool:
    """Digits alone, with no "number" before: they may be an amount, so the link has to be close."""
    is_long = bridge.token.digits >= 5
    between = bridge.searched.plain[bridge.token.end : bridge.mark.start]
    if bridge.is_strong:
        is_said = _IS.search(between) is None or _IS_END.match(bridge.searched.plain, bridge.mark.end)
        return is_long and bool(is_said)
    if re.search(r"[(\[]", between) and not _CLOSED.match(bridge.searched.plain, bridge.mark.end):
        return False
    if _has_its_own(bridge):
        return False
    if bridge.is_explicit:
        return is_long or (bridge.token.digits >= 4 and Link.COMMA not in bridge.link)
    if Link.OF in bridge.link or Link.COMMA in bridge.link or not is_long:
        return False
    return Link.SIGN in bridge.link or bridge.is_mine or bridge.is_unspaced


def _has_its_own(bridge: _Bridge) -> bool:
    """Whether the word's own number follows it: "AB-12345, order 48213"."""
    return _OWN_NUMBER.match(bridge.searched.plain, bridge.mark.end) is not None


def _stands_behind_other(searched: Searchable, token: Token) -> bool:
    """Whether a word before, "error" or "call", says what the number is."""
    return any(
        mark.topic in (Topic.HARMLESS, Topic.PHONE)
        and not re.search(r"[?!.,;\n]", searched.plain[mark.end : token.start])
        for mark in searched.contexts.before(token.start, 15)[:1]
    )


def _link(between: str) -> Link | None:
    """What the words are; None if one of them is none that may stand there."""
    found = Link(0)
    for word in _word().findall(between):
        link = _links().get(word)
        if link is None:
            return None
        found |= link
    return found


@cache
def _links() -> dict[str, Link]:
    groups = {
        Link.COPULA: phrases.COPULAS,
        Link.ATTRIBUTE: phrases.ATTRIBUTES,
        Link.ATTRIBUTE | Link.NUMBER: phrases.NUMBERED,
        Link.NUMBER: phrases.NUMBER_NOUNS,
        Link.MINE: phrases.MINE,
        Link.FILLER: phrases.FILLERS,
        Link.OF: phrases.OF,
        Link.FOR: phrases.FOR,
        Link.SIGN: "( [ - / : = | >",
        Link.COMMA: ", 、",
        Link(0): "\" ' * ) ] 」 』 】 「",
    }
    return {word: link for link, words in groups.items() for word in words.split()}


@cache
def _word() -> re.Pattern[str]:
    """Words, signs; in Chinese and Japanese the particles that are known, else single characters."""
    unspaced = alternatives(re.escape(word) for word in _links() if word[0] >= "\u3040")
    return re.compile(rf"{unspaced}|[^\W\d_\u3040-\uffff]+(?:'[a-z]+)?|[^\s]")
