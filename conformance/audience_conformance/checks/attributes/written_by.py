"""ATT-16: who has written a value, and whether the customer has overridden it."""

from typing import Any

from audience_conformance.checks.assertions import at_most, body, field, has_fields, list_all, record
from audience_conformance.checks.attributes.bulk_update import OPERATION, accepted, bulk_update
from audience_conformance.checks.attributes.put_and_read import LIST, PUT, READ, put, read
from audience_conformance.checks.attributes.users_file import delete_values, users_file
from audience_conformance.checks.attributes.values import FITS
from audience_conformance.checks.definitions.create import TYPES
from audience_conformance.checks.definitions.update import update
from audience_conformance.checks.prerequisites import READABLE_FILE, USERS_FILE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, poll, user_path, value_path
from audience_conformance.client.exchange import Answer
from audience_conformance.results.finding import Skip, equal

WRITTEN: JsonObject = {"updated_by": "platform", "customer_overridden": False}
OTHERWISE: JsonObject = {"updated_by": "customer", "customer_overridden": True}


@check("ATT-16", on=f"{PUT} {READ} {LIST}")
def a_value_that_was_put_is_the_platforms(api: Api) -> None:
    """Put values of each type, new and in place of others, also of definitions that customers may edit; read them.

    Some bodies say otherwise: those properties are ignored.
    """
    user_id = api.unique("u")
    made = [(api.definition(type_), type_) for type_ in at_most(api, TYPES, 3)]
    for number, (definition, type_) in enumerate(made):
        if number % 2:
            update(api, definition["_id"], {"customer_editable": True})
        bodies = (
            {"attribute": {"value": FITS[type_][0]}},
            {"attribute": {"value": FITS[type_][1], **OTHERWISE}, **OTHERWISE},
        )
        for sent in bodies:
            answer = api.put(value_path(definition["_id"], user_id), sent)
            has_fields(body(answer, rule="ATT-13"), WRITTEN, "the response to the put", operation=PUT)
            has_fields(read(api, definition["_id"], user_id), WRITTEN, "the attribute", operation=READ)
    for entry in list_all(api, user_path(user_id)):
        has_fields(entry, WRITTEN, "an entry of the user's list", operation=LIST)


@check("ATT-16", on=f"{OPERATION} {READ} {LIST}", needs=(READABLE_FILE, USERS_FILE))
def a_value_that_was_set_in_bulk_is_the_platforms(api: Api) -> None:
    """Set two values in one bulk update, of which one user has one already: read them by id and in the list."""
    values = ((api.definition(), "in bulk"), (api.definition("number"), 2))
    url, users = users_file(api, 2)
    try:
        put(api, values[1][0]["_id"], users[0], 1)
        accepted(bulk_update(api, url, *values))
        for user_id in users[:2]:
            for definition, value in values:
                has_fields(_set_in_bulk(api, definition, user_id, value), WRITTEN, "the attribute", operation=READ)
        ids = [definition["_id"] for definition, _ in values]
        for entry in list_all(api, user_path(users[0])):
            if entry.get("user_attribute_definition_id") in ids:
                has_fields(entry, WRITTEN, "an entry of the user's list", operation=LIST)
    finally:
        delete_values(api, [definition for definition, _ in values], users)


def _set_in_bulk(api: Api, definition: JsonObject, user_id: str, value: Any) -> JsonObject:
    """The attribute, once it has the value. Raises Skip where it never has: BLK-04 is about that."""

    def is_set(answer: Answer) -> bool:
        return answer.ok and equal(field(answer, "attribute", "value"), value)

    path = value_path(definition["_id"], user_id)
    answer, done = poll(lambda: api.get(path), is_set, api.options.async_timeout)
    if not done:
        raise Skip(READABLE_FILE)
    return record(answer)
