"""Finds personal data in a text: one module per kind, one door.

What is found, what is not, and the measured figures: docs/personal-data.md.
"""

from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter

from carebot.core.finding import Finding
from carebot.privacy.recognizers.address import find_addresses
from carebot.privacy.recognizers.birth_date import find_birth_dates
from carebot.privacy.recognizers.booking import find_booking_codes
from carebot.privacy.recognizers.card import find_cards
from carebot.privacy.recognizers.email import find_emails
from carebot.privacy.recognizers.endings import find_endings
from carebot.privacy.recognizers.iban import find_ibans
from carebot.privacy.recognizers.ip_address import find_ip_addresses
from carebot.privacy.recognizers.national_id import find_national_ids
from carebot.privacy.recognizers.numbers import find_long_numbers
from carebot.privacy.recognizers.phone import find_phones
from carebot.privacy.recognizers.reference import find_references
from carebot.privacy.recognizers.searchable import prepare

_NEED_NO_DIGIT = (find_emails, find_booking_codes)
_NEED_DIGITS = (
    find_ibans,
    find_cards,
    find_national_ids,
    find_birth_dates,
    find_phones,
    find_references,
    find_endings,
    find_addresses,
    find_ip_addresses,
    find_long_numbers,
)

# Where two findings overlap, the one named first here gives its kind: check digits before words nearby,
# words nearby before shapes.
_BY_CERTAINTY = (
    "email",
    "email_disguised",
    "iban",
    "card",
    "national_id",
    "birth_date",
    "phone_international",
    "card_security_code",
    "card_by_context",
    "number_ending",
    "parcel_number",
    "ip_address",
    "reference",
    "phone_by_context",
    "national_id_by_check_digit",
    "birth_date_by_year",
    "address",
    "phone_by_shape",
    "reference_nearby",
    "phone_by_digits",
    "long_number",
)
_RANKS = {recognizer: rank for rank, recognizer in enumerate(_BY_CERTAINTY)}


class Recognizers:
    """All recognizers together. Holds no state: one object may serve every thread."""

    def find(self, text: str) -> tuple[Finding, ...]:
        """The findings in the order of the text; none overlap."""
        searched = prepare(text)
        recognizers = _NEED_NO_DIGIT + _NEED_DIGITS if searched.has_digits else _NEED_NO_DIGIT
        return _without_overlaps(finding for recognizer in recognizers for finding in recognizer(searched))


def _without_overlaps(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Joins what overlaps: the most certain finding's kind, the whole width, so that nothing found shows."""
    joined: list[Finding] = []
    for finding in sorted(findings, key=attrgetter("start")):
        if joined and finding.start < joined[-1].end:
            joined[-1] = _join(joined[-1], finding)
        else:
            joined.append(finding)
    return tuple(joined)


def _join(first: Finding, second: Finding) -> Finding:
    surest = min(first, second, key=lambda finding: (_rank(finding), finding.start - finding.end))
    return replace(surest, start=min(first.start, second.start), end=max(first.end, second.end))


def _rank(finding: Finding) -> int:
    """Addresses are found by a pattern per language, all equally certain."""
    return _RANKS.get(finding.recognizer, _RANKS["address"])
