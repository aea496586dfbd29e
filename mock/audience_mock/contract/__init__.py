"""Reads openapi.yaml: the document, its schemas, its examples, and the validator of responses."""
