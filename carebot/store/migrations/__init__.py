"""Alembic's scripts, run by store/schema.py and packaged in the wheel."""
