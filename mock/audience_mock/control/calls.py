"""The operations of the control API: each is one entry, from which its route, its checks and its description come."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from audience_mock import __version__, errors
from audience_mock.contract.schema import Schema
from audience_mock.control.app import PREFIX, ControlRequest
from audience_mock.errors import Violation
from audience_mock.middleware.json_response import answer
from audience_mock.session.sessions import HEADER, Sessions

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One operation of the control API.

    Args:
        method: of HTTP.
        path: below /__mock__.
        handler: what answers; gives a Response, or data that is answered as JSON.
        summary: what it does, in a few words.
        query: the parameters that it takes, name -> (what it says, its JSON schema).
        body: the JSON schema of its body; None where it takes none.
        status: of its success.
    """

    method: str
    path: str
    handler: Callable[[ControlRequest], Awaitable[Any]]
    summary: str
    query: dict[str, tuple[str, Json]] = field(default_factory=dict)
    body: Json | None = None
    status: int = 200

    def route(self, sessions: Sessions) -> Route:
        """Its route."""
        schema = Schema(self.body) if self.body is not None else None

        async def endpoint(request: Request) -> Response:
            control_request = ControlRequest(request, sessions)
            unknown = [name for name in request.query_params if name not in {*self.query, "session", "token"}]
            if unknown:
                known = ", ".join(self.query) or "none"
                raise errors.invalid(
                    [
                        Violation(f"query.{name}", f"There is no parameter {name}; there are: {known}.")
                        for name in unknown
                    ]
                )
            if schema is not None:
                control_request.content = await control_request.body()
                if violations := schema.violations(control_request.content, "body"):
                    raise errors.invalid(violations)
            given = await self.handler(control_request)
            return given if isinstance(given, Response) else answer(self.status, given)

        return Route(f"{PREFIX}{self.path}", endpoint, methods=[self.method])


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
            "description": "Steers the mock; it is no part of the Audience API. Every call is about one session: "
            f"the one that the header {HEADER} or the parameter `session` names, else the default one.",
        },
        "paths": paths,
    }


def _operation(call: Call) -> Json:
    names = [part[1:-1].removesuffix(":path") for part in call.path.split("/") if part.startswith("{")]
    parameters: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    parameters += [
        {"name": name, "in": "query", "description": says, "schema": schema}
        for name, (says, schema) in call.query.items()
    ]
    parameters.append({"name": HEADER, "in": "header", "schema": {"type": "string"}})
    operation: Json = {
        "summary": call.summary,
        "operationId": call.handler.__name__,
        "parameters": parameters,
        "responses": {
            str(call.status): {"description": HTTPStatus(call.status).phrase},
            "400": {"description": "Refused; the body says why, as in the Audience API"},
        },
    }
    if call.body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": call.body}}}
    return operation


def routes(calls: Iterable[Call], sessions: Sessions) -> list[Route]:
    """The routes of all operations, one for each path and method, with the description among them."""
    every = list(calls)

    async def describe(_: ControlRequest) -> Json:
        return described(every)

    every.append(Call("GET", "/openapi.json", describe, "Describe the control API"))
    return [call.route(sessions) for call in every]
