"""BLK: bulk updates of attributes."""

import functools
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import at_once, body, expect_status, list_all, record, subset
from audience_conformance.checks.attributes.users_file import delete_values, users_file
from audience_conformance.checks.prerequisites import USERS_FILE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url, definition_path, poll, user_path, value_path
from audience_conformance.client.exchange import Answer
from audience_conformance.client.ledger import Tenant
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

_SLOW = "bulk updates take longer than --async-timeout"
"""Key in api.shared, beside a URL's scheme: set after one wait without result; then no check waits that long."""


def bulk_update(api: Api, file_url: str, *values: tuple[JsonObject, Any], tenant: Tenant | None = None) -> Answer:
    """Request a bulk update of these values of definitions."""
    attributes = [{"key": definition.get("slug"), "value": value} for definition, value in values]
    return api.patch(PATH, {"file_url": file_url, "attributes": attributes}, tenant=tenant)


def accepted(answer: Answer) -> JsonObject:
    """The body of the response to a valid bulk update (else BLK-01)."""
    expect_status(answer, HTTPStatus.ACCEPTED, "a bulk update", rule="BLK-01", operation=OPERATION)
    return record(answer, rule="BLK-01")


def wait_for_updates(api: Api, url: str, users: list[str]) -> bool:
    """Request one more bulk update of a file and wait until it is done: those before it most likely are, too.

    Returns:
        Whether it was done in time.
    """
    last = api.definition("number")
    accepted(bulk_update(api, url, (last, 1)))
    paths = [value_path(last["_id"], user_id) for user_id in users[:2]]
    slow = _SLOW, url.partition(":")[0]
    seconds = 0.1 if slow in api.shared else api.options.async_timeout
    _, done = poll(lambda: all(api.get(path).ok for path in paths), bool, seconds)
    if not done:
        api.shared[slow] = True
    delete_values(api, [last], users)
    return done


def has_no_values(api: Api, definitions: list[JsonObject], users: list[str], update: str) -> None:
    """Report a finding if the list of one of these users has a value of these definitions."""
    ids = {definition["_id"] for definition in definitions}
    for user_id in users:
        listed = list_all(api, user_path(user_id))
        wrong = [entry for entry in listed if entry.get("user_attribute_definition_id") in ids]
        expect(not wrong, f"no value of {update} in the list of user {user_id}", wrong, operation=OPERATION)


@check("BLK-01", on=OPERATION, needs=(USERS_FILE,))
def a_bulk_update_is_answered_in_full(api: Api) -> None:
    """Request bulk updates of one value and of several, of every type: check every field of the response."""
    definitions = {type_: api.definition(type_) for type_ in VALUES}
    url, _ = users_file(api, 30)
    requests = [[(definition, VALUES[type_][place])] for type_, definition in definitions.items() for place in (0, 1)]
    requests.append([(definition, VALUES[type_][0]) for type_, definition in definitions.items()])
    for values in requests:
        response = accepted(bulk_update(api, url, *values))
        same(response.get("success"), True, "success in the response")
        same(response.get("processing_type"), "async", "processing_type in the response")
        same(response.get("status_code"), HTTPStatus.ACCEPTED, "status_code in the response")
        for name in ("message", "job_id"):
            text = response.get(name)
            expect(isinstance(text, str) and bool(text), f"a text in {name} of the response", response)


@check("BLK-03", on=OPERATION, needs=(USERS_FILE,))
def every_bulk_update_has_its_own_job_id(api: Api) -> None:
    """Request bulk updates, equal and different, one by one and at the same time: each has a new job_id."""
    number_definition, text_definition = api.definition("number"), api.definition("string")
    url, _ = users_file(api)
    job_ids: list[Any] = []

    def is_new(answer: Answer) -> None:
        job_id = accepted(answer).get("job_id")
        expect(job_id not in job_ids, "a job_id that no other bulk update has", show(job_id))
        job_ids.append(job_id)

    for number in range(10):
        different = ((number_definition, number), (text_definition, str(number)))
        is_new(bulk_update(api, url, *(((number_definition, 1),) if number % 3 else different)))
    for answer in at_once(functools.partial(bulk_update, api, url, (number_definition, number)) for number in range(6)):
        is_new(answer)


@check("BLK-02", on=OPERATION)
def an_incomplete_bulk_update_is_refused(api: Api) -> None:
    """Omit file_url, attributes, and key or value of an item in the first, a middle and the last place."""
    keys = [str(api.definition("string").get("slug")) for _ in range(4)]
    for case, content in subset(api, list(_incomplete(csv_url([api.unique("u")]), keys))):
        answer = api.patch(PATH, content)
        expect_status(answer, HTTPStatus.BAD_REQUEST, f"a bulk update with {case}", operation=OPERATION)


def _incomplete(url: str, keys: list[str]) -> Iterator[tuple[str, Any]]:
    complete = [{"key": key, "value": "x"} for key in keys]
    yield "an empty body", {}
    yield "no file_url", {"attributes": complete}
    yield "no file_url, one attribute", {"attributes": complete[:1]}
    yield "no attributes", {"file_url": url}
    yield "an empty list of attributes", {"file_url": url, "attributes": []}
    for item in ({"key": keys[0]}, {"value": "x"}):
        yield f"the item {show(item)} as the 17th", {"file_url": url, "attributes": [*complete * 4, item]}
    for item in ({}, {"key": keys[0]}, {"value": "x"}, {"key": keys[-1], "val": "x"}, {"Key": keys[0], "value": "x"}):
        yield f"the item {show(item)} alone", {"file_url": url, "attributes": [item]}
        for place in range(len(keys)):
            before, after = complete[:place], complete[place:]
            yield f"the item {show(item)} at {place}", {"file_url": url, "attributes": [*before, item, *after[1:]]}
            yield f"the item {show(item)} before {place}", {"file_url": url, "attributes": [*before, item, *after]}


@check("BLK-05", on=f"{OPERATION} getUserAttributeById", needs=(USERS_FILE,))
def an_unknown_key_is_refused_and_sets_nothing(api: Api) -> None:
    """Send a key that no definition has, alone and among known keys: 400, and no value is set, then or later."""
    known = [api.definition("string") for _ in range(3)]
    deleted = api.definition("string")
    body(api.delete(definition_path(deleted["_id"])))
    url, users = users_file(api, 2)
    slug = str(known[0].get("slug"))
    unknown_slugs = (known[0]["_id"], f"{slug}x", slug[:-1], slug.swapcase())
    unknown = [{"slug": api.unique("none")}, deleted, *({"slug": one} for one in unknown_slugs)]
    if api.options.other_application_id is not None:
        unknown.insert(1, api.definition("string", tenant=api.other_tenant))
    try:
        for definition in subset(api, unknown):
            requests = [[*known[:place], definition, *known[place:]] for place in range(len(known) + 1)]
            for definitions in (*requests, [definition]):
                answer = bulk_update(api, url, *((one, "not to be set") for one in definitions))
                request = f"a bulk update with the unknown key {definition.get('slug')!r}"
                expect_status(answer, HTTPStatus.BAD_REQUEST, request, operation=OPERATION)
        wait_for_updates(api, url, users)
        for user_id in users[:2]:
            for definition in known:
                answer = api.get(value_path(definition["_id"], user_id))
                request = "the read of a value whose bulk update had an unknown key"
                expect_status(answer, HTTPStatus.NOT_FOUND, request, operation=OPERATION)
    finally:
        delete_values(api, known, users)
