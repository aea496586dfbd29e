"""Step: parse and validate a request; the result is the arguments of its operation.

It replaces Connexion's RequestValidationMiddleware, on the same base class (RoutedMiddleware). That one stops at the
first violation, passes an undeclared body on as bytes, answers 500 to JSON that is not UTF-8, accepts NaN, and
compiles every schema again for each request. Here each operation is compiled once, valid query strings and
parameters are cached, and all violations of a request are reported together.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock import errors
from audience_mock.contract.document import JsonObject
from audience_mock.contract.schema import Schema
from audience_mock.errors import Violation
from audience_mock.middleware.cache import store
from audience_mock.middleware.content_encoding import decoded
from audience_mock.middleware.framework import (
    ROUTING_CONTEXT,
    AbstractOperation,
    RoutedAPI,
    RoutedMiddleware,
    Specification,
)
from audience_mock.middleware.json_request import judged, parse_json
from audience_mock.middleware.request_headers import headers_of
from audience_mock.middleware.routing import PATH_ARGUMENTS

MAX_BODY = 64 * 2**20
"""Bytes of a request body; a file_url of a million users as data:text/csv fits."""

ARGUMENTS = "audience_mock.arguments"
"""Key of the ASGI scope: the arguments of the operation by name."""
VALIDATE_ONLY = "audience_mock.validate_only"
"""Key of the ASGI scope: validate the request and call no operation; a valid one gets 204."""

_INTEGER = re.compile(r"-?[0-9]{1,4000}")
_BOOLEANS = {"true": True, "false": False}


def _integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else text


def _boolean(text: str) -> Any:
    return _BOOLEANS.get(text, text)


_PARSERS: dict[str, Callable[[str], Any]] = {"string": str, "integer": _integer, "boolean": _boolean}


def query_texts(query_string: bytes) -> dict[str, str]:
    """The query's parameters by name, the last of each; `not_utf8` finds a text that cannot be decoded."""
    pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True, errors="surrogateescape")
    return dict(pairs)


def not_utf8(field: str, text: str) -> Violation | None:
    """The violation of a parameter that is not UTF-8: decoded leniently, two texts could be the same."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return errors.not_utf8(field, quote(text, errors="surrogateescape"))
    return None


class Parameter:
    """One query or path parameter: parsed by its type, then validated by its schema."""

    def __init__(self, declared: JsonObject) -> None:
        schema = declared["schema"]
        self.name: str = declared["name"]
        self.place: str = declared["in"]
        self.required: bool = declared.get("required", False)
        self.default = schema.get("default")
        self._parse = _PARSERS[schema["type"]]
        self._schema = Schema(schema)
        self._field = f"{self.place}.{self.name}"
        self._good: dict[str, Any] = {}

    def validate(self, text: str | None, arguments: dict[str, Any], violations: list[Violation]) -> None:
        """Add the parsed value to the arguments, or its violations; `text` is None for an absent parameter."""
        if text is None:
            if self.required:
                violations.append(Violation(self._field, f"{self._field} is missing; send it."))
            elif self.default is not None:
                arguments[self.name] = self.default
        elif text in self._good:
            arguments[self.name] = self._good[text]
        elif problem := not_utf8(self._field, text):
            violations.append(problem)
        else:
            value = arguments[self.name] = self._parse(text)
            found = self._schema.violations(value, self._field)
            violations += found
            if not found:
                store(self._good, text, value)


class _Parameters:
    """All parameters of an operation; one of the operation overrides one of the path with the same name."""

    def __init__(self, declared: list[JsonObject]) -> None:
        unique = {(p["in"], p["name"]): p for p in reversed(declared)}
        parameters = [Parameter(p) for p in reversed(unique.values())]
        self._path = [p for p in parameters if p.place == "path"]
        self._query = [p for p in parameters if p.place == "query"]
        self._good: dict[bytes, dict[str, Any]] = {}

    def read(self, scope: Scope, violations: list[Violation]) -> dict[str, Any]:
        """The arguments by name, with defaults; adds to `violations`."""
        texts: dict[str, str] = scope[PATH_ARGUMENTS]
        arguments: dict[str, Any] = {}
        for parameter in self._path:
            parameter.validate(texts.get(parameter.name), arguments, violations)
        query_string: bytes = scope["query_string"]
        from_query = self._good.get(query_string)
        if from_query is None:
            from_query = self._read_query(query_string, violations)
        arguments.update(from_query)
        return arguments

    def _read_query(self, query_string: bytes, violations: list[Violation]) -> dict[str, Any]:
        texts = query_texts(query_string)
        arguments: dict[str, Any] = {}
        found: list[Violation] = []
        for parameter in self._query:
            parameter.validate(texts.get(parameter.name), arguments, found)
        if not found:
            store(self._good, query_string, arguments)
        violations += found
        return arguments


class _Body:
    """The JSON body of an operation."""

    def __init__(self, schema: JsonObject, *, required: bool) -> None:
        self._schema = Schema(schema)
        self._required = required

    async def read(self, scope: Scope, receive: Receive, violations: list[Violation]) -> Any:
        """The parsed body, or None; adds to `violations`.

        Raises:
            Refusal: 415 for another media type, 413 for a body that is too large.
        """
        headers = headers_of(scope)
        content = await receive_body(receive, headers.get(b"content-length", b""))
        content = await decoded(content, headers.get(b"content-encoding"), MAX_BODY)
        if not content:
            if self._required:
                violations.append(errors.body_missing())
            return None
        content_type = headers.get(b"content-type")
        if content_type is not None and content_type != _JSON:
            _check_media_type(content_type.decode("latin-1"))
        body, found = await judged(content, self._judge)
        violations += found
        return body

    def _judge(self, content: bytes | bytearray) -> tuple[Any, list[Violation]]:
        body, problem = parse_json(content)
        return body, [problem] if problem else self._schema.violations(body, "body")


_JSON = b"application/json"


def _check_media_type(content_type: str) -> None:
    """Raises Refusal 415 for a body that is not JSON in UTF-8; without a Content-Type it is."""
    media_type, _, parameters = content_type.partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE)
    utf8 = charset is None or charset[1].lower() in {"utf-8", "utf8", "us-ascii"}
    if media_type.strip().lower() != "application/json" or not utf8:
        raise errors.unsupported_media_type(content_type)


async def receive_body(receive: Receive, content_length: bytes) -> bytes | bytearray:
    """The whole body of a request. One of several parts grows in place: to join them at the end would hold up others.

    Raises:
        Refusal: 413 for a body that is too large, 400 for one that was cut off.
    """
    if content_length.isdigit() and int(content_length) > MAX_BODY:
        raise errors.body_too_large(MAX_BODY)
    content, more = await _receive_part(receive, 0)
    if not more:
        return content
    whole = bytearray(content)
    while more:
        part, more = await _receive_part(receive, len(whole))
        whole += part
    return whole


async def _receive_part(receive: Receive, size: int) -> tuple[bytes, bool]:
    """A part of a body of which `size` bytes have come, and whether there are more."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise errors.body_cut_off()
    part: bytes = message.get("body", b"")
    if size + len(part) > MAX_BODY:
        raise errors.body_too_large(MAX_BODY)
    return part, message.get("more_body", False)


class _OperationValidator:
    """The compiled validation of one operation."""

    def __init__(self, operation: AbstractOperation, next_app: ASGIApp) -> None:
        self._next_app = next_app
        self._parameters = _Parameters(operation.parameters)
        self._body: _Body | None = None
        if operation.request_body:
            schema = operation.body_schema("application/json")
            del schema["components"]  # Connexion adds all of the contract's; the schema has no $ref
            self._body = _Body(schema, required=operation.request_body.get("required", False))

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        violations: list[Violation] = []
        arguments = scope[ARGUMENTS] = self._parameters.read(scope, violations)
        if self._body:
            return self._with_body(self._body, arguments, violations, scope, receive, send)
        return self._finish(violations, scope, receive, send)

    async def _with_body(
        self,
        body: _Body,
        arguments: dict[str, Any],
        violations: list[Violation],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        arguments["body"] = await body.read(scope, receive, violations)
        await self._finish(violations, scope, receive, send)

    def _finish(self, violations: list[Violation], scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if violations:
            raise errors.invalid(violations)
        if VALIDATE_ONLY in scope:
            return Response(status_code=204)(scope, receive, send)
        return self._next_app(scope, receive, send)


class _ValidationAPI(RoutedAPI):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> _OperationValidator:
        return _OperationValidator(operation, self.next_app)


class RequestValidation(RoutedMiddleware):  # type: ignore[misc]
    """Put the arguments of the operation into the scope, or refuse the request with all its violations.

    Raises:
        Refusal: 400 with the violations, 413, 415.
    """

    api_cls = _ValidationAPI

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self._validators: dict[str, _OperationValidator] = {}

    def add_api(self, specification: Specification, **options: Any) -> _ValidationAPI:
        api: _ValidationAPI = super().add_api(specification, **options)
        self._validators |= api.operations
        return api

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http":
            return self.app(scope, receive, send)  # type: ignore[no-any-return]
        return self._validators[scope["extensions"][ROUTING_CONTEXT]["operation_id"]](scope, receive, send)
