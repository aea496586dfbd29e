"""The operations of the control API: each is one Call, which gives its route, its validation and its description."""

import re
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
from audience_mock.control.guard import HEALTH, TOKEN_HEADER
from audience_mock.control.schemas import SCHEMAS, ref
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
        body: JSON schema of the body; None for no body: one that says something is then refused.
        status: of a success.
        max_parts: of the body, see `json_request.count_parts`.
        answer: schema of a success; None if it has no JSON.
        media: media type of a success.
        redirect: another status of a success, without a body.
        refusals: statuses with which this call may be refused, besides those of every call.
    """

    method: str
    path: str
    handler: Callable[[ControlRequest], Awaitable[Any]]
    summary: str
    query: dict[str, tuple[str, Json]] = field(default_factory=dict)
    body: Json | None = None
    status: int = 200
    max_parts: int = MAX_PARTS
    answer: Json | None = None
    media: str = "application/json"
    redirect: int | None = None
    refusals: tuple[int, ...] = ()

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
            elif not _NOTHING.fullmatch(await control_request.received()):
                violations.append(self._unread_body())
            if violations:
                raise errors.invalid(violations)
            result = await self.handler(control_request)
            return result if isinstance(result, Response) else json_response(self.status, result)

        return Route(f"{PREFIX}{self.path}", endpoint, methods=[self.method])

    def _unread_body(self) -> Violation:
        """The violation of a body that would have no effect."""
        query = f"; it reads the query parameters {', '.join(self.query)}" if self.query else ""
        return Violation("body", f"{self.method} {PREFIX}{self.path} reads no body{query}; send it without a body.")

    @property
    def needs_token(self) -> bool:
        """Does the guard ask for the token, if it has one."""
        return f"{PREFIX}{self.path}" != HEALTH

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


_NOTHING = re.compile(rb"\s*(\{\s*\}|null)?\s*")
"""A body that says nothing; some clients always send one."""

_ALWAYS = ("session", "token")
"""Query parameters of every call."""


_REFUSALS = {
    400: "A parameter or the body is invalid; `errors` names each wrong field",
    401: "The token is missing or wrong",
    403: "Refused for this host or web page",
    404: "There is none with this name",
    413: "The body is too large",
    415: "The body has a Content-Encoding that is not decoded",
}
_OTHERS = "Any other refusal, such as 405, 408, 414 or 431"


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
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "parameters": {
                "SessionHeader": _session_in("header", HEADER),
                "SessionQuery": _session_in("query", "session"),
            },
            "responses": {
                **{f"Refused{status}": _refused(text) for status, text in _REFUSALS.items()},
                "Refused": _refused(_OTHERS),
            },
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": TOKEN_HEADER,
                    "description": "Needed with --control-token, and with a --host that is not loopback",
                }
            },
        },
    }


def _session_in(place: str, name: str) -> Json:
    return {"name": name, "in": place, "description": "name of the session", "schema": {"type": "string"}}


def _refused(text: str) -> Json:
    return {"description": text, "content": {"application/json": {"schema": ref("ApiError")}}}


def _operation(call: Call) -> Json:
    names = [part[1:-1].removesuffix(":path") for part in call.path.split("/") if part.startswith("{")]
    parameters: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    parameters += call.parameters()
    parameters += [{"$ref": f"#/components/parameters/{name}"} for name in ("SessionHeader", "SessionQuery")]
    operation: Json = {
        "summary": call.summary,
        "operationId": call.handler.__name__,
        "parameters": parameters,
        "responses": _responses(call),
    }
    if not call.needs_token:
        operation["security"] = []
    if call.body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": call.body}}}
    return operation


def _responses(call: Call) -> Json:
    success: Json = {"description": HTTPStatus(call.status).phrase}
    if call.answer is not None:
        success["content"] = {call.media: {"schema": call.answer}}
    statuses = {400, 403, 413, *call.refusals, *({401} if call.needs_token else ())}
    if call.body is not None:
        statuses.add(415)
    refusals = {str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in sorted(statuses)}
    if call.redirect:
        refusals = {str(call.redirect): {"description": HTTPStatus(call.redirect).phrase}, **refusals}
    return {str(call.status): success, **refusals, "default": {"$ref": "#/components/responses/Refused"}}


def routes(calls: Iterable[Call], sessions: Sessions) -> list[Route]:
    """One route for each call, and the route of their description."""
    every = list(calls)

    async def describe(_: ControlRequest) -> Json:
        return described(every)

    every.append(Call("GET", "/openapi.json", describe, "Describe the control API", answer=ref("OpenApi")))
    return [call.route(sessions) for call in every]
