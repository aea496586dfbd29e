"""Checks that applications are kept apart (TEN)."""
