"""Signing in: links that work once and for ten minutes, and sessions that a cookie carries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from carebot.errors import NotAllowedError

LINK_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=12)
NEW_LINK = "this sign-in link does not work: it is older than ten minutes, was used before, or is not whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who signed in, in one browser."""

    id: str
    person: str


def make_sign_in_link(person: str, secret: bytes, now: datetime) -> str:
    """The token for ``/sign-in?token=``: whoever has it becomes this person, once, within ten minutes."""
    return _Signed(secret, "sign-in", lambda: now).write(person)


class Signing:
    """Redeems links and knows sessions. Which links were used is remembered here, and by the store for later."""

    def __init__(self, secret: bytes, now: Callable[[], datetime]) -> None:
        self._now = now
        self._links = _Signed(secret, "sign-in", now)
        self._sessions = _Signed(secret, "session", now)
        self._secret = secret
        self._used: dict[str, datetime] = {}
        self._gate = Lock()

    def person_of(self, token: str) -> str:
        """Whom a link is for, without using it up; raises NotAllowedError when it works no more."""
        nonce, person = self._read(token)
        with self._gate:
            if nonce in self._used:
                raise NotAllowedError(NEW_LINK)
        return person

    def redeem(self, token: str) -> str:
        """Use a link up: the person it is for. Raises NotAllowedError when it works no more."""
        nonce, person = self._read(token)
        now = self._now()
        with self._gate:
            self._used = {used: until for used, until in self._used.items() if until > now}
            if nonce in self._used:
                raise NotAllowedError(NEW_LINK)
            self._used[nonce] = now + 2 * LINK_LASTS
        return person

    def mark_of(self, token: str) -> str:
        """The name of the switch that says that a link was used; nobody can make the link from it."""
        return f"sign_in_link:{hashlib.sha256(token.encode()).hexdigest()[:32]}"

    def begin(self, person: str) -> str:
        """The cookie of a new session."""
        return self._sessions.write(person)

    def session(self, cookie: str) -> Session | None:
        """The session of a cookie; None when it is too old or not ours."""
        found = self._sessions.read(cookie, SESSION_LASTS)
        return None if found is None else Session(id=found[0], person=found[1])

    def form_token(self, session: Session) -> str:
        """What every form of this session must bring back."""
        return hmac.new(self._secret, f"form:{session.id}".encode(), hashlib.sha256).hexdigest()

    def is_form_token(self, session: Session, token: str) -> bool:
        """Whether a form is from a page of this session."""
        return hmac.compare_digest(self.form_token(session).encode(), token.encode())

    def _read(self, token: str) -> tuple[str, str]:
        found = self._links.read(token, LINK_LASTS)
        if found is None:
            raise NotAllowedError(NEW_LINK)
        return found


class _Signed:
    """A random id and a person, signed, with the time from our own clock."""

    def __init__(self, secret: bytes, purpose: str, now: Callable[[], datetime]) -> None:
        self._serializer = URLSafeTimedSerializer(
            secret,
            salt=f"carebot:{purpose}",
            signer=_Signer,
            signer_kwargs={"now": now, "key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def write(self, person: str) -> str:
        return str(self._serializer.dumps([secrets.token_urlsafe(16), person]))

    def read(self, token: str, lasts: timedelta) -> tuple[str, str] | None:
        try:
            nonce, person = self._serializer.loads(token, max_age=int(lasts.total_seconds()))
        except (BadData, TypeError, ValueError):
            return None
        return str(nonce), str(person)


class _Signer(TimestampSigner):
    """A signer that asks our clock."""

    def __init__(self, *args: Any, now: Callable[[], datetime], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = now

    def get_timestamp(self) -> int:
        """The present moment in whole seconds."""
        return int(self._now().timestamp())
