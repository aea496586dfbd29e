"""CON: requests at the same time."""

import functools
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import body, entries, field, in_pages, list_all, record, thorough
from audience_conformance.checks.groups.helpers import CATEGORIES, file_of, uid_of
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, seg, user_path, value_path
from audience_conformance.client.target import Answer
from audience_conformance.results.finding import equal, expect, same, show

ROUNDS = 3


def at_once(requests: Iterable[Callable[[], Answer]]) -> list[Answer]:
    """Send all at the same time, each from a thread of its own; the answers in the order of the requests."""
    waiting = list(requests)
    barrier = threading.Barrier(len(waiting))

    def send(request: Callable[[], Answer]) -> Answer:
        barrier.wait()
        return request()

    with ThreadPoolExecutor(len(waiting)) as threads:
        return list(threads.map(send, waiting))


def _definition(api: Api) -> JsonObject:
    return {"name": api.fresh("Name "), "slug": api.fresh("s"), "description": "At once", "type": "string"}


def _group(api: Api) -> JsonObject:
    name = api.fresh("Group ")
    return {"name": name, "description": "At once", "category": CATEGORIES[len(name) % 3], "file_url": file_of([name])}


KINDS: dict[str, tuple[str, Callable[[Api], JsonObject]]] = {
    "definitions": (DEFINITIONS, _definition),
    "groups": (GROUPS, _group),
}


@check(
    "CON-01",
    on="createUserAttributeDefinition createUserGroup getUserAttributeDefinitions getUserGroups",
    cases=KINDS,
)
def creations_at_the_same_time_all_succeed(api: Api, kind: str) -> None:
    """Create many at once, several times: all succeed with ids (and uids) of their own, read back, and are listed."""
    path, make = KINDS[kind]
    made: dict[str, JsonObject] = {}
    uids: list[Any] = []
    for _ in range(ROUNDS if thorough(api) else 1):
        bodies = [make(api) for _ in range(api.budget.parallel)]
        answers = at_once(_post(api, path, sent) for sent in bodies)
        for sent, answer in zip(bodies, answers, strict=True):
            expect(answer.status == HTTPStatus.CREATED, "201 for each of many creations at once", str(answer))
            created = record(answer)
            created_id = _id_of(created)
            expect(created_id not in made, "an _id of its own for each creation", created)
            made[created_id] = sent
            if kind == "groups":
                uid = uid_of(created)
                expect(uid not in uids, "a uid of its own for each creation", created)
                uids.append(uid)
    made |= _among_deletes(api, path, make)
    for created_id, sent in made.items():
        read = api.get(f"{path}/{seg(created_id)}")
        expect(read.status == HTTPStatus.OK, "each of many that were created at once to be found", str(read))
        for name, value in sent.items():
            same(field(read, name), value, f"{name} of one of many that were created at once")
    for pages in (list_all, in_pages):
        missing = made.keys() - entries(api, path, made, read=pages).keys()
        expect(not missing, "all that were created at once in the list", f"missing: {sorted(missing)}")


def _among_deletes(api: Api, path: str, make: Callable[[Api], JsonObject]) -> dict[str, JsonObject]:
    """What was created while other things were deleted: it is there like all else."""
    doomed = [_id_of(body(api.post(path, make(api)))) for _ in range(4)]
    sent = [make(api) for _ in doomed]
    deletes = [functools.partial(api.delete, f"{path}/{seg(each)}") for each in doomed]
    creations = [_post(api, path, each) for each in sent]
    answers = at_once(request for pair in zip(deletes, creations, strict=True) for request in pair)[1::2]
    for answer in answers:
        expect(answer.status == HTTPStatus.CREATED, "201 for each creation among deletes", str(answer))
    return {_id_of(record(answer)): each for answer, each in zip(answers, sent, strict=True)}


def _id_of(created: JsonObject) -> str:
    """The _id of what was created, a text (else FMT-02)."""
    created_id = field(created, "_id")
    expect(isinstance(created_id, str), "an _id that is a text", created, rule="FMT-02")
    return str(created_id)


def _post(api: Api, path: str, sent: JsonObject) -> Callable[[], Answer]:
    return lambda: api.post(path, sent)


def _values(type_: str, number: int) -> Any:
    values: dict[str, Any] = {
        "string": f"value {number}",
        "number": number,
        "boolean": number % 2 == 0,
        "date": f"{2000 + number % 50}-01-01",
        "list": [str(number)] * (number % 4 + 1),
        "object": {"a": number, "b": number, f"only {number}": True},
    }
    return values[type_]


@check(
    "CON-02",
    on="updateUserAttribute getUserAttributeById getUserAttributesForUser",
    cases=("string", "number", "boolean", "date", "list", "object"),
)
def puts_at_the_same_time_leave_one_value(api: Api, type_: str) -> None:
    """Put many values of one attribute at once, where there is none and where there is one: one of them is left."""
    definition, user_id = api.definition(type_), api.fresh("u")
    path = value_path(definition["_id"], user_id)
    for number in range(ROUNDS if thorough(api) else 1):
        values = [_values(type_, number * api.budget.parallel + place) for place in range(api.budget.parallel)]
        for answer in at_once(_put(api, path, value) for value in values):
            expect(answer.status == HTTPStatus.CREATED, "201 for each of many puts at once", str(answer))
        read = api.get(path)
        expect(read.status == HTTPStatus.OK, "the attribute to be found after puts at once", str(read))
        left = field(read, "attribute", "value")
        expect(any(equal(left, value) for value in values), f"one of the values {show(values)}", left)
        held = list_all(api, user_path(user_id))
        expect(len(held) == 1, "one attribute in the user's list after puts at once", held)
        total = field(body(api.get(user_path(user_id))), "page", "item_total")
        expect(total == 1, "one attribute counted in the user's list after puts at once", total)
        same(field(held[0], "attribute", "value"), left, "the value in the user's list after puts at once")
    body(api.delete(path))
    gone = api.get(path)
    expect(gone.status == HTTPStatus.NOT_FOUND, "nothing left of puts at once after one delete", str(gone))
    same(list_all(api, user_path(user_id)), [], "the user's list after the delete")


def _put(api: Api, path: str, value: Any) -> Callable[[], Answer]:
    return lambda: api.put(path, {"attribute": {"value": value}})
