"""Safe ways into an answer: a part that is not there is a finding of the rule that owns the shape, never a crash."""

from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from audience_conformance.client.api import Api, JsonObject
from audience_conformance.client.ledger import Tenant
from audience_conformance.client.target import Answer
from audience_conformance.results.finding import expect, fail, show

LARGEST_PAGE = 100
THOROUGH = 10
"""Generated examples from which on a profile tries all listed values."""
TRIES = 5
"""How often a list is read for something of ours: while others delete, an item can slip from page to page."""

Value = TypeVar("Value")


def succeeded(answer: Answer, what: str, **more: Any) -> Answer:
    """The answer, if it is a success; a 5xx is FMT-04's, any other status the rule's that `more` names."""
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        fail(f"{what}, and no 5xx", str(answer), **{**more, "rule": "FMT-04"})
    expect(answer.ok, what, str(answer), **more)
    return answer


def body(answer: Answer, **more: Any) -> JsonObject:
    """The body of a request that is valid whatever the target holds, an object (else FMT-01, FMT-02 or FMT-04)."""
    succeeded(answer, "a valid request to succeed", **{"rule": "FMT-01", **more})
    return record(answer, **more)


def record(answer: Answer, **more: Any) -> JsonObject:
    """The body, an object (else FMT-02)."""
    found = answer.json
    if not isinstance(found, dict):
        fail("a JSON object as body", str(answer), **{"rule": "FMT-02", **more})
    return found


def field(where: Answer | Any, *path: str | int, **more: Any) -> Any:
    """What stands at a path of an answer or of a part of one (else FMT-02): `field(answer, "page", "has_next")`."""
    found = where.json if isinstance(where, Answer) else where
    for step in path:
        inside = isinstance(found, dict) if isinstance(step, str) else isinstance(found, list)
        try:
            found = found[step] if inside else fail(_path(path), shown(where), **{"rule": "FMT-02", **more})
        except (KeyError, IndexError):
            fail(_path(path), shown(where), **{"rule": "FMT-02", **more})
    return found


def items(answer: Answer, **more: Any) -> list[JsonObject]:
    """The items of a list, objects all (else FMT-01, FMT-02 or FMT-04)."""
    found = field(body(answer, **more), "items", **more)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        fail("items to be a list of objects", str(answer), **{"rule": "FMT-02", **more})
    return found


def list_all(
    api: Api, path: str, *, tenant: Tenant | None = None, size: int = LARGEST_PAGE, strict: bool = True, **query: Any
) -> list[JsonObject]:
    """All items of a numbered list, page after page; it ends where a page has nothing new.

    Args:
        api: of the check.
        path: of the list.
        tenant: company and application; None for those of the run.
        size: page_size.
        strict: a malformed page is a finding (FMT-01, FMT-02 or FMT-04); else the list ends there.
        query: filters.
    """
    found: dict[str, JsonObject] = {}
    every: list[JsonObject] = []
    page_no, more = 1, True
    while more:
        answer = api.get(path, tenant=tenant, page_no=page_no, page_size=size, **query)
        page, has_next = (items(answer), field(answer, "page", "has_next")) if strict else _lenient(answer.json)
        new = {show(item.get("_id")): item for item in page} if page else {}
        more = bool(has_next) and bool(new.keys() - found.keys())
        found |= new
        every += page
        page_no += 1
    return every


def _lenient(content: Any) -> tuple[list[JsonObject], Any]:
    """The items of a page, and its has_next, as far as they are there."""
    whole = content if isinstance(content, dict) else {}
    page = whole.get("page")
    found = whole.get("items")
    listed = [item for item in (found if isinstance(found, list) else []) if isinstance(item, dict)]
    return listed, isinstance(page, dict) and page.get("has_next")


def in_pages(api: Api, path: str, *, tenant: Tenant | None = None, parts: int = 3, **query: Any) -> list[JsonObject]:
    """All items of a numbered list, read in about so many pages."""
    total = field(body(api.get(path, tenant=tenant, page_size=1, **query)), "page", "item_total")
    size = -(-total // parts) if isinstance(total, int) else LARGEST_PAGE
    return list_all(api, path, tenant=tenant, size=min(max(size, 1), LARGEST_PAGE), **query)


def entries(
    api: Api,
    path: str,
    ids: Iterable[str],
    *,
    read: Callable[..., list[JsonObject]] = list_all,
    tries: int = TRIES,
    **query: Any,
) -> dict[str, JsonObject]:
    """The list's entries of these ids; one that is absent was looked for `tries` times."""
    wanted = set(ids)
    found: dict[str, JsonObject] = {}
    for _ in range(tries):
        found |= {item["_id"]: item for item in read(api, path, **query) if _id_in(item, wanted)}
        if found.keys() == wanted:
            break
    return found


def _id_in(item: JsonObject, wanted: set[str]) -> bool:
    return isinstance(item.get("_id"), str) and item["_id"] in wanted


def only(thing: JsonObject, fields: Iterable[str]) -> JsonObject:
    """The fields of these names that a thing has: a target may add some of its own, which may be what they like."""
    return {name: thing[name] for name in fields if name in thing}


def subset(api: Api, values: Sequence[Value]) -> Sequence[Value]:
    """All values; in the profile smoke every third, beginning with one that the seed says."""
    step = 1 if thorough(api) else 3
    return values[api.budget.seed % step :: step] or values


def thorough(api: Api) -> bool:
    """Does the profile try all values that are listed; smoke does not."""
    return api.budget.examples >= THOROUGH


def at_most(api: Api, values: Sequence[Value], most: int) -> Sequence[Value]:
    """All values; in the profile smoke so many at the most, one after the other from one that the seed says."""
    if thorough(api) or len(values) <= most:
        return values
    start = api.budget.seed * most % len(values)
    return [*values[start:], *values[:start]][:most]


def shown(where: Answer | Any) -> str:
    """An answer or a part of one, for people."""
    return str(where) if isinstance(where, Answer) else show(where)


def _path(path: tuple[str | int, ...]) -> str:
    return f"an answer with {'.'.join(map(str, path))}"
