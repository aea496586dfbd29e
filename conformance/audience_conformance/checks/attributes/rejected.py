"""ATT: rejected values."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import at_most, expect_status, thorough
from audience_conformance.checks.attributes.put_and_read import PUT, has_value, put, read, user_entries
from audience_conformance.checks.attributes.values import FITS, MISFITS, equal_value
from audience_conformance.checks.definitions.create import TYPES
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, definition_path, value_path
from audience_conformance.results.finding import expect, same, show

DISJOINT = {
    **dict.fromkeys(("string", "boolean", "date", "datetime", "object"), ("number", "list")),
    "number": ("string", "list"),
    "list": ("string", "object"),
}
"""A type -> types of which no value fits it."""
WITHOUT_VALUE: tuple[Any, ...] = (
    *({}, {"attribute": {}}, {"attribute": {"key": "x", "Value": "x"}}, {"value": "x"}, {"attribute.value": "x"}),
    *({"attribute": None}, {"attribute": "x"}, {"attribute": ["value"]}, {"attribute": [{"value": "x"}]}),
    *([], [{"attribute": {"value": "x"}}], "value", None, True, {"attributes": {"value": "x"}}),
)
"""Bodies of a put without attribute.value."""


def are_rejected(api: Api, definition_id: str, bodies: Iterable[Any], stored: Any, rule: str) -> None:
    """Puts answer 400: a user with the value `stored` keeps it, a user without a value gets none."""
    user_id, other = api.unique("u"), api.unique("u")
    before = put(api, definition_id, user_id, stored, rule="ATT-13")
    for body in bodies:
        for user in (user_id, other):
            answer = api.put(value_path(definition_id, user), body)
            expect_status(answer, HTTPStatus.BAD_REQUEST, f"the put of {show(body)[:200]}", rule=rule)
    after = read(api, definition_id, user_id, rule=rule)
    has_value(after, stored, "the attribute after a rejected put", rule=rule)
    expect(after.get("_id") == before.get("_id"), "the same _id after a rejected put", after, rule=rule)
    for entry in user_entries(api, user_id).get(definition_id, []) if thorough(api) else []:
        has_value(entry, stored, "the list after a rejected put", rule=rule)
    answer = api.get(value_path(definition_id, other))
    expect_status(answer, HTTPStatus.NOT_FOUND, "the read of a rejected value", rule=rule)
    if thorough(api):
        same(user_entries(api, other), {}, "the list of a user whose only put was rejected", rule=rule)


@check("ATT-10", on=PUT, cases=TYPES)
def a_value_that_does_not_fit_is_refused(api: Api, type_: str) -> None:
    """Put values of every other kind to a definition of each type, also after its type was changed: 400 each time.

    The stored value stays.
    """
    definition_id = api.definition(type_)["_id"]
    bodies = [_body(misfit) for misfit in at_most(api, MISFITS[type_], 4)]
    for number, stored in enumerate(FITS[type_][:2]):
        are_rejected(api, definition_id, bodies[number::2], stored, "ATT-10")
    old_type = TYPES[TYPES.index(type_) - 1]
    changed = api.definition(old_type)["_id"]
    if api.put(definition_path(changed), {"type": type_}).ok:
        old_values = [value for value in FITS[old_type][:4] if any(equal_value(value, one) for one in MISFITS[type_])]
        never = [FITS[other][0] for other in DISJOINT[type_]]
        misfits = (*at_most(api, old_values, 1), *at_most(api, never, 1))
        are_rejected(api, changed, map(_body, misfits), FITS[type_][0], "ATT-10")


def _body(value: Any) -> JsonObject:
    return {"attribute": {"value": value}}


@check("ATT-11", on=PUT, cases=TYPES)
def a_put_without_a_value_is_refused(api: Api, type_: str) -> None:
    """Put bodies without attribute.value to a definition of each type: 400, and nothing is stored."""
    definition_id = api.definition(type_)["_id"]
    are_rejected(api, definition_id, at_most(api, WITHOUT_VALUE, 3), FITS[type_][1], "ATT-11")
    user_id = api.unique("u")
    put(api, definition_id, user_id, FITS[type_][0], rule="ATT-13")
    for content in (b"", b"{"):
        path, headers = value_path(definition_id, user_id), {"Content-Type": "application/json"}
        answer = api.request("PUT", path, content=content, headers=headers)
        expect(not answer.ok, f"a put of the body {content!r} to be rejected", str(answer))
        has_value(
            read(api, definition_id, user_id, rule="ATT-11"), FITS[type_][0], "the attribute after a rejected put"
        )


@check("ATT-14", on=PUT, cases=TYPES)
def a_null_value_is_refused(api: Api, type_: str) -> None:
    """Put null to a definition of each type: 400, and the stored value stays."""
    definition_id = api.definition(type_)["_id"]
    for stored in at_most(api, FITS[type_][:3], 1):
        are_rejected(api, definition_id, [_body(None)], stored, "ATT-14")
