"""Checks of the Audience contract: the linter of openapi.yaml, and the suite that holds a server against it."""
