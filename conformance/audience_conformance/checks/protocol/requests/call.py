"""A call: one request to an operation, as data until it is sent."""

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from audience_conformance.checks.registry import CheckFunction, check
from audience_conformance.client.api import PREFIX, Api, seg
from audience_conformance.client.ledger import Tenant
from audience_conformance.client.target import Answer
from audience_conformance.contract.document import operations

TENANT_PATH = "/company/{company_id}/application/{application_id}"

Some = TypeVar("Some")


@dataclass(frozen=True)
class Call:
    """One request to an operation.

    Args:
        operation: the operationId.
        about: what is special about it, for people.
        query: names and texts in their order, or the query string as it is to be sent.
        body: sent as JSON; `...` for none.
        content: sent as it is, in place of a body.
        headers: sent beside those of the run.
        ids: the path's parameters, but for company and application.
        tenant: company and application, where they are not the run's.
        fields: the names of the fields that are wrong with it.
    """

    operation: str
    about: str = ""
    query: tuple[tuple[str, str], ...] | str = ()
    body: Any = ...
    content: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    tenant: Tenant | None = None
    fields: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """The names of its query parameters."""
        return set() if isinstance(self.query, str) else {name for name, _ in self.query}

    @property
    def content_sent(self) -> tuple[str, bytes | None, tuple[tuple[str, str], ...]]:
        """What is sent, but for the path: the query, the body and the headers of its own."""
        text = self.query if isinstance(self.query, str) else _query(self.query)
        if self.body is ...:
            return text, self.content, self.headers
        typed = any(name == "Content-Type" for name, _ in self.headers)
        headers = self.headers if typed else (*self.headers, ("Content-Type", "application/json"))
        return text, json.dumps(self.body).encode(), headers

    @property
    def likeness(self) -> tuple[object, ...]:
        """What is sent, whatever texts of the run's own are in it: the same for calls that ask the same."""
        text, content, headers = self.content_sent
        return _OWN.sub("", text), _OWN.sub("", (content or b"").decode("latin-1")), frozenset(headers)


_OWN = re.compile(rf"(?<={PREFIX}[0-9a-f]{{8}}-)[A-Za-z]+(%20| )?\d+")


def method(operation_id: str) -> str:
    return operations()[operation_id][0]


def is_read(operation_id: str) -> bool:
    """Does the operation only read."""
    return method(operation_id) == "GET"


def creates(operation_id: str) -> bool:
    """Does the operation create a resource that can be deleted."""
    return method(operation_id) == "POST" and success(operation_id) == HTTPStatus.CREATED


def template(operation_id: str) -> str:
    """The operation's path below the tenant: "/user_group/{group_id}"."""
    return operations()[operation_id][1].removeprefix(TENANT_PATH)


def path(operation_id: str, ids: Mapping[str, str]) -> str:
    """The operation's path below the tenant, with these ids in it."""
    text = template(operation_id)
    for name, value in ids.items():
        text = text.replace(f"{{{name}}}", seg(value))
    return text


def success(operation_id: str) -> int:
    """The status with which the operation succeeds."""
    return next(int(status) for status in operations()[operation_id][2]["responses"] if status.startswith("2"))


def send(api: Api, call: Call, *, method_: str | None = None) -> Answer:
    """Send a call, with another method than its operation's where one is given."""
    text, content, headers = call.content_sent
    return api.request(
        method_ or method(call.operation),
        f"{path(call.operation, call.ids)}{'?' if text else ''}{text}",
        content=content,
        headers=dict(headers),
        tenant=call.tenant,
    )


def _query(pairs: tuple[tuple[str, str], ...]) -> str:
    return "&".join("=".join(quote(text, safe="", errors="replace") for text in pair) for pair in pairs)


def discard(api: Api, call: Call, answer: Answer) -> None:
    """Delete at once what a call has created."""
    created = answer.json if answer.ok and creates(call.operation) else None
    if isinstance(created, dict) and isinstance(created.get("_id"), str):
        api.delete(f"{path(call.operation, {})}/{seg(created['_id'])}", tenant=call.tenant)


def sample(api: Api, every: Sequence[Some], times: int, *, first: int = 3) -> list[Some]:
    """At most `times` as many of them as the profile tries examples, in their order, the first ones always.

    Which of the others depends on the seed.
    """
    most = times * api.budget.examples
    if len(every) <= most:
        return list(every)
    chosen = random.Random(api.budget.seed).sample(range(first, len(every)), most - first)  # noqa: S311 (no secret)
    return [*every[:first], *(every[index] for index in sorted(chosen))]


def each(api: Api, every: Iterable[Some]) -> Iterator[Some]:
    """One after the other, each with a trace that begins with what was said before the first."""
    mark = len(api.trace.exchanges)
    for one in every:
        del api.trace.exchanges[mark:]
        yield one


def per_operation(
    rule: str, among: Iterable[str], *, more: Iterable[str] = (), generates: bool = False, needs: Iterable[str] = ()
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check of a rule with a case for each operation; those that read need no write permission.

    Args:
        rule: the rule.
        among: the operationIds, the check's cases.
        more: further cases, which only read.
        generates: as for `check`.
        needs: as for `check`.
    """
    cases, more = list(among), list(more)
    read_only = [*filter(is_read, cases), *more]
    return check(rule, on=" ".join(cases), cases=[*cases, *more], read_only=read_only, generates=generates, needs=needs)
