"""What a check works with: requests, things of its own to work on, and examples to try them with."""

import itertools
import json
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from audience_conformance.client.cache import ResponseCache
from audience_conformance.client.ledger import Created, Ledger, Tenant, delete_all
from audience_conformance.client.shrinking import Shrinker
from audience_conformance.client.target import Answer, Target, Trace
from audience_conformance.results.finding import Overdue, Skip, show

JsonObject = dict[str, Any]
Value = TypeVar("Value")

PREFIX = "acs-"
"""How every name, slug and user id begins that a run makes; `sweep` finds leftovers by it."""
OTHER_APPLICATION = "a second application (--other-application)"
CREATES_DEFINITION, CREATES_GROUP = "a server that creates attribute definitions", "a server that creates user groups"
DEFINITIONS, GROUPS = "/user_attribute/definition", "/user_group"


@dataclass(frozen=True)
class Budget:
    """How hard a profile tries.

    Args:
        examples: generated examples a property.
        steps: steps of a state machine.
        parallel: requests at once in the rules of concurrency.
        seed: what all chance comes from.
    """

    examples: int
    steps: int
    parallel: int
    seed: int


class Api:
    """One check's way to the target: writes only what it made itself, and records all it says.

    A path is below the company and application of the run; ids in it are encoded by `seg`.
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
        self._made: list[Created] = []
        self._run_id = run_id

    def child(self) -> "Api":
        """The same way to the target, with a trace and things of its own."""
        return Api(self.target, self._ledger, self.budget, self._run_id, self.shared)

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` returned when this key was first asked for in this run."""
        if key not in self.shared:
            self.shared[key] = make()
        found: Value = self.shared[key]
        return found

    # --- requests ---------------------------------------------------------------------------------------

    @property
    def tenant(self) -> Tenant:
        return self.options.company_id, self.options.application_id

    @property
    def other_tenant(self) -> Tenant:
        """The tenant beside this one. Raises Skip where the run knows none."""
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
        """Send a request; `body` goes as JSON, `content` as it is.

        What a POST creates is entered in the ledger, what a DELETE removes is struck out.
        """
        sent = dict(headers or {})
        if body is not ...:
            content = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        tenant = tenant or self.tenant
        url = self.target.url(path, query, tenant=tenant)
        plain = method == "GET" and not sent and content is None
        if plain and (known := self.cache.recall(url, self.trace)) is not None:
            return known
        answer = self.target.send(method, url, sent, content, self.trace)
        if plain:
            self.cache.keep(url, self.trace)
        self._account(method, path, tenant, answer)
        return answer

    def _account(self, method: str, path: str, tenant: Tenant, answer: Answer) -> None:
        if not answer.ok:
            return
        path = path.partition("?")[0]
        if method == "POST" and path in (DEFINITIONS, GROUPS):
            created = answer.json
            if isinstance(created, dict) and isinstance(created.get("_id"), str):
                self._note(Created(tenant, f"{path}/{seg(created['_id'])}"))
        elif method == "PUT" and "/user/" in path:
            self._note(Created(tenant, path))
        elif method == "DELETE":
            self._ledger.forget(Created(tenant, path))

    def keep(self) -> None:
        """Let what was made so far stay to the end of the run."""
        self._ledger.lasting.update(self._made)
        self._made.clear()

    def _note(self, made: Created) -> None:
        self._ledger.add(made)
        self._made.append(made)

    def cleanup(self) -> None:
        """Delete what this check made, so that lists stay short; what resists is left to the end of the run."""
        mine = Ledger({made: None for made in self._made if made in self._ledger.made})
        every = list(mine.made)
        delete_all(self.target, mine)
        for made in every:
            if made not in mine.made:
                self._ledger.forget(made)
        self._made.clear()

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

    # --- things of one's own ----------------------------------------------------------------------------

    def fresh(self, kind: str = "x") -> str:
        """A text that nothing else in the target has: good as a name, a slug or a user id."""
        return f"{PREFIX}{self._run_id}-{kind}{next(self._numbers)}"

    def definition(self, type_: str = "string", *, tenant: Tenant | None = None, **fields: Any) -> JsonObject:
        """A definition made for this check. Raises Skip where the target does not make one."""
        body = {
            "name": self.fresh("Name "),
            "slug": self.fresh("s"),
            "description": "Made by the conformance suite",
            "type": type_,
            **fields,
        }
        return self._created(self.post(DEFINITIONS, body, tenant=tenant), CREATES_DEFINITION)

    def group(self, user_ids: list[str] | None = None, *, tenant: Tenant | None = None, **fields: Any) -> JsonObject:
        """A group made for this check, of these users. Raises Skip where the target does not make one."""
        body = {
            "name": self.fresh("Group "),
            "description": "Made by the conformance suite",
            "category": "l1",
            "file_url": csv_url(user_ids or [self.fresh("u")]),
            **fields,
        }
        return self._created(self.post(GROUPS, body, tenant=tenant), CREATES_GROUP)

    @staticmethod
    def _created(answer: Answer, what: str) -> JsonObject:
        created = answer.json
        if not answer.ok or not isinstance(created, dict) or not isinstance(created.get("_id"), str):
            raise Skip(f"{what} (POST answered {str(answer)[:200]})")
        return created

    # --- patience and examples ----------------------------------------------------------------------------

    def eventually(self, look: Callable[[], Any], holds: Callable[[Any], bool], expected: str, **more: Any) -> Any:
        """Look again and again until it holds, and give what was seen.

        Raises:
            Overdue: it does not hold in the time that the run has patience for.
        """
        seen, held = poll(look, holds, self.options.async_timeout)
        if held:
            return seen
        within = f"{expected} within {self.options.async_timeout:g} s"
        raise Overdue(within, str(seen) if isinstance(seen, Answer) else show(seen), **more)

    def for_all(
        self, property_: Callable[..., None], /, *, examples: int | None = None, **strategies: SearchStrategy[Any]
    ) -> None:
        """Try a property with generated arguments, as many as the profile says; a failure is shrunk."""
        shrinker = self.shrinker()

        def attempt(**arguments: Any) -> None:
            shrinker.begin()
            with shrinker.watching():
                property_(**arguments)

        attempt.__name__ = getattr(property_, "__name__", "property")
        tried = seed(self.budget.seed)(given(**strategies)(attempt))
        shrinker.run(self.settings(examples)(tried))

    def shrinker(self) -> Shrinker:
        """A watch over the attempts at one property, which shrinks for as long as the profile allows."""
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


def poll(look: Callable[[], Value], holds: Callable[[Value], object], seconds: float) -> tuple[Value, bool]:
    """Look again with growing pauses until it holds or the time is up, at least twice.

    Returns:
        What was seen last, and whether it holds.
    """
    deadline = time.monotonic() + seconds
    pause, late = 0.004, False
    while not holds(seen := look()):
        if late:
            return seen, False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
        late = time.monotonic() > deadline
    return seen, True


def seg(text: str) -> str:
    """A path segment."""
    return quote(text, safe="")


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
    """A file_url whose content is these users."""
    return "data:text/csv," + quote("user_id\n" + "".join(f"{user_id}\n" for user_id in user_ids), safe="")
