"""BLK-04: the users in a bulk update's file get its values."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from audience_conformance.checks.assertions import at_most, body, field, list_all, thorough
from audience_conformance.checks.attributes.bulk_update import OPERATION, VALUES, accepted, bulk_update, has
from audience_conformance.checks.attributes.users_file import forget, own_files_are_read, some_users
from audience_conformance.checks.prerequisites import READABLE_FILE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url, user_path, value_path
from audience_conformance.client.target import Answer
from audience_conformance.results.finding import equal, expect, same, show

MANY = 205
"""Users of a file that is longer than any page."""


@check("BLK-04", on=f"{OPERATION} getUserAttributeById getUserAttributesForUser", needs=(READABLE_FILE,))
def the_users_in_the_file_get_the_values(api: Api) -> None:
    """Update users with a value of every type at once, then with other, falsy ones; no other user is touched."""
    definitions = {type_: api.definition(type_) for type_ in VALUES}
    child, outsider = api.definition("string"), api.fresh("u")
    url, users = some_users(api, 2)
    try:
        for user_id in (users[0], outsider):
            body(api.put(value_path(child["_id"], user_id), {"attribute": {"value": "stays"}}))
        for type_ in ("string", "list"):  # a value that is there already is replaced
            body(api.put(value_path(definitions[type_]["_id"], users[0]), {"attribute": {"value": VALUES[type_][1]}}))
        # Each value differs from the one before it: seeing it means that the update has come, and writes no more.
        for place in (0, 1, 0) if thorough(api) else (0, 1):
            items = [(definition, VALUES[type_][place]) for type_, definition in definitions.items()]
            accepted(bulk_update(api, url, *items))
            for user_id in users[:2]:
                for definition, value in items:
                    _gets(api, definition, user_id, value)
        _in_lists(api, users[:2], [definition["_id"] for definition in definitions.values()])
        for user_id in (users[0], outsider):
            _gets(api, child, user_id, "stays")
        for definition in definitions.values():
            expect(not has(api, definition, outsider), "no value for a user who is not in the file", outsider)
        path = value_path(definitions["string"]["_id"], users[0])
        body(api.put(path, {"attribute": {"value": "put"}}))
        _gets(api, definitions["string"], users[0], "put")
        _in_lists(api, users[:1], [definitions["string"]["_id"]])
    finally:
        forget(api, [*definitions.values(), child], [*users, outsider])


@check("BLK-04", on=f"{OPERATION} getUserAttributeById", needs=(READABLE_FILE,))
def all_users_of_the_file_get_the_value(api: Api) -> None:
    """Update many users, with two updates at once: first, middle and last get both values."""
    one, other = api.definition("number"), api.definition("number")
    url, users = some_users(api, 60)
    try:
        accepted(bulk_update(api, url, (one, 0)))
        accepted(bulk_update(api, url, (other, -1)))
        for user_id in (*users[:3], *users[9:11], *users[len(users) // 2 :][:2], *users[-2:]):
            _gets(api, one, user_id, 0)
            _gets(api, other, user_id, -1)
    finally:
        forget(api, [one, other], users)


def _files(api: Api) -> list[tuple[str, list[str]]]:
    """File_urls of many forms, and the users of each."""
    users = [api.fresh("u") for _ in range(3)]
    odd = [f"{users[0]},b", f'{users[1]} "c"', f"{users[2]}-É☂", users[0].upper()]
    quoted = [user_id.replace('"', '""') for user_id in odd]
    many = [f"{users[0]}-{number}" for number in range(MANY)]
    texts = (
        ("\n".join(["user_id", *users]), users),
        (
            "\r\n".join(["name,user_id,note", *(f'"x, y",{user_id},"z\nz"' for user_id in (*users, users[0])), ""]),
            users,
        ),
        (
            "\n".join(["id,email,user_id", *(f"{number},x@y.z,{user_id}" for number, user_id in enumerate(users))]),
            users,
        ),
        ("\n".join(['"user_id"', *(f'"{user_id}"' for user_id in quoted), ""]), odd),
        ("\n".join(["user_id", *many, ""]), many),
    )
    return [(f"data:text/csv,{quote(text, safe='')}", named) for text, named in texts]


@check("BLK-04", on=f"{OPERATION} getUserAttributeById")
def all_users_of_all_forms_of_files_get_the_value(api: Api) -> None:
    """Update the users of files with other columns, quotes, other line ends, no last one, a user twice, or very many.

    Where --users-file-url is given, these are tried too if the target reads data:text/csv files at all.
    """
    if api.options.users_file_url is not None and not own_files_are_read(api):
        return
    one = api.definition("number")
    everyone: list[str] = []
    try:
        for number, (url, users) in enumerate(at_most(api, _files(api), 2)):
            everyone += users
            accepted(bulk_update(api, url, (one, number)))
            for user_id in (*users[:4], *users[99:101], *users[-2:]):
                _gets(api, one, user_id, number)
    finally:
        forget(api, [one], everyone)


@check("BLK-04", on=f"{OPERATION} getUserAttributeById getUserAttributesForUser")
def a_bulk_update_sets_its_own_values_for_its_own_users(api: Api) -> None:
    """Update one file's users, then another's with other values, many at once: none gets what is not theirs."""
    if api.options.users_file_url is not None and not own_files_are_read(api):
        return
    first, second = api.fresh("u"), api.fresh("u")
    one, others = api.definition(), [api.definition() for _ in range(12)]
    try:
        accepted(bulk_update(api, csv_url([first]), (one, "for the first")))
        _gets(api, one, first, "for the first")
        accepted(bulk_update(api, csv_url([second, f"{second}x"]), *((other, "for the second") for other in others)))
        for user_id in (second, f"{second}x"):
            for other in others if user_id == second else others[-1:]:
                _gets(api, other, user_id, "for the second")
        answers = [
            api.get(user_path(first)),
            *(api.get(value_path(one["_id"], user)) for user in (second, second[:-1])),
        ]
        held = [item.get("user_attribute_definition_id") for item in list_all(api, user_path(first))]
        expect(held == [one["_id"]], "only the values of his own bulk update for a user", str(answers[0]))
        for answer in answers[1:]:
            expect(answer.status == HTTPStatus.NOT_FOUND, "no value of another bulk update for a user", str(answer))
    finally:
        forget(api, [one, *others], [first, second, f"{second}x"])


def _gets(api: Api, definition: JsonObject, user_id: str, value: Any) -> None:
    api.eventually(
        lambda: api.get(value_path(definition["_id"], user_id)),
        lambda answer: answer.status == HTTPStatus.OK and equal(_value(answer), value),
        f"the {definition.get('type')} value of user {user_id} to become {show(value)}",
        operation=OPERATION,
    )


def _value(answer: Answer) -> Any:
    return field(answer, "attribute", "value")


def _in_lists(api: Api, users: list[str], definition_ids: list[str]) -> None:
    for user_id in users:
        held = [item.get("user_attribute_definition_id") for item in list_all(api, user_path(user_id))]
        for definition_id in definition_ids:
            same(held.count(definition_id), 1, f"how often {definition_id} is in the list of user {user_id}")
