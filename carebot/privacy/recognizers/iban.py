"""Bank account numbers in the international form (ISO 13616)."""

import re
from collections.abc import Iterator

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers.searchable import Searchable

# From the SWIFT registry: a country's IBANs all have one length.
_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL FK SD", 19: "MK SI", 20: "AT BA EE KZ LT LU XK MN",
        21: "CH CR HR LI LV", 22: "BG BH DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG DZ", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC",
        32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip

_BEGINNING = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[ -]?[0-9]{2}(?=[ -]?[A-Z0-9])", re.IGNORECASE | re.ASCII)
_RUN = re.compile(r"[A-Z]{2}[ -]?[0-9]{2}(?:[ .-]?[0-9]){12,30}(?![A-Za-z0-9])", re.IGNORECASE | re.ASCII)
_FEWEST, _MOST = 18, 34  # characters
_ANNOUNCED = re.compile(r"iban[^0-9<>]*$")
_LONGEST_WRITTEN = 33 + 16  # the longest one, with a separator after every second character


def find_ibans(searched: Searchable) -> Iterator[Finding]:
    """Those whose check digits are right, and any behind the word "IBAN"."""
    for beginning in _BEGINNING.finditer(searched.text):
        start = beginning.start()
        announced = _ANNOUNCED.search(searched.plain, max(0, start - 20), start)
        length = _LENGTHS.get(beginning.group()[:2].upper())
        end = _end(searched.text, start, length, announced=announced is not None) if length else None
        end = end or _unregistered_end(searched.text, start)
        if end is not None:
            yield Finding(kind=EntityKind.IBAN, start=start, end=end, recognizer="iban")


def _unregistered_end(text: str, start: int) -> int | None:
    """Of a country, or a length, outside the registry: the digits run to the end of the number, and check."""
    run = _RUN.match(text, start)
    written = re.sub("[ .-]", "", run.group()).upper() if run else ""
    is_valid = _FEWEST <= len(written) <= _MOST and _has_valid_check_digits(written)
    return run.end() if run is not None and is_valid else None


def _end(text: str, start: int, length: int, *, announced: bool) -> int | None:
    """Where the IBAN ends that begins at `start`, if there is one; an announced one may be mistyped."""
    characters: list[str] = []
    for position in range(start, min(len(text), start + _LONGEST_WRITTEN)):
        character = text[position]
        if character.isascii() and character.isalnum():
            characters.append(character.upper())
        elif character not in " -.\n":
            return None
        if len(characters) == length:
            following = text[position + 1 : position + 2]
            goes_on = following.isascii() and following.isalnum()
            is_valid = announced or _has_valid_check_digits("".join(characters))
            return position + 1 if is_valid and not goes_on else None
    return None


def _has_valid_check_digits(iban: str) -> bool:
    """ISO 7064 mod 97: the first four go to the end, letters count from A = 10, the remainder is 1."""
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1
