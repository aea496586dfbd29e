"""Everything that is read from openapi.yaml: the document, its schemas and examples, and the response validator."""
