"""A mock server of the Audience API: it keeps data and never breaks its own contract."""

__version__ = "0.1.0"
