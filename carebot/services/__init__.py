"""Use cases: they know core, and are handed the edges."""
