"""The operations of the control API: each is one Call, which gives its route, its validation and its description."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from audience_mock import __version__, errors
from audience_mock.contract.schema import Schema
from audience_mock.control.app import PREFIX, ControlRequest
from audience_mock.errors import Violation
from audience_mock.middleware.json_request import MAX_PARTS
from audience_mock.middleware.json_response import json_response
from audience_mock.middleware.request_validation import Parameter, not_utf8, query_texts
from audience_mock.session.sessions import HEADER, Sessions

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One operation of the control API.

    Args:
        method: of HTTP.
        path: below /__mock__.
        handler: returns a Response, or the data of a JSON response.
        summary: for the description.
        query: parameters, name -> (description, JSON schema).
        body: JSON schema of the body; None for no body.
        status: of a success.
        max_parts: of the body, see `json_request.count_parts`; None for any number.
    """

    method: str
    path: str
    handler: Callable[[ControlRequest], Awaitable[Any]]
    summary: str
    query: dict[str, tuple[str, Json]] = field(default_factory=dict)
    body: Json | None = None
    status: int = 200
    max_parts: int | None = MAX_PARTS

    def route(self, sessions: Sessions) -> Route:
        parameters = [Parameter(declared) for declared in self.parameters()]
        schema = Schema(self.body) if self.body is not None else None

        async def endpoint(request: Request) -> Response:
            control_request = ControlRequest(request, sessions)
            texts = query_texts(request.scope["query_string"])
            violations = list(_strays(texts, self.query))
            for parameter in parameters:
                parameter.validate(texts.get(parameter.name), control_request.query, violations)
            if schema is not None:
                control_request.content = await control_request.body(self.max_parts)
                violations += schema.violations(control_request.content, "body")
            if violations:
                raise errors.invalid(violations)
            result = await self.handler(control_request)
            return result if isinstance(result, Response) else json_response(self.status, result)

        return Route(f"{PREFIX}{self.path}", endpoint, methods=[self.method])

    def parameters(self) -> list[Json]:
        """The query parameters as in OpenAPI."""
        return [
            {"name": name, "in": "query", "description": description, "schema": schema}
            for name, (description, schema) in self.query.items()
        ]


def _strays(texts: dict[str, str], known: Iterable[str]) -> Iterator[Violation]:
    """The violations of parameters that the call does not have, or that every call has."""
    for name, text in texts.items():
        if name in _ALWAYS:
            if problem := not_utf8(f"query.{name}", text):
                yield problem
        elif name not in known:
            shown = quote(name, safe="[]", errors="surrogateescape")
            listed = ", ".join(known) or "none"
            yield Violation(f"query.{shown}", f"There is no parameter {shown}; the parameters are: {listed}.")


_ALWAYS = ("session", "token")
"""Query parameters of every call."""


def described(calls: Iterable[Call]) -> Json:
    """The OpenAPI document of the control API."""
    paths: dict[str, Json] = {}
    for call in calls:
        paths.setdefault(f"{PREFIX}{call.path.replace(':path', '')}", {})[call.method.lower()] = _operation(call)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Control of the Audience API mock",
            "version": __version__,
            "description": "Controls the mock; it is not part of the Audience API. Every call works on one session: "
            f"the session of the header {HEADER} or of the parameter `session`, else the default session.",
        },
        "paths": paths,
    }


def _operation(call: Call) -> Json:
    names = [part[1:-1].removesuffix(":path") for part in call.path.split("/") if part.startswith("{")]
    parameters: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    parameters += call.parameters()
    parameters.append({"name": HEADER, "in": "header", "schema": {"type": "string"}})
    operation: Json = {
        "summary": call.summary,
        "operationId": call.handler.__name__,
        "parameters": parameters,
        "responses": {
            str(call.status): {"description": HTTPStatus(call.status).phrase},
            "400": {"description": "Refused, with the error body of the Audience API"},
        },
    }
    if call.body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": call.body}}}
    return operation


def routes(calls: Iterable[Call], sessions: Sessions) -> list[Route]:
    """One route for each call, and the route of their description."""
    every = list(calls)

    async def describe(_: ControlRequest) -> Json:
        return described(every)

    every.append(Call("GET", "/openapi.json", describe, "Describe the control API"))
    return [call.route(sessions) for call in every]
