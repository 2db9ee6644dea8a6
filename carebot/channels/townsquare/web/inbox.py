"""What happened that concerns an account, and the cursors that run along it.

A cursor names the square, the last change that was read and its time: ``birth.number.microseconds``. One that was
written by another square, or by this one before it was restored from a copy, starts at the beginning, with a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from carebot.channels.townsquare.web.accounts import Account
from carebot.channels.townsquare.web.faults import FaultBox
from carebot.channels.townsquare.web.posts import post_of, written
from carebot.channels.townsquare.web.problems import SquareError
from carebot.channels.townsquare.web.square import EDITED, NEW, Square

_PAGE = """
SELECT changes.number AS change, changes.kind AS change_kind, changes.text AS change_text, changes.at AS change_at,
       posts.*
FROM inbox JOIN changes ON changes.number = inbox.change JOIN posts ON posts.number = changes.post
WHERE inbox.account = ? AND inbox.change > ? ORDER BY inbox.change LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some changes, oldest first; ``position`` is the last one's number and ``at`` its time."""

    items: list[dict[str, Any]]
    position: int
    at: int
    is_last: bool


class Inbox:
    """Reads the log for one account at a time."""

    def __init__(self, square: Square, faults: FaultBox) -> None:
        self._square = square
        self._faults = faults

    def read(self, account: Account, cursor: str | None, limit: int) -> dict[str, Any]:
        """A page as the API gives it."""
        position, at, gap = self._place(cursor)
        page = self.page(account, position, limit, at)
        told = {
            "account": account.handle,
            "items": self._faults.disordered(page.items),
            "cursor": f"{self._square.born}.{page.position}.{page.at}",
            "is_last": page.is_last,
        }
        return told if gap is None else told | {"gap": gap}

    def page(self, account: Account, position: int, limit: int, at: int = 0) -> Page:
        """The changes behind a position. It ends before the first post that is not visible yet.

        So a cursor never passes what it has not shown: everything behind waits, too.
        """
        visible_until = self.visible_until()
        rows = self._square.database.all(_PAGE, account.number, position, limit + 1)
        items: list[dict[str, Any]] = []
        for row in rows[:limit]:
            if row["change_kind"] == NEW and row["change_at"] > visible_until:
                return Page(items=items, position=position, at=at, is_last=True)
            position, at = row["change"], row["change_at"]
            items.append(self._item(row))
        return Page(items=items, position=position, at=at, is_last=len(rows) <= limit)

    def visible_until(self) -> int:
        """Posts that were made later are not visible yet (microseconds)."""
        hidden_for = self._faults.now.invisible_ms * 1000
        return self._square.now() - hidden_for if hidden_for else 1 << 60

    def latest(self) -> int:
        """The number of the last change."""
        row = self._square.database.one("SELECT max(number) AS number FROM changes")
        return (row["number"] or 0) if row is not None else 0

    def _item(self, row: Any) -> dict[str, Any]:
        post = post_of(row, self._square.accounts)
        shown = post.shown(text=row["change_text"], everything=True)
        if row["change_kind"] == NEW:
            shown["edited_at"] = None
        elif row["change_kind"] == EDITED:
            shown["edited_at"] = written(row["change_at"])
        return {"change": row["change_kind"], "at": written(row["change_at"]), "post": shown}

    def _place(self, cursor: str | None) -> tuple[int, int, dict[str, Any] | None]:
        """Where a cursor stands: change, time, and the gap if what it stood on is gone."""
        if not cursor:
            return 0, self._square.born_at, None
        born, _, rest = cursor.partition(".")
        number, _, at = rest.partition(".")
        if not (number.isdecimal() and at.isdecimal() and len(rest) < 40):
            raise SquareError("this cursor was not made here; leave it out to begin at the beginning")
        if born == self._square.born and int(number) <= self.latest():
            return int(number), int(at), None
        since, until = sorted((min(int(at), self._square.now()), self._square.born_at))
        return 0, self._square.born_at, {"since": written(since), "until": written(until)}
