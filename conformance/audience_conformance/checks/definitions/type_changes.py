"""DEF: a change of type that a stored value would not fit is refused."""

from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import at_most, expect_status, items, only, thorough
from audience_conformance.checks.attributes.put_and_read import has_value, put
from audience_conformance.checks.attributes.put_and_read import read as read_value
from audience_conformance.checks.attributes.values import MISFITS, equal_value
from audience_conformance.checks.definitions.create import DOCUMENTED, TYPES, read
from audience_conformance.checks.definitions.update import UPDATE, update
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject, definition_path, value_path
from audience_conformance.results.finding import same

FITS_NO_OTHER: JsonObject = {
    "string": "teal",
    "number": 0,
    "boolean": False,
    "date": "2024-02-29",
    "datetime": "2024-02-29T23:59:59.123Z",
    "list": [],
    "object": {},
}
"""A value of each type, falsy where there is one; a date and a date-time are strings too."""
MANY, FEW = 120, 6
"""Users with a value; in smoke."""


def _other_types(type_: str) -> list[str]:
    """The types that no value of this type, as in FITS_NO_OTHER, fits."""
    either_is_text = {"string", type_} if type_ in {"date", "datetime"} else {type_}
    return [other for other in TYPES if other not in either_is_text]


@check("DEF-24", on=f"{UPDATE} updateUserAttribute getUserAttributeById", cases=TYPES)
def a_type_that_a_value_does_not_fit_is_refused(api: Api, type_: str) -> None:
    """Change the type of a definition with a value to each that the value does not fit, alone and beside other fields.

    Each is refused with 400 and changes neither the definition nor the value.
    """
    made, user_id, value = api.definition(type_), api.unique("u"), FITS_NO_OTHER[type_]
    put(api, made["_id"], user_id, value, rule="ATT-13")
    before = read(api, made["_id"], "DEF-24")
    others = _other_types(type_)
    for number, other in enumerate(at_most(api, others, 1)):
        more = {"name": api.unique("Refused "), "customer_editable": True} if number % 2 else {}
        _is_refused(api, before, {**more, "type": other}, f"the {type_} of a user")
    for entry in items(api.get(DEFINITIONS, slug=made["slug"])):
        same(only(entry, DOCUMENTED), only(before, DOCUMENTED), "the definition in the list after refused updates")
    has_value(read_value(api, made["_id"], user_id, rule="DEF-24"), value, "the attribute after refused updates")


@check("DEF-24", on=f"{UPDATE} updateUserAttribute getUserAttributeById deleteUserAttribute")
def any_stored_value_counts(api: Api) -> None:
    """Change the type where one user's value of many does not fit the new one: the first, the last, one in between.

    Once that value fits, or is deleted, the change is accepted.
    """
    made, number = api.definition("string"), MANY if thorough(api) else FEW
    users = [api.unique("u") for _ in range(number)]
    for place, user_id in enumerate(users):
        put(api, made["_id"], user_id, f"20{place % 90 + 10}-02-03", rule="ATT-13")
    before = read(api, made["_id"], "DEF-24")
    unfit = [value for value in ("tomorrow", "2024-02-30", "", "2024-02-03T00:00:00Z") if _is_misfit("date", value)]
    for turn, place in enumerate((number - 1, 0, number // 2)):
        put(api, made["_id"], users[place], unfit[turn % len(unfit)], rule="ATT-13")
        _is_refused(api, before, {"type": "date", "description": "Refused"}, f"the text of user {place + 1}")
        put(api, made["_id"], users[place], "2024-02-29", rule="ATT-13")
    put(api, made["_id"], users[-1], unfit[0], rule="ATT-13")
    api.delete(value_path(made["_id"], users[-1]))
    update(api, made["_id"], {"type": "date"})
    same(read(api, made["_id"], "DEF-04").get("type"), "date", "type, once all values fit it,", rule="DEF-04")
    changed = read(api, made["_id"], "DEF-24")
    _is_refused(api, changed, {"type": "number"}, "the dates of all users")
    has_value(read_value(api, made["_id"], users[0], rule="DEF-24"), "2024-02-29", "the attribute")


def _is_misfit(type_: str, value: Any) -> bool:
    return any(equal_value(value, misfit) for misfit in MISFITS[type_])


def _is_refused(api: Api, before: JsonObject, changes: JsonObject, what: str) -> None:
    answer = api.put(definition_path(before["_id"]), changes)
    expect_status(answer, HTTPStatus.BAD_REQUEST, f"the type {changes['type']}, which {what} would not fit")
    same(only(read(api, before["_id"], "DEF-24"), DOCUMENTED), only(before, DOCUMENTED), "the definition after that")
