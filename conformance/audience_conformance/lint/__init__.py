"""The linter of OpenAPI 3.0 files: `checks.py` holds the table of what it checks."""
