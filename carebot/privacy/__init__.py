"""Finds, masks and seals personal data."""
