"""A call: one request to an operation, as data until it is sent."""

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

from audience_conformance.checks.protocol.requests import spec
from audience_conformance.client.api import PREFIX, Api, seg
from audience_conformance.client.exchange import Answer
from audience_conformance.client.ledger import Tenant
from audience_conformance.client.trouble import CLOSED_KEPT, CLOSED_NEW, REPEATABLE, Unreachable
from audience_conformance.contract.schema_errors import source_at
from audience_conformance.contract.sources import Pointer

Item = TypeVar("Item")
TIMES_CLOSED = 3
"""After so many closed connections the request itself is the reason."""
JSON = (("Content-Type", "application/json"),)
_OWN_TEXT = re.compile(rf"(?<={PREFIX}[0-9a-f]{{8}}-)[A-Za-z]+(%20| )?\d+")


@dataclass(frozen=True)
class Call:
    """One request to an operation.

    Args:
        operation: the operationId.
        about: how it differs from a plain request, for people.
        query: names and values in order, or the query string.
        body: sent as JSON; `...` for none.
        content: bytes to send instead of a body.
        headers: sent in addition to those of the run.
        ids: the path parameters after company and application.
        tenant: company and application, if not those of the run.
        fields: its invalid fields, as paths without indexes: "attribute.value".
        method: if not the operation's.
        also: the statuses that are right beside success, if the call may fail.
        rests_on: of an invalid call, the pointer of the keyword of openapi.yaml that forbids it.
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
    method: str | None = None
    also: tuple[int, ...] = ()
    rests_on: Pointer = ()

    @property
    def breaks_print(self) -> bool:
        """Does it break what the documents print; else only what the contract decided."""
        return bool(self.rests_on) and source_at(self.rests_on) == "documents"

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The query parameters; none of a query string."""
        return () if isinstance(self.query, str) else self.query

    @property
    def encoded(self) -> tuple[str, bytes | None, tuple[tuple[str, str], ...]]:
        """The query string, the content and the headers."""
        text = self.query if isinstance(self.query, str) else "&".join(map(_encode_pair, self.query))
        if self.body is ...:
            return text, self.content, self.headers
        has_type = any(name == "Content-Type" for name, _ in self.headers)
        return text, json.dumps(self.body).encode(), self.headers if has_type else (*self.headers, *JSON)

    @property
    def normalized(self) -> tuple[object, ...]:
        """The request without its path and unique texts: equal for calls that test the same."""
        text, content, headers = self.encoded
        return _OWN_TEXT.sub("", text), _OWN_TEXT.sub("", (content or b"").decode("latin-1")), frozenset(headers)


def _encode_pair(pair: tuple[str, str]) -> str:
    return "=".join(quote(text, safe="", errors="replace") for text in pair)


def send(api: Api, call: Call) -> Answer:
    text, content, headers = call.encoded
    return api.request(
        call.method or spec.method(call.operation),
        f"{spec.path(call.operation, call.ids)}{'?' if text else ''}{text}",
        content=content,
        headers=dict(headers),
        tenant=call.tenant,
    )


def try_send(api: Api, call: Call) -> Answer | Unreachable:
    """Send a call; give Unreachable if its connection is closed again and again, although other requests are answered.

    Raises:
        Unreachable: it gets no response for another reason.
    """
    last: Unreachable | None = None
    for _ in range(TIMES_CLOSED):
        try:
            answer = send(api, call)
        except Unreachable as unanswered:
            if unanswered.kind not in (CLOSED_KEPT, CLOSED_NEW):
                raise  # the client has sent it again where that is safe
            last = unanswered
            if not api.target.answers():
                raise
            continue
        if last and not answer.ok and (call.method or spec.method(call.operation)) not in REPEATABLE:
            raise last  # the one before may have been performed, and this is what comes of the second
        return answer
    assert last is not None, "each attempt has returned, raised or gone on"
    if last.closed:
        return last
    raise last


def reading_call(call: Call, answer: Answer) -> Call | None:
    """The call that reads the resource that a call has created or changed."""
    reader = spec.reading_operation(call.operation)
    if not reader or (call.body is ... and call.content is None):
        return None
    ids = call.ids
    if spec.creates(call.operation):
        created_id = _created_id(call, answer)
        if created_id is None:
            return None
        ids = {spec.path_parameters(reader)[-1]: created_id}
    return Call(reader, f"{call.about}, then read", ids=ids, tenant=call.tenant)


def discard(api: Api, call: Call, answer: Answer) -> None:
    """Delete the resource that a call has created."""
    created_id = _created_id(call, answer)
    if created_id is not None:
        api.delete(f"{spec.path(call.operation, {})}/{seg(created_id)}", tenant=call.tenant)


def _created_id(call: Call, answer: Answer) -> str | None:
    created = answer.json if answer.ok and spec.creates(call.operation) else None
    created_id = created.get("_id") if isinstance(created, dict) else None
    return created_id if isinstance(created_id, str) else None


def sample(api: Api, items: Sequence[Item], times: int, *, first: int = 3) -> list[Item]:
    """At most `times` as many items as the profile has examples, in order: the first ones, and others by the seed."""
    most = times * api.budget.examples
    if len(items) <= most:
        return list(items)
    chosen = random.Random(api.budget.seed).sample(range(first, len(items)), most - first)  # noqa: S311 (no secret)
    return [*items[:first], *(items[index] for index in sorted(chosen))]


def each(api: Api, items: Iterable[Item]) -> Iterator[Item]:
    """Each item, with the trace as it was before the first: the requests about the items before are removed."""
    mark = len(api.trace.exchanges)
    for item in items:
        del api.trace.exchanges[mark:]
        yield item
