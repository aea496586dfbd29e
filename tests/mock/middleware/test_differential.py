"""Our routing and request validation give the same results as Connexion's: operation, arguments, status.

Connexion runs with its own middleware, including routing, validation and decorators. `INTENDED` lists the intended
differences; request_validation.py and routing.py say why.
"""

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

import hypothesis.strategies as st
import pytest
from connexion import AsyncApp
from connexion.middleware import ConnexionMiddleware
from connexion.resolver import Resolver
from hypothesis import example, given, settings
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.mock.control.helpers import http_scope
from tests.mock.helpers import CONTRACT, OPERATIONS, Json, Operation

from audience_mock.contract.document import load_contract
from audience_mock.contract.schema import Schema
from audience_mock.middleware.error_responses import ErrorResponses
from audience_mock.middleware.json_response import send_json
from audience_mock.middleware.request_validation import ARGUMENTS, RequestValidation
from audience_mock.middleware.routing import Routing

BASE = CONTRACT["servers"][0]["url"]
TENANT = {"company_id": "559", "application_id": "64b000000000000000000001"}
JSON = "application/json"


class Request(NamedTuple):
    """The parts of a request that routing and validation use."""

    method: str
    path: str
    query: str
    content: bytes | None
    content_type: str | None


class Outcome(NamedTuple):
    """The result of a request: the status, the call of the operation (None without one), and the body."""

    status: int
    called: tuple[str, Json] | None
    body: Json


def _send(app: ASGIApp, request: Request) -> Outcome:
    called: list[tuple[str, Json]] = []
    messages: list[Message] = []
    headers = [(b"host", b"localhost")]
    if request.content_type is not None:
        headers.append((b"content-type", request.content_type.encode()))
    if request.content is not None:
        headers.append((b"content-length", b"%d" % len(request.content)))
    scope = http_scope(
        method=request.method,
        path=request.path,
        raw_path=quote(request.path).encode(),
        query_string=request.query.encode(),
        root_path="",
        headers=headers,
        called=called,
    )

    async def receive() -> Message:
        return {"type": "http.request", "body": request.content or b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    with contextlib.suppress(UnicodeDecodeError):  # Connexion responds 500 and raises too
        asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    content = b"".join(message.get("body", b"") for message in messages[1:])
    return Outcome(messages[0]["status"], called[0] if called else None, json.loads(content) if content else {})


def _ours() -> ASGIApp:
    async def note(scope: Scope, _: Receive, send: Send) -> None:
        operation_id = scope["extensions"]["connexion_routing"]["operation_id"]
        scope["called"].append((operation_id, scope[ARGUMENTS]))
        await send_json(send, 200, {})

    app = ConnexionMiddleware(note, middlewares=[ErrorResponses, Routing, RequestValidation])
    app.add_api(load_contract(), resolver=Resolver(_record_call))
    return app  # type: ignore[no-any-return]


def _stock() -> ASGIApp:
    app = AsyncApp(__name__)
    app.add_api(load_contract(), resolver=Resolver(_record_call))
    return app  # type: ignore[no-any-return]


def _record_call(operation_id: str) -> Callable[..., Any]:
    async def handle(**arguments: Any) -> Json:
        from connexion import request  # noqa: PLC0415 (it is there while a request is served)

        request.scope["called"].append((operation_id, arguments))
        return {}

    return handle


OURS, STOCK = _ours(), _stock()


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Connexion logs each refusal."""
    caplog.set_level(logging.CRITICAL + 1)


# --- requests, good and bad ------------------------------------------------------------------------------

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="/"), min_size=1, max_size=12)
IDS = st.sampled_from(["64f666666666666666666666", "tags", "users", "categorised", "a b", "é", "%41"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TEXTS = (
    st.sampled_from(
        [
            "",
            "0",
            "1",
            "2",
            "100",
            "101",
            "-1",
            "1.0",
            "1e2",
            "true",
            "false",
            "True",
            "next",
            "prev",
            "nowhere",
            "a b&c=d",
            "1_0",
            "\u0663",
        ]
    )
    | WORDS
)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    operation: Operation = draw(st.sampled_from(OPERATIONS))
    path = operation.path
    for name in re.findall(r"\{(\w+)\}", path):
        usual = st.just(TENANT[name]) if name in TENANT else IDS
        path = path.replace(f"{{{name}}}", draw(usual | WORDS if draw(st.integers(0, 9)) == 0 else usual))
    declared = [parameter["name"] for parameter in operation.parameters if parameter["in"] == "query"]
    names = st.sampled_from([*declared, "unknown"])
    query = draw(st.lists(st.tuples(names, TEXTS), max_size=3))
    content = content_type = None
    if operation.bodies:
        content_type = draw(st.sampled_from([JSON] * 8 + [f"{JSON}; charset=utf-8", "text/plain", "application/xml"]))
        content = draw(_bodies(operation) | st.sampled_from([b"", b"{", b"[]", b"null", b"1", b'"text"']))
    return Request(operation.method.upper(), BASE + path, urlencode(query), content, content_type)


def _bodies(operation: Operation) -> st.SearchStrategy[bytes]:
    """Example bodies, as they are and with one thing changed."""
    examples = st.sampled_from([one["value"] for one in operation.bodies.values()])
    return st.builds(_changed, examples, st.data(), st.integers(0, 3)).map(lambda body: json.dumps(body).encode())


def _changed(body: Json, data: st.DataObject, changes: int) -> Json:
    body = json.loads(json.dumps(body))
    for _ in range(changes):
        holder: Any = body
        while isinstance(holder, dict | list) and holder:
            key = data.draw(st.sampled_from(list(holder) if isinstance(holder, dict) else list(range(len(holder)))))
            if not isinstance(holder[key], dict | list) or not holder[key] or data.draw(st.booleans()):
                _change(holder, key, data)
                break
            holder = holder[key]
    return body


def _change(holder: Any, key: Any, data: st.DataObject) -> None:
    what = data.draw(st.sampled_from(["drop", "replace", "add"]))
    if what == "drop":
        del holder[key]
    elif what == "replace":
        holder[key] = data.draw(ANY_JSON)
    elif isinstance(holder, dict):
        holder[data.draw(st.text(max_size=5))] = data.draw(ANY_JSON)


# --- the comparison -----------------------------------------------------------------------------------------

USER_GROUP = f"{BASE}/company/559/application/{TENANT['application_id']}/user_group"
DEFINITION = f"{BASE}/company/559/application/{TENANT['application_id']}/user_attribute/definition"
WORDS_OF_PATHS = ("tags", "categories", "categorised")
"""Literal segments in the place of a group's id."""
INTENDED = [
    ("a literal segment is not an id", Request("DELETE", f"{USER_GROUP}/tags", "", None, None), 405, 200),
    ("also before another segment", Request("POST", f"{USER_GROUP}/tags/refresh", "", None, None), 404, 200),
    ("no redirect", Request("GET", f"{USER_GROUP}/", "", None, None), 404, 307),
    ("a number has only digits", Request("GET", USER_GROUP, "page_no=1_0", None, None), 400, 200),
    ("and no leading space", Request("GET", USER_GROUP, "page_no=%201", None, None), 400, 200),
    ("a boolean is lower case", Request("GET", DEFINITION, "pinned=True", None, None), 400, 200),
    ("an empty body has no media type", Request("POST", DEFINITION, "", b"", "text/plain"), 400, 415),
    (
        "the media type is checked first",
        Request("POST", DEFINITION.replace("559", "560"), "", b"{}", "text/plain"),
        415,
        400,
    ),
    ("a body is UTF-8", Request("POST", USER_GROUP, "", b'{"name": "\xff"}', JSON), 400, 500),
]
"""Every intended difference, with our status and Connexion's."""


@pytest.mark.parametrize(
    ("request_", "ours", "stock"), [case[1:] for case in INTENDED], ids=[case[0] for case in INTENDED]
)
def test_where_the_two_differ_it_is_intended(request_: Request, ours: int, stock: int) -> None:
    assert (_send(OURS, request_).status, _send(STOCK, request_).status) == (ours, stock)


def _is_intended(request: Request, ours: Outcome, stock: Outcome) -> bool:
    if ours.status in {404, 405}:
        return any(f"/user_group/{word}" in request.path for word in WORDS_OF_PATHS)
    if (ours.status, stock.status) == (400, 415):
        return not request.content
    if (ours.status, stock.status) == (415, 400):  # both are wrong: the type, and a parameter
        return request.content_type != JSON
    return ours.status == 400 and any(_only_python_reads(text) for _, text in parse_qsl(request.query))


def _only_python_reads(text: str) -> bool:
    """Is it a number or boolean for Python only, and not for JSON and the documents."""
    if text.lower() in {"true", "false"}:
        return text != text.lower()
    try:
        int(text)
    except ValueError:
        return False
    return re.fullmatch("-?[0-9]+", text) is None


@settings(max_examples=400, deadline=None)
@given(requests())
@example(Request("GET", USER_GROUP, "page_no=2&page_size=5&name=a+b&name=%C3%A9", None, None))
@example(Request("GET", USER_GROUP, "page_no=0&direction=prev", None, None))
@example(Request("PUT", f"{DEFINITION}/x", "", b"{}", f"{JSON}; charset=utf-8"))
def test_every_request_has_the_same_result_as_with_connexion(request: Request) -> None:
    ours, stock = _send(OURS, request), _send(STOCK, request)
    if (ours.status, ours.called) != (stock.status, stock.called):
        assert _is_intended(request, ours, stock), (request, ours, stock)


@settings(max_examples=100, deadline=None)
@given(requests())
def test_a_repeated_request_has_the_same_result(request: Request) -> None:
    """Valid requests are cached; the cache must not change the result."""
    assert _send(OURS, request) == _send(OURS, request)


def test_the_comparison_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without validation, a difference is found."""
    monkeypatch.setattr(Schema, "violations", lambda *_: [])
    with pytest.raises(AssertionError):
        test_every_request_has_the_same_result_as_with_connexion()
