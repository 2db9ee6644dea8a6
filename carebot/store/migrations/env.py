"""Runs migrations on the connection that store/schema.py hands in, inside its transaction."""

from __future__ import annotations

from alembic import context

from carebot.store.rows import StoreRow

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=StoreRow.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
