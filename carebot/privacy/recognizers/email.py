"""E-mail addresses, also those that people disguise from programs."""

import re
from collections.abc import Iterator

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers.searchable import Searchable

_LONGEST_LOCAL = 64  # RFC 5321

# Chinese, Japanese and Korean sentences run into the address without a space; their letters end it.
_EAST_ASIAN = "\u2e80-\u9fff\uac00-\ud7ff\uff00-\uffef"

# Letters of alphabets, digits and the usual signs; else whatever letters touch the "@".
_LOCAL = re.compile(rf"(?:(?![{_EAST_ASIAN}])[\w.!#$%'+^~-])+$")
_LOCAL_IN_ANY_SCRIPT = re.compile(r"[\w.+-]+$")

_DOMAIN = re.compile(
    r"""
    (?: [a-z0-9] [a-z0-9-]{0,62} \. ){1,6}          # labels, each with its dot
    (?: xn-- [a-z0-9-]{2,59} | [a-z]{2,24} )        # top-level domain
    (?! [a-z0-9] )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_DOMAIN_IN_ANY_SCRIPT = re.compile(r"(?:[^\W_][\w-]{0,62}\.){1,6}[^\W\d_]{2,24}")

_FILE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|pdf)$", re.IGNORECASE)  # "logo@2x.png"

_MAILBOX_PROVIDERS = (
    r"(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|live|icloud|me|aol|gmx|web|t-online|proton|protonmail"
    r"|mail|yandex|ya|qq|163|126|naver|libero|orange|wanadoo|free|laposte|wp|o2|onet|interia|uol|bol|terra)"
)
_PROVIDER = re.compile(rf"{_MAILBOX_PROVIDERS}\.[a-z]{{2,3}}(?:\.[a-z]{{2}})?(?![\w-])", re.IGNORECASE)

_TOP_LEVEL = (
    r"(?:com|net|org|edu|gov|info|biz|online|shop|io|co|me|tv|eu|uk|us|de|nl|be|lu|fr|es|pt|br|it"
    r"|pl|tr|ru|by|kz|cn|tw|hk|jp|kr"
    r"|ch|at|in|mx|ar|cl|pe|uy|ve|ec|ca|au|nz|za|ie|se|no|dk|fi|cz|sk|hu|gr|ro|bg|hr|rs|ua|il|sa"
    r"|ae|eg|ma|dz|tn|jo|kw|qa|lb|iq"
    r"|example|test|app|dev|email|xyz|рф|كوم|コム)"
)
_AT_WORDS = (
    r"at|ät|aet|ett|apenstaart(?:je)?|klammeraffe|arroba|arobase|arobas|chiocciola|malpa|małpa"
    r"|собака|собачка|эт|ат|kuyruklu(?:\sa)?"
    r"|et(?:\sişareti)?|艾特|小老鼠|圈a|アットマーク|アット|あっと|آت|ات|أت|إت|على"
)
_DOT_WORDS = "dot|punto|ponto|point|punkt|punt|kropka|nokta|точка|点|點|ドット|てん|どっと|دوت|نقطة|نقطه"

_DOT = rf"""
    (?: \s{{0,2}} [\[({{<] \s? (?:{_DOT_WORDS}|\.) \s? [\])}}>] \s{{0,2}}
      | \s{{1,2}} (?:{_DOT_WORDS}) \s{{1,2}} | \s?\.\s? )"""
_DISGUISED = re.compile(
    rf"""
    (?<! [\w.+-] ) (?P<local> [\w+-]{{1,64}} (?: (?:\.
      |\s{{1,2}}(?:{_DOT_WORDS})\s{{1,2}}) [\w+-]{{1,64}} ){{0,3}} )
    (?: \s{{0,2}} [\[({{<] \s? (?:{_AT_WORDS}|@) \s? [\])}}>] \s{{0,2}}   # (at), [at], {{at}}, <at>
        (?P<host> [\w-]{{1,63}} ) (?: {_DOT} [\w-]{{2,63}} ){{0,3}} {_DOT}   # (dot), dot, or a plain "."
      | \s{{1,2}} (?:{_AT_WORDS}) \s{{1,2}} (?P<host2> [\w-]{{1,63}} )     # at: only with ...
        (?: {_DOT} [\w-]{{2,63}} ){{0,3}} \s{{1,2}} (?:{_DOT_WORDS}) \s{{1,2}}   # ... dot
      | \s{{1,2}} (?:{_AT_WORDS}) \s{{1,2}} {_MAILBOX_PROVIDERS} \.          # or a provider's name
      | \s{{0,2}} @ \s{{0,2}} [\w-]{{1,63}} (?: {_DOT} [\w-]{{2,63}} )?  # jo@web dot de
        \s{{1,2}} (?:{_DOT_WORDS}) \s{{1,2}}
    )
    {_TOP_LEVEL} (?! [a-z0-9-] )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MAY_BE_DISGUISED = re.compile(
    rf"[\[({{<]\s?(?:{_AT_WORDS}|@)\s?[\])}}>]|\s(?:{_DOT_WORDS})\s"
    rf"|\s(?:{_AT_WORDS})\s{_MAILBOX_PROVIDERS}\.",
    re.IGNORECASE,
)

# "jan.smit1980 @ gmail.com": spaces typed so that the network makes no link of it.
_SPACED = re.compile(
    rf"""
    (?<! [\w.+@-] ) (?P<local> [\w.+-]{{3,64}} ) (?: \s @ \s? | @ \s )
    {_MAILBOX_PROVIDERS} \s? \. \s? [a-z]{{2,3}} (?: \.[a-z]{{2}} )? (?! [\w-] )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MAIL_WORD = re.compile(r"mail|correo|почт|邮箱|メール|بريد|poczt|posta", re.IGNORECASE)


def find_emails(searched: Searchable) -> Iterator[Finding]:
    """Plain addresses, those with spaces around the "@", and those in words."""
    text = searched.whole
    at = text.find("@")
    while at != -1:
        yield from _around(text, at)
        at = text.find("@", at + 1)
    if "@" in text:
        yield from _spaced(text)
    if _MAY_BE_DISGUISED.search(text):
        for match in _DISGUISED.finditer(text):
            yield _finding(match.start(), match.end(), "email_disguised")


def _around(text: str, at: int) -> Iterator[Finding]:
    """The address around one "@", looked at from there: no input makes this search long."""
    if at == 0 or not (text[at - 1].isalnum() or text[at - 1] in "_-+~"):
        return
    domain = _DOMAIN.match(text, at + 1) or _DOMAIN_IN_ANY_SCRIPT.match(text, at + 1)
    if domain is None or _FILE.search(domain.group()):
        return
    first = max(0, at - _LONGEST_LOCAL)
    local = _LOCAL.search(text[first:at]) or _LOCAL_IN_ANY_SCRIPT.search(text[first:at])
    if local is None:
        return
    start = first + local.start()
    start += len(text[start:at]) - len(text[start:at].lstrip(".'`|{}!?"))
    is_fediverse_handle = start > 0 and text[start - 1] == "@"
    if start < at and (not is_fediverse_handle or _PROVIDER.match(text, at + 1)):
        yield _finding(start, domain.end(), "email")


def _spaced(text: str) -> Iterator[Finding]:
    for match in _SPACED.finditer(text):
        telling = re.search(r"[\d._]", match["local"])
        if telling or _MAIL_WORD.search(text, max(0, match.start() - 30), match.start()):
            yield _finding(match.start(), match.end(), "email_disguised")


def _finding(start: int, end: int, recognizer: str) -> Finding:
    return Finding(kind=EntityKind.EMAIL, start=start, end=end, recognizer=recognizer)
