"""Checks of user attribute definitions (DEF)."""
