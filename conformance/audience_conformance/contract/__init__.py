"""Reads openapi.yaml: its location, its operations, and its rules."""
