"""Fixtures of a run: created once, by the first check that needs them, and only read by every check."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from audience_conformance.client.api import Api
from audience_conformance.client.exchange import Exchange

Value = TypeVar("Value")


def session_fixture(api: Api, make: Callable[..., Value], *arguments: Hashable) -> Value:
    """The value that `make(api, *arguments)` returned to the first check that used it in this run.

    No check may change it. The requests that created it are in the trace of each check that uses it. Where `make`
    fails, the next check tries again.
    """

    def create() -> tuple[Value, list[Exchange]]:
        child = api.child()
        try:
            value = make(child, *arguments)
            child.keep()
        finally:
            child.cleanup()
        return value, [exchange for exchange in child.trace.exchanges if exchange.method != "GET"]

    value, exchanges = api.once((make.__module__, make.__name__, *arguments), create)
    api.trace.exchanges += exchanges
    return value
