"""Dates of birth: a full date beside a word for being born."""

import re
from collections.abc import Iterator

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers.context import Topic
from carebot.privacy.recognizers.searchable import Searchable

# The beginnings of the twelve months' names in ten languages; accents are gone by now.
_MONTHS = """
jan feb mar apr may jun jul aug sep oct nov dec
maa mrt mei okt mrz maer mai dez
fev avr juin juil aou
ene abr ago dic
out set gen giu lug mag ott
sty lut kwi maj cze lip sie wrz paz lis gru
oca sub nis haz tem eyl eki kas ara
янв фев мар апр мая май июн июл авг сен окт ноя дек
يناير فبراير مارس ابريل أبريل مايو يونيو يوليو أغسطس اغسطس سبتمبر أكتوبر اكتوبر نوفمبر ديسمبر
"""
_MONTH = "|".join(_MONTHS.split())

_DATE = re.compile(
    rf"""
    (?<! [0-9] )
    (?: [0-9]{{1,2}} \s? [./ -] \s? [0-9]{{1,2}} \s? [./ -] \s? (?:[0-9]{{4}}|[0-9]{{2}})   # 3/5/1990, 3 5 90
      | (?:19|20) [0-9]{{2}} [./-] [0-9]{{1,2}} [./-] [0-9]{{1,2}}                          # 1990-05-03
      | (?:19|20) [0-9]{{2}} \s?年 \s? [0-9]{{1,2}} \s?月 \s? [0-9]{{1,2}} \s?[日号]?         # 1990年5月3日
      | [0-9]{{1,2}} (?:st|nd|rd|th|er|[.oª°])? \s{{0,2}} (?:(?:of|de|di)\s)?               # 3rd of
        (?:{_MONTH}) [^\W0-9]{{0,10}} [.,]? \s{{0,2}} (?:(?:de|del|of)\s)? [0-9]{{4}}  # May 1990
      | (?:{_MONTH}) [^\W0-9]{{0,10}} [.,]? \s{{0,2}}
        [0-9]{{1,2}} (?:st|nd|rd|th)? ,? \s{{0,2}} [0-9]{{4}}                               # May 3, 1990
    )
    (?! [0-9] )
    """,
    re.VERBOSE,
)


def find_birth_dates(searched: Searchable) -> Iterator[Finding]:
    """Days, months and years in the ways of the 13 languages."""
    if not any(mark.topic is Topic.BIRTH for mark in searched.contexts.marks):
        return
    for match in _DATE.finditer(searched.plain):
        if searched.names(Topic.BIRTH, match.start(), match.end()):
            yield Finding(
                kind=EntityKind.BIRTH_DATE, start=match.start(), end=match.end(), recognizer="birth_date"
            )
