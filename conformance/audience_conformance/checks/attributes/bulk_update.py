"""BLK: bulk updates of attributes."""

import functools
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import body, record, subset
from audience_conformance.checks.attributes.users_file import forget, some_users
from audience_conformance.checks.cross_cutting.concurrency import at_once
from audience_conformance.checks.groups.helpers import comes
from audience_conformance.checks.prerequisites import USERS_FILE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url, value_path
from audience_conformance.client.target import Answer
from audience_conformance.results.finding import expect, same, show

PATH = "/user_attribute/bulk_update"
OPERATION = "bulkUpdateUserAttributes"
VALUES: dict[str, tuple[Any, Any]] = {
    "string": ("grün ☂ 'a\"b", ""),
    "number": (-12.5, 0),
    "boolean": (True, False),
    "date": ("2024-02-29", "1999-12-31"),
    "datetime": ("2024-02-29T23:59:59.123Z", "2024-01-01T00:00:00+05:30"),
    "list": (["b", "a", "ü", "a"], []),
    "object": ({"a": {"b": [1, None, False]}, "ü": ""}, {}),
}
"""Two values of each type."""


def bulk_update(api: Api, file_url: str, *items: tuple[JsonObject, Any]) -> Answer:
    """Ask for a bulk update: (definition, value) each."""
    attributes = [{"key": definition.get("slug"), "value": value} for definition, value in items]
    return api.patch(PATH, {"file_url": file_url, "attributes": attributes})


def accepted(answer: Answer) -> JsonObject:
    expect(
        answer.status == HTTPStatus.ACCEPTED, "202 for a bulk update", str(answer), rule="BLK-01", operation=OPERATION
    )
    return record(answer, rule="BLK-01")


def has(api: Api, definition: JsonObject, user_id: str) -> bool:
    """Does a user hold a value of a definition."""
    return api.get(value_path(definition["_id"], user_id)).status != HTTPStatus.NOT_FOUND


# --- BLK-01, BLK-03 -------------------------------------------------------------------------------------


@check("BLK-01", on=OPERATION, needs=(USERS_FILE,))
def a_bulk_update_is_answered_in_full(api: Api) -> None:
    """Ask for bulk updates of one value and of many, of every type, for one user and many; look at every field."""
    definitions = {type_: api.definition(type_) for type_ in VALUES}
    url, _ = some_users(api, 30)
    requests = [[(definition, VALUES[type_][place])] for type_, definition in definitions.items() for place in (0, 1)]
    requests.append([(definition, VALUES[type_][0]) for type_, definition in definitions.items()])
    for items in requests:
        told = accepted(bulk_update(api, url, *items))
        same(told.get("success"), True, "success in the answer")
        same(told.get("processing_type"), "async", "processing_type in the answer")
        same(told.get("status_code"), HTTPStatus.ACCEPTED, "status_code in the answer")
        for name in ("message", "job_id"):
            expect(isinstance(told.get(name), str) and bool(told[name]), f"a text in {name} of the answer", told)


@check("BLK-03", on=OPERATION, needs=(USERS_FILE,))
def every_bulk_update_has_its_own_job_id(api: Api) -> None:
    """Ask for bulk updates, the same again and others, and compare their job_ids."""
    one, other = api.definition("number"), api.definition("string")
    url, _ = some_users(api)
    seen: list[Any] = []
    for number in range(10):
        items = ((one, 1),) if number % 3 else ((one, number), (other, str(number)))
        job_id = accepted(bulk_update(api, url, *items)).get("job_id")
        expect(job_id not in seen, "a job_id that no earlier bulk update got", show(job_id))
        seen.append(job_id)
    answers = at_once(functools.partial(bulk_update, api, url, (one, number)) for number in range(6))
    for job_id in [accepted(answer).get("job_id") for answer in answers]:
        expect(job_id not in seen, "a job_id of its own for each of the bulk updates at the same time", show(job_id))
        seen.append(job_id)


# --- BLK-02 ---------------------------------------------------------------------------------------------


def _incomplete(url: str, keys: list[str]) -> Iterator[tuple[str, Any]]:
    whole = [{"key": key, "value": "x"} for key in keys]
    yield "nothing in it", {}
    yield "no file_url", {"attributes": whole}
    yield "no file_url, one attribute", {"attributes": whole[:1]}
    yield "no attributes", {"file_url": url}
    yield "an empty list of attributes", {"file_url": url, "attributes": []}
    for last in ({"key": keys[0]}, {"value": "x"}):
        yield f"the item {show(last)} as the 17th", {"file_url": url, "attributes": [*whole * 4, last]}
    for item in ({}, {"key": keys[0]}, {"value": "x"}, {"key": keys[-1], "val": "x"}, {"Key": keys[0], "value": "x"}):
        yield f"the one item {show(item)}", {"file_url": url, "attributes": [item]}
        for place in range(len(keys)):
            items: list[JsonObject] = [*whole]
            items[place] = item
            yield f"the item {show(item)} in place {place}", {"file_url": url, "attributes": items}
            yield (
                f"the item {show(item)} put in before {place}",
                {
                    "file_url": url,
                    "attributes": [*whole[:place], item, *whole[place:]],
                },
            )


@check("BLK-02", on=OPERATION)
def an_incomplete_bulk_update_is_refused(api: Api) -> None:
    """Leave out file_url, attributes, and of an item key or value, in first, middle and last place of several."""
    keys = [str(api.definition("string").get("slug")) for _ in range(4)]
    for what, sent in subset(api, list(_incomplete(csv_url([api.fresh("u")]), keys))):
        answer = api.patch(PATH, sent)
        expect(
            answer.status == HTTPStatus.BAD_REQUEST,
            f"400 for a bulk update with {what}",
            str(answer),
            operation=OPERATION,
        )


# --- BLK-05 ---------------------------------------------------------------------------------------------


@check("BLK-05", on=f"{OPERATION} getUserAttributeById", needs=(USERS_FILE,))
def an_unknown_key_is_refused_and_sets_nothing(api: Api) -> None:
    """Send a key that no definition has, alone and anywhere among known ones; no value is set, then or later."""
    known = [api.definition("string") for _ in range(3)]
    gone = api.definition("string")
    body(api.delete(f"/user_attribute/definition/{gone['_id']}"))
    url, users = some_users(api, 2)
    slug = str(known[0].get("slug"))
    strange = [{"slug": api.fresh("none")}, gone, {"slug": known[0]["_id"]}, {"slug": f"{slug}x"}]
    strange += [{"slug": slug[:-1]}, {"slug": slug.swapcase()}]
    try:
        for unknown in subset(api, strange):
            for place in range(len(known) + 1):
                _refused(bulk_update(api, url, *_with(known, unknown, place)), unknown)
            _refused(bulk_update(api, url, (unknown, "not to be set")), unknown)
        later = api.definition("number")
        accepted(bulk_update(api, url, (later, 1)))
        comes(lambda: all(has(api, later, user_id) for user_id in users[:2]), 3.0)
        for user_id in users[:2]:
            for definition in known:
                answer = api.get(value_path(definition["_id"], user_id))
                unset = "no value of a known key beside an unknown one to be set"
                expect(answer.status == HTTPStatus.NOT_FOUND, unset, str(answer), operation=OPERATION)
    finally:
        forget(api, known, users)


def _with(known: list[JsonObject], unknown: JsonObject, place: int) -> list[tuple[JsonObject, Any]]:
    items = [*known[:place], unknown, *known[place:]]
    return [(definition, "not to be set") for definition in items]


def _refused(answer: Answer, unknown: JsonObject) -> None:
    wanted = f"400 for the unknown key {unknown.get('slug')!r}"
    expect(answer.status == HTTPStatus.BAD_REQUEST, wanted, str(answer), operation=OPERATION)
