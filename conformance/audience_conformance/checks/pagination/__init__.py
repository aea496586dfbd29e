"""Checks of numbered pages (PAG)."""
