"""What just happened, in plain words: read from carebot's own database, which is only read, and never its seals."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from carebot.console.reasons import plainly
from carebot.core.decision import Action
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.tiers import Zone
from carebot.testing.sides import CHANNEL, moment

_MOST = 200
_AWAY = timedelta(seconds=4)  # a square that misses one beat is no news

WENT = {
    Action.ANSWER: "answered",
    Action.SUGGEST: "answer suggested",
    Action.INVITE: "made private",
    Action.HAND_OFF: "handed to people",
    Action.ASK_DETAIL: "asked for a detail",
    Action.HOLD: "for people first",
    Action.NO_CASE: "nothing to do",
}

# {who} is who did it; {case} is the case. Nothing here carries a word of a customer.
TOLD = {
    EventName.CLAIMED: "{who} took {case}: the bot is silent in it now",
    EventName.RELEASED: "{who} gave {case} back to its queue",
    EventName.REPLY_QUEUED: "{who} answered {case}",
    EventName.SENT_BY_HAND: "A person answered {case} from the square itself: carebot noticed, and the bot is silent",
    EventName.POST_HIDDEN: "The post is hidden in the square, its original is sealed",
    EventName.TEXT_HELD: "A text of the bot in {case} was held back before it left",
    EventName.TEXT_DEAD: "A text in {case} cannot be sent: a person has it",
    EventName.SEAL_OPENED: "{who} opened the sealed original in {case}; that is on record, with the reason",
    EventName.HOLD_BEGUN: "{who} holds every public reply in {case}",
    EventName.LET_GO: "{who} let the replies in {case} go",
    EventName.HANDED_TO_CARE: "{who} handed {case} to care",
    EventName.MARKED_HANDLED: "{who} marked {case} as handled",
    EventName.MESSAGE_DELETED: "A customer took a message in {case} back: its text is forgotten",
    EventName.MESSAGE_EDITED: "A customer edited a message in {case}: it was read again",
    EventName.BOT_STOPPED: "{who} stopped the bot: nothing automatic leaves",
    EventName.BOT_STARTED: "{who} woke the bot",
    EventName.INVITED_NOT_COME: "The customer of {case} has not come to the private place: a person looks",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One line. ``zone`` and ``band`` colour it; of an event that is no decision only ``why`` is told.

    ``text`` is the message as people without special rights may read it: redacted, None where it is private.
    """

    key: str
    at: str
    why: str
    who: str | None = None
    text: str | None = None
    is_direct: bool = False
    went: str | None = None
    zone: str | None = None
    band: str | None = None
    tier: str | None = None
    queue: str | None = None
    case: str | None = None
    flags: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """For the page."""
        return asdict(self)


class Latest:
    """Reads on from where it read before. ``tiers`` are the names by number."""

    def __init__(self, database: Path, tiers: Mapping[int, str]) -> None:
        self._uri = f"{database.resolve().as_uri()}?mode=ro"
        self._tiers = tiers
        self._decision = 0
        self._event = 0
        self._lost_at: datetime | None = None

    def read(self, handles: Mapping[str, str]) -> list[News]:
        """What is new, oldest first; ``handles`` are the writers by the square's ids. Raises sqlite3.Error."""
        with closing(sqlite3.connect(self._uri, uri=True, timeout=2)) as db:
            db.row_factory = sqlite3.Row
            found = [*self._decisions(db, handles), *self._events(db)]
        return sorted(found, key=lambda one: one.at)

    def bot_is_awake(self) -> bool:
        """Whether the switch of all automatic text is on."""
        with closing(sqlite3.connect(self._uri, uri=True, timeout=2)) as db:
            row = db.execute("SELECT value FROM switches WHERE name = 'bot_awake'").fetchone()
        return row is None or bool(row[0])

    def _decisions(self, db: sqlite3.Connection, handles: Mapping[str, str]) -> Iterator[News]:
        rows = db.execute(
            "SELECT d.seq, d.at, d.case_id, d.decision, m.external_id, m.visibility, m.masked_text"
            " FROM decisions d JOIN messages m ON m.id = d.message_id"
            " WHERE d.seq > ? AND m.channel = ? ORDER BY d.seq LIMIT ?",
            (self._decision, CHANNEL, _MOST),
        )
        for row in rows:
            self._decision = row["seq"]
            yield self._decided(row, json.loads(row["decision"]), handles)

    def _decided(self, row: sqlite3.Row, decision: Mapping[str, Any], handles: Mapping[str, str]) -> News:
        is_direct = row["visibility"] == Visibility.DIRECT
        is_private = decision["zone"] == Zone.PRIVATE
        has_case = decision["action"] != Action.NO_CASE
        by_bot = decision["action"] == Action.ANSWER
        return News(
            key=f"d{row['seq']}",
            at=moment(row["at"]).isoformat(),
            why=plainly(decision["reason"]),
            who=handles.get(str(row["external_id"]).partition("#")[0]),
            text=None if is_direct and is_private else row["masked_text"],
            is_direct=is_direct,
            went=WENT.get(decision["action"], decision["action"]),
            zone=decision["zone"],
            band=decision["band"],
            tier=self._tiers.get(0 if by_bot else decision["tier"]) if has_case else None,
            queue=decision.get("queue") if has_case else None,
            case=row["case_id"],
            flags=tuple(sorted(decision.get("flag_reasons") or ())),
        )

    def _events(self, db: sqlite3.Connection) -> Iterator[News]:
        rows = db.execute(
            "SELECT seq, name, at, actor, case_id FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
            (self._event, _MOST),
        )
        for row in rows:
            self._event = row["seq"]
            if (why := self._told(row)) is not None:
                at = moment(row["at"]).isoformat()
                yield News(key=f"e{row['seq']}", at=at, why=why, case=row["case_id"])

    def _told(self, row: sqlite3.Row) -> str | None:
        """An event in words; None when it says nothing to a visitor."""
        if row["name"] == EventName.CHANNEL_LOST:
            self._lost_at = moment(row["at"])
        if row["name"] == EventName.CHANNEL_BACK and self._lost_at is not None:
            away = moment(row["at"]) - self._lost_at
            if away >= _AWAY:
                return f"The town square was away for {away.seconds} seconds: carebot reads what it missed"
        words = TOLD.get(row["name"])
        return words and words.format(who=_person(row["actor"]), case=row["case_id"] or "a case")


def _person(actor: str) -> str:
    """Who did it, as a name: people sign in by one, commands carry the account that typed them."""
    name = actor.rpartition(":")[2]
    return "Carebot" if actor.startswith("system") else name.replace("_", " ").title()
