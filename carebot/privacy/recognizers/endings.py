"""The last digits of a number, as banks and shops say them: "card ending in 1237", "尾号1237的卡"."""

import re
from collections.abc import Iterator
from functools import cache

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers import phrases
from carebot.privacy.recognizers.context import Topic, alternatives
from carebot.privacy.recognizers.searchable import Searchable

_KINDS = {
    Topic.CARD: EntityKind.CARD,
    Topic.ACCOUNT: EntityKind.ACCOUNT_NUMBER,
    Topic.ORDER: EntityKind.ORDER_NUMBER,
    Topic.TICKET: EntityKind.TICKET_NUMBER,
    Topic.NATIONAL_ID: EntityKind.NATIONAL_ID,
}
_REACH_BEFORE, _REACH_AFTER = 35, 30
_SENTENCE_ENDS = re.compile(r"[.!?。！？](?:\s|$)|[。\n<>]")
_SOME_NUMBER = re.compile(r"\bnumber (?:is |that |which )?$")
_DIRECTLY = re.compile(r"\w{0,12} ?(?:number )?")  # "model number ending in 4821"
# "referencing the former number ending in 4821": not the number of what is referenced
_OTHER_NUMBER = re.compile(r"\w{0,12} .{2,40}\bnumber (?:is |that |which )?")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_CHINESE_CARD = re.compile(r"\s?的?[^\w\s]?(?:那张|这张)?卡(?!顿)")
_CHINESE_END = re.compile("尾号|尾號|后四位|後四碼|末四位")


def find_endings(searched: Searchable) -> Iterator[Finding]:
    """The digits behind (or before) "ending in" or "last four", if a word says of what."""
    for match in _ending().finditer(searched.plain):
        name = match.lastgroup or ""
        start, end = match.span(name)
        kind = _kind(searched, match.start(), start, end)
        if kind is None or _is_time(searched, kind, name, start, end):
            continue
        yield Finding(kind=kind, start=start, end=end, recognizer="number_ending")


def _kind(searched: Searchable, first: int, start: int, end: int) -> EntityKind | None:
    """By the nearest word: within the phrase, before it, or behind the digits."""
    contexts = searched.contexts
    nearest = [*contexts.before(start, start - first + _REACH_BEFORE)[:3]]
    for mark in nearest:
        if mark.topic is Topic.TEST or _SENTENCE_ENDS.search(searched.plain, mark.end, start):
            break
        between = searched.plain[mark.end : max(mark.end, first)]
        if mark.topic is Topic.PHONE and not _OTHER_NUMBER.fullmatch(between):
            return None  # four digits of a telephone number are left alone
        if mark.topic is Topic.HARMLESS and _DIRECTLY.fullmatch(between):
            return None
        if mark.topic in _KINDS and not _OTHER_NUMBER.fullmatch(between):
            return _KINDS[mark.topic]
    if any(mark.topic is Topic.TEST for mark in nearest):
        return None
    for mark in contexts.after(end, _REACH_AFTER)[:1]:
        if mark.topic in _KINDS and not re.search(r"[0-9<>.!?\n,;]", searched.plain[end : mark.start]):
            return _KINDS[mark.topic]
    if _SOME_NUMBER.search(searched.plain, max(0, first - 20), first):
        return EntityKind.ACCOUNT_NUMBER
    is_card = _CHINESE_END.match(searched.plain, first) and _CHINESE_CARD.match(searched.plain, end)
    return EntityKind.CARD if is_card else None


def _is_time(searched: Searchable, kind: EntityKind, name: str, start: int, end: int) -> bool:
    """A contract that ends in 2027, or in 365 days; a card's last four may look like a year."""
    if name != "last" and kind is not EntityKind.CARD and _YEAR.fullmatch(searched.plain, start, end):
        return True
    return _unit().match(searched.plain, end) is not None


@cache
def _unit() -> re.Pattern[str]:
    units = [unit for unit in phrases.UNITS.split() if unit != "e"]
    return re.compile(rf"\s?(?:{alternatives(units)})")


@cache
def _ending() -> re.Pattern[str]:
    ending = alternatives(word.replace("_", r"\s") for word in phrases.ENDING_IN.split())
    last = alternatives(word.replace("_", r"\s") for word in phrases.LAST_DIGITS.split())
    after = alternatives(word.replace("_", r"\s") for word in phrases.DIGITS_END.split())
    filler = r"[\s:=#\"'(*x•.…-]"
    stop = r"(?![0-9a-z_]|[.,:/-][0-9])"
    return re.compile(
        rf"""
        (?<![a-zа-я]) (?: {ending} ) {filler}{{0,12}} (?P<ending> [0-9]{{3,6}} ) {stop}
      | (?<![a-zа-я]) (?: {last} ) [^0-9<>.!?\n;]{{0,30}} {filler}{{0,6}} (?P<last> [0-9]{{3,6}} ) {stop}
      | (?<![0-9a-z_.,:/#-]) (?P<before> [0-9]{{3,6}} ) (?: {after} )
        """,
        re.VERBOSE,
    )
