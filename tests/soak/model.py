"""What one session of the mock holds, and random requests with the answer that the model expects."""

import itertools
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.soak.wire import Answer, Expected, Request

BASE = "/service/platform/user/v1.0/company/559/application/64b000000000000000000001"
MOST_DEFINITIONS, MOST_GROUPS = 25, 15
USERS = [f"user-{number}" for number in range(30)]
MEMBERS = [f"member-{number}" for number in range(50)]
BULK_USERS = ["bulk-1", "bulk-2", "bulk-3"]
"""Users that only bulk updates write to: what a read sees of them depends on the moment."""
VALUES: dict[str, list[Any]] = {
    "string": ["teal", "", "žluťoučký 漢字 🦊", "0", 'a "quoted"\n\\ text'],
    "number": [0, -1, 1.5, 2**53, 1e21],
    "boolean": [True, False],
    "date": ["2024-02-29"],
    "datetime": ["2024-05-01T09:30:00.000Z"],
    "list": [[], ["a", "žluť", ""]],
    "object": [{}, {"a": {"b": [1, None, False]}}],
}
WRONG: dict[str, list[Any]] = {
    "string": [1, True, ["a"]],
    "number": ["1", True],
    "boolean": ["true", 0],
    "date": ["yesterday", 1],
    "datetime": ["2024-05-01", False],
    "list": ["a", [1]],
    "object": ["a", 1],
}
CATEGORIES = ("l1", "l2", "l3")


@dataclass
class Group:
    """A user group as the model knows it."""

    name: str
    category: str
    file_url: str
    members: list[str]
    version: int = 0


@dataclass
class Model:
    """One session: it expects what the contract says of each request, in the order in which they are sent.

    Args:
        session: the name of the session.
        seed: of the random choices.
    """

    session: str
    seed: int
    definitions: dict[str, dict[str, Any]] = field(default_factory=dict)
    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    bulk: dict[tuple[str, str], Any] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    coming_definitions: int = 0
    coming_groups: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._numbers = itertools.count(1)
        self._steps: list[Callable[[], Request | None]] = [
            *(self._create_definition, self._update_definition, self._read_definition, self._delete_definition),
            *(self._list_definitions, self._put, self._put, self._read_value, self._delete_value, self._list_values),
            *(self._bulk_update, self._create_group, self._patch_group, self._patch_file, self._read_group),
            *(self._delete_group, self._list_groups, self._categories, self._users, self._refresh, self._put_wrong),
        ]

    def step(self) -> Request:
        """A random request; the model is then as the server is once it has answered."""
        while True:
            request = self.random.choice(self._steps)()
            if request:
                return request

    def request(
        self,
        method: str,
        path: str,
        status: int,
        body: Any = None,
        expected: Expected | None = None,
        on_answer: Callable[[Answer], None] | None = None,
    ) -> Request:
        """A request of this session."""
        content = b"" if body is None else json.dumps(body).encode()
        about = f"{method} {path} {content[:200].decode()} in {self.session}"
        extra = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n" if body is not None else ""
        head = f"{method} {BASE}{path} HTTP/1.1\r\nHost: mock\r\nX-Mock-Session: {self.session}\r\n{extra}\r\n"
        return Request(head.encode() + content, about, frozenset({status}), expected or {}, on_answer=on_answer)

    def _create_definition(self) -> Request | None:
        if len(self.definitions) + self.coming_definitions >= MOST_DEFINITIONS:
            return None
        number = next(self._numbers)
        type_ = self.random.choice(list(VALUES))
        body = {"name": f"Name {number}", "slug": f"slug-{number}", "description": "d", "type": type_}
        self.coming_definitions += 1

        def created(answer: Answer) -> None:
            self.coming_definitions -= 1
            self.definitions[answer.json["_id"]] = body

        expected: Expected = {(name,): value for name, value in body.items()}
        return self.request("POST", "/user_attribute/definition", 201, body, expected, created)

    def _definition(self) -> str | None:
        return self.random.choice(list(self.definitions)) if self.definitions else None

    def _update_definition(self) -> Request | None:
        if (key := self._definition()) is None:
            return None
        self.definitions[key] = {**self.definitions[key], "name": f"Name {next(self._numbers)}"}
        known: Expected = {(name,): value for name, value in self.definitions[key].items()}
        body = {"name": self.definitions[key]["name"], "slug": "ignored", "pinned": True}
        return self.request("PUT", f"/user_attribute/definition/{key}", 200, body, {**known, ("pinned",): False})

    def _read_definition(self) -> Request | None:
        if (key := self._definition()) is None:
            return None
        known: Expected = {(name,): value for name, value in self.definitions[key].items()}
        return self.request("GET", f"/user_attribute/definition/{key}", 200, expected=known)

    def _delete_definition(self) -> Request | None:
        if (key := self._definition()) is None or len(self.definitions) < MOST_DEFINITIONS // 2:
            return None
        del self.definitions[key]
        self.values = {at: value for at, value in self.values.items() if at[1] != key}
        self.bulk = {at: value for at, value in self.bulk.items() if at[1] != key}
        return self.request("DELETE", f"/user_attribute/definition/{key}", 200, expected={("success",): True})

    def _list_definitions(self) -> Request | None:
        type_ = self.random.choice(list(VALUES))
        if self.coming_definitions:
            return None
        matching = [key for key, body in self.definitions.items() if body["type"] == type_]
        expected: Expected = {("page", "item_total"): len(matching)}
        if matching:
            expected["items", 0, "_id"] = matching[0]
        return self.request("GET", f"/user_attribute/definition?type={type_}", 200, expected=expected)

    def _put(self) -> Request | None:
        if (key := self._definition()) is None:
            return None
        user = self.random.choice(USERS)
        value = self.values[user, key] = self.random.choice(VALUES[self.definitions[key]["type"]])
        body = {"attribute": {"value": value}}
        expected: Expected = {("user_id",): user, ("attribute", "value"): value}
        return self.request("PUT", f"/user_attribute/definition/{key}/user/{user}", 201, body, expected)

    def _put_wrong(self) -> Request | None:
        if (key := self._definition()) is None:
            return None
        value = self.random.choice(WRONG[self.definitions[key]["type"]])
        path = f"/user_attribute/definition/{key}/user/{self.random.choice(USERS)}"
        return self.request("PUT", path, 400, {"attribute": {"value": value}}, {("success",): False})

    def _read_value(self) -> Request | None:
        if (key := self._definition()) is None:
            return None
        user = self.random.choice(USERS)
        path = f"/user_attribute/definition/{key}/user/{user}"
        if (user, key) not in self.values:
            return self.request("GET", path, 404, expected={("status_code",): 404})
        return self.request("GET", path, 200, expected={("attribute", "value"): self.values[user, key]})

    def _delete_value(self) -> Request | None:
        if not self.values or self.random.random() < 0.5:
            return None
        user, key = self.random.choice(list(self.values))
        del self.values[user, key]
        return self.request("DELETE", f"/user_attribute/definition/{key}/user/{user}", 200)

    def _list_values(self) -> Request | None:
        user = self.random.choice(USERS)
        total = sum(at[0] == user for at in self.values)
        path = f"/user_attribute/user/{user}?page_size=3"
        return self.request("GET", path, 200, expected={("page", "item_total"): total})

    def _bulk_update(self) -> Request | None:
        if (key := self._definition()) is None:
            return None
        value = self.random.choice(VALUES[self.definitions[key]["type"]])
        self.bulk.update({(user, key): value for user in BULK_USERS})
        item = {"key": self.definitions[key]["slug"], "value": value}
        body = {"file_url": _file(BULK_USERS), "attributes": [item]}
        return self.request("PATCH", "/user_attribute/bulk_update", 202, body, {("success",): True})

    def _create_group(self) -> Request | None:
        if len(self.groups) + len(self.coming_groups) >= MOST_GROUPS:
            return None
        members = self.random.sample(MEMBERS, self.random.randrange(8))
        category = self.random.choice(CATEGORIES)
        group = Group(f"Group {next(self._numbers)}", category, _file(members), members)
        body = {"name": group.name, "description": "d", "category": category, "file_url": group.file_url}
        self.coming_groups.append(category)

        def created(answer: Answer) -> None:
            self.coming_groups.remove(category)
            self.groups[answer.json["_id"]] = group

        expected: Expected = {(name,): value for name, value in body.items()}
        return self.request("POST", "/user_group", 201, body, {**expected, ("__v",): 0}, created)

    def _group(self) -> str | None:
        return self.random.choice(list(self.groups)) if self.groups else None

    def _patch_group(self) -> Request | None:
        if (key := self._group()) is None:
            return None
        group = self.groups[key]
        group.name, group.version = f"Group {next(self._numbers)}", group.version + 1
        expected: Expected = {("name",): group.name, ("__v",): group.version}
        body = {"name": group.name, "category": "ignored", "tags": ["ignored"]}
        return self.request("PATCH", f"/user_group/{key}", 200, body, expected)

    def _patch_file(self) -> Request | None:
        if (key := self._group()) is None:
            return None
        group = self.groups[key]
        members = self.random.sample(MEMBERS, self.random.randrange(8))
        if _file(members) == group.file_url:
            return None
        group.members, group.file_url, group.version = members, _file(members), group.version + 1
        expected: Expected = {("file_url",): group.file_url, ("__v",): group.version}
        return self.request("PATCH", f"/user_group/{key}", 200, {"file_url": group.file_url}, expected)

    def _read_group(self) -> Request | None:
        if (key := self._group()) is None:
            return None
        return self.request("GET", f"/user_group/{key}", 200, expected=_shown(self.groups[key]))

    def _delete_group(self) -> Request | None:
        if (key := self._group()) is None or len(self.groups) < MOST_GROUPS // 2:
            return None
        del self.groups[key]
        return self.request("DELETE", f"/user_group/{key}", 200, expected={("success",): True})

    def _list_groups(self) -> Request | None:
        total = len(self.groups) + len(self.coming_groups)
        expected: Expected = {("page", "item_total"): total}
        if self.groups:
            expected["items", 0, "_id"] = next(iter(self.groups))
        return self.request("GET", "/user_group?page_size=2", 200, expected=expected)

    def _categories(self) -> Request | None:
        category = self.random.choice(CATEGORIES)
        total = sum(group.category == category for group in self.groups.values()) + self.coming_groups.count(category)
        path = f"/user_group/categories?category={category}"
        return self.request("GET", path, 200, expected={("items", 0, "total_groups"): total})

    def _users(self) -> Request | None:
        if (key := self._group()) is None:
            return None
        return self.request("GET", f"/user_group/{key}/users?page_size=2", 200, expected={("page", "type"): "cursor"})

    def _refresh(self) -> Request | None:
        if (key := self._group()) is None:
            return None
        return self.request("POST", f"/user_group/{key}/refresh", 202)

    def final_reads(self) -> list[Request]:
        """Reads of all that the session must hold when its jobs are done."""
        reads = [
            self.request("GET", "/user_attribute/definition?page_size=100", 200, expected=_listed(self.definitions)),
            self.request("GET", "/user_group?page_size=100", 200, expected=_listed(self.groups)),
        ]
        for key, body in self.definitions.items():
            expected: Expected = {(name,): value for name, value in body.items()}
            reads.append(self.request("GET", f"/user_attribute/definition/{key}", 200, expected=expected))
        everything = {**self.values, **self.bulk}
        for (user, key), value in everything.items():
            path = f"/user_attribute/definition/{key}/user/{user}"
            reads.append(self.request("GET", path, 200, expected={("attribute", "value"): value}))
        for user in (*USERS, *BULK_USERS):
            total = sum(at[0] == user for at in everything)
            path = f"/user_attribute/user/{user}"
            reads.append(self.request("GET", path, 200, expected={("page", "item_total"): total}))
        for key, group in self.groups.items():
            known = {**_shown(group), ("status",): "completed", ("total_users", "count"): len(group.members)}
            reads.append(self.request("GET", f"/user_group/{key}", 200, expected=known))
            users: Expected = {("items", at, "user_id"): user for at, user in enumerate(group.members)}
            path = f"/user_group/{key}/users?page_size=100"
            reads.append(self.request("GET", path, 200, expected={**users, ("items", len(users)): None}))
        return reads


def _file(users: list[str]) -> str:
    return "data:text/csv," + quote("\n".join(("user_id", *users)))


def _shown(group: Group) -> Expected:
    return {
        ("name",): group.name,
        ("category",): group.category,
        ("file_url",): group.file_url,
        ("__v",): group.version,
        ("tags",): [],
    }


def _listed(records: dict[str, Any]) -> Expected:
    ids: Expected = {("items", at, "_id"): key for at, key in enumerate(records)}
    return {**ids, ("page", "item_total"): len(records)}


def difference(request: Request, answer: Answer) -> str | None:
    """What is wrong with an answer, for people; None if it is right."""
    if answer.status not in request.statuses:
        allowed = " or ".join(map(str, sorted(request.statuses)[:3]))
        return f"{request.about}: {answer.status} instead of {allowed}: {answer.body[:300].decode(errors='replace')}"
    body = answer.json if request.expected else None
    for path, value in request.expected.items():
        found = _at(body, path)
        if found != value or isinstance(found, bool) != isinstance(value, bool):
            return f"{request.about}: {'.'.join(map(str, path))} is {found!r} instead of {value!r}"
    return None


def _at(body: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        try:
            body = body[key]
        except (KeyError, IndexError, TypeError):
            return None
    return body
