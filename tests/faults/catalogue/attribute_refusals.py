"""Faults of ATT-10, ATT-11, ATT-14 and ATT-15: which values are taken."""

import re
from typing import Any

from tests.faults.patching import PUT_ATTRIBUTE, Exchange, Mock, Record
from tests.faults.registry import fault
from tests.faults.seed import CHOICE_ID, RANGE_ID

from audience_mock.store import values
from audience_mock.store.definitions import Definitions

# --- ATT-10 -------------------------------------------------------------------------------------------


def _fits(mock: Mock, type_: str, fits: Any) -> None:
    """Let a type take what `fits`, too."""
    strict, expected = values.TYPES[type_]
    mock.item(values.TYPES, type_, (lambda value: strict(value) or bool(fits(value)), expected))


@fault("ATT-10-any-value-fits", rule="ATT-10", subtlety="obvious")
def any_value_fits(mock: Mock) -> None:
    """The type of a value is not looked at."""
    for type_ in values.TYPES:
        _fits(mock, type_, lambda _: True)


@fault("ATT-10-number-takes-text", rule="ATT-10", subtlety="plausible")
def number_takes_text(mock: Mock) -> None:
    """A number may be sent as text."""
    _fits(mock, "number", lambda value: isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value))


@fault("ATT-10-boolean-takes-0-and-1", rule="ATT-10", subtlety="plausible")
def boolean_takes_0_and_1(mock: Mock) -> None:
    """A boolean may be sent as 0 or 1."""
    _fits(mock, "boolean", lambda value: isinstance(value, int | float) and value in (0, 1))


@fault("ATT-10-number-takes-true", rule="ATT-10", subtlety="subtle")
def number_takes_true(mock: Mock) -> None:
    """`true` and false are numbers, as in some languages."""
    _fits(mock, "number", lambda value: isinstance(value, bool))


@fault("ATT-10-30th-of-february", rule="ATT-10", subtlety="subtle")
def thirtieth_of_february(mock: Mock) -> None:
    """A date is judged by its form: there is a 30th of February."""
    _fits(mock, "date", lambda value: isinstance(value, str) and re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", value))


@fault("ATT-10-date-takes-datetime", rule="ATT-10", subtlety="subtle")
def date_takes_datetime(mock: Mock) -> None:
    """A datetime is taken for a date."""
    _fits(mock, "date", values.TYPES["datetime"][0])


@fault("ATT-10-object-takes-list", rule="ATT-10", subtlety="subtle")
def object_takes_list(mock: Mock) -> None:
    """A list is an object, as in JavaScript."""
    _fits(mock, "object", lambda value: isinstance(value, list))


@fault("ATT-10-unfit-is-refused-but-stored", rule="ATT-10", subtlety="subtle")
def unfit_is_refused_but_stored(mock: Mock) -> None:
    """A value that does not fit is stored and then refused."""

    def hook(exchange: Exchange) -> None:
        tenant, attribute = mock.tenant_of(exchange), exchange.fields.get("attribute")
        definition_id = exchange.ids["definition_id"]
        if isinstance(attribute, dict) and "value" in attribute and definition_id in tenant.definitions:
            tenant.attributes.put(exchange.ids["user_id"], tenant.definitions.get(definition_id), attribute["value"])

    mock.answer(hook, PUT_ATTRIBUTE, status=400)


@fault("ATT-10-unfit-removes-the-value", rule="ATT-10", subtlety="subtle")
def unfit_removes_the_value(mock: Mock) -> None:
    """A refused value costs the user the value that was stored."""

    def hook(exchange: Exchange) -> None:
        attributes, ids = mock.tenant_of(exchange).attributes, exchange.ids
        if ids["definition_id"] in attributes._by_user.get(ids["user_id"], {}):
            attributes.delete(ids["user_id"], ids["definition_id"])

    mock.answer(hook, PUT_ATTRIBUTE, status=400)


@fault("ATT-10-unfit-is-422", rule="ATT-10", subtlety="plausible")
def unfit_is_422(mock: Mock) -> None:
    """A value that does not fit its definition is 422."""
    mock.answer(
        lambda x: x.refuse(422) if "does not fit the definition" in x.json["message"] else None,
        PUT_ATTRIBUTE,
        status=400,
    )


# --- ATT-11, ATT-14 -----------------------------------------------------------------------------------


def _lacks_value(exchange: Exchange) -> bool:
    attribute = exchange.fields.get("attribute", {})
    return bool(exchange.fields == {} or (isinstance(attribute, dict) and "value" not in attribute))


def _put_behind(mock: Mock, exchange: Exchange, value: Any) -> None:
    """Store a value that the mock has refused, and answer 201."""
    tenant = mock.tenant_of(exchange)
    if exchange.ids["definition_id"] in tenant.definitions:
        definition = tenant.definitions.get(exchange.ids["definition_id"])
        exchange.answer(201, tenant.attributes.put(exchange.ids["user_id"], definition, value))


@fault("ATT-11-no-value-is-null", rule="ATT-11", subtlety="obvious")
def no_value_is_null(mock: Mock) -> None:
    """A put without attribute.value stores null."""
    mock.answer(lambda x: _put_behind(mock, x, None) if _lacks_value(x) else None, PUT_ATTRIBUTE, status=400)


@fault("ATT-11-empty-attribute-is-taken", rule="ATT-11", subtlety="plausible")
def empty_attribute_is_taken(mock: Mock) -> None:
    """A put of an attribute without value, and nothing less, stores an empty text."""
    mock.answer(
        lambda x: _put_behind(mock, x, "") if x.fields.get("attribute") == {} else None, PUT_ATTRIBUTE, status=400
    )


@fault("ATT-11-value-beside-attribute", rule="ATT-11", subtlety="subtle")
def value_beside_attribute(mock: Mock) -> None:
    """A value that stands beside attribute, not in it, is taken."""

    def hook(exchange: Exchange) -> None:
        fields = exchange.fields
        if _lacks_value(exchange) and "value" in fields:
            exchange.body = {"attribute": {"value": fields["value"]}}

    mock.request(hook, PUT_ATTRIBUTE)


@fault("ATT-11-no-value-keeps-the-old", rule="ATT-11", subtlety="subtle")
def no_value_keeps_the_old(mock: Mock) -> None:
    """A put without a value, for a user who holds one, answers 201 and keeps it."""

    def hook(exchange: Exchange) -> None:
        held = mock.tenant_of(exchange).attributes._by_user.get(exchange.ids["user_id"], {})
        if _lacks_value(exchange) and exchange.ids["definition_id"] in held:
            _put_behind(mock, exchange, held[exchange.ids["definition_id"]].value)

    mock.answer(hook, PUT_ATTRIBUTE, status=400)


def _is_null(exchange: Exchange) -> bool:
    attribute = exchange.fields.get("attribute")
    return isinstance(attribute, dict) and attribute.get("value", 0) is None


@fault("ATT-14-null-is-stored", rule="ATT-14", subtlety="plausible")
def null_is_stored(mock: Mock) -> None:
    """A null value is stored."""
    mock.answer(lambda x: _put_behind(mock, x, None) if _is_null(x) else None, PUT_ATTRIBUTE, status=400)


@fault("ATT-14-null-deletes", rule="ATT-14", subtlety="plausible")
def null_deletes(mock: Mock) -> None:
    """A null value deletes the attribute and answers 200."""

    def hook(exchange: Exchange) -> None:
        attributes, ids = mock.tenant_of(exchange).attributes, exchange.ids
        if _is_null(exchange):
            if ids["definition_id"] in attributes._by_user.get(ids["user_id"], {}):
                attributes.delete(ids["user_id"], ids["definition_id"])
            exchange.answer(200, {"success": True, "message": "Deleted."})

    mock.answer(hook, PUT_ATTRIBUTE, status=400)


@fault("ATT-14-null-fits-an-object", rule="ATT-14", subtlety="subtle")
def null_fits_an_object(mock: Mock) -> None:
    """`null` is an object, as in JavaScript: an object definition takes it."""

    def hook(exchange: Exchange) -> None:
        definitions, definition_id = mock.tenant_of(exchange).definitions, exchange.ids["definition_id"]
        if _is_null(exchange) and definition_id in definitions and definitions.get(definition_id)["type"] == "object":
            _put_behind(mock, exchange, None)

    mock.answer(hook, PUT_ATTRIBUTE, status=400)


# --- ATT-15 -------------------------------------------------------------------------------------------


def _passes(mock: Mock, kind: str, passes: Any) -> None:
    """Let a kind of validation judge by `passes(value, its own value)`."""
    mock.item(values.VALIDATIONS, kind, values.VALIDATIONS[kind]._replace(passes=passes))


@fault("ATT-15-validations-are-ignored", rule="ATT-15", subtlety="obvious")
def validations_are_ignored(mock: Mock) -> None:
    """Validations are not looked at."""
    for kind in values.VALIDATIONS:
        _passes(mock, kind, lambda value, bound: True)


@fault("ATT-15-max-length-is-ignored", rule="ATT-15", subtlety="plausible")
def max_length_is_ignored(mock: Mock) -> None:
    """max_length is not looked at."""
    _passes(mock, "max_length", lambda value, bound: True)


@fault("ATT-15-min-length-off-by-one", rule="ATT-15", subtlety="subtle")
def min_length_off_by_one(mock: Mock) -> None:
    """A text may be one character shorter than min_length."""
    _passes(mock, "min_length", lambda value, bound: len(value) >= bound - 1)


@fault("ATT-15-regex-somewhere", rule="ATT-15", subtlety="subtle")
def regex_somewhere(mock: Mock) -> None:
    """The anchors of a regex are ignored: a part of the text may match."""
    _passes(mock, "regex", lambda value, pattern: re.search(pattern.strip("^$"), value) is not None)


@fault("ATT-15-max-off-by-one", rule="ATT-15", subtlety="subtle", validated_definition_id=RANGE_ID)
def max_off_by_one(mock: Mock) -> None:
    """A number may be one more than max."""
    _passes(mock, "max", lambda value, bound: value <= bound + 1)


@fault("ATT-15-min-is-ignored", rule="ATT-15", subtlety="plausible", validated_definition_id=RANGE_ID)
def min_is_ignored(mock: Mock) -> None:
    """`min` is not looked at."""
    _passes(mock, "min", lambda value, bound: True)


@fault("ATT-15-one-of-a-list-is-enough", rule="ATT-15", subtlety="subtle", validated_definition_id=CHOICE_ID)
def one_of_a_list_is_enough(mock: Mock) -> None:
    """Of a list, one item among the options of one_of is enough."""
    _passes(mock, "one_of", lambda value, options: value == [] or any(item in options for item in value))


@fault("ATT-15-first-validation-only", rule="ATT-15", subtlety="subtle")
def first_validation_only(mock: Mock) -> None:
    """Of several validations the first is looked at."""

    def judge(original: Any, self: Any, definition: Record, value: Any, field: str) -> Any:
        return original(self, {**definition, "validations": definition["validations"][:1]}, value, field)

    mock.wrap(Definitions, "judge", judge)


@fault("ATT-15-replacing-is-not-validated", rule="ATT-15", subtlety="subtle")
def replacing_is_not_validated(mock: Mock) -> None:
    """Validations count for a user's first value only."""
    writing: list[tuple[str, str]] = []

    def before(exchange: Exchange) -> None:
        held = mock.tenant_of(exchange).attributes._by_user.get(exchange.ids["user_id"], {})
        writing[:] = (
            [(exchange.ids["user_id"], exchange.ids["definition_id"])] if exchange.ids["definition_id"] in held else []
        )

    def judge(original: Any, self: Any, definition: Record, value: Any, field: str) -> Any:
        known = writing and writing[0][1] == definition["_id"]
        return original(self, {**definition, "validations": []} if known else definition, value, field)

    mock.request(before, PUT_ATTRIBUTE)
    mock.wrap(Definitions, "judge", judge)
