"""ATT: deleting values, and values that do not exist."""

from http import HTTPStatus

from audience_conformance.checks.assertions import at_most, expect_status, item_total, succeeded, thorough
from audience_conformance.checks.attributes.bulk_update import bulk_update
from audience_conformance.checks.attributes.put_and_read import (
    DELETE,
    LIST,
    PUT,
    READ,
    SUFFIXES,
    has_value,
    put,
    read,
    user_entries,
)
from audience_conformance.checks.attributes.values import FITS, another
from audience_conformance.checks.definitions.create import TYPES
from audience_conformance.checks.definitions.delete import unknown_ids
from audience_conformance.checks.prerequisites import DATA_FILES
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url, definition_path, poll, user_path, value_path
from audience_conformance.results.finding import Skip, expect, same, show


@check("ATT-07", on=f"{DELETE} {READ} {LIST}", cases=TYPES)
def a_deleted_attribute_is_gone(api: Api, type_: str) -> None:
    """Delete values, falsy, replaced and a user's last: each is 404 and in no list; then put and delete it again."""
    definition, other = api.definition(type_), api.definition(type_)
    for number, value in enumerate(at_most(api, FITS[type_][:4], 1)):
        user_id = f"{api.unique('u')}{SUFFIXES[number]}"
        path = value_path(definition["_id"], user_id)
        if number % 2:
            put(api, other["_id"], user_id, value)
        for values in ([another(type_, value), value], [value]):
            for sent in values:
                put(api, definition["_id"], user_id, sent)
            api.get(path)  # a server may cache the value
            succeeded(api.delete(path), "a value to be deleted", operation=DELETE)
            expect_status(api.get(path), HTTPStatus.NOT_FOUND, "the read of a deleted value")
            queries: list[JsonObject] = [{}, {"type": type_}, {"size": 1}, {"name": definition.get("name")}]
            for query in at_most(api, queries, 1) if number == 0 else (queries[number],):
                entries = user_entries(api, user_id, **query).get(definition["_id"], [])
                expect(not entries, "no deleted value in the user's list", entries)
            same(item_total(api.get(user_path(user_id))), number % 2, "item_total without the deleted value")


@check("ATT-08", on=f"{DELETE} {READ} {LIST}", cases=TYPES)
def deleting_a_value_leaves_the_others(api: Api, type_: str) -> None:
    """Delete one of the values that three users have of three definitions: the others stay, falsy ones too."""
    definitions = [api.definition(type_)["_id"] for _ in at_most(api, range(3), 2)]
    base = f"{api.unique('u')}_%"  # wild for a database that looks for what is like it
    like, longer = f"{base[:-2]}x1", f"{base}1"
    users = [base, like, longer] if thorough(api) else [base, (like, longer)[TYPES.index(type_) % 2]]
    values = FITS[type_]
    kept = {
        (definition_id, user_id): values[(row + column) % min(len(values), 4)]
        for row, definition_id in enumerate(definitions)
        for column, user_id in enumerate(users)
    }
    for key, value in kept.items():
        put(api, *key, value)
    deletes = ((definitions[1], users[0]), (definitions[1], users[-1]), (definitions[0], users[0]))
    for deleted in at_most(api, deletes, 1):
        succeeded(api.delete(value_path(*deleted)), "a value to be deleted", rule="ATT-07", operation=DELETE)
        api.delete(value_path(*deleted))  # a second delete (ATT-09) must not delete another value either
        del kept[deleted]
        for key, value in kept.items() if deleted == deletes[0] else ():
            has_value(read(api, *key), value, "another value after a delete")
        for user_id in users:
            entries = user_entries(api, user_id)
            for definition_id in definitions:
                if (definition_id, user_id) in kept:
                    expect(definition_id in entries, "the other values in the user's list", entries)
                    value = kept[definition_id, user_id]
                    has_value(entries[definition_id][0], value, "another entry of the list after a delete")


@check("ATT-09", on=f"{PUT} {READ} {DELETE}")
def an_absent_attribute_is_404(api: Api) -> None:
    """Put to definitions that do not exist; read and delete values never put, deleted, or another user's."""
    made, other, deleted = (api.definition() for _ in range(3))
    user_id, other_user = api.unique("u"), api.unique("u")
    put(api, made["_id"], user_id, "stays")
    put(api, deleted["_id"], user_id, "goes")
    api.delete(value_path(deleted["_id"], user_id))
    similar = [f"{user_id}x", user_id.upper(), f"{user_id} ", user_id.replace("-", "_")]
    similar += [f"{user_id[:-1]}{sign}" for sign in ("", "_", "%", "*", ".")]
    absent = [(other["_id"], user_id), (deleted["_id"], user_id), (made["slug"], user_id)]
    absent += [(made["_id"], other_id) for other_id in (other_user, *similar)]
    absent += [(unknown, user_id) for unknown in unknown_ids(api)]
    for key in absent:
        for method in ("GET", "DELETE"):
            answer = api.request(method, value_path(*key))
            expect_status(answer, HTTPStatus.NOT_FOUND, f"the read or delete of a value that {key[1]} does not have")
    api.delete(definition_path(deleted["_id"]))
    for number, unknown in enumerate((deleted["_id"], *unknown_ids(api), made["slug"])):
        for values in FITS.values() if number == 0 else [[*FITS.values()][number % len(FITS)]]:
            answer = api.put(value_path(unknown, other_user), {"attribute": {"value": values[1]}})
            expect_status(answer, HTTPStatus.NOT_FOUND, "a put to an unknown definition")
    same(user_entries(api, other_user), {}, "the list of a user whose puts were to unknown definitions")
    has_value(read(api, made["_id"], user_id), "stays", "an existing value")


@check("ATT-07", on=f"{DELETE} {LIST}")
def a_deleted_attribute_is_on_no_page(api: Api) -> None:
    """Delete a user's first, middle and last value: no page of the list has it, and the pages have all the others."""
    definitions = [api.definition()["_id"] for _ in range(6)]
    user_id = api.unique("u")
    for definition_id in definitions:
        put(api, definition_id, user_id, definition_id)
    for deleted, sizes in ((definitions[0], (2,)), (definitions[3], (3,)), (definitions[5], (1, 2))):
        api.delete(value_path(deleted, user_id))
        definitions.remove(deleted)
        for size in sizes:
            entries = user_entries(api, user_id, size=size)
            expect(deleted not in entries, "no deleted value on any page", entries)
            absent = [definition_id for definition_id in definitions if definition_id not in entries]
            expect(not absent, "the other values in the list", f"without {show(absent)}", rule="ATT-08")


@check("ATT-07", on=f"{DELETE} {READ} {LIST} bulkUpdateUserAttributes", needs=(DATA_FILES,))
def a_value_that_was_set_in_bulk_can_be_deleted(api: Api) -> None:
    """Set a value by a bulk update, for a user without values, and delete it: it is 404 and in no list."""
    definition, user_id = api.definition(), api.unique("u")
    path = value_path(definition["_id"], user_id)
    answer = bulk_update(api, csv_url([user_id]), (definition, "In bulk"))
    if not answer.ok or not poll(lambda: api.get(path).ok, bool, min(api.options.async_timeout, 3.0))[1]:
        raise Skip(DATA_FILES)
    succeeded(api.delete(path), "a value to be deleted", operation=DELETE)
    expect_status(api.get(path), HTTPStatus.NOT_FOUND, "the read of a deleted value that a bulk update set")
    same(user_entries(api, user_id), {}, "the list of a user after the delete of the value that a bulk update set")
