"""What a recognizer says about a text: where personal data stands, and of which kind."""

from dataclasses import dataclass
from enum import StrEnum


class EntityKind(StrEnum):
    """One kind of personal data. Its name, in angle brackets, is what the masker puts in its place."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    ADDRESS = "address"
    ORDER_NUMBER = "order_number"
    TICKET_NUMBER = "ticket_number"
    ACCOUNT_NUMBER = "account_number"
    NATIONAL_ID = "national_id"
    BIRTH_DATE = "birth_date"
    IP_ADDRESS = "ip_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A place in a text; never the text itself, so that it may be logged, counted and stored.

    `start` and `end` (exclusive) count code points of the text that was searched. `recognizer` names
    the rule that found it, for `carebot explain`.
    """

    kind: EntityKind
    start: int
    end: int
    recognizer: str
