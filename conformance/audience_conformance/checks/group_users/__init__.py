"""Checks of the users of a group (MEM)."""
