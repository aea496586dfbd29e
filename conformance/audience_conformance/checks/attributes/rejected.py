"""ATT: values that are refused."""

from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import at_most, thorough
from audience_conformance.checks.attributes.put_and_read import PUT, held, holds, put, read
from audience_conformance.checks.attributes.values import FITS, MISFITS, equal_value
from audience_conformance.checks.definitions.create import TYPES, path_of
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, value_path
from audience_conformance.results.finding import expect, show

NEVER = {
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
"""Bodies of a put that lack attribute.value."""


def refused(api: Api, definition_id: str, body: Any, stored: Any, rule: str) -> None:
    """A body is refused for a user who has a value, which stays, and for one who has none, and gets none."""
    user_id, other = api.fresh("u"), api.fresh("u")
    before = put(api, definition_id, user_id, stored, rule="ATT-13")
    for user in (user_id, other):
        answer = api.put(value_path(definition_id, user), body)
        expect(answer.status == HTTPStatus.BAD_REQUEST, f"400 to the put of {show(body)[:200]}", str(answer), rule=rule)
    after = read(api, definition_id, user_id, rule=rule)
    holds(after, stored, "the attribute after a refused put", rule=rule)
    expect(after.get("_id") == before.get("_id"), "the attribute untouched by a refused put", after, rule=rule)
    for entry in held(api, user_id).get(definition_id, []) if thorough(api) else []:
        holds(entry, stored, "the list after a refused put", rule=rule)
    answer = api.get(value_path(definition_id, other))
    expect(answer.status == HTTPStatus.NOT_FOUND, "404 to the read of a value that was refused", str(answer), rule=rule)
    if thorough(api):
        expect(not held(api, other), "no refused value in the list", held(api, other), rule=rule)


@check("ATT-10", on=PUT, cases=TYPES)
def a_value_that_does_not_fit_is_refused(api: Api, type_: str) -> None:
    """Put values of every other kind to a definition of each type: 400, and the stored value stays."""
    definition_id = api.definition(type_)["_id"]
    for number, misfit in enumerate(at_most(api, MISFITS[type_], 3)):
        stored = FITS[type_][number % min(len(FITS[type_]), 4)]
        refused(api, definition_id, {"attribute": {"value": misfit}}, stored, "ATT-10")
    was = TYPES[TYPES.index(type_) - 1]
    changed = api.definition(was)["_id"]
    if api.put(path_of(changed), {"type": type_}).ok:
        alike = [value for value in FITS[was][:4] if any(equal_value(value, one) for one in MISFITS[type_])]
        for misfit in at_most(api, alike, 1):
            refused(api, changed, {"attribute": {"value": misfit}}, FITS[type_][0], "ATT-10")
        for misfit in at_most(api, [FITS[other][0] for other in NEVER[type_]], 1):
            refused(api, changed, {"attribute": {"value": misfit}}, FITS[type_][0], "ATT-10")


@check("ATT-11", on=PUT, cases=TYPES)
def a_put_without_a_value_is_refused(api: Api, type_: str) -> None:
    """Put bodies that lack attribute.value to a definition of each type: 400, and nothing is stored."""
    definition_id = api.definition(type_)["_id"]
    for body in at_most(api, WITHOUT_VALUE, 3):
        refused(api, definition_id, body, FITS[type_][1], "ATT-11")
    user_id = api.fresh("u")
    put(api, definition_id, user_id, FITS[type_][0], rule="ATT-13")
    for content in (b"", b"{"):
        path, headers = value_path(definition_id, user_id), {"Content-Type": "application/json"}
        answer = api.request("PUT", path, content=content, headers=headers)
        expect(not answer.ok, f"a put of the body {content!r} to be refused", str(answer))
        holds(read(api, definition_id, user_id, rule="ATT-11"), FITS[type_][0], "the attribute after a refused put")


@check("ATT-14", on=PUT, cases=TYPES)
def a_null_value_is_refused(api: Api, type_: str) -> None:
    """Put null to a definition of each type: 400, and the stored value stays."""
    definition_id = api.definition(type_)["_id"]
    for stored in at_most(api, FITS[type_][:3], 1):
        refused(api, definition_id, {"attribute": {"value": None}}, stored, "ATT-14")
