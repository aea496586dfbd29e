"""The HTTP server: uvicorn's configuration, its transport, and its socket."""
