"""The two things a customer may always say to the bot, "human" and "stop", in every language we speak.

What people say is data (``carebot/texts/commands.yaml``, which explains its own form); here it is compared.
Messages and data go through the same folding, so that capitals, accents, full-width forms, Turkish i's and
Arabic spellings make no difference. All languages are tried, whatever language was detected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, pairwise, product
from typing import Self

Words = tuple[str, ...]
LanguageLists = Mapping[str, Sequence[str]]  # by name of the list


class Command(StrEnum):
    """What the customer asks of the bot itself."""

    HUMAN = "human"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One place in a phrasing, with the words that may stand there."""

    choices: frozenset[Words]  # () among them: the place may stay empty
    lengths: tuple[int, ...]

    def places_after(self, place: int, words: Words) -> Iterator[int]:
        for length in self.lengths:
            if place + length <= len(words) and words[place : place + length] in self.choices:
                yield place + length


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasing:
    """A way to ask for something, and the neighbours that show that something else is meant."""

    command: Command | None  # None: a filler, which asks for nothing
    slots: tuple[Slot, ...]
    unless_preceded_by: Mapping[int, frozenset[Words]]  # by number of words
    unless_followed_by: Mapping[int, frozenset[Words]]

    def end(self, start: int, words: Words) -> int:
        """The place after the longest form that begins at ``start``; 0: none does."""
        places = {start}
        for slot in self.slots:
            places = {after for place in places for after in slot.places_after(place, words)}
            if not places:
                return 0
        return max(places)

    def beginnings(self) -> frozenset[Words]:
        """The first two words of each form, or its only one."""
        open_ones: set[Words] = {()}
        found: set[Words] = set()
        for slot in self.slots:
            longer = {(*words, *choice)[:2] for words in open_ones for choice in slot.choices}
            found |= {words for words in longer if len(words) == 2}
            open_ones = {words for words in longer if len(words) < 2}
        if () in open_ones:
            raise ValueError(
                "commands: a phrasing whose words may all be left out would stand for every message"
            )
        return frozenset(found | open_ones)


# By the first two words, or the only one: single words such as "I" and "can" begin too much.
Lexicon = Mapping[Words, tuple[Phrasing, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandWords:
    """The phrasings of all languages, folded and ready to be compared; made once, by ``from_mapping``."""

    anywhere: Lexicon  # the phrases, which count in any message
    whole: Lexicon  # phrases, whole words and fillers, which count where they make up the whole message

    @classmethod
    def from_mapping(cls, data: Mapping[str, Mapping[str, LanguageLists]]) -> Self:
        """Read ``commands.yaml`` as loaded; ValueError names what is missing, unknown or badly bracketed."""
        if wrong := data.keys() ^ {*Command, _FILLERS}:
            raise ValueError(
                f"commands: human, stop and fillers are wanted; missing or unknown: {sorted(wrong)}"
            )
        phrases: list[Phrasing] = []
        wholes: list[Phrasing] = []
        for command in Command:
            for language, lists in data[command].items():
                if unknown := lists.keys() - _LISTS:
                    raise ValueError(f"commands: unknown lists in {command}.{language}: {sorted(unknown)}")
                phrases += _phrasings(command, lists.get("phrases", ()), lists)
                wholes += _phrasings(command, lists.get("whole", ()), {})
        for lists in data[_FILLERS].values():
            wholes += _phrasings(None, lists["words"], {})
        return cls(anywhere=_lexicon(phrases), whole=_lexicon(phrases + wholes))


def commands_in(text: str, words: CommandWords) -> frozenset[Command]:
    """What the customer asks of the bot; both may be asked at once ("stop, I want a human")."""
    message = _Message.of(text)
    asked = _asked_anywhere(message, words.anywhere)
    # Beside a request a single clause may be a command too ("stop! I'd rather talk to a human"); without one
    # "stop. My order is wrong again" is only a sigh.
    judged = message.clauses() if asked else [message.words]
    return asked.union(*(_asked_by_the_whole(each, words.whole) for each in judged))


def _asked_anywhere(message: _Message, lexicon: Lexicon) -> frozenset[Command]:
    asked: set[Command] = set()
    for start in range(len(message.words)):
        for phrasing in _beginning_at(start, message.words, lexicon):
            end = phrasing.end(start, message.words)
            if end and phrasing.command and not message.excuses(phrasing, start, end):
                asked.add(phrasing.command)
    return frozenset(asked)


def _beginning_at(place: int, words: Words, lexicon: Lexicon) -> tuple[Phrasing, ...]:
    return lexicon.get(words[place : place + 2], ()) + lexicon.get(words[place : place + 1], ())


def _asked_by_the_whole(words: Words, lexicon: Lexicon) -> frozenset[Command]:
    """The commands of words that are nothing but commands and fillers; none if one word is left over."""
    asked: set[Command] = set()
    place = 0
    while place < len(words):
        ends = [(each.end(place, words), each.command) for each in _beginning_at(place, words, lexicon)]
        longest = max((end for end, _ in ends), default=0)
        if not longest:
            return frozenset()
        asked.update(command for end, command in ends if command and end == longest)
        place = longest
    return frozenset(asked)


# ---- reading the message ----

_CJK = "\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # 々, kana, ー, Han
_TOKEN = re.compile(
    rf"""(?: https?:// | \bw\.(?=\w) ) [^\s{_CJK}]+   # a link: passed over ("www" is folded to "w")
    | @[a-z0-9_.@-]+    # a handle, also @user@server: passed over
    | ( [{_CJK}]        # Chinese and Japanese put no spaces: each sign is a word
      | [^\W_{_CJK}]+   # elsewhere a run of letters and digits is one
      | [,.;:!?。、،؟؛–—\n] # a mark between clauses
      )""",
    re.VERBOSE,
)
_MARKS = frozenset(",.;:!?。、،؟؛–—\n")
_APOSTROPHES = "'\u2019\u2018\u02bc\u2032`"  # "won't" and "wont" are one word
_ACCENTS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"  # Latin, Cyrillic, Arabic; not kana
_UNSEEN = "\u00ad\u0640\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe0f\ufeff"  # joiners, directions
_DROPPED = re.compile(f"[{_APOSTROPHES}{_ACCENTS}{_UNSEEN}]+")
_ONE_SPELLING = {"ı": "i", "ł": "l", "ø": "o", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ٱ": "ا"}
_DRAWN_OUT = re.compile(r"(.)\1\1+")  # "stoooop"


def _folded(text: str) -> str:
    if text.isascii():
        folded = text.lower().replace("'", "").replace("`", "")
    else:
        # The acute used as an apostrophe would decompose to a space, so it is replaced first.
        decomposed = unicodedata.normalize("NFKD", text.replace("\u00b4", "'")).casefold()
        folded = unicodedata.normalize("NFC", _DROPPED.sub("", decomposed))
        for variant, spelling in _ONE_SPELLING.items():
            folded = folded.replace(variant, spelling)
    return _DRAWN_OUT.sub(r"\1", folded)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    words: Words
    breaks: frozenset[int]  # numbers of the words before which a mark stands

    @classmethod
    def of(cls, text: str) -> Self:
        words: list[str] = []
        breaks: set[int] = set()
        for token in _TOKEN.findall(_folded(text)):
            if token in _MARKS:
                breaks.add(len(words))
            elif token:
                words.append(token)
        return cls(words=tuple(words), breaks=frozenset(breaks))

    def clauses(self) -> list[Words]:
        edges = [0, *sorted(self.breaks), len(self.words)]
        return [self.words[start:end] for start, end in pairwise(edges)]

    def excuses(self, phrasing: Phrasing, start: int, end: int) -> bool:
        """Whether the neighbours turn the phrase into something else, as in "it won't stop messaging me"."""
        return any(
            self.words[max(start - length, 0) : start] in sequences
            and self._is_one_clause(start - length, start)
            for length, sequences in phrasing.unless_preceded_by.items()
        ) or any(
            self.words[end : end + length] in sequences and self._is_one_clause(end - 1, end + length - 1)
            for length, sequences in phrasing.unless_followed_by.items()
        )

    def _is_one_clause(self, first: int, last: int) -> bool:
        return self.breaks.isdisjoint(range(first + 1, last + 1))


# ---- reading the data ----

_BRACKETED = re.compile(r"\[([^\[\]]*)\]")  # "[to|with]": one of these; an empty one may be left out
_FILLERS = "fillers"
_LISTS = frozenset({"whole", "phrases", "unless_preceded_by", "unless_followed_by"})


def _phrasings(command: Command | None, patterns: Sequence[str], lists: LanguageLists) -> Iterator[Phrasing]:
    preceded = _by_length(lists.get("unless_preceded_by", ()))
    followed = _by_length(lists.get("unless_followed_by", ()))
    for pattern in patterns:
        yield Phrasing(
            command=command,
            slots=tuple(
                Slot(choices=choices, lengths=tuple(set(map(len, choices)))) for choices in _choices(pattern)
            ),
            unless_preceded_by=preceded,
            unless_followed_by=followed,
        )


def _choices(pattern: str) -> Iterator[frozenset[Words]]:
    """What may stand at each place of a pattern; fixed text is a place with one choice."""
    # Splitting by an expression with one group gives fixed text and bracketed text in turn.
    for number, part in enumerate(_BRACKETED.split(pattern)):
        if number % 2 == 0 and ("[" in part or "]" in part):
            raise ValueError(f"commands: a bracket without its partner in {pattern!r}")
        choices = frozenset(_Message.of(each).words for each in (part.split("|") if number % 2 else [part]))
        if choices != {()}:
            yield choices


def _by_length(patterns: Iterable[str]) -> dict[int, frozenset[Words]]:
    sequences = {
        tuple(chain.from_iterable(chosen)) for pattern in patterns for chosen in product(*_choices(pattern))
    }
    return {
        length: frozenset(each for each in sequences if len(each) == length) for length in map(len, sequences)
    }


def _lexicon(phrasings: Iterable[Phrasing]) -> Lexicon:
    found: dict[Words, tuple[Phrasing, ...]] = {}
    for phrasing in phrasings:
        for beginning in phrasing.beginnings():
            found[beginning] = (*found.get(beginning, ()), phrasing)
    return found
