"""ATT: values that are deleted, and values that are not there."""

from http import HTTPStatus

from audience_conformance.checks.assertions import at_most, body, field, succeeded, thorough
from audience_conformance.checks.attributes.put_and_read import (
    DELETE,
    LIST,
    PUT,
    READ,
    SUFFIXES,
    held,
    holds,
    put,
    read,
)
from audience_conformance.checks.attributes.values import FITS, another
from audience_conformance.checks.definitions.create import TYPES
from audience_conformance.checks.definitions.delete import unknown_ids
from audience_conformance.checks.groups.helpers import comes
from audience_conformance.checks.prerequisites import DATA_FILES
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url, user_path, value_path
from audience_conformance.results.finding import Skip, expect


@check("ATT-07", on=f"{DELETE} {READ} {LIST}", cases=TYPES)
def a_deleted_attribute_is_gone(api: Api, type_: str) -> None:
    """Delete values, falsy ones, replaced ones and the user's last: each is 404 and in no list; then put it again."""
    one, other = api.definition(type_), api.definition(type_)
    for number, value in enumerate(at_most(api, FITS[type_][:4], 1)):
        user_id = f"{api.fresh('u')}{SUFFIXES[number]}"
        path = value_path(one["_id"], user_id)
        if number % 2:
            put(api, other["_id"], user_id, value)
        for previous in ([another(type_, value), value], [value]):
            for each in previous:
                put(api, one["_id"], user_id, each)
            api.get(path)  # a server may keep what it has been asked for
            answer = api.delete(path)
            succeeded(answer, "a value to be deleted", operation=DELETE)
            answer = api.get(path)
            expect(answer.status == HTTPStatus.NOT_FOUND, "404 to the read of a deleted value", str(answer))
            queries: list[JsonObject] = [{}, {"type": type_}, {"size": 1}, {"name": one.get("name")}]
            for query in at_most(api, queries, 1):
                entries = held(api, user_id, **query).get(one["_id"], [])
                expect(not entries, "no deleted value in the user's list", entries)
            total = field(body(api.get(user_path(user_id))), "page", "item_total")
            expect(total == number % 2, "item_total without the deleted value", total)


@check("ATT-08", on=f"{DELETE} {READ} {LIST}", cases=TYPES)
def deleting_a_value_leaves_the_others(api: Api, type_: str) -> None:
    """Delete one of the values that three users hold of three definitions: the others stay, falsy ones too."""
    definitions = [api.definition(type_)["_id"] for _ in at_most(api, range(3), 2)]
    base = api.fresh("u")
    users = [base, f"{base}1", f"{base}@example.com"] if thorough(api) else [base, f"{base}1"]
    values = FITS[type_]
    left = {
        (one, user_id): values[(row + column) % min(len(values), 4)]
        for row, one in enumerate(definitions)
        for column, user_id in enumerate(users)
    }
    for (one, user_id), value in left.items():
        put(api, one, user_id, value)
    for gone in at_most(api, ((definitions[1], users[0]), (definitions[1], users[-1]), (definitions[0], users[0])), 1):
        succeeded(api.delete(value_path(*gone)), "a value to be deleted", rule="ATT-07", operation=DELETE)
        left.pop(gone)
        api.delete(value_path(*gone))  # once more: that is ATT-09's, and takes nothing either
        for (one, user_id), value in left.items():
            holds(read(api, one, user_id), value, "another value after one was deleted")
        for user_id in users:
            entries = held(api, user_id)
            for one in definitions:
                if (one, user_id) in left:
                    expect(one in entries, "the other values in the user's list", entries)
                    holds(entries[one][0], left[one, user_id], "another value in the list after one was deleted")


@check("ATT-09", on=f"{PUT} {READ} {DELETE}")
def an_absent_attribute_is_404(api: Api) -> None:
    """Put to definitions that are not there; read and delete values that no one put, or others, or that are gone."""
    one, other = api.definition(), api.definition()
    user_id, neighbour = api.fresh("u"), api.fresh("u")
    put(api, one["_id"], user_id, "stays")
    deleted = api.definition()
    put(api, deleted["_id"], user_id, "goes")
    api.delete(value_path(deleted["_id"], user_id))
    absent = [(one["_id"], neighbour), (other["_id"], user_id), (deleted["_id"], user_id), (one["_id"], f"{user_id}x")]
    absent += [(one["_id"], user_id.upper()), (one["slug"], user_id), (one["_id"], f"{user_id} ")]
    absent += [(one["_id"], f"{user_id[:-1]}{sign}") for sign in ("", "_", "%", "*", ".")]
    absent += [(one["_id"], user_id.replace("-", "_"))]
    absent += [(unknown, user_id) for unknown in unknown_ids(api)]
    for key in absent:
        for answer in (api.get(value_path(*key)), api.delete(value_path(*key)), api.get(value_path(*key))):
            expect(
                answer.status == HTTPStatus.NOT_FOUND,
                f"404 to the read or delete of a value that {key[1]} lacks",
                str(answer),
            )
    api.delete(f"/user_attribute/definition/{deleted['_id']}")
    for unknown in (*unknown_ids(api), deleted["_id"], one["slug"]):
        for values in FITS.values():
            answer = api.put(value_path(unknown, neighbour), {"attribute": {"value": values[1]}})
            expect(answer.status == HTTPStatus.NOT_FOUND, "404 to a put to an unknown definition", str(answer))
    expect(not held(api, neighbour), "nothing put to an unknown definition", held(api, neighbour))
    holds(read(api, one["_id"], user_id), "stays", "the value that is there")


@check("ATT-07", on=f"{DELETE} {LIST}")
def a_deleted_attribute_is_on_no_page(api: Api) -> None:
    """Delete a user's first, middle and last value; every page of the list is without it, and holds the rest."""
    definitions = [api.definition()["_id"] for _ in range(6)]
    user_id = api.fresh("u")
    for one in definitions:
        put(api, one, user_id, one)
    for gone in (definitions[0], definitions[3], definitions[5]):
        api.delete(value_path(gone, user_id))
        definitions.remove(gone)
        for size in (1, 2, 3, 5):
            entries = held(api, user_id, size=size)
            expect(gone not in entries, "no deleted value on any page", entries)
            absent = [one for one in definitions if one not in entries]
            expect(not absent, "the other values in the list", f"without {absent}", rule="ATT-08")


@check("ATT-07", on=f"{DELETE} {READ} {LIST} bulkUpdateUserAttributes", needs=(DATA_FILES,))
def a_value_that_was_set_in_bulk_can_be_deleted(api: Api) -> None:
    """Set a value in bulk, for a user without one, and delete it: it is 404 and in no list."""
    one, user_id = api.definition(), api.fresh("u")
    path = value_path(one["_id"], user_id)
    sent = {"file_url": csv_url([user_id]), "attributes": [{"key": one.get("slug"), "value": "In bulk"}]}
    answer = api.patch("/user_attribute/bulk_update", sent)
    if not answer.ok or not comes(lambda: api.get(path).ok, min(api.options.async_timeout, 3.0)):
        raise Skip(DATA_FILES)
    succeeded(api.delete(path), "a value to be deleted", operation=DELETE)
    answer = api.get(path)
    expect(
        answer.status == HTTPStatus.NOT_FOUND, "404 to the read of a deleted value that was set in bulk", str(answer)
    )
    expect(not held(api, user_id), "no deleted value that was set in bulk in the list", held(api, user_id))
