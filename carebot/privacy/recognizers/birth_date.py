"""Dates of birth: a full date beside a word for being born or for a child, or of a year long gone."""

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
كانون شباط آذار اذار نيسان أيار ايار حزيران تموز آب أيلول ايلول تشرين جانفي فيفري ماي جوان جويلية شتنبر نونبر دجنبر غشت
يناير فبراير مارس ابريل أبريل مايو يونيو يوليو أغسطس اغسطس سبتمبر أكتوبر اكتوبر نوفمبر ديسمبر
"""
_MONTH = "|".join(_MONTHS.split())

_MAY_BE_DATE = re.compile(r"[0-9][./ '-]\s?'?[0-9]|[0-9]{8}|[0-9]\s?[年月]|[0-9]\D{1,14}[0-9]{2}")
_DATE = re.compile(
    rf"""
    (?<! [0-9+] ) (?<! [0-9][ ./-] )
    (?: [0-9]{{1,2}} \s? [./ -] \s? [0-9]{{1,2}} \s? [./ -] \s? (?:[0-9]{{4}}|'?[0-9]{{2}})   # 3/5/1990, 3 5 90
      | (?:19|20) [0-9]{{2}} [./-] [0-9]{{1,2}} [./-] [0-9]{{1,2}}                          # 1990-05-03
      | (?:19|20) [0-9]{{2}} (?:0[1-9]|1[0-2]) (?:0[1-9]|[12][0-9]|3[01])                     # 19900503
      | (?:(?:19|20) [0-9]{{2}} | (?:民國|民国|昭和|平成|令和|大正|西暦         # 1990年5月3日
        |西元) \s? [0-9]{{1,4}}) \s?年 \s? [0-9]{{1,2}} \s?月 \s? [0-9]{{1,2}} \s?[日号]?
      | [0-9]{{1,2}} (?:st|nd|rd|th|er|[.oª°])? \s{{0,2}} (?:(?:of|de|di)\s|'|[./-])?         # 3rd of
        (?:{_MONTH}) [^\W0-9]{{0,10}} [.,]? \s{{0,2}} (?:(?:de|del|of)\s)? (?:[0-9]{{4}}  # May 1990
          |'?[0-9]{{2}})
      | (?:{_MONTH}) [^\W0-9]{{0,10}} [.,]? \s{{0,2}}
        [0-9]{{1,2}} (?:st|nd|rd|th)? ,? \s{{0,2}} [0-9]{{4}}                               # May 3, 1990
    )
    (?! [0-9] )
    """,
    re.VERBOSE,
)


# A child, an age, an identity that is to be proved: the date beside it is one of birth.
_KIN = re.compile(
    r"""
    \b (?: turn(?:s|ed|ing)? \s 1[4-9] | (?:my|our|the) \s (?:son|daughter|kid|child|baby|mum|mom
      |dad|wife|husband|twins?)\w{0,2} | toddler | aged? | years? \s old | y/?o
    | zoon\w* | dochter\w* | kind(?:eren|er)? | sohn\w* | tochter\w* | leeftijd | jarig
      | jaar \s oud | alter \b | jahrgang | jahre? \s alt | volljahrig
    | fils | fille | enfant\w* | age[es]{0,2} \b | ans \b | majeur\w* | mineur\w* | hij[oa]s?
      | nin[oa]s? | bebe | edad | anos \b | filh[oa]s? | crianca | idade
    | figli[oa] | bambin[oa] | anni \b | minorenn\w | maggiorenn\w | syn\w* | cork\w* | dzieck\w*
      | dziecko | wiek\w* | lat \b | pelnoletni\w*
    | og(?:lum|lumun|lu)\w* | kiz(?:im|imin)\w* | cocu[gk]\w* | bebeg\w* | yas(?:i|im|inda|ini)?\w*
      | genclik \w* | 18 \s yas | ogrenci\w*
    | ребен\w* | сын\w* | дочк\w* | доч\w* | дет\w{1,5} | возраст\w* | лет \b | совершеннолетн\w*
      | мне \s 18 )
    | 小孩 | 孩子 | 儿子 | 兒子 | 女儿 | 女兒 | 宝宝 | 寶寶 | 年龄 | 年齡 | 岁 | 歲 | 成年 | 実名 | 实名 | 實名
    | 子供 | こども | 子ども | 息子 | 娘 | 年齢 | 歳 | 成人
    | ابني | بنتي | ولدي | طفلي | طفلتي | الطفل | ابنتي | بنت | العمر | عمر | سن(?=\s) | سنة(?=\s)
    """,
    re.VERBOSE,
)
_SINCE = re.compile(
    r"""
    \b (?: since | until | till | from | by | on | event | concert | founded | released | contract
      | warranty | delivery | due | purchas\w* | bought | order\w*
    | sinds | vanaf | op | tot | seit | ab | bis | am | vom | gekauft | vertrag\w* | depuis | jusqu
      | le | du | desde | hasta | el | em | ate | dal | fino | il
    | od | do | dnia | с | от | до | beri | itibaren | tarihinde | kadar | منذ | من
      | حتى ) \W{0,3} $ | (?:自|从|從|于|於) \s? $
    """,
    re.VERBOSE,
)
_EVENT = re.compile(
    r"\b(?:concert|konser|konzert|concierto|koncert|match|mac\b|game|spiel|wedstrijd|partid"
    r"|partita|mecz|final|episode|album|single|release|film|movie"
    r"|season|attack|war\b|anniversary of|gig\b|tour|festival|olymp|wm\b|world cup|show|firmware"
    r"|version|model|invoice|rechnung|factura|fattura|faktura"
    r"|contract|vertrag|contrat|contrato|contratto|umow|sozlesme|договор|концерт|матч|фильм|альбом"
    r"|premier|erschienen|sorti|estren|wydan|kurul|основан)"
    r"|演唱会|演唱會|比赛|比賽|成立|发布|發布|発売|放送|公演|試合|創業|合同|契約|حفل|مباراة|فيلم|عقد"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ERA = re.compile("大正|昭和")  # Japanese eras that ended in 1926 and 1989
_BORN = re.compile(r"\s?(?:日?(?:出)?生(?:まれ|的)?|产|産)(?![产産活])")
_LAST_CHILD = 2022  # later dates beside a child are those of tickets and visits
_OLDEST, _YOUNGEST = 1925, 2009  # years of birth of those who may write themselves
_KIN_BEFORE, _KIN_AFTER, _BROKEN_REACH = 30, 25, 60


def find_birth_dates(searched: Searchable) -> Iterator[Finding]:
    """Days, months and years in the ways of the 13 languages: beside a word, or of a year long gone."""
    last = 0
    for match in _dates(searched):
        start, end = match.span()
        if not _is_possible(match.group()):
            continue
        recognizer = _reason(searched, start, end, last)
        last = end
        if recognizer is not None:
            yield Finding(kind=EntityKind.BIRTH_DATE, start=start, end=end, recognizer=recognizer)


def _dates(searched: Searchable) -> Iterator[re.Match[str]]:
    if len(searched.plain) >= 6 and _MAY_BE_DATE.search(searched.plain) is not None:
        yield from _DATE.finditer(searched.plain)


def _is_possible(written: str) -> bool:
    """Whether day and month are; "49 30 5550" is a piece of a telephone number."""
    numbers = [int(number) for number in re.findall(r"[0-9]+", written)]
    if len(numbers) != 3:
        return True
    first, second, third = numbers
    if first > 31:  # the year comes first
        return 1 <= second <= 12 and 1 <= third <= 31
    return (
        1 <= min(first, second) <= 12 and max(first, second) <= 31 and (third < 100 or 1900 <= third < 2100)
    )


def _reason(searched: Searchable, start: int, end: int, last: int) -> str | None:
    """The recognizer that takes the date; `last` is where the date before it ended."""
    if searched.names(Topic.BIRTH, start, end):
        return "birth_date"
    plain = searched.plain
    year = _YEAR.search(plain, start, end)
    before = searched.contexts.before(start, _BROKEN_REACH)
    is_told = any(mark.topic is Topic.BIRTH and mark.end > last for mark in before)
    if is_told and (year is None or int(year.group()) <= _LAST_CHILD):
        return "birth_date"  # "born in 1900 it says, but it is 28/09/1976"
    if _BORN.match(plain, end):
        return "birth_date"
    if _ERA.match(plain, start):
        return "birth_date_by_year"
    if year is None:
        return None
    is_of_kin = _KIN.search(plain, max(0, start - _KIN_BEFORE), start) or _KIN.search(
        plain, end, end + _KIN_AFTER
    )
    if is_of_kin and int(year.group()) <= _LAST_CHILD:
        return "birth_date"
    if _SINCE.search(plain, max(0, start - 14), start) or _EVENT.search(plain, max(0, start - 25), end + 25):
        return None
    return "birth_date_by_year" if _OLDEST <= int(year.group()) <= _YOUNGEST else None
