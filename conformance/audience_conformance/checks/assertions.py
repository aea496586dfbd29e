"""Validated access to responses and lists: where a response lacks a part, that is a finding, never a crash."""

import functools
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, TypeVar

from audience_conformance.client.api import GROUPS, Api, JsonObject
from audience_conformance.client.exchange import Answer
from audience_conformance.client.ledger import Tenant
from audience_conformance.contract.document import contract
from audience_conformance.results.finding import expect, fail, same, show

LARGEST_PAGE = 100
"""The largest page of the contract, by decision: see `largest_page`."""
SMALLER_PAGES = (50, 25, 20)
"""Other sizes that a target may have as its largest."""
USUAL_PAGE = 10
_LARGEST = "the largest page of the target"
"""Key in api.shared."""
THOROUGH = 10
"""Generated examples from which on a profile tries all listed values."""
TRIES = 5
"""How often a list is read to find an item: while others delete, an item can move between two pages."""

FREE = {"value", "default_value"}
"""Properties of which the contract does not say what they hold."""
BY_CATEGORY = "user_groups"
"""The property whose names are those of categories."""
SUCCESS = ("2??",)
"""The statuses of a success, as Finding takes them."""

Value = TypeVar("Value")


def expect_status(answer: Answer, status: HTTPStatus, request: str, **finding: Any) -> Answer:
    """The response, if it has this status, else a finding: `expect_status(answer, NOT_FOUND, "the read of …")`."""
    expect(answer.status == status, f"{status.value} for {request}", str(answer), **finding)
    return answer


def succeeded(answer: Answer, expected: str, **finding: Any) -> Answer:
    """The response, if it is a success; a 5xx is a finding of FMT-04, any other status of the rule in `finding`."""
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        fail(f"{expected}, and no 5xx", str(answer), **{**finding, "rule": "FMT-04", "statuses": SUCCESS})
    expect(answer.ok, expected, str(answer), **{"statuses": SUCCESS, **finding})
    return answer


def body(answer: Answer, **finding: Any) -> JsonObject:
    """The JSON object in the response to a request that is always valid (else FMT-01, FMT-02 or FMT-04)."""
    succeeded(answer, "a valid request to succeed", **{"rule": "FMT-01", **finding})
    return record(answer, **finding)


def record(answer: Answer, **finding: Any) -> JsonObject:
    """The JSON object in a response (else FMT-02)."""
    content = answer.json
    if not isinstance(content, dict):
        fail("a JSON object as body", str(answer), **{"rule": "FMT-02", **finding})
    documented: JsonObject = known_parts(content)
    return documented


@functools.cache
def _names() -> frozenset[str]:
    """The names of all properties of the contract."""
    schemas = contract()["components"]["schemas"].values()
    return frozenset(name for schema in schemas for name in schema.get("properties", {}))


def known_parts(value: Any) -> Any:
    """A JSON value without properties that the contract does not have: a target may add some, other ones each time.

    What a value of a definition holds is all kept, and so are the categories of groups.
    """
    if isinstance(value, list):
        return [known_parts(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, part in value.items():
        if name in FREE:
            kept[name] = part
        elif name == BY_CATEGORY and isinstance(part, dict):
            kept[name] = {category: known_parts(groups) for category, groups in part.items()}
        elif name in _names():
            kept[name] = known_parts(part)
    return kept


def field(source: Answer | Any, *path: str, **finding: Any) -> Any:
    """The value at a path of a response, or of a part of one: `field(answer, "page", "has_next")`.

    An absent field is a finding of FMT-12, for the contract decided which fields are required; any other of FMT-02.
    """
    value = source.json if isinstance(source, Answer) else source
    for name in path:
        if not isinstance(value, dict) or name not in value:
            actual = str(source) if isinstance(source, Answer) else show(source)
            rule = "FMT-12" if isinstance(value, dict) else "FMT-02"
            fail(f"a response with {'.'.join(path)}", actual, **{"rule": rule, **finding})
        value = value[name]
    return value


def items(answer: Answer, **finding: Any) -> list[JsonObject]:
    """The items of a list, all of them objects (else FMT-01, FMT-02 or FMT-04)."""
    content = field(body(answer, **finding), "items", **finding)
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        fail("items to be a list of objects", str(answer), **{"rule": "FMT-02", **finding})
    return content


def item_total(answer: Answer, **finding: Any) -> Any:
    """The item_total of a list (else FMT-01, FMT-02 or FMT-04)."""
    return field(body(answer, **finding), "page", "item_total", **finding)


def largest_page(api: Api) -> int:
    """The largest page_size that the target takes, up to LARGEST_PAGE; FMT-14 tells where it is smaller."""
    if _LARGEST not in api.shared:
        api.shared[_LARGEST] = _largest_page(api.child())
    largest: int = api.shared[_LARGEST]
    return largest


def _largest_page(api: Api) -> int:
    for size in (LARGEST_PAGE, *SMALLER_PAGES):
        answer = api.get(GROUPS, page_size=size)
        if answer.ok:
            page = answer.json.get("page") if isinstance(answer.json, dict) else None
            shown = page.get("size") if isinstance(page, dict) else None
            return shown if shown in SMALLER_PAGES and shown < size else size
        if answer.status not in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
            return LARGEST_PAGE
    return USUAL_PAGE


def list_all(
    api: Api, path: str, *, tenant: Tenant | None = None, size: int | None = None, strict: bool = True, **query: Any
) -> list[JsonObject]:
    """All items of a numbered list, page by page, up to a page without new items.

    A malformed page is a finding (FMT-01, FMT-02 or FMT-04); where not `strict`, the list ends there.
    """
    known: set[str] = set()
    listed: list[JsonObject] = []
    page_no, has_next = 1, True
    size = size if size and size <= USUAL_PAGE else min(size or LARGEST_PAGE, largest_page(api))
    while has_next:
        answer = api.get(path, tenant=tenant, page_no=page_no, page_size=size, **query)
        page, has_next = (items(answer), field(answer, "page", "has_next")) if strict else _lenient(answer.json)
        new = {show(item.get("_id")) for item in page} - known
        has_next = bool(has_next and new)
        known |= new
        listed += page
        page_no += 1
    return listed


def _lenient(content: Any) -> tuple[list[JsonObject], Any]:
    """The items of a page and its has_next, where they are present."""
    parts = content if isinstance(content, dict) else {}
    page, listed = parts.get("page"), parts.get("items")
    objects = [item for item in (listed if isinstance(listed, list) else []) if isinstance(item, dict)]
    return objects, isinstance(page, dict) and page.get("has_next")


def in_pages(api: Api, path: str, *, tenant: Tenant | None = None, parts: int = 3, **query: Any) -> list[JsonObject]:
    """All items of a numbered list, read in about this number of pages."""
    total = item_total(api.get(path, tenant=tenant, page_size=1, **query))
    largest = largest_page(api)
    size = -(-total // parts) if isinstance(total, int) else largest
    return list_all(api, path, tenant=tenant, size=min(max(size, 1), largest), **query)


def entries(
    api: Api,
    path: str,
    ids: Iterable[str],
    *,
    read: Callable[..., list[JsonObject]] = list_all,
    tries: int = TRIES,
    **query: Any,
) -> dict[str, JsonObject]:
    """The entries with these ids in a list, which is read up to `tries` times until all are found."""
    wanted = set(ids)
    found: dict[str, JsonObject] = {}
    for _ in range(tries):
        listed = read(api, path, **query)
        found |= {item["_id"]: item for item in listed if isinstance(item.get("_id"), str) and item["_id"] in wanted}
        if found.keys() == wanted:
            break
    return found


def has_fields(item: JsonObject, expected: JsonObject, source: str, **finding: Any) -> None:
    """Report a finding unless an item has all expected fields."""
    for name, value in expected.items():
        same(item.get(name), value, f"{name} of {source}", **finding)


def only(item: JsonObject, fields: Iterable[str]) -> JsonObject:
    """These fields of an item, where it has them: a target may add fields, and change those at will."""
    return {name: item[name] for name in fields if name in item}


def schema_fields(schema: str) -> tuple[str, ...]:
    """The names of a schema's properties in the contract."""
    return tuple(contract()["components"]["schemas"][schema]["properties"])


def at_once(requests: Iterable[Callable[[], Value]]) -> list[Value]:
    """Send all requests at the same time, each from its own thread; the results are in the order of the requests."""
    waiting = list(requests)
    barrier = threading.Barrier(len(waiting))

    def send(request: Callable[[], Value]) -> Value:
        barrier.wait()
        return request()

    with ThreadPoolExecutor(len(waiting)) as threads:
        return list(threads.map(send, waiting))


def thorough(api: Api) -> bool:
    """Does the profile try all listed values; smoke does not."""
    return api.budget.examples >= THOROUGH


def subset(api: Api, values: Sequence[Value]) -> Sequence[Value]:
    """All values; in the profile smoke every third, beginning at one that the seed selects."""
    step = 1 if thorough(api) else 3
    return values[api.budget.seed % step :: step] or values


def at_most(api: Api, values: Sequence[Value], most: int) -> Sequence[Value]:
    """All values; in the profile smoke at most this number in a row, beginning at one that the seed selects."""
    if thorough(api) or len(values) <= most:
        return values
    start = api.budget.seed * most % len(values)
    return [*values[start:], *values[:start]][:most]
