"""Faults of values that are refused (ATT-10, ATT-11, ATT-14)."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import Condition, answer, refused, request, saying
from tests.faults.operators.store import first_values
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults, operator

from audience_mock.store import definitions, values
from audience_mock.store.definitions import Definitions

PUT = ops.PUT_ATTRIBUTE


@operator
def _fits(mock: Mock, types: str, fits: Callable[[Any], object]) -> None:
    """Accept also the values for which `fits(value)` for these types."""
    for type_ in types.split():
        strict, expected = values.TYPES[type_]
        mock.item(values.TYPES, type_, (lambda value, strict=strict: strict(value) or bool(fits(value)), expected))


def _text_fits(type_: str, pattern: str) -> Change:
    return _fits(type_, lambda value: isinstance(value, str) and re.fullmatch(pattern, value))


@operator
def _validated_by(mock: Mock, is_misfit: Callable[[Any, Record, Any], Any]) -> None:
    """Validate by `is_misfit(original, definition, value)`."""
    mock.assign(definitions, "expected_value", partial(is_misfit, values.expected_value))


faults(
    "ATT-10",
    any_value_fits=_fits(" ".join(values.TYPES), lambda _: True),
    number_takes_text=_text_fits("number", r"-?\d+(\.\d+)?"),
    number_takes_true=_fits("number", lambda value: isinstance(value, bool)),
    boolean_takes_0_and_1=_fits("boolean", lambda value: isinstance(value, int | float) and value in (0, 1)),
    _30th_of_february=_text_fits("date", r"\d{4}-[01]\d-[0-3]\d"),
    date_takes_datetime=_fits("date", values.TYPES["datetime"][0]),
    object_takes_list=_fits("object", lambda value: isinstance(value, list)),
    unfit_is_422=refused(422, PUT, instead_of=400, where=saying("does not fit the definition")),
    newline_behind_a_date=_validated_by(
        lambda original, d, v: original(d, v.removesuffix("\n") if isinstance(v, str) and d["type"] == "date" else v)
    ),
    leap_year_1900=_validated_by(
        lambda expected_value, d, v: None if d["type"] == "date" and v == "1900-02-29" else expected_value(d, v)
    ),
    unfit_removes_the_value=answer(Exchange.delete_value, PUT, status=400),
)


@fault("ATT-10", answer, PUT, status=400)
def unfit_is_refused_but_stored(exchange: Exchange) -> None:
    attribute = exchange.fields.get("attribute")
    if isinstance(attribute, dict) and "value" in attribute and exchange.stored:
        exchange.put(attribute["value"])


@fault("ATT-10", _validated_by)
def digits_of_other_scripts(expected_value: Any, definition: Record, value: Any) -> Any:
    """A date may be written with the digits of any script."""
    if definition["type"] == "date" and isinstance(value, str):
        value = re.sub(r"\d", lambda digit: str(int(digit[0])), value)
    return expected_value(definition, value)


@fault("ATT-10")
def judged_by_the_first_type(mock: Mock) -> None:
    """A value may also fit the type with which the definition was created."""
    first = first_values(mock, "type", Definitions, "update")

    def is_misfit(expected_value: Any, definition: Record, value: Any) -> Any:
        created = {**definition, "type": first.get(definition["_id"], definition["type"])}
        return expected_value(definition, value) and expected_value(created, value)

    _validated_by(is_misfit)(mock)


def _has_no_value(exchange: Exchange) -> bool:
    attribute = exchange.fields.get("attribute", {})
    return bool(exchange.fields == {} or (isinstance(attribute, dict) and "value" not in attribute))


def _put_anyway(where: Condition, value: Callable[[Exchange], Any] = lambda _: None) -> Change:
    """Store `value(exchange)` and respond with 201, where something holds of a refused put."""
    return answer(lambda x: x.answer(201, x.put(value(x))) if x.stored and where(x) else None, PUT, status=400)


faults(
    "ATT-11",
    no_value_is_null=_put_anyway(_has_no_value),
    empty_attribute_is_taken=_put_anyway(lambda x: x.fields.get("attribute") == {}, lambda _: ""),
    no_value_keeps_the_old=_put_anyway(lambda x: _has_no_value(x) and x.held, lambda x: x.held.value),
    no_body_empties_the_value=answer(
        lambda x: None if x.content else x.tenant.attributes._by_user.pop(x.ids["user_id"], None), PUT, status=400
    ),
    value_beside_attribute=request(
        lambda x: (
            setattr(x, "body", {"attribute": {"value": x.fields["value"]}})
            if _has_no_value(x) and "value" in x.fields
            else None
        ),
        PUT,
    ),
)


def _is_null(exchange: Exchange) -> bool:
    attribute = exchange.fields.get("attribute")
    return isinstance(attribute, dict) and attribute.get("value", 0) is None


faults(
    "ATT-14",
    null_is_stored=_put_anyway(_is_null),
    null_fits_an_object=_put_anyway(lambda x: _is_null(x) and x.stored["type"] == "object"),
    null_is_refused_and_deletes=answer(
        lambda x: x.tenant.attributes._by_user.pop(x.ids["user_id"], None) if _is_null(x) else None, PUT, status=400
    ),
)


@fault("ATT-14", answer, PUT, status=400)
def null_deletes(exchange: Exchange) -> None:
    if _is_null(exchange):
        exchange.delete_value()
        exchange.deleted()
