"""What is left after the storm, judged beside ``carebot.testing.compare``: by the square and the database alone."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

from carebot.core.records import OutgoingState
from carebot.testing.compare import items_of
from tests.kills.scene import ACCOUNT, CARD, Scene
from tests.kills.storm import BY_HAND, BY_SANNE


class Verdict:
    """Judges the square and the database by themselves, beside ``carebot.testing.compare``."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        census = scene.square.census()
        self._items = list(items_of(census))
        self._deleted = {item["id"] for item in self._items if item["deleted_at"]}
        self._own = [item for item in self._items if item["author"]["handle"] == ACCOUNT.removeprefix("@")]
        self.rows = self._read("SELECT * FROM outbox WHERE kind = 'text'")
        self._messages = self._read("SELECT * FROM messages")

    def undecided(self) -> list[str]:
        """Messages that wait, customers' without a case and without a decision, and those that are there twice."""
        decided = {row["message_id"] for row in self._read("SELECT message_id FROM decisions")}
        ids = Counter(row["external_id"] for row in self._messages)
        twice = [external_id for external_id, count in ids.items() if count > 1]
        open_ones = [row["id"] for row in self._messages if row["state"] != "decided"]
        nowhere = [
            row["id"]
            for row in self._messages
            if row["case_id"] is None and row["id"] not in decided and row["writer"] == "customer"
        ]
        return twice + open_ones + nowhere

    def unfinished(self) -> list[dict[str, Any]]:
        """Rows that are not where rows end; a dead one ends so only where what it answers was deleted."""
        ends = {OutgoingState.SENT, OutgoingState.HELD, OutgoingState.SUGGESTED}
        return [
            row
            for row in self.rows
            if row["state"] not in ends
            and not (row["state"] == OutgoingState.DEAD and row["in_reply_to"].split("#")[0] in self._deleted)
        ]

    def unexplained(self) -> list[dict[str, Any]]:
        """Posts of the brand that no row sent and nobody wrote by hand."""
        sent = {row["external_id"] for row in self.rows if row["state"] == OutgoingState.SENT}
        return [item for item in self._own if item["id"] not in sent and not item["text"].startswith(BY_HAND)]

    def not_once(self) -> list[str]:
        """Texts of people that are not there exactly once, and rows that share a post."""
        said = Counter(item["text"] for item in self._own)
        of_sanne = [row for row in self.rows if row["text"].startswith(BY_SANNE)]
        wrong = [row["text"] for row in of_sanne if said[row["text"]] != (row["state"] == OutgoingState.SENT)]
        posts = Counter(row["external_id"] for row in self.rows if row["external_id"])
        by_hand = [text for text, count in said.items() if text.startswith(BY_HAND) and count > 1]
        return wrong + by_hand + [post for post, count in posts.items() if count > 1]

    def exposed(self) -> list[str]:
        """Card numbers that anybody can read: in a post of ours, or in one that we were to hide."""
        return [
            item["id"]
            for item in self._items
            if item["kind"] == "post"
            and CARD in item["text"]
            and not item["hidden_at"]
            and not item["deleted_at"]
        ]

    def too_late(self) -> list[dict[str, Any]]:
        """The bot's texts whose last call was begun after the customer had said stop, but for the answer to that."""
        return self._read(
            "SELECT o.id, o.text, o.tried_at, c.bot_silenced_at FROM outbox o JOIN cases c ON c.id = o.case_id "
            "WHERE o.kind = 'text' AND o.is_automatic AND o.state = 'sent' AND o.origin != 'stopped' "
            "AND o.tried_at > c.bot_silenced_at"
        )

    def in_the_clear(self) -> list[str]:
        """Files of the installation in which a card number stands."""
        folder = self._scene.folder
        return [file.name for file in folder.glob("carebot.db*") if CARD.encode() in file.read_bytes()]

    def _read(self, query: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self._scene.database)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(query)]
