"""Faults of the validations of a definition (ATT-15)."""

import re
from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import wrap
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults, operator
from tests.faults.seed import CHOICE_ID, LENGTH_ID, RANGE_ID, TEXT_ID

from audience_mock.store import values
from audience_mock.store.definitions import Definitions


@operator
def _validated(mock: Mock, kinds: str, passes: Callable[[Any, Any], bool], definition_id: str = TEXT_ID) -> None:
    """Validate these kinds by `passes(value, bound)`, in a run with this definition."""
    mock.options["validated_definition_id"] = definition_id
    for kind in kinds.split():
        mock.item(values.VALIDATIONS, kind, values.VALIDATIONS[kind]._replace(passes=passes))


def _regex(flag: re.RegexFlag) -> Change:
    return _validated("regex", lambda value, form: all(re.search(form, text, flag) for text in values._texts(value)))


faults(
    "ATT-15",
    validations_are_ignored=_validated(" ".join(values.VALIDATIONS), lambda value, bound: True),
    max_length_is_ignored=_validated("max_length", lambda value, bound: True),
    length_is_that_in_utf_8=_validated("max_length", lambda value, bound: len(value.encode()) <= bound, LENGTH_ID),
    length_is_that_without_blanks=_validated("max_length", lambda value, bound: len(value.strip()) <= bound, LENGTH_ID),
    min_length_off_by_one=_validated("min_length", lambda value, bound: len(value) >= bound - 1),
    max_off_by_one=_validated("max", lambda value, bound: value <= bound + 1, RANGE_ID),
    min_is_ignored=_validated("min", lambda value, bound: True, RANGE_ID),
    one_of_a_list_is_enough=_validated(
        "one_of", lambda value, options: value == [] or any(item in options for item in value), CHOICE_ID
    ),
    regex_somewhere=_validated("regex", lambda value, form: re.search(form.strip("^$"), value) is not None),
    regex_without_case=_regex(re.IGNORECASE),
    regex_line_by_line=_regex(re.MULTILINE),
    first_validation_only=wrap(
        lambda validate, self, definition, value, field: validate(
            self, {**definition, "validations": definition["validations"][:1]}, value, field
        ),
        Definitions,
        "validate",
    ),
)


@fault("ATT-15")
def replacing_is_not_validated(mock: Mock) -> None:
    replaced: list[str] = []

    def before(exchange: Exchange) -> None:
        definition_id = exchange.ids["definition_id"]
        replaced[:] = [definition_id] if definition_id in exchange.user_values else []

    def validate(original: Any, self: Any, definition: Record, value: Any, field: str) -> Any:
        changed = {**definition, "validations": []} if definition["_id"] in replaced else definition
        return original(self, changed, value, field)

    mock.request(before, ops.PUT_ATTRIBUTE)
    mock.wrap(validate, Definitions, "validate")
