"""One request to the square: what comes back is its content, or a ChannelError and nothing else."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from pydantic import SecretStr

from carebot.channels.townsquare.errors import CAUGHT, BadAnswerError, of_exception, of_status
from carebot.errors import ChannelUnreachableError

_CODE = re.compile(r"[a-z_]{1,40}")  # the square's word for an error, such as `too_long`
_KEEP_ALIVE = (
    4.0  # seconds; servers keep idle connections longer than that, so we never use one that just ended
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a call may take at most: waiting for each step, and all of it. ``size`` is in bytes.

    The sum of the steps, and ``whole`` with one more ``read``, are both within the call limit.
    """

    pool: float = 0.5
    connect: float = 1.5
    write: float = 1.0
    read: float = 4.5
    whole: float = 5.5
    size: int = 8 * 1024 * 1024

    @property
    def call(self) -> timedelta:
        """No call takes longer."""
        steps = self.pool + self.connect + self.write + self.read
        return timedelta(seconds=max(steps, self.whole + self.read))


def _now() -> datetime:
    return datetime.now(UTC)


class Client:
    """Speaks to one square as one account. Safe to call from several threads."""

    def __init__(
        self,
        url: str,
        token: SecretStr,
        *,
        limits: Limits,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.where = f"the town square at {url}"
        self._base = f"{url}/api/v1"
        self._limits = limits
        self._now = now
        headers = {"Authorization": f"Bearer {token.get_secret_value()}", "Accept-Encoding": "identity"}
        self._http = httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(
                pool=limits.pool, connect=limits.connect, write=limits.write, read=limits.read
            ),
            limits=httpx.Limits(max_connections=20, keepalive_expiry=_KEEP_ALIVE),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def read(self, path: str, **query: str | int) -> bytes:
        """What the square answers to a question."""
        return self._call("GET", path, query=query, is_write=False)

    def write(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, key: str | None = None
    ) -> bytes:
        """What it answers when it is asked to do something."""
        return self._call(method, path, body=body, key=key, is_write=True)

    def close(self) -> None:
        """Let go of all connections."""
        self._http.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        is_write: bool,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
        key: str | None = None,
    ) -> bytes:
        if self._http.is_closed:
            raise ChannelUnreachableError(f"the connection to {self.where} was closed")
        headers = {} if key is None else {"Idempotency-Key": key}
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        until = time.monotonic() + self._limits.whole
        try:
            with self._http.stream(
                method, self._base + path, params=query or None, content=content, headers=headers
            ) as response:
                answer = self._content(response, until)
        except CAUGHT as error:
            raise of_exception(error, is_write=is_write, where=self.where) from error
        except RuntimeError as error:
            if not self._http.is_closed:  # somebody closed it in the middle of the call
                raise
            raise of_exception(error, is_write=is_write, where=self.where) from error
        if not response.is_success:
            raise of_status(response, _code(answer), is_write=is_write, where=self.where, now=self._now())
        return answer

    def _content(self, response: httpx.Response, until: float) -> bytes:
        parts, size = [], 0
        for part in response.iter_raw():
            size += len(part)
            if size > self._limits.size:
                raise BadAnswerError(f"more than {self._limits.size} bytes")
            if time.monotonic() > until:
                raise BadAnswerError(f"not complete after {self._limits.whole:g} seconds")
            parts.append(part)
        return b"".join(parts)


def _code(content: bytes) -> str:
    """The square's own word for an error; empty when the answer is not the square's."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    code = answer.get("error") if isinstance(answer, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
