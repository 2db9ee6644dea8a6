"""Leases of the outbox, the state of connections, reviews of answers, and what marketing holds."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What delivery needs. Rows of before were never tried."""
    _messages()
    _cases()
    _outbox()
    _clocks()
    _new_tables()


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, UTCDateTime())


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=optional)


def _counter(name: str, first: int) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text(str(first)))


def _messages() -> None:
    op.drop_index("ix_messages_state_at_seq", "messages")
    op.add_column("messages", _counter("priority", 2))  # normal: nobody looked at their words
    op.add_column("messages", _moment("deleted_at"))
    op.create_index("ix_messages_state_priority_at_seq", "messages", ["state", "priority", "at", "seq"])


def _cases() -> None:
    op.add_column("cases", sa.Column("held_by", sa.String()))
    op.add_column("cases", _moment("held_until"))
    op.create_index("ix_cases_held_until", "cases", ["held_until"])
    op.create_index("ix_cases_thread_id", "cases", ["thread_id"])


def _outbox() -> None:
    columns: list[sa.Column[Any]] = [
        sa.Column("kind", sa.String(), nullable=False, server_default="text"),
        _counter("attempts", 0),
        _counter("empty_reads", 0),
        sa.Column("lease_owner", sa.String()),
        sa.Column("external_id", sa.String()),
        *(_moment(name) for name in ("not_before", "lease_until", "tried_at", "sent_at")),
    ]
    with op.batch_alter_table("outbox") as outbox:
        for column in columns:
            outbox.add_column(column)
        outbox.create_unique_constraint(
            "uq_outbox_channel_account_external_id", ["channel", "account", "external_id"]
        )
    op.create_index("ix_outbox_state_channel_account", "outbox", ["state", "channel", "account"])
    op.create_index("ix_outbox_channel_account_in_reply_to", "outbox", ["channel", "account", "in_reply_to"])


def _clocks() -> None:
    running = sa.text("stopped_at IS NULL")
    op.create_index(
        "ix_clocks_running", "clocks", ["kind", "due_at"], sqlite_where=running, postgresql_where=running
    )


def _new_tables() -> None:
    op.create_table(
        "channel_states",
        _text("channel"),
        _text("account"),
        _text("cursor", optional=True),
        _moment("last_success_at"),
        _moment("failing_since"),
        _text("last_error", optional=True),
        _moment("paused_until"),
        sa.PrimaryKeyConstraint("channel", "account", name="pk_channel_states"),
    )
    op.create_table(
        "answer_reviews",
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("message_id"),
        _text("article"),
        sa.Column("confidence", sa.Float(), nullable=False),
        _text("verdict"),
        _text("reviewer"),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("was_suggested", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_answer_reviews"),
        sa.UniqueConstraint("message_id", name="uq_answer_reviews_message_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_answer_reviews_message_id"),
    )
