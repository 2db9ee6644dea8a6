"""Sealing: AES-256-GCM under one data key per customer, which is itself wrapped by the installation's key.

::

    wrapped key   01  length of id  id  nonce (12)  AES-GCM(installation key, data key)
    sealed        01  nonce (12)  AES-GCM(data key, text; context as associated data)

Erasing a customer is deleting the wrapped key: what it sealed can no longer be opened, except from an older
backup that still holds that key.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from carebot.errors import SealError
from carebot.privacy.keys import KEY_BYTES, InstallationKey, KeyRing

_VERSION = b"\x01"
_NONCE = 12  # bytes; random, which NIST SP 800-38D allows for 2**32 texts under one key
_CACHED = 1024  # unwrapped data keys that are kept in memory


class Seal:
    """Implements core.ports.Sealer. Safe to call from several threads.

    ``reload`` reads the keys again when one is asked for that was not there at the start: somebody rotated
    them in another process, which has wrapped customers' keys anew.
    """

    def __init__(self, ring: KeyRing, *, reload: Callable[[], KeyRing] | None = None) -> None:
        self._ring = ring
        self._reload = reload
        self._fingerprint_secret = ring.fingerprint_secret
        self._data_key = lru_cache(maxsize=_CACHED)(self._unwrapped)

    def new_key(self) -> bytes:
        return _wrap(self._ring.current, secrets.token_bytes(KEY_BYTES))

    def seal(self, wrapped_key: bytes, plain: bytes, *, context: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return _VERSION + nonce + self._data_key(wrapped_key).encrypt(nonce, plain, context.encode())

    def open(self, wrapped_key: bytes, sealed: bytes, *, context: str) -> bytes:
        key = self._data_key(wrapped_key)
        if sealed[:1] != _VERSION:
            raise SealError(f"{context} was not sealed by carebot, or by a newer version")
        try:
            return key.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], context.encode())
        except (InvalidTag, ValueError) as error:
            raise SealError(f"{context} was changed, or sealed for another row or customer") from error

    def rewrap(self, wrapped_key: bytes) -> bytes:
        if wrapper_of(wrapped_key) == self._ring.current.id:
            return wrapped_key
        return _wrap(self._ring.current, self._plain_key(wrapped_key))

    def fingerprint(self, text: str) -> str:
        return hmac.digest(self._fingerprint_secret, text.encode(), "sha256").hex()

    def forget(self) -> None:
        """Drop the data keys held in memory, after a customer was erased."""
        self._data_key.cache_clear()

    def _unwrapped(self, wrapped_key: bytes) -> AESGCM:
        return AESGCM(self._plain_key(wrapped_key))

    def _wrapper(self, key_id: str) -> InstallationKey:
        if self._reload is not None and all(key.id != key_id for key in self._ring.keys):
            self._ring = self._reload()
        return self._ring.key(key_id)

    def _plain_key(self, wrapped_key: bytes) -> bytes:
        key = self._wrapper(wrapper_of(wrapped_key))
        header = _header(key.id)
        rest = wrapped_key[len(header) :]
        try:
            return AESGCM(key.secret).decrypt(rest[:_NONCE], rest[_NONCE:], header)
        except (InvalidTag, ValueError) as error:
            raise SealError(f"a customer's key does not open with key {key.id}: it was changed") from error


def wrapper_of(wrapped_key: bytes) -> str:
    """The id of the installation's key that wrapped a data key."""
    end = 2 + (wrapped_key[1] if len(wrapped_key) > 1 else 0)
    if wrapped_key[:1] != _VERSION or not 2 < end < len(wrapped_key):
        raise SealError("a customer's key was not wrapped by carebot, or by a newer version")
    try:
        return wrapped_key[2:end].decode("ascii")
    except UnicodeDecodeError as error:
        raise SealError("the head of a customer's key was changed") from error


def _wrap(key: InstallationKey, plain: bytes) -> bytes:
    nonce, header = secrets.token_bytes(_NONCE), _header(key.id)
    return header + nonce + AESGCM(key.secret).encrypt(nonce, plain, header)


def _header(key_id: str) -> bytes:
    return _VERSION + bytes([len(key_id)]) + key_id.encode("ascii")
