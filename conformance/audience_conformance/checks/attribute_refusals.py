"""ATT: values that are refused."""

from typing import Any

from audience_conformance.api import Api, value_path
from audience_conformance.checks.attribute_values import FITS, MISFITS
from audience_conformance.checks.attributes import PUT, held, holds, put, read
from audience_conformance.checks.definitions import TYPES
from audience_conformance.outcome import expect, show
from audience_conformance.registry import check
from audience_conformance.shapes import NOT_FOUND, REFUSED, some

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
        expect(answer.status == REFUSED, f"400 to the put of {show(body)[:200]}", str(answer), rule=rule)
    after = read(api, definition_id, user_id, rule=rule)
    holds(after, stored, "the attribute after a refused put", rule=rule)
    expect(after.get("_id") == before.get("_id"), "the attribute untouched by a refused put", after, rule=rule)
    for entry in held(api, user_id).get(definition_id, []):
        holds(entry, stored, "the list after a refused put", rule=rule)
    answer = api.get(value_path(definition_id, other))
    expect(answer.status == NOT_FOUND, "404 to the read of a value that was refused", str(answer), rule=rule)
    expect(not held(api, other), "no refused value in the list", held(api, other), rule=rule)


@check("ATT-10", on=PUT, cases=TYPES)
def a_value_that_does_not_fit_is_refused(api: Api, type_: str) -> None:
    """Put values of every other kind to a definition of each type: 400, and the stored value stays."""
    definition_id = api.definition(type_)["_id"]
    for number, misfit in enumerate(some(api, MISFITS[type_])):
        stored = FITS[type_][number % min(len(FITS[type_]), 4)]
        refused(api, definition_id, {"attribute": {"value": misfit}}, stored, "ATT-10")


@check("ATT-11", on=PUT, cases=TYPES)
def a_put_without_a_value_is_refused(api: Api, type_: str) -> None:
    """Put bodies that lack attribute.value to a definition of each type: 400, and nothing is stored."""
    definition_id = api.definition(type_)["_id"]
    for body in some(api, WITHOUT_VALUE):
        refused(api, definition_id, body, FITS[type_][1], "ATT-11")


@check("ATT-14", on=PUT, cases=TYPES)
def a_null_value_is_refused(api: Api, type_: str) -> None:
    """Put null to a definition of each type: 400, and the stored value stays."""
    definition_id = api.definition(type_)["_id"]
    for stored in FITS[type_][:3]:
        refused(api, definition_id, {"attribute": {"value": None}}, stored, "ATT-14")
