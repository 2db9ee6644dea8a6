"""What is in the town square beside what carebot wrote down: whether anything was lost, doubled, or said too late.

The one place that knows: the demo's counters and the tests that kill carebot ask the same question. It reads the
database with the standard library only, so that it trusts nothing that it judges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from carebot.core.message import Visibility
from carebot.core.records import MessageState, OutgoingState
from carebot.core.tiers import Zone
from carebot.testing.sides import InSquare, Item, Row, Written, brand_of, items_of, moment, read_written

GRACE = timedelta(seconds=15)

_WAITING = frozenset(
    {OutgoingState.QUEUED, OutgoingState.SENDING, OutgoingState.UNKNOWN, OutgoingState.FAILED}
)
_MEANT = _WAITING | {OutgoingState.SENT, OutgoingState.DEAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was found. Tuples hold ids: of the square's posts where nothing else is said.

    ``messages``: what customers wrote to the brand; ``taken_in`` and ``decided`` of them; ``cases`` in the database.
    ``replies_decided``: texts that are meant to be in the square; ``replies_in_square``: those that are.
    ``on_their_way``: younger than the grace period and not where they belong yet; never counted as lost.
    ``lost``: messages that were not taken in, or have neither a case nor a decision. ``doubled``: posts that say
    a reply a second time. ``missing``: outgoing ids that carebot believes sent, and the square does not have.
    ``unsent``: outgoing ids by state, of those that still wait. ``after_person``: automatic posts that were begun
    after carebot knew that a person has the case. ``in_public``: public posts of a private case that are no invitation.
    """

    messages: int = 0
    taken_in: int = 0
    decided: int = 0
    cases: int = 0
    replies_decided: int = 0
    replies_in_square: int = 0
    by_hand: int = 0
    on_their_way: int = 0
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unsent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after_person: tuple[str, ...] = ()
    in_public: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is on its way any more, in either direction."""
        waits = any(ids for state, ids in self.unsent.items() if state != OutgoingState.DEAD)
        return not self.on_their_way and not waits

    @property
    def is_right(self) -> bool:
        """Whether nothing was lost, doubled, said after a person or said in public."""
        return not (self.lost or self.doubled or self.missing or self.after_person or self.in_public)


def compare(
    census: Mapping[str, Any],
    database: Path,
    *,
    account: str | None = None,
    now: datetime | None = None,
    grace: timedelta = GRACE,
) -> Comparison:
    """Compare the square's census with carebot's database, which is only read.

    ``account`` is the brand's handle; without it, it is read off the census. Without ``now`` nothing counts as
    on its way: for tests that have waited. Raises sqlite3.Error when the database cannot be read at this moment.
    """
    items = tuple(items_of(census))
    brand = (account or brand_of(items) or "").removeprefix("@")
    return _Comparing(
        InSquare(items, brand), read_written(database), None if now is None else now - grace
    ).result()


class _Comparing:
    """One comparison. ``settled_before``: what is younger may still be on its way; None: nothing may."""

    def __init__(self, square: InSquare, written: Written, settled_before: datetime | None) -> None:
        self._square = square
        self._written = written
        self._settled_before = settled_before
        self._on_their_way = 0

    def result(self) -> Comparison:
        """Everything that was found."""
        messages = [item for item in self._square.others if self._concerns(item)]
        taken_in = [item for item in messages if self._row(item) is not None]
        decided = [item for item in taken_in if self._is_decided(item)]
        lost = self._overdue(item for item in messages if not self._is_decided(item))
        doubled, hand = self._other_posts()
        missing = self._missing()
        return Comparison(
            messages=len(messages),
            taken_in=len(taken_in),
            decided=len(decided),
            cases=len(self._written.cases),
            replies_decided=sum(row["state"] in _MEANT for row in self._written.outgoing),
            replies_in_square=sum(str(item["id"]) in self._written.sent_as for item in self._square.own),
            by_hand=hand,
            on_their_way=self._on_their_way,
            lost=lost,
            doubled=doubled,
            missing=missing,
            unsent=self._unsent(),
            after_person=self._after_person(),
            in_public=self._in_public(),
        )

    def _concerns(self, item: Item) -> bool:
        return self._square.must_arrive(item) or self._row(item) is not None

    def _row(self, item: Item) -> Row | None:
        return self._written.messages.get(str(item["id"]))

    def _is_decided(self, item: Item) -> bool:
        row = self._row(item)
        if row is None or row["state"] != MessageState.DECIDED:
            return False
        return row["id"] in self._written.decisions or row["case_id"] is not None

    def _overdue(self, items: Iterable[Item]) -> tuple[str, ...]:
        """The ids of those that have had their time; the others are counted as on their way."""
        late = []
        for item in items:
            if self._settled_before is not None and moment(item["at"]) > self._settled_before:
                self._on_their_way += 1
            else:
                late.append(str(item["id"]))
        return tuple(late)

    def _other_posts(self) -> tuple[tuple[str, ...], int]:
        """The brand's posts that no outgoing row became: second copies, and how many were sent by hand."""
        doubled: list[str] = list(self._said_twice())
        by_hand = 0
        meant = defaultdict(list)
        for row in self._written.outgoing:
            meant[_said(row["in_reply_to"], row["text"])].append(row)
        for item in self._square.own:
            if str(item["id"]) in self._written.sent_as:
                continue
            rows = meant.get(_said(item.get("in_reply_to"), item["text"]), [])
            if any(row["state"] in _WAITING for row in rows):
                self._on_their_way += 1  # it is there, and will be found when the network is read back
            elif any(row["state"] == OutgoingState.SENT for row in rows):
                doubled.append(str(item["id"]))
            else:
                by_hand += 1
        return tuple(doubled), by_hand

    def _said_twice(self) -> Iterator[str]:
        """Posts of two rows that say the same in answer to the same message."""
        said = set()
        for post, row in self._written.sent_as.items():
            if post not in self._square.own_ids or not row["is_automatic"]:
                continue
            what = (row["message_id"], _plain(row["text"]))
            if what in said:
                yield post
            said.add(what)

    def _missing(self) -> tuple[str, ...]:
        return tuple(
            str(row["id"])
            for row in self._written.outgoing
            if row["state"] == OutgoingState.SENT and row.get("external_id") not in self._square.own_ids
        )

    def _unsent(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for row in self._written.outgoing:
            if row["state"] in _WAITING or row["state"] == OutgoingState.DEAD:
                found[row["state"]] = (*found.get(row["state"], ()), str(row["id"]))
        return found

    def _after_person(self) -> tuple[str, ...]:
        return tuple(
            str(item["id"])
            for item, row, case in self._automatic_posts()
            if case["person_spoke_at"] is not None
            and moment(row.get("tried_at") or item["at"]) > moment(case["person_spoke_at"])
        )

    def _in_public(self) -> tuple[str, ...]:
        """What was decided in private and said in public, but for the words that invite to a private place."""
        return tuple(
            str(item["id"])
            for item, row, _ in self._automatic_posts()
            if item["kind"] != Visibility.DIRECT
            and self._zone_decided(row) == Zone.PRIVATE
            and not str(row["origin"]).startswith("invitation")
        )

    def _zone_decided(self, row: Row) -> str | None:
        decision = self._written.decisions.get(str(row["message_id"]))
        return None if decision is None else str(decision["zone"])

    def _automatic_posts(self) -> Iterator[tuple[Item, Row, Row]]:
        for item in self._square.own:
            row = self._written.sent_as.get(str(item["id"]))
            if row is not None and row["is_automatic"] and row["case_id"] in self._written.cases:
                yield item, row, self._written.cases[row["case_id"]]


def _said(in_reply_to: object, text: str) -> tuple[str, str]:
    return str(in_reply_to), _plain(text)


def _plain(text: str) -> str:
    """The words, however they were spaced on the way."""
    return " ".join(text.split())
