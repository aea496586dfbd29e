"""A mock server of the Audience API that keeps what it is given and never breaks its own contract."""

__version__ = "0.1.0"
