"""The installation's keys: a small text file that only its owner can read, oldest key first, newest in use.

::

    # carebot keys: ...
    key <id> <made at> <32 bytes, base64>
    fingerprint <32 bytes, base64>          only once the oldest key was retired

The same lines, separated by commas, are the value of CAREBOT_KEY.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from carebot.core.message import require_utc
from carebot.errors import KeyMissingError, SealError

KEY_BYTES = 32
_HEADER = (
    "# carebot keys. Without them no message can be opened: keep a copy elsewhere,\n"
    "# and never beside a backup of the database.\n"
)
_MAKE = "make one with `carebot keys new`, or start with `carebot init`"
_LEGEND = "a line `key <id> <made at> <base64>` as `carebot keys new` writes it"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationKey:
    """One key that wraps customers' data keys; its ``id`` stands in the clear before what it wrapped."""

    id: str
    made_at: datetime
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        require_utc(self.made_at, "a key's made_at")
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"key {self.id} has {len(self.secret)} bytes, expected {KEY_BYTES}")

    @classmethod
    def new(cls, now: datetime) -> Self:
        """A key from the system's random source."""
        return cls(id=secrets.token_hex(4), made_at=now, secret=secrets.token_bytes(KEY_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """All keys of an installation, oldest first.

    Fingerprints find a customer again, so their secret must never change: it is derived from the oldest key,
    and when that key is retired what was derived is kept in its place (``pinned``). It cannot open anything.
    """

    keys: tuple[InstallationKey, ...]
    pinned: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.keys:
            raise KeyMissingError(f"there is no key; {_MAKE}")

    @classmethod
    def load(cls, path: Path) -> Self:
        """The keys of a file; raises KeyMissingError when it is missing, damaged or open to others."""
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise KeyMissingError(f"there is no key file at {path}; {_MAKE}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise KeyMissingError(f"the key file {path} cannot be read: {error}") from error
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise KeyMissingError(f"other users can read the key file {path}; run `chmod 600 {path}`")
        return cls.from_text(text, where=str(path))

    @classmethod
    def from_text(cls, text: str, *, where: str = "CAREBOT_KEY") -> Self:
        """The keys of a text, one a line or separated by commas; ``where`` is named in errors."""
        keys, pinned = [], None
        for number, line in enumerate(text.replace(",", "\n").splitlines(), start=1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            try:
                if words[0] == "fingerprint":
                    (pinned,) = map(_decoded, words[1:])
                else:
                    keys.append(_key(words))
            except ValueError as error:
                raise KeyMissingError(f"{where}, line {number}: expected {_LEGEND}") from error
        if not keys:
            raise KeyMissingError(f"{where} holds no key; {_MAKE}")
        if len({key.id for key in keys}) != len(keys):
            raise KeyMissingError(f"{where} names one key twice; remove one of the two lines")
        return cls(keys=tuple(keys), pinned=pinned)

    @property
    def current(self) -> InstallationKey:
        """The key that wraps from now on: the newest."""
        return self.keys[-1]

    @property
    def fingerprint_secret(self) -> bytes:
        """The secret of fingerprints, the same for the life of the installation."""
        if self.pinned is not None:
            return self.pinned
        derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"carebot fingerprint 1")
        return derive.derive(self.keys[0].secret)

    def key(self, key_id: str) -> InstallationKey:
        """A key by its id; raises SealError when it is not here."""
        for key in self.keys:
            if key.id == key_id:
                return key
        raise SealError(f"this needs the key {key_id}, which is not in the key file; put that key back")

    def rotated(self, now: datetime) -> KeyRing:
        """With a fresh key in use; the others stay, for what they have wrapped."""
        return replace(self, keys=(*self.keys, InstallationKey.new(now)))

    def without(self, key_id: str, *, in_use: Iterable[str]) -> KeyRing:
        """With a key retired; raises SealError when it is the current one, or ``in_use`` (ids) names it."""
        gone = self.key(key_id)
        if gone is self.current:
            raise SealError(f"key {key_id} is the current one; add another first with `carebot keys rotate`")
        if key_id in in_use:
            raise SealError(
                f"key {key_id} still wraps customers' keys; `carebot keys rotate` wraps them anew"
            )
        pinned = self.fingerprint_secret if gone is self.keys[0] else self.pinned
        return KeyRing(keys=tuple(key for key in self.keys if key is not gone), pinned=pinned)

    def to_text(self) -> str:
        """The lines of the key file."""
        lines = [f"key {key.id} {key.made_at.isoformat()} {_encoded(key.secret)}\n" for key in self.keys]
        if self.pinned is not None:
            lines.append(f"fingerprint {_encoded(self.pinned)}\n")
        return _HEADER + "".join(lines)


def create(path: Path, now: datetime) -> KeyRing:
    """A key file with one fresh key; refuses to touch a file that is there."""
    ring = KeyRing(keys=(InstallationKey.new(now),))
    _write(path, ring, replaces=False)
    return ring


def rotate(path: Path, now: datetime) -> KeyRing:
    """Add a key, which is used from the next start on; wrapping customers' keys anew frees the older ones."""
    ring = KeyRing.load(path).rotated(now)
    _write(path, ring, replaces=True)
    return ring


def retire(path: Path, key_id: str, *, in_use: Iterable[str]) -> KeyRing:
    """Take a key away for good, when ``in_use`` (the ids of all keys that wrap anything) does not name it."""
    ring = KeyRing.load(path).without(key_id, in_use=in_use)
    _write(path, ring, replaces=True)
    return ring


def _write(path: Path, ring: KeyRing, *, replaces: bool) -> None:
    """Whole or not at all, and 0600 from the first moment."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(ring.to_text())
            file.flush()
            os.fsync(file.fileno())
        if replaces:
            part.replace(path)
        else:
            os.link(part, path)  # unlike a rename, this never overwrites; needs a file system with hard links
    except FileExistsError as error:
        raise KeyMissingError(f"{path} exists already; add a key with `carebot keys rotate`") from error
    except OSError as error:
        raise KeyMissingError(f"the key file {path} cannot be written: {error}") from error
    finally:
        with suppress(OSError):
            part.unlink()


def _key(words: list[str]) -> InstallationKey:
    mark, key_id, made_at, secret = words
    if mark != "key" or not key_id.isalnum() or not key_id.isascii() or len(key_id) > 64:
        raise ValueError("not a key")
    return InstallationKey(id=key_id, made_at=_moment(made_at), secret=_decoded(secret))


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("not a time") from None  # Python repeats the text, which may be a misplaced key


def _encoded(secret: bytes) -> str:
    return base64.b64encode(secret).decode("ascii")


def _decoded(text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(secret) != KEY_BYTES:
        raise ValueError("not as long as a key")
    return secret
