"""The headers of a request by name, made once for all steps that look at some."""

from collections.abc import Mapping

from starlette.types import Scope

_KEY = "audience_mock.headers"


def headers_of(scope: Scope) -> Mapping[bytes, bytes]:
    """The request's headers by lower-case name; of several of one name the last."""
    found: Mapping[bytes, bytes] | None = scope.get(_KEY)
    if found is None:
        found = scope[_KEY] = dict(scope["headers"])
    return found
