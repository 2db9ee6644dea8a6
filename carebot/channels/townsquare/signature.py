"""How a pushed event is signed: ``t=<unix seconds>,v1=<hex hmac-sha256 of "t.body">``."""

from __future__ import annotations

import hmac
import re

HEADER = "X-Townsquare-Signature"
# Both parts, in this order, and nothing else.
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, at: int, body: bytes) -> str:
    """The header's value; ``at`` is in seconds since 1970."""
    return f"t={at},v1={_digest(secret, at, body)}"


def signed_at(secret: str, header: str, body: bytes) -> int | None:
    """When a body was signed with this secret; None when it was not."""
    match = _SIGNATURE.fullmatch(header)
    if match is None:
        return None
    at = int(match[1])
    return at if hmac.compare_digest(_digest(secret, at, body), match[2]) else None


def _digest(secret: str, at: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
