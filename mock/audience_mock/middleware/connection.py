"""The server's own objects for a request, which a few steps use directly: to close its connection, for example."""

import weakref
from typing import Any

from starlette.types import Scope, Send

_KEY = "audience_mock.connection"


def keep_server(scope: Scope, send: Send) -> None:
    """Keep what a server's `send` belongs to, by a weak reference: a strong one would delay freeing each request."""
    owner = getattr(send, "__self__", None)
    scope[_KEY] = None if owner is None else weakref.ref(owner)


def server_of(scope: Scope) -> Any:
    """The server's object for the response to a request; None in process."""
    kept = scope.get(_KEY)
    return kept() if kept else None


def transport_of(scope: Scope) -> Any:
    """The connection of a request; None in process."""
    return getattr(server_of(scope), "transport", None)
