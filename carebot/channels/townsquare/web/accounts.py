"""Who is in the square. All accounts are held in memory too: each request asks for one."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from carebot.channels.townsquare.web.database import Database, Row
from carebot.channels.townsquare.web.problems import EmptyError, GoneError, WhoError

# Letters, digits, dot, hyphen and underscore; perhaps a second part behind an @, as some networks have.
HANDLE = re.compile(r"\w[\w.-]{0,59}(?:@\w[\w.-]{0,59})?")
ID = re.compile(r"u(\d{1,12})")
# A mention: an @ that no word character stands before, and a handle behind it.
MENTION = re.compile(rf"(?<![\w@])@({HANDLE.pattern})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account. ``followers`` is its reach, ``id`` what others know it by."""

    number: int
    handle: str
    name: str
    followers: int
    is_brand: bool
    token: str = field(repr=False)

    @property
    def id(self) -> str:
        """As the API writes it."""
        return f"u{self.number}"

    def shown(self) -> dict[str, Any]:
        """As everybody sees it."""
        return {
            "id": self.id,
            "handle": self.handle,
            "name": self.name,
            "followers": self.followers,
            "is_brand": self.is_brand,
        }


class Accounts:
    """The accounts by number, handle and token."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_number: dict[int, Account] = {}
        self._by_handle: dict[str, Account] = {}
        self._by_token: dict[str, Account] = {}
        for row in database.all("SELECT * FROM accounts"):
            self._know(_account(row))

    def add(self, *, handle: str, name: str, followers: int, is_brand: bool) -> tuple[Account, bool]:
        """Open an account, or give the one that has this handle; and whether it is new."""
        handle = handle.strip().removeprefix("@")
        if not HANDLE.fullmatch(handle) or ID.fullmatch(handle):
            raise EmptyError(
                "a handle has letters, digits, `.`, `-` or `_`, up to 60, and may have a part after `@`"
            )
        with self._database.writing():
            known = self._by_handle.get(handle.casefold())
            if known is not None:
                return known, False
            token = secrets.token_urlsafe(24)
            values = {"handle": handle, "name": name.strip() or handle, "followers": followers}
            number = self._database.add("accounts", **values, is_brand=int(is_brand), token=token)
            account = Account(number=number, **values, is_brand=is_brand, token=token)  # type: ignore[arg-type]
            self._know(account)
        return account, True

    def all(self) -> list[Account]:
        """Everybody, oldest first."""
        return list(self._by_number.values())

    def by_number(self, number: int) -> Account:
        """The account with this number, which exists."""
        return self._by_number[number]

    def named(self, name: str) -> Account:
        """The account with this handle (with or without @) or id."""
        found = self._find(name.strip().removeprefix("@"))
        if found is None:
            raise GoneError(f"there is no account {name!r}")
        return found

    def with_token(self, token: str) -> Account:
        """The account that acts."""
        account = self._by_token.get(token)
        if account is None:
            raise WhoError("send `Authorization: Bearer <token>` with the token of an account")
        return account

    def mentioned_in(self, text: str) -> list[Account]:
        """The accounts that a text calls by their handle, each once.

        ``@acme.`` at the end of a sentence is acme, and so is ``@acme@elsewhere.example``, unless an account has
        the longer name.
        """
        found = (self._called(match[1]) for match in MENTION.finditer(text))
        return list(dict.fromkeys(account for account in found if account is not None))

    def _called(self, word: str) -> Account | None:
        tries = (word, word.rstrip(".-"), word.partition("@")[0], word.partition("@")[0].partition(".")[0])
        return next(
            (self._by_handle[name.casefold()] for name in tries if name.casefold() in self._by_handle), None
        )

    def _find(self, name: str) -> Account | None:
        if match := ID.fullmatch(name):
            return self._by_number.get(int(match[1]))
        return self._by_handle.get(name.casefold())

    def _know(self, account: Account) -> None:
        self._by_number[account.number] = account
        self._by_handle[account.handle.casefold()] = account
        self._by_token[account.token] = account


def _account(row: Row) -> Account:
    return Account(
        number=row["number"],
        handle=row["handle"],
        name=row["name"],
        followers=row["followers"],
        is_brand=bool(row["is_brand"]),
        token=row["token"],
    )
