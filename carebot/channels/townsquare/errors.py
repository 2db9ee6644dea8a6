"""What can go wrong on the way to the square, in one table, and what each of it means for a row in the outbox.

The question is always the same: may it have been done? Only where that is certain does a write not end in
``ChannelUncertainError``. A read did nothing in any case.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from carebot.errors import (
    ChannelAccessError,
    ChannelError,
    ChannelLimitError,
    ChannelRefusedError,
    ChannelUncertainError,
    ChannelUnreachableError,
)

# Every exception of httpx. Unreachable: no request left. Uncertain: a request, or a part of it, may have arrived.
EXCEPTIONS: dict[type[Exception], type[ChannelError]] = {
    httpx.ConnectError: ChannelUnreachableError,
    httpx.ConnectTimeout: ChannelUnreachableError,
    httpx.PoolTimeout: ChannelUnreachableError,
    httpx.ProxyError: ChannelUnreachableError,
    httpx.UnsupportedProtocol: ChannelUnreachableError,
    httpx.InvalidURL: ChannelUnreachableError,
    httpx.ReadTimeout: ChannelUncertainError,
    httpx.WriteTimeout: ChannelUncertainError,
    httpx.ReadError: ChannelUncertainError,
    httpx.WriteError: ChannelUncertainError,
    httpx.CloseError: ChannelUncertainError,
    httpx.LocalProtocolError: ChannelUncertainError,
    httpx.RemoteProtocolError: ChannelUncertainError,
    httpx.DecodingError: ChannelUncertainError,
    httpx.TooManyRedirects: ChannelUncertainError,
    httpx.CookieConflict: ChannelUncertainError,
    httpx.StreamConsumed: ChannelUncertainError,
    httpx.ResponseNotRead: ChannelUncertainError,
    httpx.RequestNotRead: ChannelUncertainError,
    httpx.StreamClosed: ChannelUncertainError,
    # The families: what a later httpx adds to them is uncertain until somebody looks.
    httpx.TimeoutException: ChannelUncertainError,
    httpx.NetworkError: ChannelUncertainError,
    httpx.ProtocolError: ChannelUncertainError,
    httpx.TransportError: ChannelUncertainError,
    httpx.RequestError: ChannelUncertainError,
    httpx.HTTPStatusError: ChannelUncertainError,
    httpx.HTTPError: ChannelUncertainError,
    httpx.StreamError: ChannelUncertainError,
}

# Refusals in the square's own words, with the codes of its answers; any other 403 is about our token.
_REFUSED_CODES = frozenset({"not_yours"})
_LONGEST_WAIT = timedelta(hours=1)
_CAUGHT = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)


class BadAnswerError(Exception):
    """The square answered what makes no sense: no JSON, wrong types, too much. It never leaves this folder."""


CAUGHT: tuple[type[Exception], ...] = (*_CAUGHT, BadAnswerError)


def of_exception(error: Exception, *, is_write: bool, where: str) -> ChannelError:
    """What an exception of httpx, or a bad answer, means. The words carry nothing that the square said."""
    family = next((kind for kind in type(error).__mro__ if kind in EXCEPTIONS), None)
    kind = ChannelUncertainError if family is None else EXCEPTIONS[family]
    if isinstance(error, BadAnswerError):
        told = f"{where} gave an answer that makes no sense: {error}"
    else:
        told = f"{where} cannot be reached ({type(error).__name__})"
    if kind is ChannelUncertainError and not is_write:
        kind = ChannelUnreachableError
    elif kind is ChannelUncertainError and not isinstance(error, BadAnswerError):
        told = f"{where} broke off before its answer ({type(error).__name__})"
    return kind(told)


def of_status(
    response: httpx.Response, code: str, *, is_write: bool, where: str, now: datetime
) -> ChannelError:
    """What a status means that is no success; ``code`` is the square's own word for it, or empty."""
    status = response.status_code
    told = f"{where} answered {status}" + (f" ({code})" if code else "")
    if status == 429:
        return ChannelLimitError(told, retry_after=retry_after(response.headers, now))
    if status == 401 or (status == 403 and code not in _REFUSED_CODES):
        return ChannelAccessError(f"{told}: is CAREBOT_TOWNSQUARE_TOKEN the token of this account?")
    if 400 <= status < 500 and status != 408:
        return ChannelRefusedError(told)
    if not is_write:
        return ChannelUnreachableError(told)
    return ChannelUncertainError(told)


def retry_after(headers: httpx.Headers, now: datetime) -> timedelta | None:
    """How long the square asks us to wait, at most an hour: in seconds, until a date, or until its reset."""
    value, reset = headers.get("retry-after", "").strip(), headers.get("x-ratelimit-reset", "").strip()
    wait = _seconds(value)
    if wait is None and value:
        wait = _until(value, now)
    if wait is None and (moment := _seconds(reset)) is not None:
        wait = moment - (now - datetime(1970, 1, 1, tzinfo=UTC))
    return None if wait is None else min(max(wait, timedelta()), _LONGEST_WAIT)


def _seconds(value: str) -> timedelta | None:
    is_number = value.isascii() and value.isdecimal() and len(value) <= 10
    return timedelta(seconds=int(value)) if is_number else None


def _until(value: str, now: datetime) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
