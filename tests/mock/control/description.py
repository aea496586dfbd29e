"""The description of the control API as an oracle: every answer that a test gets from it must be described."""

import functools
import re
from typing import Any

import httpx

from audience_mock.contract.document import follow, resolve
from audience_mock.contract.schema import Schema
from audience_mock.control import CALLS
from audience_mock.control.calls import Call, described
from audience_mock.control.schemas import ref


async def describe(_: Any) -> Any:
    """Stands for the operation that describes, which `routes` adds."""


DOCUMENT: Any = described(
    [*CALLS, Call("GET", "/openapi.json", describe, "Describe the control API", answer=ref("OpenApi"))]
)


def check_control_answer(answer: httpx.Response) -> None:
    """Fail if the description does not have this answer, or has another form of it."""
    method = answer.request.method.lower().replace("head", "get")
    operation = _operation(method, answer.request.url.raw_path.decode().partition("?")[0])
    if operation is None:
        assert answer.is_error
        _check_body(answer, "#/components/responses/Refused")
        return
    responses = DOCUMENT["paths"][operation][method]["responses"]
    described_as = responses.get(str(answer.status_code))
    assert described_as or answer.status_code >= 500 or answer.status_code == 431, (operation, answer.status_code)
    response = follow(DOCUMENT, described_as or responses["default"])
    content = response.get("content", {})
    if answer.request.method == "HEAD" or not content:
        assert not answer.content
        return
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in content or "*/*" in content, (operation, kind)
    if kind == "application/json" and kind in content:
        problems = _schema(operation, method, str(answer.status_code)).violations(answer.json(), "body")
        assert problems == [], (operation, answer.status_code, problems[:3])


def _check_body(answer: httpx.Response, name: str) -> None:
    if answer.request.method != "HEAD":
        schema = resolve(DOCUMENT, {"$ref": name})["content"]["application/json"]["schema"]
        assert Schema(schema).violations(answer.json(), "body") == []


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Literal paths first."""
    paths = sorted(DOCUMENT["paths"], key=lambda path: ("{" in path, path))
    return [(re.compile(re.sub(r"\\\{.*?\\\}", ".+", re.escape(path))), path) for path in paths]


def _operation(method: str, path: str) -> str | None:
    """The template of a path that has this method."""
    fitting = (template for pattern, template in _patterns() if pattern.fullmatch(path))
    return next((template for template in fitting if method in DOCUMENT["paths"][template]), None)


@functools.cache
def _schema(template: str, method: str, status: str) -> Schema:
    responses = DOCUMENT["paths"][template][method]["responses"]
    response = resolve(DOCUMENT, responses.get(status) or responses["default"])
    return Schema(response["content"]["application/json"]["schema"])
