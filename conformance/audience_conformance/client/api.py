"""What a check uses: requests, resources that it creates, waiting, and generated examples."""

import functools
import itertools
import json
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from audience_conformance.client.cache import ResponseCache
from audience_conformance.client.exchange import Answer, Trace
from audience_conformance.client.ledger import Created, Ledger, Tenant, delete_all
from audience_conformance.client.shrinking import Shrinker
from audience_conformance.client.target import Target
from audience_conformance.client.trouble import Unreachable
from audience_conformance.contract.document import follow, operations
from audience_conformance.results.finding import Overdue, Skip, show

JsonObject = dict[str, Any]
Value = TypeVar("Value")

PREFIX = "acs-"
"""The prefix of all names, slugs and user ids of a run; `sweep` finds leftovers by it."""
LAST_WRITE = "when the last write was answered"
"""Key in Api.shared: by the monotonic clock."""
OTHER_APPLICATION = "a second application (--other-application)"
CREATES_DEFINITION, CREATES_GROUP = "a server that creates attribute definitions", "a server that creates user groups"
TIMES_CREATED = 3
"""How often a creation without an answer is tried again."""
DEFINITIONS, GROUPS = "/user_attribute/definition", "/user_group"


@dataclass(frozen=True)
class Budget:
    """The test depth of a profile.

    Args:
        examples: generated examples of a test.
        steps: steps of a state machine.
        parallel: simultaneous requests in the concurrency rules.
        seed: of all random choices.
    """

    examples: int
    steps: int
    parallel: int
    seed: int


class Api:
    """The client of one check: sends requests, records them, and deletes the resources that it created.

    A path starts below company and application; the ids in it are encoded by `seg`.
    """

    _numbers = itertools.count(1)

    def __init__(
        self, target: Target, ledger: Ledger, budget: Budget, run_id: str, shared: dict[Any, Any] | None = None
    ) -> None:
        self.target = target
        self.options = target.options
        self.budget = budget
        self.trace = Trace()
        self.shared = {} if shared is None else shared
        """Results that the checks of a run share, by key: see `once`."""
        self.cache = ResponseCache(self.shared)
        self._ledger = ledger
        self._created: list[Created] = []
        self._run_id = run_id

    def child(self) -> "Api":
        """A client with its own trace and its own list of created resources."""
        return Api(self.target, self._ledger, self.budget, self._run_id, self.shared)

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value that `make` returned at the first use of this key in the run."""
        if key not in self.shared:
            self.shared[key] = make()
        value: Value = self.shared[key]
        return value

    def forget(self, key: Hashable) -> None:
        """Make the value of this key anew at its next use."""
        self.shared.pop(key, None)

    # --- requests ---------------------------------------------------------------------------------------

    @property
    def tenant(self) -> Tenant:
        return self.options.company_id, self.options.application_id

    @property
    def other_tenant(self) -> Tenant:
        """The second tenant. Raises Skip if the run has none."""
        if self.options.other_application_id is None:
            raise Skip(OTHER_APPLICATION)
        return self.options.company_id, self.options.other_application_id

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = ...,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        tenant: Tenant | None = None,
    ) -> Answer:
        """Send a request, with `body` as JSON or with `content`.

        A resource that a POST creates is added to the ledger, one that a DELETE deletes is removed from it.
        """
        all_headers = dict(headers or {})
        if body is not ...:
            content = json.dumps(body).encode()
            all_headers.setdefault("Content-Type", "application/json")
        tenant = tenant or self.tenant
        url = self.target.url(path, query, tenant=tenant)
        plain = method == "GET" and not all_headers and content is None
        if plain and (cached := self.cache.get(url, self.trace)) is not None:
            return cached
        if method == "GET":
            self._await_consistency()
        answer = self._send(method, url, all_headers, content, body)
        if method != "GET":
            self.shared[LAST_WRITE] = time.monotonic()
        if plain:
            self.cache.store(url, self.trace)
        if answer.ok:
            self._update_ledger(method, path.partition("?")[0], tenant, answer)
        return answer

    def _send(self, method: str, url: str, headers: dict[str, str], content: bytes | None, body: Any) -> Answer:
        """Send a request; a creation that may have been performed is looked up, taken back, and sent again."""
        for _ in range(TIMES_CREATED):
            try:
                return self.target.send(method, url, headers, content, self.trace)
            except Unreachable as unreachable:
                creates = method == "POST" and url.endswith((DEFINITIONS, GROUPS)) and unreachable.passing
                asked_for = _parsed(content) if body is ... else body
                if not creates or not (asked_for is None or self._take_back(url, asked_for)):
                    raise
                self.trace.exchanges.pop()
        return self.target.send(method, url, headers, content, self.trace)

    def _take_back(self, url: str, body: Any) -> bool:
        """Delete what a creation without an answer has created; say whether it is not there now."""
        name = body.get("name") if isinstance(body, dict) else None
        if not isinstance(name, str) or not name:
            return False
        found = self.target.send("GET", f"{url}?{urlencode({'name': name, 'page_size': 100})}", {}, None, None)
        listed = found.json.get("items") if found.ok and isinstance(found.json, dict) else None
        if not isinstance(listed, list):
            return False
        known = {created.path.rpartition("/")[2] for created in self._ledger.made}
        sent = {key: value for key, value in body.items() if key in _taken(url)}
        for item in listed:
            if isinstance(item, dict) and all(item.get(key) == value for key, value in sent.items() if key in item):
                item_id = item.get("_id")
                if (
                    isinstance(item_id, str)
                    and addressable(item_id)
                    and seg(item_id) not in known
                    and item.get("name") == name
                ):
                    self.target.send("DELETE", f"{url}/{seg(item_id)}", {}, None, None)
        return True

    def _await_consistency(self) -> None:
        """Wait until a read must show the last write (--consistency)."""
        if self.options.consistency and LAST_WRITE in self.shared:
            time.sleep(max(0.0, self.shared[LAST_WRITE] + self.options.consistency - time.monotonic()))

    def _update_ledger(self, method: str, path: str, tenant: Tenant, answer: Answer) -> None:
        if method == "POST" and path in (DEFINITIONS, GROUPS):
            created = answer.json
            created_id = created.get("_id") if isinstance(created, dict) else None
            if isinstance(created_id, str) and addressable(created_id):
                self._add(Created(tenant, f"{path}/{seg(created_id)}"))
        elif method == "PUT" and "/user/" in path:
            self._add(Created(tenant, path))
        elif method == "DELETE":
            self._ledger.forget(Created(tenant, path))

    def keep(self) -> None:
        """Keep the resources that were created so far until the end of the run."""
        self._ledger.lasting.update(self._created)
        self._created.clear()

    def _add(self, created: Created) -> None:
        self._ledger.add(created)
        self._created.append(created)

    def cleanup(self) -> None:
        """Delete the resources of this check, so that lists stay short; the end of the run tries again."""
        before = len(self._ledger.made)
        delete_all(self.target, self._ledger, spare=self._ledger.made.keys() - self._created)
        if len(self._ledger.made) < before:
            self.shared[LAST_WRITE] = time.monotonic()
        self._created.clear()

    def get(self, path: str, *, tenant: Tenant | None = None, **query: Any) -> Answer:
        return self.request("GET", path, query=query, tenant=tenant)

    def post(self, path: str, body: Any = ..., *, tenant: Tenant | None = None) -> Answer:
        return self.request("POST", path, body=body, tenant=tenant)

    def put(self, path: str, body: Any, *, tenant: Tenant | None = None) -> Answer:
        return self.request("PUT", path, body=body, tenant=tenant)

    def patch(self, path: str, body: Any, *, tenant: Tenant | None = None) -> Answer:
        return self.request("PATCH", path, body=body, tenant=tenant)

    def delete(self, path: str, *, tenant: Tenant | None = None) -> Answer:
        return self.request("DELETE", path, tenant=tenant)

    # --- resources --------------------------------------------------------------------------------------

    def unique(self, kind: str = "x") -> str:
        """A unique text: valid as a name, a slug or a user id."""
        return f"{PREFIX}{self._run_id}-{kind}{next(self._numbers)}"

    def definition(self, type_: str = "string", *, tenant: Tenant | None = None, **fields: Any) -> JsonObject:
        """Create a definition. Raises Skip if the target does not create it."""
        body = {
            "name": self.unique("Name "),
            "slug": self.unique("s"),
            "description": "Made by the conformance suite",
            "type": type_,
            **fields,
        }
        return _created(self.post(DEFINITIONS, body, tenant=tenant), CREATES_DEFINITION)

    def group(self, user_ids: list[str] | None = None, *, tenant: Tenant | None = None, **fields: Any) -> JsonObject:
        """Create a group of these users. Raises Skip if the target does not create it."""
        return _created(self.post(GROUPS, {**self.group_body(user_ids), **fields}, tenant=tenant), CREATES_GROUP)

    def group_body(self, user_ids: list[str] | None = None) -> JsonObject:
        """A plain body of a creation of a group, whose file is in its URL."""
        return {
            "name": self.unique("Group "),
            "description": "Made by the conformance suite",
            "category": "l1",
            "file_url": csv_url(user_ids or [self.unique("u")]),
        }

    # --- waiting and examples -----------------------------------------------------------------------------

    def eventually(self, read: Callable[[], Any], holds: Callable[[Any], bool], expected: str, **more: Any) -> Any:
        """Read again until `holds`; give the value.

        Raises:
            Overdue: it does not hold within `async_timeout`.
        """
        value, held = poll(read, holds, self.options.async_timeout)
        if held:
            return value
        within = f"{expected} within {self.options.async_timeout:g} s"
        raise Overdue(within, str(value) if isinstance(value, Answer) else show(value), **more)

    def for_all(
        self, property_: Callable[..., None], /, *, examples: int | None = None, **strategies: SearchStrategy[Any]
    ) -> None:
        """Test a property with generated arguments, as many as the profile has examples; a failure is shrunk."""
        shrinker = self.shrinker()

        def attempt(**arguments: Any) -> None:
            shrinker.begin()
            with shrinker.watching():
                property_(**arguments)

        attempt.__name__ = getattr(property_, "__name__", "property")
        test = seed(self.budget.seed)(given(**strategies)(attempt))
        shrinker.run(self.settings(examples)(test))

    def shrinker(self) -> Shrinker:
        """A Shrinker with the time that the profile allows."""
        return Shrinker(self.trace, max(2.0, self.budget.examples / 10))

    def settings(self, examples: int | None = None, **more: Any) -> settings:
        """Hypothesis' settings for this profile."""
        return settings(
            max_examples=examples or self.budget.examples,
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            **more,
        )


@functools.cache
def _taken(url: str) -> frozenset[str]:
    """The properties that a creation at this URL takes; others are ignored, and read back as something else."""
    end = DEFINITIONS if url.endswith(DEFINITIONS) else GROUPS
    operation = next(one for method, path, one in operations().values() if method == "POST" and path.endswith(end))
    schema = follow(operation["requestBody"]["content"]["application/json"]["schema"])
    return frozenset(schema["properties"])


def _parsed(content: bytes | None) -> Any:
    """A content as JSON; None if it is none, from which no server has to create anything."""
    try:
        return json.loads(content or b"")
    except (ValueError, RecursionError):
        return None


def poll(read: Callable[[], Value], holds: Callable[[Value], object], seconds: float) -> tuple[Value, bool]:
    """Read again with growing pauses until `holds` or the time is over, at least twice.

    Returns:
        The last value, and whether it holds.
    """
    deadline = time.monotonic() + seconds
    pause, late = 0.004, False
    while not holds(value := read()):
        if late:
            return value, False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
        late = time.monotonic() > deadline
    return value, True


def _created(answer: Answer, prerequisite: str) -> JsonObject:
    created = answer.json
    if not answer.ok or not isinstance(created, dict) or not isinstance(created.get("_id"), str):
        raise Skip(f"{prerequisite} (POST answered {str(answer)[:200]})")
    return created


def seg(text: str) -> str:
    """An id as a path segment. Raises Skip if it would make another URL: encoded dots are dots for many servers."""
    if not addressable(text):
        raise Skip(f"ids that can stand in a URL, unlike {text!r}")
    return quote(text, safe="")


def addressable(text: str) -> bool:
    """Does an id make a path segment of its own."""
    return text not in ("", ".", "..")


def definition_path(definition_id: str) -> str:
    """The path of a definition."""
    return f"{DEFINITIONS}/{seg(definition_id)}"


def group_path(group_id: str) -> str:
    """The path of a group."""
    return f"{GROUPS}/{seg(group_id)}"


def users_path(group_id: str) -> str:
    """The path of the list of a group's users."""
    return f"{group_path(group_id)}/users"


def value_path(definition_id: str, user_id: str) -> str:
    """The path of a user's value of a definition."""
    return f"{definition_path(definition_id)}/user/{seg(user_id)}"


def user_path(user_id: str) -> str:
    """The path of the list of a user's values."""
    return f"/user_attribute/user/{seg(user_id)}"


def csv_url(user_ids: list[str]) -> str:
    """A file_url with these users as its content."""
    return "data:text/csv," + quote("user_id\n" + "".join(f"{user_id}\n" for user_id in user_ids), safe="")
