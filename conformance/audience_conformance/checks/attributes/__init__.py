"""Checks of user attributes (ATT) and bulk updates (BLK)."""
