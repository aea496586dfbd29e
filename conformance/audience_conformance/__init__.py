"""Checks of the Audience contract: the linter of openapi.yaml and (to come) the conformance suite."""
