"""Things that are made once in a run, stay to its end, and are only read: by every check that needs some like them."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from audience_conformance.client.api import Api

Value = TypeVar("Value")


def session_fixture(api: Api, make: Callable[..., Value], *about: Hashable) -> Value:
    """What `make` makes and gives, called with an Api of its own and `about` by the first check that asks for it.

    Nobody may change it. How it was made is in the trace of each check that uses it; where it cannot be made, the
    next check tries again.
    """
    key = (make.__module__, make.__name__, *about)
    if key not in api.shared:
        child = api.child()
        try:
            value = make(child, *about)
            child.keep()
        finally:
            child.cleanup()
        api.shared[key] = value, [one for one in child.trace.exchanges if one.method != "GET"]
    found: Value
    found, said = api.shared[key]
    api.trace.exchanges += said
    return found
