"""Checks of status codes, bodies and errors, for every operation (FMT, ERR)."""
