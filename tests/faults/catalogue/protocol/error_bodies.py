"""Faults of the bodies of errors (ERR-01 to ERR-03)."""

from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import Condition, answer, error_bodies, fields, no_field
from tests.faults.patching import Exchange
from tests.faults.registry import Change, faults


def _message(new: Callable[[str], object], status: int) -> Change:
    return error_bodies(lambda x: x.json.update(message=new(x.json["message"])), status)


faults(
    "ERR-01",
    error_is_a_string=error_bodies(lambda x: x.answer(x.status, x.json["message"])),
    empty_message_in_404=_message(lambda text: "", 404),
    messages_are_a_list=_message(lambda text: [text], 400),
    message_is_called_error=answer(lambda x: x.json.update(error=x.json.pop("message")), *ops.ANY_LIST, status=400),
    message_is_a_blank=answer(
        lambda x: x.json.update(message=" ") if "page_no" in x.query else None, ops.LIST_DEFINITIONS, status=400
    ),
    unknown_path_is_a_page=answer(
        lambda x: None if x.template else x.answer(404, text="<h1>Not Found</h1>", content_type="text/html"), status=404
    ),
    _415_has_no_body=answer(lambda x: x.answer(415, text=""), status=415),
)

faults(
    "ERR-02",
    success_is_true=error_bodies(lambda x: x.json.update(success=True)),
    success_is_a_text=error_bodies(
        lambda x: x.json.update(success="false") if x.operation == ops.UPDATE_DEFINITION else None
    ),
    no_success=error_bodies(lambda x: x.json.pop("success")),
    _404_says_400=error_bodies(lambda x: x.json.update(status_code=400)),
    status_code_is_a_string=error_bodies(lambda x: x.json.update(status_code=str(x.status))),
    _405_without_status_code=no_field("status_code", status=405),
)


def _errors(change: Callable[[list[Any]], object], where: Condition = lambda _: True) -> Change:
    """Change `errors` of a 400, where something holds."""
    return answer(lambda x: x.json.update(errors=change(x.json["errors"])) if where(x) else None, status=400)


def _is_empty_creation(exchange: Exchange) -> bool:
    return exchange.operation in {ops.CREATE_DEFINITION, ops.CREATE_GROUP, ops.BULK} and exchange.body == {}


def _is_query(exchange: Exchange) -> bool:
    errors = exchange.json.get("errors")
    return bool(errors) and errors[0]["field"].startswith("query")


faults(
    "ERR-03",
    no_errors=no_field("errors", status=400),
    no_errors_for_queries=no_field("errors", *ops.ANY_LIST, status=400),
    errors_are_empty=fields(status=400, errors=[]),
    errors_are_an_object=_errors(lambda errors: {one["field"]: one["message"] for one in errors}),
    first_field_only=_errors(lambda errors: errors[:1]),
    first_missing_field_only=_errors(lambda errors: errors[:1], _is_empty_creation),
    one_query_parameter_only=_errors(lambda errors: errors[:1], _is_query),
    three_errors_at_most=_errors(lambda errors: errors[:3]),
)
