"""Checks of user groups (GRP)."""
