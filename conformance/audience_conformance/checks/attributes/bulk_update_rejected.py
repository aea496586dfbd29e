"""BLK-06: a bulk update refuses in each of its items what a put of the same value refuses."""

from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import at_most, expect_status, subset, thorough
from audience_conformance.checks.attributes.bulk_update import (
    OPERATION,
    bulk_update,
    has_no_values,
    wait_for_updates,
)
from audience_conformance.checks.attributes.users_file import delete_values, users_file
from audience_conformance.checks.attributes.validations import breaking, validated_definition, values_around
from audience_conformance.checks.attributes.values import FITS, MISFITS
from audience_conformance.checks.prerequisites import USERS_FILE, VALIDATED_DEFINITION
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url, definition_path, value_path
from audience_conformance.results.finding import Skip, show

MOST = 100
"""Items of the longest bulk update."""
Item = tuple[JsonObject, Any]
"""A definition and a value of it."""


@check("BLK-06", on=f"{OPERATION} getUserAttributesForUser", needs=(USERS_FILE,))
def a_misfit_in_any_item_is_refused(api: Api) -> None:
    """Send values that do not fit their definition, alone and in every place among values that fit: 400 each time.

    Of each type, null, beside a fitting value of the same key, and after the definition's type was changed. No value of
    any item is set, then or later.
    """
    definitions = {type_: api.definition(type_) for type_ in MISFITS}
    fitting = [(definition, FITS[type_][0]) for type_, definition in definitions.items()]
    url, users = users_file(api, 2)
    alone: list[Item] = []
    try:
        for number, (type_, definition) in enumerate(definitions.items()):
            others = [item for item in fitting if item[0] is not definition]
            misfits = [*at_most(api, MISFITS[type_], 1), *([None] if number == 0 or thorough(api) else [])]
            for step, value in enumerate(misfits):
                _is_refused(api, url, _among(others, (definition, value), api.budget.seed + number + step))
            alone += [(definition, misfits[0])]
        for item in subset(api, alone):
            _is_refused(api, url, [item])
        number_definition = definitions["number"]
        for items in ([(number_definition, "many"), (number_definition, 1)], [*fitting, (number_definition, "many")]):
            _is_refused(api, url, items)
        if thorough(api):
            text, misfit = (definitions["string"], "x"), (number_definition, "many")
            for place in (MOST - 1, MOST // 2):
                _is_refused(api, url, [*[text] * place, misfit, *[text] * (MOST - 1 - place)])
        if api.put(definition_path(definitions["string"]["_id"]), {"type": "number"}).ok:
            _is_refused(api, url, [item for item in fitting if item[0] is not number_definition])
        wait_for_updates(api, url, users)
        has_no_values(api, list(definitions.values()), users[:2], "a bulk update with a value that does not fit")
    finally:
        delete_values(api, list(definitions.values()), users)


def _among(others: list[Item], item: Item, number: int) -> list[Item]:
    """The items with one more, in the place of this number; after the last place comes the first."""
    place = number % (len(others) + 1)
    return [*others[:place], item, *others[place:]]


def _is_refused(api: Api, url: str, items: list[Item]) -> None:
    sent = [{"type": definition.get("type"), "value": value} for definition, value in items]
    request = f"a bulk update of {show(sent)[:400]}, of which one does not fit its definition"
    expect_status(bulk_update(api, url, *items), HTTPStatus.BAD_REQUEST, request, operation=OPERATION)


@check("BLK-06", on=f"{OPERATION} getUserAttributesForUser", needs=(VALIDATED_DEFINITION,))
def a_value_that_breaks_a_validation_is_refused_in_any_item(api: Api) -> None:
    """Send values that break each validation of the definition of --validated-definition, in every place: 400.

    The file's users are new. No value of any item is set, then or later.
    """
    definition_id, type_, validations = validated_definition(api)
    validated: JsonObject = {"_id": definition_id, "type": type_, "slug": _slug_of(api, definition_id)}
    others = [(api.definition(), "fits"), (api.definition("number"), 0)]
    definitions = [validated, *(definition for definition, _ in others)]
    users = [api.unique("u") for _ in range(2)]
    url, pool = csv_url(users), values_around(type_, validations)
    invalid = [value for one in validations for value in at_most(api, breaking(pool, one, validations), 2)]
    if not invalid:
        raise Skip(f"{VALIDATED_DEFINITION} that some value breaks, not {show(validations)}")
    try:
        for number, value in enumerate(invalid):
            _is_refused(api, url, _among(others, (validated, value), api.budget.seed + number))
        wait_for_updates(api, url, users)
        has_no_values(api, definitions, users, "a bulk update with a value that breaks a validation")
    finally:
        delete_values(api, definitions[1:], users)
        for user_id in users:
            api.delete(value_path(definition_id, user_id))


def _slug_of(api: Api, definition_id: str) -> Any:
    content = api.get(definition_path(definition_id)).json
    return content.get("slug") if isinstance(content, dict) else None
