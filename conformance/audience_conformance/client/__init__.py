"""The HTTP client of the checks: the target, its connections, the cache, and the ledger of what was created."""
