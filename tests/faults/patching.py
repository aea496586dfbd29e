"""Puts a fault into the mock: patches that are undone, and hooks around the whole application."""

import functools
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_conformance.contract.document import contract, operations
from audience_mock.contract.document import DOCUMENTED_TENANT
from audience_mock.operations import OPERATIONS
from audience_mock.session.backend import Backend
from audience_mock.store.collection import Collection
from audience_mock.store.world import Tenant, World

Record = dict[str, Any]
Hook = Callable[["Exchange"], Any]
_UNREAD = object()


class Exchange:
    """One request and its response; hooks change what is passed on by assigning attributes."""

    def __init__(self, scope: Scope, content: bytes, world: World) -> None:
        self.method: str = scope["method"]
        self.path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        self._raw_query: bytes = scope["query_string"]
        self._sent_query = dict(parse_qsl(self._raw_query.decode("latin-1"), keep_blank_values=True))
        self.query = dict(self._sent_query)
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.content = content
        self.world = world
        self.template, self.ids, methods = _route(self.path)
        self.operation = methods.get(self.method, "")
        self.status = 0
        self.answer_headers: dict[str, str] = {}
        self.answer_content = b""
        self._json: Any = _UNREAD

    @property
    def tenant(self) -> Tenant:
        return self.world.tenant(self.ids["company_id"], self.ids["application_id"])

    @property
    def other_tenants(self) -> list[Tenant]:
        return [tenant for tenant in self.world.tenants() if tenant is not self.tenant]

    @property
    def user_values(self) -> dict[str, Any]:
        """The values that the user in the path holds, by definition id."""
        return self.tenant.attributes._by_user.get(self.ids["user_id"], {})

    @property
    def held(self) -> Any:
        """The value that the user in the path holds of the definition in the path, or None."""
        return self.user_values.get(self.ids["definition_id"])

    def put(self, value: Any) -> Record:
        """Store a value without validation."""
        return self.tenant.attributes.put(self.ids["user_id"], self.stored, value)

    def delete_value(self) -> None:
        if self.held:
            self.tenant.attributes.delete(*self.value_key)

    @property
    def value_key(self) -> tuple[str, str]:
        return self.ids["user_id"], self.ids["definition_id"]

    @property
    def record_id(self) -> str:
        """The definition or group in the path, or ""."""
        return self.ids.get("group_id") or self.ids.get("definition_id", "")

    @property
    def collection(self) -> Collection:
        """All groups, or all definitions, whichever the path is about."""
        return self.tenant.groups._records if "group_id" in self.ids else self.tenant.definitions._records

    @property
    def stored(self) -> Record:
        """The stored record in the path, or an empty one."""
        return next((record for record in self.collection if record["_id"] == self.record_id), {})

    def overwrite(self, **changes: Any) -> None:
        """Change the stored record in the path, if there is one."""
        if self.stored:
            self.collection.replace({**self.stored, **changes})

    @property
    def query_string(self) -> bytes:
        """The query as it was sent, unless a hook changed it."""
        return self._raw_query if self.query == self._sent_query else urlencode(self.query).encode()

    @property
    def body(self) -> Any:
        """The request's body; None if it is not JSON."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None

    @body.setter
    def body(self, value: Any) -> None:
        self.content = json.dumps(value).encode()

    @property
    def fields(self) -> Record:
        """The request's body if it is an object, else an empty one."""
        return body if isinstance(body := self.body, dict) else {}

    @property
    def json(self) -> Any:
        """The response's body; changes in it are sent."""
        if self._json is _UNREAD:
            self._json = json.loads(self.answer_content)
        return self._json

    def answer(self, status: int, value: Any = None, *, text: str = "", content_type: str = "application/json") -> None:
        """Replace the response."""
        self.status, self._json = status, _UNREAD
        self.answer_content = text.encode() if value is None else json.dumps(value).encode()
        self.answer_headers = {"content-type": content_type} if self.answer_content else {}

    def send(self, text: str) -> None:
        """Replace the body of the response."""
        self.answer_content, self._json = text.encode(), _UNREAD

    def refuse(self, status: int, message: str = "That is not possible.", field: str = "body") -> None:
        """Respond with an error in the contract's shape."""
        errors = {"errors": [{"field": field, "message": message}]} if status == 400 else {}
        self.answer(status, {"success": False, "status_code": status, "message": message, **errors})

    def deleted(self) -> None:
        """Respond as a delete does."""
        self.answer(200, {"success": True, "message": "Deleted."})

    def records(self) -> Iterator[Record]:
        """The records in the response, one or many."""
        if "user_groups" in self.json:
            for groups in self.json["user_groups"].values():
                yield from groups
        else:
            yield from self.json.get("items", [self.json])

    def sent(self) -> bytes:
        """The response's body as bytes."""
        return self.answer_content if self._json is _UNREAD else json.dumps(self._json, ensure_ascii=False).encode()


@functools.cache
def _routes() -> list[tuple[str, re.Pattern[str], dict[str, str]]]:
    """Path template, its pattern, and method -> operation; literal paths first."""
    methods: dict[str, dict[str, str]] = {}
    for operation_id, (method, template, _) in operations().items():
        methods.setdefault(template, {})[method] = operation_id
    base = contract()["servers"][0]["url"]
    return [
        (template, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", base + template)), methods[template])
        for template in sorted(methods, key=lambda path: path.count("{"))
    ]


def _route(path: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """The path's template, the ids in it, and its methods with their operations; empty for an unknown path."""
    for template, pattern, methods in _routes():
        if found := pattern.fullmatch(path):
            return template, {name: unquote(text) for name, text in found.groupdict().items()}, methods
    return "", {}, {}


class Mock:
    """A mock to make faulty: its store, patches that are undone, hooks around its application."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.world = backend.world
        self.options: dict[str, Any] = {}
        self._undo: list[Callable[[], None]] = []
        self._before: list[Hook] = []
        self._after: list[Hook] = []
        self.requests = 0

    @property
    def tenant(self) -> Tenant:
        """The documented tenant."""
        return self.world.tenant(*DOCUMENTED_TENANT)

    # --- patches ------------------------------------------------------------------------------------------

    def assign(self, owner: Any, name: str, value: Any) -> None:
        """Assign an attribute until the mock ends."""
        old = getattr(owner, name)
        self._undo.append(lambda: setattr(owner, name, old))
        setattr(owner, name, value)

    def item(self, owner: Any, key: Any, value: Any) -> None:
        """Assign an item of a dict or list until the mock ends."""
        old = owner[key]
        self._undo.append(lambda: owner.__setitem__(key, old))
        owner[key] = value

    def wrap(self, function: Callable[..., Any], owner: Any, name: str) -> None:
        """Replace a function or method by `function(original, …)`."""
        original = getattr(owner, name)

        @functools.wraps(original)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return function(original, *args, **kwargs)

        self.assign(owner, name, wrapped)

    def operation(self, function: Callable[..., Awaitable[Any]], *operation_ids: str) -> None:
        """Replace operations by the coroutine function `function(original, at, …)`."""
        for operation_id in operation_ids:
            status, original = OPERATIONS[operation_id]
            self.item(OPERATIONS, operation_id, (status, functools.partial(function, original)))

    def undo(self) -> None:
        while self._undo:
            self._undo.pop()()

    # --- hooks --------------------------------------------------------------------------------------------

    def request(self, hook: Hook, *operation_ids: str) -> None:
        """Call `hook` before these operations (all, if none); if it responds, the application is not called."""
        self._before.append(_only(hook, operation_ids, None))

    def answer(self, hook: Hook, *operation_ids: str, status: int | None = None) -> None:
        """Call `hook` after these operations (all, if none) where they respond with this status (any)."""
        self._after.append(_only(hook, operation_ids, status))

    def noted(self, key: Callable[[Exchange], Any], *operation_ids: str, status: int | None = None) -> set[Any]:
        """The set of `key(exchange)` of all such responses, which grows."""
        found: set[Any] = set()
        self.answer(lambda exchange: found.add(key(exchange)), *operation_ids, status=status)
        return found

    def records(self, change: Callable[[Record], Any], *operation_ids: str) -> None:
        """Change each record in successful responses."""

        def hook(exchange: Exchange) -> None:
            if exchange.status < 300:
                for record in exchange.records():
                    change(record)

        self.answer(hook, *operation_ids)

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application with the hooks around it."""

        async def hooked(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            self.requests += 1
            exchange = Exchange(scope, await Request(scope, receive).body(), self.world)
            for hook in self._before:
                hook(exchange)
            if not exchange.status:
                await ask(app, scope, exchange)
            for hook in self._after:
                hook(exchange)
            headers = {name: text for name, text in exchange.answer_headers.items() if name != "content-length"}
            await Response(exchange.sent(), exchange.status, headers)(scope, receive, send)

        return hooked


def _only(hook: Hook, operation_ids: tuple[str, ...], status: int | None) -> Hook:
    def hooked(exchange: Exchange) -> None:
        if (not operation_ids or exchange.operation in operation_ids) and status in {None, exchange.status}:
            hook(exchange)

    return hooked


async def ask(app: ASGIApp, scope: Scope, exchange: Exchange) -> None:
    """Send the exchange's request to the application and note its response."""
    headers = exchange.headers | ({"content-length": str(len(exchange.content))} if exchange.content else {})
    changed = {
        **scope,
        "method": exchange.method,
        "path": unquote(exchange.path),
        "raw_path": exchange.path.encode("latin-1"),
        "query_string": exchange.query_string,
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": exchange.content, "more_body": False}

    async def note(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            exchange.answer_headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in message["headers"]}
        elif message["type"] == "http.response.body":
            exchange.answer_content += message.get("body", b"")

    await app(changed, receive, note)
