"""The step that reads and judges a request: everything an operation gets has passed here.

It stands in the place of Connexion's RequestValidationMiddleware, on the same seam (RoutedMiddleware). That
one stops at the first violation, hands an undeclared body on as bytes, answers 500 to JSON that is not
UTF-8, accepts NaN, and compiles every schema again for each request. Here each operation is compiled once,
and all violations of a request are reported together.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import orjson
from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware
from connexion.operations import AbstractOperation
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock import errors
from audience_mock.contract import JsonObject
from audience_mock.errors import Violation
from audience_mock.routing import PATH_ARGUMENTS
from audience_mock.schemas import Schema
from audience_mock.sessions import SESSION

MAX_BODY = 64 * 2**20
"""Bytes of a request body; a file_url of a million users, written out as data:text/csv, fits."""
MAX_DEPTH = 64
"""Levels of lists and objects in a body; an answer that nests deeper could not be written."""

JUDGED = "audience_mock.judged"
"""Key of the ASGI scope: the request is only to be judged; a good one is answered with 204."""

_EXACT = 2.0**63
"""Whole numbers from here on are read as floats by orjson."""
_INTEGER = re.compile(r"-?[0-9]{1,4000}")
_BOOLEANS = {"true": True, "false": False}


def _integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else text


def _boolean(text: str) -> Any:
    return _BOOLEANS.get(text, text)


_READERS: dict[str, Callable[[str], Any]] = {"string": str, "integer": _integer, "boolean": _boolean}


class _Parameter:
    """One query or path parameter: its text is read by its type, then judged by its schema."""

    def __init__(self, declared: JsonObject) -> None:
        schema = declared["schema"]
        self.name: str = declared["name"]
        self.place: str = declared["in"]
        self.required: bool = declared.get("required", False)
        self.default = schema.get("default")
        self.read = _READERS[schema["type"]]
        self.schema = Schema(schema)


class _Parameters:
    """All parameters of an operation; one at the operation overrides its namesake at the path."""

    def __init__(self, declared: list[JsonObject]) -> None:
        unique = {(p["in"], p["name"]): p for p in reversed(declared)}
        self._parameters = [_Parameter(p) for p in reversed(unique.values())]

    def read(self, scope: Scope, violations: list[Violation]) -> dict[str, Any]:
        """The arguments by name, defaults filled in; what is wrong is added to `violations`."""
        query_string: bytes = scope["query_string"]
        query = dict(parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)) if query_string else {}
        texts = {"query": query, "path": scope[PATH_ARGUMENTS]}
        arguments: dict[str, Any] = {}
        for parameter in self._parameters:
            text = texts[parameter.place].get(parameter.name)
            field = f"{parameter.place}.{parameter.name}"
            if text is not None:
                value = parameter.read(text)
                violations += parameter.schema.violations(value, field)
                arguments[parameter.name] = value
            elif parameter.required:
                violations.append(Violation(field, f"{field} is missing; send it."))
            elif parameter.default is not None:
                arguments[parameter.name] = parameter.default
        return arguments


class _Body:
    """The JSON body of an operation."""

    def __init__(self, schema: JsonObject, *, required: bool) -> None:
        self._schema = Schema(schema)
        self._required = required

    async def read(self, scope: Scope, receive: Receive, violations: list[Violation]) -> Any:
        """The parsed body, or None; what is wrong is added to `violations`.

        Raises:
            Refusal: 415 for a body that is not sent as JSON, 413 for one that is too large.
        """
        headers = {name: value.decode("latin-1") for name, value in scope["headers"] if name in _BODY_HEADERS}
        content = await _receive_body(receive, headers.get(b"content-length", ""))
        if not content:
            if self._required:
                violations.append(errors.body_missing())
            return None
        _check_media_type(headers.get(b"content-type"))
        body, problem = parse_json(content)
        violations += [problem] if problem else self._schema.violations(body, "body")
        return body


_BODY_HEADERS = frozenset({b"content-type", b"content-length"})


def _check_media_type(content_type: str | None) -> None:
    """A body without a Content-Type is taken for JSON, the only type there is."""
    if content_type is None:
        return
    media_type, _, parameters = content_type.partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE)
    utf8 = charset is None or charset[1].lower() in {"utf-8", "utf8", "us-ascii"}
    if media_type.strip().lower() != "application/json" or not utf8:
        raise errors.unsupported_media_type(content_type)


async def _receive_body(receive: Receive, content_length: str) -> bytes:
    if content_length.isdigit() and int(content_length) > MAX_BODY:
        raise errors.body_too_large(MAX_BODY)
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise errors.body_cut_off()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            raise errors.body_too_large(MAX_BODY)
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def parse_json(content: bytes, max_depth: int = MAX_DEPTH) -> tuple[Any, Violation | None]:
    """Parse strictly: UTF-8 only, no NaN, no lone surrogates; whole numbers up to a double's largest stay exact."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        return None, errors.body_not_json(str(error))
    depth, has_big_number = _survey(body, max_depth)
    if depth > max_depth:
        return None, errors.body_too_deep(max_depth)
    if has_big_number:
        try:
            body = json.loads(content)
        except ValueError as error:  # more digits than Python converts
            return None, errors.body_not_json(str(error))
    return body, None


def _survey(value: Any, max_depth: int) -> tuple[int, bool]:
    """How deep the containers in `value` nest, and whether it has a number that orjson may have rounded."""
    depth, has_big_number, level = 0, False, [value]
    while level and depth <= max_depth:
        has_big_number = has_big_number or any(isinstance(i, float) and abs(i) >= _EXACT for i in level)
        containers = [item for item in level if isinstance(item, dict | list)]
        level = [child for c in containers for child in (c.values() if isinstance(c, dict) else c)]
        depth += bool(containers)
    return depth, has_big_number


class _Step:
    """One operation's compiled reading and judging of requests."""

    def __init__(self, operation: AbstractOperation, next_app: ASGIApp) -> None:
        self._next_app = next_app
        self._parameters = _Parameters(operation.parameters)
        self._body: _Body | None = None
        if operation.request_body:
            schema = operation.body_schema("application/json")
            self._body = _Body(schema, required=operation.request_body.get("required", False))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        violations: list[Violation] = []
        arguments = self._parameters.read(scope, violations)
        if self._body:
            arguments["body"] = await self._body.read(scope, receive, violations)
        if violations:
            raise errors.invalid(violations)
        if JUDGED in scope:
            await Response(status_code=204)(scope, receive, send)
            return
        arguments[SESSION] = scope[SESSION]
        scope["extensions"]["connexion_context"] = {"arguments": arguments}
        # Connexion's decorators would read the request again: what they see of it is empty.
        read = {**scope, "headers": [], "query_string": b"", "path_params": {}}
        await self._next_app(read, receive, send)


class _StepAPI(RoutedAPI):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> _Step:
        return _Step(operation, self.next_app)


class RequestValidation(RoutedMiddleware):  # type: ignore[misc]
    """Hand each operation its arguments, or refuse the request with all that is wrong with it.

    Raises:
        Refusal: 400 with every violation, 413, 415.
    """

    api_cls = _StepAPI
