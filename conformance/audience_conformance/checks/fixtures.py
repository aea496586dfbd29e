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
        return value, [one for one in child.trace.exchanges if one.method != "GET" or _tells_status(one)]

    value, exchanges = api.once((make.__module__, make.__name__, *arguments), create)
    api.trace.exchanges += exchanges
    return value


def _tells_status(exchange: Exchange) -> bool:
    """Is it a read that tells that a group's file has been read: a script waits for that too."""
    content = exchange.answer.json if exchange.answer is not None else None
    return isinstance(content, dict) and content.get("status", "pending") != "pending"
