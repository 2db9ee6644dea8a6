"""What people say of messages in doubt: fine in public, or private."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a message at most; nobody has said anything yet."""
    op.create_table(
        "band_reviews",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("message_id", "verdict", "reviewer")),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_band_reviews"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_band_reviews_message_id"),
    )
