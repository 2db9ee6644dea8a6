"""What can be done in the square. Every change is one transaction, and one row of the log that cursors run along."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from carebot.channels.townsquare.web.accounts import Account, Accounts
from carebot.channels.townsquare.web.database import Database
from carebot.channels.townsquare.web.posts import (
    DIRECT,
    PUBLIC,
    Post,
    accepted,
    direct_thread,
    microseconds,
    post_id,
    post_number,
    post_of,
)
from carebot.channels.townsquare.web.problems import EmptyError, GoneError, NotYoursError

Listener = Callable[[str, str], None]
NEW, EDITED, DELETED, HIDDEN = "new", "edited", "deleted", "hidden"


def _now() -> datetime:
    return datetime.now(UTC)


class Square:
    """The network. Safe to call from several threads; raises SquareError for what it does not do.

    ``on_change`` are told of each change, kind and id, after it is committed.
    """

    def __init__(self, file: Path, *, now: Callable[[], datetime] = _now) -> None:
        self.database = Database(file)
        self.accounts = Accounts(self.database)
        self.on_change: list[Listener] = []
        self._now = now
        self.born, self.born_at = self._birth()

    def write(
        self, author: Account, text: str, *, in_reply_to: str | None = None, key: str | None = None
    ) -> tuple[Post, bool]:
        """A public post, and whether it is new: the same author's same ``key`` gives the post made before."""
        text = accepted(text, PUBLIC)
        with self.database.writing():
            known = self._with_key(author, key)
            if known is None:
                post = self._write(author, text, self._parent(author, in_reply_to, PUBLIC), key)
        if known is not None:
            return known, False
        self._tell(NEW, post.id)
        return post, True

    def tell(
        self,
        author: Account,
        text: str,
        *,
        to: str | None = None,
        in_reply_to: str | None = None,
        key: str | None = None,
    ) -> tuple[Post, bool]:
        """A direct message to an account, or to the author of the message answered; as ``write``."""
        text = accepted(text, DIRECT)
        with self.database.writing():
            known = self._with_key(author, key)
            if known is None:
                post = self._tell_direct(author, text, to, in_reply_to, key)
        if known is not None:
            return known, False
        self._tell(NEW, post.id)
        return post, True

    def write_all(self, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """Many posts and direct messages in one transaction: ``as``, ``kind``, ``text``, ``in_reply_to``, ``to``."""
        ids = []
        with self.database.writing():
            for row in rows:
                author = self.accounts.named(row["as"])
                text, answers = accepted(row["text"], row["kind"]), row.get("in_reply_to")
                if row["kind"] == DIRECT:
                    post = self._tell_direct(author, text, row.get("to"), answers, None)
                else:
                    post = self._write(author, text, self._parent(author, answers, PUBLIC), None)
                ids.append(post.id)
        if ids:
            self._tell(NEW, ids[-1])
        return ids

    def edit(self, author: Account, external_id: str, text: str) -> Post:
        """Change one's own text."""
        with self.database.writing():
            post = self._own(author, external_id)
            text, at = accepted(text, post.kind), microseconds(self._now())
            called = self.accounts.mentioned_in(text) if post.kind == PUBLIC else []
            mentions = " ".join(account.handle for account in called)
            change = "UPDATE posts SET text = ?, mentions = ?, edited_at = ? WHERE number = ?"
            self.database.run(change, text, mentions, at, post.number)
            self._concerns(post.number, {account.number for account in called})
            self._log(EDITED, post.number, text, at)
        self._tell(EDITED, post.id)
        return self.post(post.id)

    def delete(self, author: Account, external_id: str) -> None:
        """Take one's own post back; its words go from the log too."""
        with self.database.writing():
            post = self._own(author, external_id)
            at = microseconds(self._now())
            self.database.run("UPDATE posts SET text = '', deleted_at = ? WHERE number = ?", at, post.number)
            self.database.run("UPDATE changes SET text = '' WHERE post = ?", post.number)
            self._log(DELETED, post.number, "", at)
        self._tell(DELETED, post.id)

    def hide(self, account: Account, external_id: str) -> Post:
        """Hide somebody's public post: as a brand it concerns, or where one began the thread. Twice is once."""
        with self.database.writing():
            post = self.post(external_id)
            if post.kind != PUBLIC or post.deleted_at is not None:
                raise GoneError(f"there is no public post {external_id!r}")
            concerned = account.is_brand and self.concerns(post, account)
            if post.author == account or not (concerned or self.post(post.thread).author == account):
                raise NotYoursError(
                    "only the brand it is written to, or who began the thread, may hide a post"
                )
            if post.hidden_at is not None:
                return post
            at = microseconds(self._now())
            self.database.run("UPDATE posts SET hidden_at = ? WHERE number = ?", at, post.number)
        self._tell(HIDDEN, post.id)
        return self.post(external_id)

    def post(self, external_id: str) -> Post:
        """The post with this id."""
        row = self.database.one("SELECT * FROM posts WHERE number = ?", post_number(external_id))
        if row is None:
            raise GoneError(f"there is no post {external_id!r}")
        return post_of(row, self.accounts)

    def concerns(self, post: Post, account: Account) -> bool:
        """Whether changes of this post reach the account's inbox."""
        query = "SELECT 1 FROM audience WHERE post = ? AND account = ?"
        return self.database.one(query, post.number, account.number) is not None

    def now(self) -> int:
        """The present moment in microseconds."""
        return microseconds(self._now())

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    # What a transaction is made of -----------------------------------------------------------------------------

    def _write(self, author: Account, text: str, parent: Post | None, key: str | None) -> Post:
        called = self.accounts.mentioned_in(text)
        reached = {author.number} | {account.number for account in called}
        if parent is not None:
            reached |= self._audience(parent.number)
        return self._add(author, text, PUBLIC, parent, _answered(author, parent), called, reached, key)

    def _tell_direct(
        self, author: Account, text: str, to: str | None, in_reply_to: str | None, key: str | None
    ) -> Post:
        parent = self._parent(author, in_reply_to, None)
        if to is None and parent is None:
            raise EmptyError("a direct message needs `to` (a handle or an id) or `in_reply_to`")
        other = self.accounts.named(to) if to is not None else _answered(author, parent)
        if other is None or other == author:
            raise EmptyError("a direct message goes to somebody else")
        return self._add(author, text, DIRECT, parent, other, [], {author.number, other.number}, key)

    def _add(
        self,
        author: Account,
        text: str,
        kind: str,
        parent: Post | None,
        addressee: Account | None,
        called: list[Account],
        reached: set[int],
        key: str | None,
    ) -> Post:
        thread = parent.thread if kind == PUBLIC and parent is not None else ""
        if kind == DIRECT and addressee is not None:
            thread = direct_thread(author, addressee)
        at = self.now()
        number = self.database.add(
            "posts",
            kind=kind,
            author=author.number,
            addressee=None if addressee is None else addressee.number,
            text=text,
            in_reply_to=None if parent is None else parent.number,
            thread=thread,
            mentions=" ".join(account.handle for account in called),
            key=key,
            at=at,
        )
        if not thread:
            self.database.run("UPDATE posts SET thread = ? WHERE number = ?", post_id(number), number)
        self._concerns(number, reached)
        self._log(NEW, number, text, at)
        return self.post(post_id(number))

    def _parent(self, author: Account, external_id: str | None, kind: str | None) -> Post | None:
        """The post that is answered: one that still stands and that its author can see."""
        if external_id is None:
            return None
        parent = self.post(external_id)
        seen = parent.kind == PUBLIC or self.concerns(parent, author)
        if parent.deleted_at is not None or not seen or kind not in (None, parent.kind):
            raise GoneError(f"there is no post {external_id!r} to answer")
        return parent

    def _own(self, author: Account, external_id: str) -> Post:
        post = self.post(external_id)
        if post.deleted_at is not None or (post.kind == DIRECT and not self.concerns(post, author)):
            raise GoneError(f"there is no post {external_id!r}")
        if post.author != author:
            raise NotYoursError("only who wrote a post may change it")
        return post

    def _with_key(self, author: Account, key: str | None) -> Post | None:
        if key is None:
            return None
        row = self.database.one("SELECT * FROM posts WHERE author = ? AND key = ?", author.number, key)
        return None if row is None else post_of(row, self.accounts)

    def _concerns(self, number: int, accounts: set[int]) -> None:
        rows = [(number, account) for account in accounts]
        self.database.run_many("INSERT OR IGNORE INTO audience (post, account) VALUES (?, ?)", rows)

    def _audience(self, number: int) -> set[int]:
        rows = self.database.all("SELECT account FROM audience WHERE post = ?", number)
        return {row["account"] for row in rows}

    def _log(self, kind: str, number: int, text: str, at: int) -> None:
        change = self.database.add("changes", kind=kind, post=number, text=text, at=at)
        rows = [(account, change) for account in self._audience(number)]
        self.database.run_many("INSERT INTO inbox (account, change) VALUES (?, ?)", rows)

    def _birth(self) -> tuple[str, int]:
        """What tells this square from another one that had its address before, and when it began."""
        known = {row["name"]: row["value"] for row in self.database.all("SELECT * FROM square")}
        if not known:
            known = {"born": secrets.token_hex(4), "born_at": str(self.now())}
            self.database.run_many("INSERT INTO square (name, value) VALUES (?, ?)", list(known.items()))
        return known["born"], int(known["born_at"])

    def _tell(self, kind: str, external_id: str) -> None:
        for listener in self.on_change:
            listener(kind, external_id)


def _answered(author: Account, parent: Post | None) -> Account | None:
    """Whom a post answers: who continues an own post still speaks to the one answered there."""
    if parent is None:
        return None
    return parent.addressee if parent.author == author else parent.author
