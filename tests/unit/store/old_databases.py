"""Filled databases of every schema there was, to upgrade from.

A release that adds a migration adds a function here, with the SQL of its time: the rows have moved on since.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alembic import command

from carebot.store import schema
from carebot.store.sqlite import writing_engine


def make(db: Path, revision: str) -> None:
    """A database as the release with this schema would have left it."""
    db.touch(mode=0o600)
    config, engine = schema.migrations(), writing_engine(db)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=ON")
        for table, values in ROWS[revision]().items():
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)


Rows = dict[str, tuple[object, ...]]

NOON = "2026-03-01 12:00:00.123456"
LATER = "2026-03-01 12:10:00.000000"


def _rows_0001() -> Rows:
    noon, later = NOON, LATER
    return {
        "customers": ("u-1", "x", "brand", "fp-1", b"\x01key", b"sealed", True, "en"),
        "cases": (
            *("C-1001", "x", "brand", "acme", "u-1", "t-1", noon, later, "waiting_for_agent", 1, "public"),
            *("clear", "care", "high", '["reach", "risk"]', "en", None, noon, None, None, None, None, None),
            *(None, 1, 0, None, 3),
        ),
        "messages": (
            *(
                1,
                "m-1",
                "x",
                "brand",
                "acme",
                "ext-1",
                "u-1",
                "customer",
                "public",
                "reply",
                "t-1",
                True,
                False,
            ),
            *(noon, later, b"\x00sealed", "decided", "C-1001", "where is <ORDER_NUMBER>?"),
        ),
        "decisions": (
            *(1, "m-1", "C-1001", noon, "public"),
            '{"band": "clear", "zone": "public", "tier": 1, "queue": "care", "action": "hand_off", '
            '"reason": "not sure", "rule": "abstain", "priority": "high", "drafts": [], '
            '"flag_reasons": ["risk"], "labels": [], "silence": null, '
            '"silences_bot": false, "thresholds": []}',
            '{"visibility": "public"}',
            "hashed-1",
        ),
        "outbox": (
            *(1, "o-1", "C-1001", "m-1", "x", "brand", "public", "We look.", "en", "article:x", "ext-1"),
            *("key-1", noon, "high", True, "queued", None),
        ),
        "clocks": (1, "C-1001", "did_they_come", noon, later, None),
        "events": (1, "case_opened", noon, "system:triage", "C-1001", None, '{"tier": 1}'),
        "articles": (
            "hours",
            '{"slug": "hours", "title": "Hours", "variants": '
            '{"en": {"language": "en", "short": "At nine."}}}',
        ),
        "switches": ("bot_awake", False),
        "counters": ("case", 1001),
    }


def _rows_0002() -> Rows:
    rows = _rows_0001()
    added: Rows = {
        "cases": ("agent-7", LATER),
        "messages": (1, LATER),
        "outbox": ("text", 2, 1, "worker-1", "p-1", LATER, LATER, NOON, None),
    }
    return {
        **{table: (*values, *added.get(table, ())) for table, values in rows.items()},
        "channel_states": ("x", "brand", "cursor-17", NOON, LATER, "no route to it", None),
        "answer_reviews": (1, "m-1", "hours", 0.875, "right", "agent-7", LATER, True),
    }


def _rows_0003() -> Rows:
    return {**_rows_0002(), "band_reviews": ("m-1", "private", "agent-7", LATER)}


ROWS: dict[str, Callable[[], Rows]] = {"0001": _rows_0001, "0002": _rows_0002, "0003": _rows_0003}
