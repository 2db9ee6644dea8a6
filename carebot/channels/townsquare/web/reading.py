"""What can be read in the square, and by whom: hidden and deleted posts have no words for the public."""

from __future__ import annotations

from typing import Any

from carebot.channels.townsquare.web.accounts import Account
from carebot.channels.townsquare.web.posts import DIRECT, PUBLIC, Post, post_number, post_of, written
from carebot.channels.townsquare.web.problems import GoneError
from carebot.channels.townsquare.web.square import Square

Shown = dict[str, Any]


class Reading:
    """The pages that accounts and the public are shown."""

    def __init__(self, square: Square) -> None:
        self._square = square

    def one(self, external_id: str, viewer: Account | None) -> Shown:
        """One post; a direct message is only there for its two sides."""
        return self._shown(self._square.post(external_id), viewer)

    def thread(self, thread: str, viewer: Account | None, limit: int) -> list[Shown]:
        """A thread or a direct conversation, oldest first; with more than ``limit``, the youngest."""
        query = "SELECT * FROM posts WHERE thread = ? ORDER BY number DESC LIMIT ?"
        return [self._shown(post, viewer) for post in reversed(self._posts(query, thread, limit))]

    def by(self, account: Account, viewer: Account | None, limit: int) -> list[Shown]:
        """An account's public posts, youngest first."""
        query = "SELECT * FROM posts WHERE author = ? AND kind = ? ORDER BY number DESC LIMIT ?"
        return [self._shown(post, viewer) for post in self._posts(query, account.number, PUBLIC, limit)]

    def timeline(self, limit: int, before: str | None = None) -> list[Shown]:
        """The public square as anybody sees it, youngest first."""
        query = "SELECT * FROM posts WHERE kind = ? AND number < ? ORDER BY number DESC LIMIT ?"
        below = 1 << 60 if before is None else post_number(before)
        return [post.shown() for post in self._posts(query, PUBLIC, below, limit)]

    def direct(self, account: Account, other: Account | None, limit: int) -> list[Shown]:
        """An account's direct messages, with one other or with all, oldest first."""
        query = (
            "SELECT * FROM posts WHERE kind = ?1 AND ((author = ?2 AND addressee = ifnull(?3, addressee))"
            " OR (addressee = ?2 AND author = ifnull(?3, author))) ORDER BY number DESC LIMIT ?4"
        )
        number = None if other is None else other.number
        found = self._posts(query, DIRECT, account.number, number, limit)
        return [post.shown(everything=True) for post in reversed(found)]

    def outbox(self, account: Account, in_reply_to: str, visible_until: int) -> list[Shown]:
        """The account's own posts that answer this one, oldest first; younger ones are not visible yet."""
        query = "SELECT * FROM posts WHERE in_reply_to = ? AND author = ? AND at <= ? ORDER BY number"
        found = self._posts(query, post_number(in_reply_to), account.number, visible_until)
        return [post.shown(everything=True) for post in found]

    def census(self) -> Shown:
        """Everything that is in the square, for comparing."""
        posts = self._posts("SELECT * FROM posts ORDER BY number")
        return {
            "accounts": [account.shown() for account in self._square.accounts.all()],
            "posts": [post.shown(everything=True) for post in posts],
            "at": written(self._square.now()),
        }

    def _shown(self, post: Post, viewer: Account | None) -> Shown:
        concerns = viewer is not None and self._square.concerns(post, viewer)
        if post.kind == DIRECT and not concerns:
            raise GoneError(f"there is no post {post.id!r}")
        return post.shown(everything=concerns)

    def _posts(self, query: str, *values: Any) -> list[Post]:
        return [post_of(row, self._square.accounts) for row in self._square.database.all(query, *values)]
