"""The headers of a request by name, built once for all steps."""

from collections.abc import Mapping

from starlette.types import Scope

_KEY = "audience_mock.headers"


def headers_of(scope: Scope) -> Mapping[bytes, bytes]:
    """The request's headers by lower-case name; of a repeated header the last."""
    headers: Mapping[bytes, bytes] | None = scope.get(_KEY)
    if headers is None:
        headers = scope[_KEY] = dict(scope["headers"])
    return headers
