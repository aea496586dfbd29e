"""How a fault gets into the mock: patches that are undone, and hooks before and behind the whole application."""

import functools
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock.contract.document import DOCUMENTED_TENANT, JsonObject
from audience_mock.operations import OPERATIONS
from audience_mock.session.backend import Backend
from audience_mock.store.world import Tenant

Record = dict[str, Any]

LIST_DEFINITIONS, CREATE_DEFINITION = "getUserAttributeDefinitions", "createUserAttributeDefinition"
GET_DEFINITION, UPDATE_DEFINITION = "getUserAttributeDefinitionById", "updateUserAttributeDefinition"
DELETE_DEFINITION, BULK = "deleteUserAttributeDefinitionById", "bulkUpdateUserAttributes"
LIST_ATTRIBUTES, GET_ATTRIBUTE = "getUserAttributesForUser", "getUserAttributeById"
PUT_ATTRIBUTE, DELETE_ATTRIBUTE = "updateUserAttribute", "deleteUserAttribute"
TAGS, CATEGORIES, CATEGORISED = "getUserGroupTags", "getUserGroupCategories", "getCategorisedUserGroups"
LIST_GROUPS, CREATE_GROUP, GET_GROUP = "getUserGroups", "createUserGroup", "getUserGroupById"
PATCH_GROUP, DELETE_GROUP = "updateUserGroup", "deleteUserGroup"
LIST_USERS, REFRESH = "getUsersByByGroupId", "refreshUserGroupTotalUsers"

LISTS = (LIST_DEFINITIONS, LIST_ATTRIBUTES, LIST_GROUPS)
DOCUMENT_400 = (CREATE_DEFINITION, UPDATE_DEFINITION, DELETE_DEFINITION, BULK, PUT_ATTRIBUTE, PATCH_GROUP)
"""The operations that document 400."""
ANSWER_WITH = {
    "definition": (LIST_DEFINITIONS, CREATE_DEFINITION, GET_DEFINITION, UPDATE_DEFINITION),
    "attribute": (LIST_ATTRIBUTES, GET_ATTRIBUTE, PUT_ATTRIBUTE),
    "group": (LIST_GROUPS, CREATE_GROUP, GET_GROUP, PATCH_GROUP, CATEGORISED),
    "user": (LIST_USERS,),
}
"""Kind of record -> the operations that answer with some."""
Hook = Callable[["Exchange"], Any]
_UNREAD = object()


class Exchange:
    """One request on its way in, and its answer on its way out; whatever is assigned is what is sent."""

    def __init__(self, scope: Scope, content: bytes, routes: "Routes") -> None:
        self.method: str = scope["method"]
        self.path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        self._raw_query: bytes = scope["query_string"]
        self._asked = dict(parse_qsl(self._raw_query.decode("latin-1"), keep_blank_values=True))
        self.query = dict(self._asked)
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.content = content
        self.template, self.ids, methods = routes.find(self.path)
        self.operation = methods.get(self.method, "")
        self.status = 0
        self.answer_headers: dict[str, str] = {}
        self.answer_content = b""
        self._json: Any = _UNREAD

    @property
    def query_string(self) -> bytes:
        """The query as it was sent, unless a hook changed it."""
        return self._raw_query if self.query == self._asked else urlencode(self.query).encode()

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
        """The answer's body; what is changed in it is sent."""
        if self._json is _UNREAD:
            self._json = json.loads(self.answer_content)
        return self._json

    def answer(self, status: int, value: Any = None, *, text: str = "", content_type: str = "application/json") -> None:
        """Answer with this, whatever was to be answered."""
        self.status, self._json = status, _UNREAD
        self.answer_content = text.encode() if value is None else json.dumps(value).encode()
        self.answer_headers = {"content-type": content_type} if self.answer_content else {}

    def refuse(self, status: int, message: str = "That is not possible.") -> None:
        """Answer with an error in the contract's shape."""
        errors = {"errors": [{"field": "body", "message": message}]} if status == 400 else {}
        self.answer(status, {"success": False, "status_code": status, "message": message, **errors})

    def records(self) -> Iterator[Record]:
        """The records in the answer, one or many."""
        if "user_groups" in self.json:
            for groups in self.json["user_groups"].values():
                yield from groups
        else:
            yield from self.json.get("items", [self.json])

    def sent(self) -> bytes:
        """The answer's body as it goes out."""
        return self.answer_content if self._json is _UNREAD else json.dumps(self._json, ensure_ascii=False).encode()


class Routes:
    """Which operation a path and method are."""

    def __init__(self, contract: JsonObject) -> None:
        base = contract["servers"][0]["url"]
        self._routes = []
        for template in sorted(contract["paths"], key=lambda path: path.count("{")):
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", base + template)
            item = contract["paths"][template]
            methods = {m.upper(): o["operationId"] for m, o in item.items() if "operationId" in o}
            self._routes.append((template, re.compile(pattern), methods))

    def find(self, path: str) -> tuple[str, dict[str, str], dict[str, str]]:
        """The path's template, the ids in it, and its methods with their operations; empty for an unknown path."""
        for template, pattern, methods in self._routes:
            if found := pattern.fullmatch(path):
                return template, {name: unquote(text) for name, text in found.groupdict().items()}, methods
        return "", {}, {}


class Mock:
    """A mock to make faulty: its store, patches that are undone, hooks before and behind its application.

    Args:
        backend: its store and background, seeded.
        contract: what it serves.
    """

    def __init__(self, backend: Backend, contract: JsonObject) -> None:
        self.backend = backend
        self._routes = Routes(contract)
        self._undo: list[Callable[[], None]] = []
        self._before: list[Hook] = []
        self._behind: list[Hook] = []
        self.requests = 0

    @property
    def tenant(self) -> Tenant:
        """The documented tenant."""
        return self.backend.world.tenant(*DOCUMENTED_TENANT)

    def tenants(self) -> list[Tenant]:
        """Every tenant that is served."""
        return list(self.backend.world._tenants.values())

    def tenant_of(self, exchange: Exchange) -> Tenant:
        return self.backend.world.tenant(exchange.ids["company_id"], exchange.ids["application_id"])

    # --- patches ------------------------------------------------------------------------------------------

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Assign an attribute until the mock ends."""
        old = getattr(owner, name)
        self._undo.append(lambda: setattr(owner, name, old))
        setattr(owner, name, value)

    def item(self, owner: Any, key: Any, value: Any) -> None:
        """Assign an item of a dict or list until the mock ends."""
        old = owner[key]
        self._undo.append(lambda: owner.__setitem__(key, old))
        owner[key] = value

    def wrap(self, owner: Any, name: str, function: Callable[..., Any]) -> None:
        """Put `function(original, …)` in the place of a function or method."""
        original = getattr(owner, name)

        @functools.wraps(original)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return function(original, *args, **kwargs)

        self.set(owner, name, wrapped)

    def operation(self, function: Callable[..., Awaitable[Any]], *operation_ids: str) -> None:
        """Put the coroutine function `function(original, at, …)` in the place of operations."""
        for operation_id in operation_ids:
            status, original = OPERATIONS[operation_id]
            self.item(OPERATIONS, operation_id, (status, functools.partial(function, original)))

    def undo(self) -> None:
        while self._undo:
            self._undo.pop()()

    # --- hooks --------------------------------------------------------------------------------------------

    def request(self, hook: Hook, *operation_ids: str) -> None:
        """Call `hook` with each exchange of these operations (of any, if none) before the application sees it.

        A hook that answers keeps the request from the application.
        """
        self._before.append(_only(hook, operation_ids, None))

    def answer(self, hook: Hook, *operation_ids: str, status: int | None = None) -> None:
        """Call `hook` with each exchange of these operations (any, if none) that is answered with this status (any)."""
        self._behind.append(_only(hook, operation_ids, status))

    def records(self, kind: str, change: Callable[[Record], Any], *operation_ids: str) -> None:
        """Change each record of a kind in successful answers."""

        def hook(exchange: Exchange) -> None:
            if exchange.status < 300:
                for record in exchange.records():
                    change(record)

        self.answer(hook, *(operation_ids or ANSWER_WITH[kind]))

    def pages(self, change: Callable[[Record], Any], *operation_ids: str) -> None:
        """Change `page` in the answers of lists."""
        self.answer(lambda exchange: change(exchange.json["page"]), *(operation_ids or LISTS), status=200)

    def errors(self, change: Callable[[Exchange], Any], status: int | None = None) -> None:
        """Change errors."""
        self.answer(lambda exchange: change(exchange) if exchange.status >= 400 else None, status=status)

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application with the hooks around it."""

        async def hooked(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            self.requests += 1
            exchange = Exchange(scope, await _content(receive), self._routes)
            for hook in self._before:
                hook(exchange)
            if not exchange.status:
                await ask(app, scope, exchange)
            for hook in self._behind:
                hook(exchange)
            await _send(exchange, send)

        return hooked


def _only(hook: Hook, operation_ids: tuple[str, ...], status: int | None) -> Hook:
    def hooked(exchange: Exchange) -> None:
        if (not operation_ids or exchange.operation in operation_ids) and status in {None, exchange.status}:
            hook(exchange)

    return hooked


async def _content(receive: Receive) -> bytes:
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    return content


async def ask(app: ASGIApp, scope: Scope, exchange: Exchange) -> None:
    """Send the exchange's request to the application and note its answer."""
    headers = {**exchange.headers, **({"content-length": str(len(exchange.content))} if exchange.content else {})}
    asked = {
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

    await app(asked, receive, note)


async def _send(exchange: Exchange, send: Send) -> None:
    content = exchange.sent()
    headers = {name: value for name, value in exchange.answer_headers.items() if name != "content-length"}
    if exchange.status != 204:
        headers["content-length"] = str(len(content))
    listed = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": exchange.status, "headers": listed})
    await send({"type": "http.response.body", "body": b"" if exchange.method == "HEAD" else content})
