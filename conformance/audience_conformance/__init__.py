"""The linter of openapi.yaml, and the conformance suite that checks a server against it."""
