"""The kinds of values that ``care.yaml`` is made of: each says in one sentence what was expected."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from difflib import get_close_matches
from typing import Annotated, TypeVar
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from carebot.classifier.labels import EXPECTED, HEADS
from carebot.core.care import account_name
from carebot.core.languages import SUPPORTED, is_supported, language_name

T = TypeVar("T")
MISTAKE = "care"  # pydantic's name for an error whose sentence is ours


class Section(BaseModel):
    """A part of ``care.yaml``; a key that is not a field is a mistake, one without a value is not given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        never_empty = {name for name, field in cls.model_fields.items() if field.default is not None}
        return {key: value for key, value in data.items() if value is not None or key not in never_empty}


@dataclass(slots=True, kw_only=True)
class Known:
    """What other parts of the file define, gathered before it is checked; ``taken`` grows while it is."""

    queues: Collection[str] = ()
    tiers: Collection[int] = ()
    brands: Collection[str] = ()
    channels: Collection[str] | None = None  # None: any name will do
    shipped_rules: Collection[str] = ()
    taken: set[tuple[str, ...]] = field(default_factory=set)

    def take(self, *name: str) -> bool:
        """Whether the name was free; from now on it is not."""
        free = name not in self.taken
        self.taken.add(name)
        return free


def mistake(sentence: str) -> PydanticCustomError:
    """An error that a validator raises, with a sentence of ours."""
    return PydanticCustomError(MISTAKE, "{sentence}", {"sentence": sentence})


def nearest(given: object, known: Iterable[object]) -> str:
    """``; did you mean 'x'?`` or, when nothing is near, ``; expected one of ...``."""
    names = [str(name) for name in known]
    if close := get_close_matches(str(given), names, n=1):
        return f"; did you mean {close[0]!r}?"
    return f"; expected one of {', '.join(names)}" if 0 < len(names) <= 30 else ""


def unknown(what: str, given: object, known: Iterable[object]) -> PydanticCustomError:
    """The error for a name that does not exist."""
    return mistake(f"there is no {what} {str(given)!r}{nearest(given, sorted(map(str, known)))}")


def known_of(info: ValidationInfo) -> Known:
    """What other parts of the file define."""
    return info.context if isinstance(info.context, Known) else Known()


def _share(value: object) -> object:
    text = str(value).strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise mistake(f"expected a share such as 8 % or 0.08, got {text!r}") from None
    if not 0 <= share <= 1:
        raise mistake(f"expected a share from 0 % to 100 %, got {text!r}; write 8 % or 0.08")
    return share


def _target(share: float) -> float:
    if share in (0, 1):
        raise mistake(f"{share * 100:.0f} % can never be shown; write a share between, such as 8 % or 0.08")
    return share


def _one_or_several(value: object) -> object:
    return [value] if isinstance(value, str) else value


_HOURS = re.compile(
    r"""\s* (\d{1,2}):(\d\d)   # from, such as 9:00
        \s* [-–] \s*           # a hyphen or a dash
        (\d{1,2}):(\d\d) \s*   # to, such as 17:30 or 24:00
    """,
    re.VERBOSE,
)


def _interval(value: object) -> object:
    """``09:00-17:30``; 24:00 is the end of the day."""
    match = _HOURS.fullmatch(str(value))
    try:
        from_hour, from_minute, to_hour, to_minute = map(int, match.groups() if match else ())
        ends = time.min if (to_hour, to_minute) == (24, 0) else time(to_hour, to_minute)
        return time(from_hour, from_minute), ends
    except ValueError:
        raise mistake(f"expected hours such as 09:00-17:30, got {str(value)!r}") from None


def _moment(value: object) -> object:
    try:
        return datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise mistake(f"expected a time such as 2026-03-01T09:00, got {str(value)!r}") from None


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        near = nearest(name, available_timezones()) or "; expected a name such as Europe/Amsterdam"
        raise mistake(f"there is no time zone {name!r}{near}")
    return name


def _language(code: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", code):
        raise mistake(f"expected a language code such as en, got {code!r}")
    return code


def _supported(code: str) -> str:
    if not is_supported(_language(code)):
        raise mistake(f"carebot does not read {language_name(code)}; expected any of {', '.join(SUPPORTED)}")
    return code


def _domain(value: str) -> str:
    text = value.strip().casefold()
    if not re.fullmatch(r"(?:[\w-]+\.)+[\w-]{2,}", text):
        raise mistake(f"expected a domain such as acme.example, without https:// or a path, got {value!r}")
    return text


def _email(value: str) -> str:
    text = value.strip().casefold()
    if not re.fullmatch(r"[^@\s]+@(?:[\w-]+\.)+[\w-]{2,}", text):
        raise mistake(f"expected an e-mail address, got {value!r}")
    return text


def _phone(value: str) -> str:
    text = value.strip()
    if not re.fullmatch(r"[+0-9][0-9 ()./-]{4,24}", text):
        raise mistake(f"expected a phone number such as +31 20 123 4567, got {value!r}")
    return text


def _channel(name: str, info: ValidationInfo) -> str:
    channels = known_of(info).channels
    if channels is not None and name not in channels:
        raise unknown("channel", name, channels)
    return name


def _queue(name: str, info: ValidationInfo) -> str:
    queues = known_of(info).queues
    if name not in queues:
        raise unknown("queue", name, queues)
    return name


def _brand(name: str, info: ValidationInfo) -> str:
    brands = known_of(info).brands
    if name not in brands:
        raise unknown("brand", name, brands)
    return name


def _tier(number: int, info: ValidationInfo) -> int:
    tiers = known_of(info).tiers
    if number not in tiers:
        raise unknown("tier", number, tiers)
    return number


def _head(name: str) -> str:
    if name not in HEADS:
        near = get_close_matches(name, HEADS, n=1)
        tail = f"did you mean {near[0]!r}?" if near else f"expected one of {EXPECTED}"
        raise mistake(f"there is no head {name!r}; {tail}")
    return name


def _account(name: str) -> str:
    if not account_name(name):
        raise mistake("expected an account's name such as @acme")
    return account_name(name)


_SHARE_SCHEMA = str | float
Share = Annotated[float, BeforeValidator(_share, json_schema_input_type=_SHARE_SCHEMA)]
Target = Annotated[Share, AfterValidator(_target)]
Several = Annotated[list[T], BeforeValidator(_one_or_several, json_schema_input_type=T | list[T])]
Name = Annotated[str, Field(min_length=1)]
Hours = Annotated[tuple[time, time], BeforeValidator(_interval, json_schema_input_type=str)]
Moment = Annotated[datetime, BeforeValidator(_moment, json_schema_input_type=str)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
LanguageCode = Annotated[str, AfterValidator(_language)]
SupportedLanguage = Annotated[str, AfterValidator(_supported)]
Domain = Annotated[str, AfterValidator(_domain)]
Email = Annotated[str, AfterValidator(_email)]
Phone = Annotated[str, AfterValidator(_phone)]
ChannelName = Annotated[Name, AfterValidator(_channel)]
QueueName = Annotated[Name, AfterValidator(_queue)]
BrandName = Annotated[Name, AfterValidator(_brand)]
TierNumber = Annotated[int, AfterValidator(_tier)]
HeadName = Annotated[str, AfterValidator(_head)]
AccountName = Annotated[str, AfterValidator(_account)]
Days = Annotated[float, Field(gt=0, le=3650)]
