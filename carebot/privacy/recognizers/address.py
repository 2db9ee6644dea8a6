"""Postal addresses: a street with its house number, and what goes on behind it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers.context import Topic
from carebot.privacy.recognizers.numbers import is_amount, tokens
from carebot.privacy.recognizers.searchable import Searchable
from carebot.privacy.recognizers.streets import POSTCODES, STREETS, TAIL

# One of these, cheap to look for in the lower-case text, is in every address of the pattern of that name;
# so a text with a digit runs hardly any of the large patterns.
_SIGNS = {
    "address_en": (
        r"\b(?:street|str|st|road|rd|avenue|ave?|lane|ln|drive|dr|court|ct|boulevard|blvd|way|close|place|pl"
        r"|square|sq|terrace|crescent|highway|hwy|parkway|pkwy|circle|gardens|grove|mews|row|walk|hill|park"
        r"|quay|alley|trail|box|rue|via|cres|pde|parade|tce|loop|heath|green|rise|wharf|view|garth"
        r"|croft|vale)\b"
    ),
    "address_de_nl": (
        r"stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|damm|ufer|chaussee|straat|laan|plein|gracht|kade|dijk"
        r"|singel|steeg|markt|baan|dreef|hof|ring|\d{4}\s?[a-z]{2}\b|\b\d{5}\s[a-z]"
    ),
    "address_fr": (
        r"\b(?:rue|avenue|av\b|bvd|r\.|montee|sentier|residence|lotissement|ruelle|esplanade|promenade"
        r"|boulevard|bd|blvd|allee|place|chemin|impasse|quai|cours|route|square|passage"
        r"|villa|faubourg|chaussee)"
    ),
    "address_es": (
        r"\b(?:calle|c/|c\.|avenida|avda|av\.|plaza|pza|paseo|po\b|carrera|cra|cl\b|ronda|camino|carretera"
        r"|travesia|calz|jiron|jr\b|pasaje|psje|pje|mz|manzana|mza|diag|transversal|urb|cll\b|plza"
        r"|kr\b|ctra|privada|cerrada|andador"
        r"|blv|boulevard|bulevar|glorieta|rambla|callejon|prolongacion|circuito|rua|av\b|passeig|carrer)"
    ),
    "address_pt": (
        r"\b(?:rua|r\.|avenida|av\b|travessa|tv\b|praca|alameda|al\.|largo|estrada|rodovia|quadra|cep"
        r"|tv\b|beco|ladeira"
        r"|viela|calcada|praceta|pct|azinhaga|urban|quinta|conj|q[dnsile]?[a-z]?\b|[sc][qcl][nslr][wns]?\b)"
    ),
    "address_it": (
        r"\b(?:via|v\.le|piazz|p\.z|p\.le|corso|c\.so|largo|l\.go|vic|contrada|c\.da|strada|loc|fraz|salita"
        r"|borgo|fondamenta|calle|lungo|traversa)"
    ),
    "address_pl": r"\b(?:ul\b|ulic|al\b|alej|alei|os\b|osiedl|pl\b|plac|rond)|\d(?:/"
    r"| ?m\.? ?)\d{1,4},? |\d{2}-\d{3}\s[a-z]",
    "address_tr": r"cad|sok|\bsk\b|bul|blv|mah|sitesi|apt|yolu|meydan|koy|konut|evleri",
    "address_ru": (
        r"\b(?:ул|улиц|пр\.|пр-|просп|пер\.|переул|пл\.|площад|ш\.|шоссе|буль?в|бул\.|б-р|наб|мкр"
        r"|микрор|проезд"
        r"|тупик|аллея|дер\.|пос\.|снт|кв)"
    ),
    "address_zh": r"[路街道巷弄村段区园園厦邨苑里區家广廣中府城庭湾灣轩軒阁閣徑径圍樓楼].{0,12}\d",
    "address_ja": r"[都道府県市区町村].{0,24}\d|〒",
    "address_ar": (
        r"شارع|\bش\b|طريق|حي|ميدان|ص\.?\s?ب|زنقة|نهج|جادة|درب|ممر|حارة|كورنيش|عمار|فيلا|قطعة|بلوك|منزل"
        r"|شقة|مجمع"
    ),
    "address_any": r"[,\n-]\s{0,2}(?:[a-z]{1,2}-)?\d{4,5}\s[a-z]",
    "postcode_gb": r"\b[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}\b",
    "postcode_ca": r"\b[a-z]\d[a-z]\s\d[a-z]\d\b",
    "postcode_us": r"\b[a-z]{2}\s\d{5}\b",
}


_NO_STREET = (
    r"(?!(?:since|for|seit|depuis|desde|da|od|only|and|but|around|about|until|my|the|a|wrong|same)\s)"
)

_HOME = re.compile(
    r"\b(?:my|our|i|i'm|im|i've|we|we're|us|me|live\w*|living|based|moved|address|postcode"
    r"|post\scode|postal\scode|zip|home|house"
    r"|flat|here|send|sent|deliver|delivered|bill\w*|dob|born|name)\b|[,\n]\s?$|,\s[a-z]+(?:\s[a-z]+)?,?\s?$"
)
_ASKED = re.compile(
    r"\b(?:do|does|can|could|will|would|are|is|when)\s(?:you|u|ya|it|they|there)\b|\b(?:deliver"
    r"|ship|available|coverage|stock|weather|store|shop"
    r"|branch|outage|outages|fibre|fiber|5g|signal)\s(?:to|in|at|near|for|around)\s$"
)

# Behind a word such as "live at", a street may be written in any way, if a number ends or begins it.
_ANNOUNCED = re.compile(
    rf"""
    \w{{0,8}} [\s:,]{{1,3}}                                                  # the rest of that word
    (?: (?:my|mijn|meine|mi|mein|is|at|to|in|on|an|auf|na|w|en|em|a|la|der|die|il|ul) \s ){{0,3}}
    (?P<street>
      {_NO_STREET} [^\W\d][\w'.-]{{2,20}}                                  # via mazzini 8, Długiej 7
      (?: \s {_NO_STREET} [^\W\d][\w'.-]{{0,20}} ){{0,3}} ,? \s \d{{1,4}} [a-z]? (?! [\w%€$] | [.,:]\d )
    | \d{{1,4}}[a-z]? \s (?: [^\W\d][\w'-]{{1,20}} \s ){{1,3}}               # 9 rosemary close
      (?: street|st|road|rd|avenue|ave|lane|drive|dr|court|close|place|square|terrace|crescent|gardens|grove
        |row|hill ) \b
    )
    """,
    re.VERBOSE,
)


def find_addresses(searched: Searchable) -> Iterator[Finding]:
    """Streets with what follows them, postal codes that stand alone, and what is said to be an address."""
    yield from _announced(searched)
    streets_end = -2
    for name in _SIGNS:
        if _sign(name).search(searched.plain):
            for match in _address(name).finditer(searched.text):
                if name not in POSTCODES:
                    streets_end = max(streets_end, match.end())
                elif match.start() > streets_end + 2 and not _is_home(searched, *match.span()):
                    continue
                end = match.start() + len(match.group().rstrip(" ,;\n-"))
                yield Finding(kind=EntityKind.ADDRESS, start=match.start(), end=end, recognizer=name)


def _is_home(searched: Searchable, start: int, end: int) -> bool:
    """Whether a postal code that stands alone is somebody's, and not a place asked about."""
    plain = searched.plain
    if _ASKED.search(plain, max(0, start - 50), start):
        return False
    return (
        _HOME.search(plain, max(0, start - 50), start) is not None
        or _HOME.search(plain, end, end + 30) is not None
    )


def _announced(searched: Searchable) -> Iterator[Finding]:
    for mark in searched.contexts.marks:
        match = _ANNOUNCED.match(searched.plain, mark.end) if mark.topic is Topic.ADDRESS else None
        if match is not None and not _is_counted(searched, match):
            yield Finding(
                kind=EntityKind.ADDRESS,
                start=match.start("street"),
                end=match.end("street"),
                recognizer="address_by_context",
            )


def _is_counted(searched: Searchable, match: re.Match[str]) -> bool:
    """Whether it ends in a year or an amount: "I live in Leeds for 5 years"."""
    number = next(tokens(match["street"].split()[-1], fewest=1), None)
    if number is None:
        return False
    token = replace(number, start=match.end("street") - len(number.written), end=match.end("street"))
    return token.is_year or is_amount(searched, token)


@cache
def _sign(name: str) -> re.Pattern[str]:
    return re.compile(_SIGNS[name])


@cache
def _address(name: str) -> re.Pattern[str]:
    """Compiled when first needed: the patterns are long, and a brand meets few of the languages."""
    pattern = POSTCODES[name] if name in POSTCODES else f"(?:{STREETS[name]}){TAIL}"
    return re.compile(f"(?<![A-Za-z0-9_])(?:{pattern})", re.VERBOSE)
