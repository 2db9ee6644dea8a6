"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everything that the first release keeps."""
    _customers()
    _cases()
    _messages()
    _decisions()
    _outbox()
    _clocks()
    _events()
    _installation()


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=optional)


def _moment(name: str, *, optional: bool = False) -> sa.Column[object]:
    return sa.Column(name, UTCDateTime(), nullable=optional)


def _customers() -> None:
    op.create_table(
        "customers",
        _text("id"),
        _text("channel"),
        _text("account"),
        _text("fingerprint", optional=True),
        sa.Column("wrapped_key", sa.LargeBinary()),
        sa.Column("profile", sa.LargeBinary()),
        sa.Column("is_silenced", sa.Boolean(), nullable=False),
        _text("language"),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
        sa.UniqueConstraint(
            "channel", "account", "fingerprint", name="uq_customers_channel_account_fingerprint"
        ),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        _text("id"),
        _text("channel"),
        _text("account"),
        _text("brand"),
        _text("customer_id"),
        _text("thread_id", optional=True),
        _moment("opened_at"),
        _moment("updated_at"),
        _text("status"),
        sa.Column("tier", sa.Integer(), nullable=False),
        _text("zone"),
        _text("band"),
        _text("queue"),
        _text("priority"),
        sa.Column("flag_reasons", sa.JSON(), nullable=False),
        _text("language"),
        _text("owner_id", optional=True),
        _moment("last_customer_at", optional=True),
        _moment("first_reply_at", optional=True),
        _moment("first_agent_reply_at", optional=True),
        _moment("person_spoke_at", optional=True),
        _moment("bot_silenced_at", optional=True),
        _moment("invited_at", optional=True),
        _moment("snoozed_until", optional=True),
        sa.Column("automatic_texts", sa.Integer(), nullable=False),
        sa.Column("details_asked", sa.Integer(), nullable=False),
        _text("merged_into", optional=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_cases_customer_id"),
    )
    op.create_index("ix_cases_customer_id_status", "cases", ["customer_id", "status"])
    op.create_index("ix_cases_status_queue", "cases", ["status", "queue"])
    op.create_index("ix_cases_zone_tier", "cases", ["zone", "tier"])


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("id"),
        _text("channel"),
        _text("account"),
        _text("brand"),
        _text("external_id"),
        _text("customer_id"),
        _text("writer"),
        _text("visibility"),
        _text("post_kind"),
        _text("thread_id", optional=True),
        sa.Column("summons", sa.Boolean(), nullable=False),
        sa.Column("has_unread_media", sa.Boolean(), nullable=False),
        _moment("at"),
        _moment("received_at"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _text("state"),
        _text("case_id", optional=True),
        _text("masked_text", optional=True),
        sa.PrimaryKeyConstraint("seq", name="pk_messages"),
        sa.UniqueConstraint("id", name="uq_messages_id"),
        sa.UniqueConstraint(
            "channel", "account", "external_id", name="uq_messages_channel_account_external_id"
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_messages_customer_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_messages_case_id"),
    )
    op.create_index("ix_messages_case_id_at_seq", "messages", ["case_id", "at", "seq"])
    op.create_index("ix_messages_customer_id", "messages", ["customer_id"])
    op.create_index("ix_messages_state_at_seq", "messages", ["state", "at", "seq"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("message_id"),
        _text("case_id", optional=True),
        _moment("at"),
        _text("zone"),
        sa.Column("decision", sa.JSON(), nullable=False),
        sa.Column("situation", sa.JSON(), nullable=False),
        _text("model", optional=True),
        sa.PrimaryKeyConstraint("seq", name="pk_decisions"),
        sa.UniqueConstraint("message_id", name="uq_decisions_message_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_decisions_message_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_decisions_case_id"),
    )
    op.create_index("ix_decisions_case_id_at", "decisions", ["case_id", "at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("id"),
        _text("case_id"),
        _text("message_id"),
        _text("channel"),
        _text("account"),
        _text("zone"),
        _text("text"),
        _text("language"),
        _text("origin"),
        _text("in_reply_to"),
        _text("idempotency_key"),
        _moment("created_at"),
        _text("priority"),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        _text("state"),
        _text("reason", optional=True),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
        sa.UniqueConstraint("idempotency_key", name="uq_outbox_idempotency_key"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_outbox_case_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_outbox_message_id"),
    )
    op.create_index("ix_outbox_case_id_created_at_seq", "outbox", ["case_id", "created_at", "seq"])


def _clocks() -> None:
    op.create_table(
        "clocks",
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("case_id"),
        _text("kind"),
        _moment("started_at"),
        _moment("due_at"),
        _moment("stopped_at", optional=True),
        sa.PrimaryKeyConstraint("seq", name="pk_clocks"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_clocks_case_id"),
    )
    op.create_index("ix_clocks_case_id", "clocks", ["case_id"])
    running = sa.text("stopped_at IS NULL")
    op.create_index(
        "uq_clocks_running",
        "clocks",
        ["case_id", "kind"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("name"),
        _moment("at"),
        _text("actor"),
        _text("case_id", optional=True),
        _text("message_id", optional=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
    )
    op.create_index("ix_events_case_id_seq", "events", ["case_id", "seq"])
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER events_refuse_{change.lower()} BEFORE {change} ON events "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is never changed'); END"
            )


def _installation() -> None:
    op.create_table(
        "articles",
        _text("slug"),
        sa.Column("article", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_articles"),
    )
    op.create_table(
        "switches",
        _text("name"),
        sa.Column("value", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_switches"),
    )
    op.create_table(
        "counters",
        _text("name"),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
