"""BLK-04, BLK-07: a bulk update sets its values for the users of its file, and none for a file that cannot be read."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from audience_conformance.checks.assertions import at_most, body, expect_status, field, list_all, thorough
from audience_conformance.checks.attributes.bulk_update import (
    OPERATION,
    VALUES,
    accepted,
    bulk_update,
    has_no_values,
    wait_for_updates,
)
from audience_conformance.checks.attributes.users_file import delete_values, users_file
from audience_conformance.checks.attributes.values import FITS, equal_value
from audience_conformance.checks.prerequisites import READABLE_FILE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url, poll, user_path, value_path
from audience_conformance.client.exchange import Answer
from audience_conformance.results.finding import Overdue, equal, expect, same, show

MANY = 1100
"""Users of a file that a server may have to write in parts."""


@check("BLK-04", on=f"{OPERATION} getUserAttributeById getUserAttributesForUser", needs=(READABLE_FILE,))
def the_users_in_the_file_get_the_values(api: Api) -> None:
    """Set values of every type in one bulk update, then other, falsy ones: only the file's users get them.

    They replace the values that a user has, and a later put replaces them. Values of other definitions stay.
    """
    definitions = {type_: api.definition(type_) for type_ in VALUES}
    other, outsider = api.definition("string"), api.unique("u")
    url, users = users_file(api, 2)
    try:
        for user_id in (users[0], outsider):
            body(api.put(value_path(other["_id"], user_id), {"attribute": {"value": "stays"}}))
        for type_ in ("string", "list"):
            body(api.put(value_path(definitions[type_]["_id"], users[0]), {"attribute": {"value": VALUES[type_][1]}}))
        before: list[Any] = []
        # Each value differs from the one before it: once it is read, the update has finished and writes no more.
        for place in (0, 1, 0) if thorough(api) else (0, 1):
            values = [(definition, VALUES[type_][place]) for type_, definition in definitions.items()]
            if place:
                values.reverse()  # so that one that moves what it replaces to the end changes the order
            accepted(bulk_update(api, url, *values))
            for user_id in users[:2]:
                for definition, value in values:
                    _becomes(api, definition, user_id, value)
            before = _replaces_in_place(api, users[0], before)
        _is_listed_once(api, users[:2], list(definitions.values()))
        for user_id in (users[0], outsider):
            _becomes(api, other, user_id, "stays")
        for definition in definitions.values():
            answer = api.get(value_path(definition["_id"], outsider))
            expect_status(answer, HTTPStatus.NOT_FOUND, "the read of a value of a user who is not in the file")
        path = value_path(definitions["string"]["_id"], users[0])
        body(api.put(path, {"attribute": {"value": "put"}}))
        _becomes(api, definitions["string"], users[0], "put")
        _is_listed_once(api, users[:1], [definitions["string"]])
    finally:
        delete_values(api, [*definitions.values(), other], [*users, outsider])


@check("BLK-04", on=f"{OPERATION} getUserAttributeById", needs=(READABLE_FILE,))
def all_users_of_the_file_get_the_value(api: Api) -> None:
    """Request two bulk updates for many users, one directly after the other: first, middle and last get both values."""
    first, second = api.definition("number"), api.definition("number")
    url, users = users_file(api, 60)
    try:
        accepted(bulk_update(api, url, (first, 0)))
        accepted(bulk_update(api, url, (second, -1)))
        for user_id in (*users[:3], *users[9:11], *users[len(users) // 2 :][:2], *users[-2:]):
            _becomes(api, first, user_id, 0)
            _becomes(api, second, user_id, -1)
    finally:
        delete_values(api, [first, second], users)


@check("BLK-04", on=f"{OPERATION} getUserAttributeById")
def all_users_of_all_forms_of_files_get_the_value(api: Api) -> None:
    """Request bulk updates with files of many forms: every user of each file gets the value.

    The forms are other columns, quotes, other line ends, no last line end, a user twice, and very many users.
    With --users-file-url they are only sent to a target that reads data:text/csv files.
    """
    if not _reads_data_files(api):
        return
    definition = api.definition("number")
    all_users: list[str] = []
    try:
        for number, (url, users) in enumerate(at_most(api, _files(api), 2)):
            all_users += users
            accepted(bulk_update(api, url, (definition, number)))
            for user_id in (*users[:4], *users[99:101], *users[999:1001], *users[-2:]):
                _becomes(api, definition, user_id, number)
    finally:
        delete_values(api, [definition], all_users)


def _reads_data_files(api: Api) -> bool:
    """Does the target read data:text/csv files: with --users-file-url one is tried, otherwise it is assumed."""

    def sets_value() -> bool:
        definition, user_id = api.definition(), api.unique("u")
        path = value_path(definition["_id"], user_id)
        answer = bulk_update(api, csv_url([user_id]), (definition, "x"))
        is_set = answer.ok and poll(lambda: api.get(path).ok, bool, min(api.options.async_timeout, 3.0))[1]
        api.delete(path)
        return is_set

    return api.options.users_file_url is None or api.once("bulk updates read data:text/csv files", sets_value)


def _files(api: Api) -> list[tuple[str, list[str]]]:
    """File_urls of many forms, and the users of each."""
    users = [api.unique("u") for _ in range(3)]
    hostile = [f"{users[0]},b", f'{users[1]} "c"', f"{users[2]}-É☂", users[0].upper()]
    # More than any page, and more than a server writes in one go.
    many = [f"{users[0]}-{number}" for number in range(MANY if thorough(api) else 205)]
    forms = (
        (users, "\n", ["user_id", *users]),
        (users, "\r\n", ["name,user_id,note", *(f'"x, y",{user_id},"z\nz"' for user_id in (*users, users[0])), ""]),
        (users, "\n", ["id,email,user_id", *(f"{number},x@y.z,{user_id}" for number, user_id in enumerate(users))]),
        (hostile, "\n", ['"user_id"', *('"{}"'.format(user_id.replace('"', '""')) for user_id in hostile), ""]),
        (many, "\n", ["user_id", *many, ""]),
    )
    return [(f"data:text/csv,{quote(end.join(lines), safe='')}", user_ids) for user_ids, end, lines in forms]


@check("BLK-04", on=f"{OPERATION} getUserAttributeById getUserAttributesForUser")
def a_bulk_update_sets_its_own_values_for_its_own_users(api: Api) -> None:
    """Set a value for one file's users, then twelve others for another file's users: no user gets a value of both.

    With --users-file-url this is only sent to a target that reads data:text/csv files.
    """
    if not _reads_data_files(api):
        return
    first, second = api.unique("u"), api.unique("u")
    definition, others = api.definition(), [api.definition() for _ in range(12)]
    try:
        accepted(bulk_update(api, csv_url([first]), (definition, "for the first")))
        _becomes(api, definition, first, "for the first")
        accepted(bulk_update(api, csv_url([second, f"{second}x"]), *((other, "for the second") for other in others)))
        for other in others:
            _becomes(api, other, second, "for the second")
        _becomes(api, others[-1], f"{second}x", "for the second")
        ids = [entry.get("user_attribute_definition_id") for entry in list_all(api, user_path(first))]
        expect(ids == [definition["_id"]], "only the values of a user's own bulk update in the list", ids)
        for user_id in (second, second[:-1]):
            answer = api.get(value_path(definition["_id"], user_id))
            expect_status(answer, HTTPStatus.NOT_FOUND, "the read of a value that another user's bulk update set")
    finally:
        delete_values(api, [definition, *others], [first, second, f"{second}x"])


@check("BLK-07", on=f"{OPERATION} getUserAttributeById getUserAttributesForUser")
def a_file_that_cannot_be_read_sets_nothing(api: Api) -> None:
    """Request bulk updates with files without the column user_id, with invalid base64, and at a dead URL: 202 each.

    Nobody gets a value, then or later: neither those in the file, nor those who had values or were in a file before. A
    bulk update after these is done as one before them was.
    """
    definitions = [api.definition(), api.definition("number")]
    holder, listed = api.unique("u"), [api.unique("u") for _ in range(2)]
    url, users = users_file(api, 2)
    everyone = dict.fromkeys([holder, *listed, *users[:2]])
    try:
        body(api.put(value_path(definitions[0]["_id"], holder), {"attribute": {"value": "stays"}}))
        is_done = wait_for_updates(api, url, users)
        job_ids = []
        for file_url in _unreadable(listed):
            answer = bulk_update(api, file_url, (definitions[1], 1), (definitions[0], "not to be set"))
            _is_accepted(api, answer, file_url)
            job_ids.append(field(answer, "job_id"))
        expect(len({*map(show, job_ids)}) == len(job_ids), "a job_id for each file that cannot be read", job_ids)
        if not wait_for_updates(api, url, users) and is_done:
            raise Overdue("a bulk update after those that fail to be done", "no value is set", operation=OPERATION)
        answer = expect_status(api.get(value_path(definitions[0]["_id"], holder)), HTTPStatus.OK, "a value of before")
        same(field(answer, "attribute", "value"), "stays", "the value of before the files that cannot be read")
        has_no_values(api, definitions[1:], [*everyone], "a file that cannot be read")
        has_no_values(api, definitions, [*everyone][1:], "a file that cannot be read")
    finally:
        delete_values(api, definitions, [*everyone])


def _is_accepted(api: Api, answer: Answer, file_url: str) -> None:
    """Report a finding unless the answer is 202; if a file that can be read is refused as well, that of its URL."""
    if answer.status != HTTPStatus.ACCEPTED:
        definition, user_id = api.definition(), api.unique("u")
        accepted(bulk_update(api, csv_url([user_id]), (definition, "x")))
        delete_values(api, [definition], [user_id])
    request = f"a bulk update with the file {file_url}, which cannot be read"
    expect_status(answer, HTTPStatus.ACCEPTED, request, operation=OPERATION)


def _unreadable(users: list[str]) -> list[str]:
    """File_urls that cannot be read, most with these users in them."""
    return [
        f"data:text/csv,name,id%0A{users[0]},{users[1]}%0A",
        f"data:text/csv,{users[0]}%0A{users[1]}%0A",
        "data:text/csv,%0A",
        "data:text/csv;base64,!!!!",
        "http://127.0.0.1:9/acs-no-such-file.csv",
    ]


@check("BLK-04", on=f"{OPERATION} updateUserAttribute getUserAttributesForUser", generates=True)
def a_bulk_update_sets_what_a_put_sets(api: Api) -> None:
    """Put falsy, long, unicode and misleading values of every type for one user, and set them for another in bulk.

    Both have equal values. With --users-file-url this is only sent to a target that reads data:text/csv files.
    """
    if not _reads_data_files(api):
        return
    putting, user_id = api.unique("u"), api.unique("u")
    definitions = {type_: api.definition(type_) for type_ in FITS}
    types = {definition["_id"]: type_ for type_, definition in definitions.items()}
    try:
        for number in range(max(map(len, FITS.values()))):
            values = [(definitions[type_], FITS[type_][number]) for type_ in FITS if number < len(FITS[type_])]
            items = [(one, value) for one, value in values if _is_put(api, one, putting, value)]
            if items:
                accepted(bulk_update(api, csv_url([user_id]), *items))
            expected = _values_of(api, putting, types)
            api.eventually(
                lambda: _values_of(api, user_id, types),
                lambda stored, expected=expected: equal_value(stored, expected),  # type: ignore[misc]
                f"the values that were put, {show(expected)[:1500]}, in the list of user {user_id}",
                operation=OPERATION,
            )
    finally:
        delete_values(api, list(definitions.values()), [user_id])


def _is_put(api: Api, definition: JsonObject, user_id: str, value: Any) -> bool:
    return api.put(value_path(definition["_id"], user_id), {"attribute": {"value": value}}).ok


def _values_of(api: Api, user_id: str, types: dict[str, str]) -> dict[str, Any]:
    """The values of a user by the type of their definition."""
    listed = list_all(api, user_path(user_id))
    return {
        types.get(str(one.get("user_attribute_definition_id")), ""): field(one, "attribute", "value") for one in listed
    }


def _becomes(api: Api, definition: JsonObject, user_id: str, value: Any) -> None:
    api.eventually(
        lambda: api.get(value_path(definition["_id"], user_id)),
        lambda answer: answer.status == HTTPStatus.OK and equal(field(answer, "attribute", "value"), value),
        f"the {definition.get('type')} value of user {user_id} to become {show(value)}",
        operation=OPERATION,
    )


def _replaces_in_place(api: Api, user_id: str, before: list[Any]) -> list[Any]:
    """The ids in the user's list; those of before, if there were some: a bulk update replaces as a put does."""
    ids = [entry.get("_id") for entry in list_all(api, user_path(user_id))]
    if before:
        same(ids, before, "the _ids in the user's list, in its order, after a bulk update that replaced the values")
    return ids


def _is_listed_once(api: Api, users: list[str], definitions: list[JsonObject]) -> None:
    for user_id in users:
        ids = [entry.get("user_attribute_definition_id") for entry in list_all(api, user_path(user_id))]
        for definition in definitions:
            same(ids.count(definition["_id"]), 1, f"entries of {definition['_id']} in the list of user {user_id}")
