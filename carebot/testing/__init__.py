"""Fakes that keep the promises of the real thing, for tests of carebot and of what others write for it."""
