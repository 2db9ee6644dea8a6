"""National identity and tax numbers with check digits, each by its country's rule (python-stdnum)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers.context import Topic
from carebot.privacy.recognizers.searchable import Searchable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """One country's number. `rule` is the module of stdnum that checks it; without one the shape must do.

    `needs_word`: the shape is so plain that only a word such as "passport" nearby makes it an identity
    number; some other digits would pass the check by chance (one in 11, or one in 97).
    """

    name: str
    shape: str
    rule: str | None = None
    needs_word: bool = False


_NUMBERS = (
    _Number(name="es_dni", shape=r"\d{8}[ -]?[A-Z]", rule="es.dni"),
    _Number(name="es_nie", shape=r"[XYZ][ -]?\d{7}[ -]?[A-Z]", rule="es.nie"),
    _Number(
        name="it_codice_fiscale", shape=r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]", rule="it.codicefiscale"
    ),
    _Number(name="gb_nino", shape=r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]"),
    _Number(name="gb_nhs", shape=r"\d{3}[ -]?\d{3}[ -]?\d{4}", rule="gb.nhs", needs_word=True),
    _Number(name="fr_nir", shape=r"[12] ?\d\d ?\d\d ?\d[\dAB] ?\d{3} ?\d{3} ?\d\d", rule="fr.nir"),
    _Number(
        name="nl_bsn",
        shape=r"\d{9}|\d{4}[ .]\d{2}[ .]\d{3}|\d{3}[ .]\d{3}[ .]\d{3}",
        rule="nl.bsn",
        needs_word=True,
    ),
    _Number(name="be_nn", shape=r"\d\d[. -]?\d\d[. -]?\d\d[ -]?\d{3}[. -]?\d\d", rule="be.nn"),
    _Number(name="de_idnr", shape=r"\d{2} ?\d{3} ?\d{3} ?\d{3}", rule="de.idnr", needs_word=True),
    _Number(name="ch_ahv", shape=r"756\.?\d{4}\.?\d{4}\.?\d{2}", rule="ch.ssn"),
    _Number(name="pl_pesel", shape=r"\d{11}", rule="pl.pesel"),
    _Number(name="tr_tckn", shape=r"[1-9]\d{10}", rule="tr.tckimlik"),
    _Number(name="br_cpf", shape=r"\d{3}\.\d{3}\.\d{3}-\d\d|\d{9}-\d\d", rule="br.cpf"),
    _Number(name="br_cpf_bare", shape=r"\d{11}", rule="br.cpf", needs_word=True),
    _Number(name="pt_nif", shape=r"\d{9}|\d{3} \d{3} \d{3}", rule="pt.nif", needs_word=True),
    _Number(name="cn_ric", shape=r"\d{17}[\dX]", rule="cn.ric"),
    _Number(name="kr_rrn", shape=r"\d{6}-[1-4]\d{6}", rule="kr.rrn"),
    _Number(name="se_personnummer", shape=r"(?:19|20)?\d{6}[-+]\d{4}", rule="se.personnummer"),
    _Number(name="fi_hetu", shape=r"\d{6}[-+A]\d{3}[0-9A-Y]", rule="fi.hetu"),
    _Number(name="dk_cpr", shape=r"\d{6}-\d{4}", rule="dk.cpr", needs_word=True),
    _Number(name="us_ssn", shape=r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}"),
    _Number(name="us_ssn_bare", shape=r"\d{9}|\d{3} \d\d \d{4}", rule="us.ssn", needs_word=True),
    _Number(name="mx_curp", shape=r"[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d", rule="mx.curp"),
    _Number(name="in_aadhaar", shape=r"[2-9]\d{3} \d{4} \d{4}", rule="in_.aadhaar"),
    _Number(name="in_aadhaar_bare", shape=r"[2-9]\d{11}", rule="in_.aadhaar", needs_word=True),
    _Number(name="in_pan", shape=r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", rule="in_.pan"),
    _Number(name="cl_rut", shape=r"\d{1,2}\.\d{3}\.\d{3}-[\dK]", rule="cl.rut"),
    _Number(name="ar_cuit", shape=r"\d{2}-\d{8}-\d", rule="ar.cuit"),
    _Number(name="ru_snils", shape=r"\d{3}-\d{3}-\d{3}[ -]\d\d"),
    _Number(name="ru_inn", shape=r"\d{12}|\d{10}", rule="ru.inn", needs_word=True),
    _Number(name="ru_passport", shape=r"\d{2} ?\d{2} ?(?:№|N)? ?\d{6}", needs_word=True),
    _Number(name="ie_pps", shape=r"\d{7}[A-W][A-IW]?", rule="ie.pps"),
    _Number(name="ie_pps_any", shape=r"\d{7}[A-W][A-IW]?", needs_word=True),
    _Number(name="at_vnr", shape=r"[1-9]\d{3}[ -]?\d{6}", rule="at.vnr", needs_word=True),
    _Number(
        name="at_vnr_any",
        shape=r"[1-9]\d{3}[ -](?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d",
        needs_word=True,
    ),
    _Number(name="gb_nino_any", shape=r"[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]", needs_word=True),
    _Number(name="it_codice_fiscale_spaced", shape=r"[A-Z]{3} ?[A-Z]{3} ?\d{2}[A-Z]\d{2} ?[A-Z]\d{3} ?[A-Z]"),
    _Number(name="pt_cc", shape=r"\d{8} ?\d ?[A-Z]{2} ?\d", rule="pt.cc"),
    _Number(name="mx_rfc", shape=r"[A-ZÑ&]{3,4}-?\d{6}-?[A-Z0-9]{3}", rule="mx.rfc", needs_word=True),
    _Number(name="mx_curp_any", shape=r"[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d", needs_word=True),
    _Number(name="ae_id", shape=r"784[ -]?(?:19|20)\d\d[ -]?\d{7}[ -]?\d"),
    _Number(name="eg_id", shape=r"[23]\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{7}"),
    _Number(name="sa_id", shape=r"[12]\d{9}", needs_word=True),
    _Number(name="tw_id", shape=r"[A-Z][1289]\d{8}", needs_word=True),
    _Number(name="tw_id_bare", shape=r"[A-Z][12]\d{8}"),
    _Number(name="hk_id", shape=r"[A-Z]{1,2} ?\d{6} ?\([0-9A]\)"),
    _Number(name="pl_dowod", shape=r"[A-Z]{3} ?\d{6}", needs_word=True),
    _Number(name="br_rg", shape=r"\d{1,2}\.\d{3}\.\d{3}-[\dX]", needs_word=True),
    _Number(name="ar_dni", shape=r"\d{1,2}\.\d{3}\.\d{3}|\d{7,8}", needs_word=True),
    _Number(name="co_cc", shape=r"\d{1,2}\.\d{3}\.\d{3}|\d\.\d{3}\.\d{3}\.\d{3}|\d{7,10}", needs_word=True),
    _Number(name="be_nn_any", shape=r"\d\d[.]\d\d[.]\d\d[ -]\d{3}[.]\d\d"),
    _Number(name="fr_nir_any", shape=r"[12] ?\d\d ?\d\d ?\d[\dAB] ?\d{3} ?\d{3}(?: ?\d\d)?", needs_word=True),
    _Number(name="de_idnr_any", shape=r"\d{2} ?\d{3} ?\d{3} ?\d{3}", needs_word=True),
    _Number(name="br_cpf_any", shape=r"\d{3}\.\d{3}\.\d{3}-\d\d"),
    _Number(name="dk_cpr_any", shape=r"\d{6}-\d{4}", needs_word=True),
    _Number(name="de_svnr", shape=r"\d{2} ?\d{6} ?[A-Z] ?\d{3}", needs_word=True),
    _Number(name="jp_my_number_grouped", shape=r"\d{4}(?: \d{4} \d{4}|-\d{4}-\d{4})", rule="jp.in_"),
    _Number(name="jp_my_number", shape=r"\d{4}[ -]?\d{4}[ -]?\d{4}", rule="jp.in_", needs_word=True),
)

_SURE_NUMBERS = tuple(number for number in _NUMBERS if not number.needs_word)

_KANA = re.compile("[\u3040-\u30ff]")
_BEGIN = r"(?<![A-Za-z0-9_])(?<![0-9][.,:/-])"
_END = r"(?![A-Za-z0-9_]|[.,/-][0-9])"


def find_national_ids(searched: Searchable) -> Iterator[Finding]:
    """Numbers of a country's shape that pass its check, and stand beside a word where one is needed."""
    is_named = any(mark.topic is Topic.NATIONAL_ID for mark in searched.contexts.marks)
    numbers = _patterns(with_word=is_named)
    for candidate in _any_shape(with_word=is_named).finditer(searched.text):
        for number, shape in numbers:
            match = shape.match(searched.text, candidate.start())
            if match is not None and _passes(number, searched, match):
                yield _finding(searched, match)
                break


def _passes(number: _Number, searched: Searchable, match: re.Match[str]) -> bool:
    if number.needs_word and not searched.names(Topic.NATIONAL_ID, *match.span()):
        return False
    if number.name == "jp_my_number_grouped":
        start, end = match.span()
        if _KANA.search(searched.plain, max(0, start - 60), end + 60) is None:
            return False
    if number.rule is None:
        return True
    return bool(import_module(f"stdnum.{number.rule}").is_valid(match.group()))


def _finding(searched: Searchable, match: re.Match[str]) -> Finding:
    """Digits alone, with no word beside them, are less certain than an order's number would be."""
    start, end = match.span()
    by_check_digit = re.sub("[ -]", "", match.group()).isdigit() and not searched.names(
        Topic.NATIONAL_ID, start, end
    )
    recognizer = "national_id_by_check_digit" if by_check_digit else "national_id"
    return Finding(kind=EntityKind.NATIONAL_ID, start=start, end=end, recognizer=recognizer)


@cache
def _any_shape(*, with_word: bool) -> re.Pattern[str]:
    """Where any of the shapes stands; which one it is, the loop above asks one by one."""
    shapes = "|".join(number.shape for number in (_NUMBERS if with_word else _SURE_NUMBERS))
    return re.compile(f"{_BEGIN}(?=[A-Z]{{0,6}} ?[0-9]|[A-Z]{{3}} )(?:{shapes}){_END}", re.IGNORECASE)


@cache
def _patterns(*, with_word: bool) -> tuple[tuple[_Number, re.Pattern[str]], ...]:
    numbers = _NUMBERS if with_word else _SURE_NUMBERS
    return tuple((number, re.compile(f"(?:{number.shape}){_END}", re.IGNORECASE)) for number in numbers)
