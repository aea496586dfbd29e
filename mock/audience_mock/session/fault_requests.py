"""What a fault rule can ask of a request: operation, method, path, parameters, query, headers and body."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from audience_mock.patterns import fits_glob

Json = dict[str, Any]

NO_BODY = object()
"""The body of a request that has none, or none that is JSON. It is not read unless a rule asks for it."""


class FaultRequest(NamedTuple):
    """A request, as far as fault rules ask for it.

    Args:
        method: of HTTP.
        paths: its full path, and its path below the application.
        operation: its operationId; None for a path of a real server that the contract does not have.
        parameters: its decoded path parameters.
        query: names and values, decoded.
        headers: by lower-case name.
        body: parsed JSON, or NO_BODY.
    """

    method: str
    paths: Sequence[str]
    operation: str | None
    parameters: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    headers: Mapping[bytes, bytes]
    body: Any = NO_BODY

    def fits(self, rule: Json) -> bool:
        """Does the request have all that a rule asks for, except for the body."""
        return (
            rule.get("operation", self.operation) == self.operation
            and rule.get("method", self.method) == self.method
            and ("path" not in rule or any(fits_glob(path, rule["path"]) for path in self.paths))
            and ("parameters" not in rule or self._has_parameters(rule["parameters"]))
            and ("query" not in rule or self._has_query(rule["query"]))
            and ("request_headers" not in rule or self._has_headers(rule["request_headers"]))
        )

    def has_body(self, rule: Json) -> bool:
        """Does the request have the body that a rule asks for."""
        if "request_body" not in rule:
            return True
        return self.body is not NO_BODY and contains(self.body, rule["request_body"])

    def _has_parameters(self, expected: Json) -> bool:
        found = self.parameters
        return all(_is_in([found[name]] if name in found else [], value) for name, value in expected.items())

    def _has_query(self, expected: Json) -> bool:
        return all(_is_in([text for key, text in self.query if key == name], value) for name, value in expected.items())

    def _has_headers(self, expected: Json) -> bool:
        for name, value in expected.items():
            raw = self.headers.get(name.lower().encode())
            if not _is_in([] if raw is None else [raw.decode("latin-1")], value):
                return False
        return True


def _is_in(texts: Sequence[str], expected: Any) -> bool:
    """Does one of the texts match; None expects that there is none."""
    if expected is None:
        return not texts
    pattern = expected if isinstance(expected, str) else json.dumps(expected)
    return any(fits_glob(text, pattern) for text in texts)


def contains(found: Any, expected: Any) -> bool:
    """Is a JSON value the expected one.

    Objects may have more fields, and a field that is expected to be None may be absent; lists have the same length; in
    an expected text, * matches any text.
    """
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(_has_field(found, *field) for field in expected.items())
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(contains(*pair) for pair in zip(found, expected, strict=True))
        )
    if isinstance(expected, str):
        return isinstance(found, str) and fits_glob(found, expected)
    return isinstance(found, bool) == isinstance(expected, bool) and bool(found == expected)


def _has_field(found: Json, name: str, expected: Any) -> bool:
    return contains(found[name], expected) if name in found else expected is None
