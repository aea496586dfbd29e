"""Faults of the bodies of errors (ERR-01 to ERR-04)."""

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


def _says(text: str, *operation_ids: str, where: Condition = lambda _: True) -> Change:
    """The message of a 400, where something holds; `errors` says the same."""

    def change(exchange: Exchange) -> None:
        if where(exchange):
            exchange.json["message"] = text

    return answer(change, *operation_ids, status=400)


def _of_field(*names: str) -> Condition:
    """The condition that the errors of a 400 are about one of these fields."""
    return lambda x: any(one["field"].endswith(names) for one in x.json.get("errors", ()))


def _is_locked(exchange: Exchange) -> bool:
    return " is locked" in str(exchange.json["message"])


def _is_missing(exchange: Exchange) -> bool:
    return " is missing" in str(exchange.json["message"])


faults(
    "ERR-04",
    validation_failed=_says("Validation failed, see errors."),
    bad_request_for_queries=_says("Bad Request", where=_is_query),
    only_the_expected_type_of_a_body=_says("Expected another kind of input.", where=lambda x: not _is_query(x)),
    missing_fields_are_not_named=_says("A required property is missing.", where=_is_missing),
    taken_slug_says_that_it_exists=_says(
        "A definition like this exists already.", ops.CREATE_DEFINITION, where=lambda x: "taken" in x.json["message"]
    ),
    unknown_cursor_is_an_invalid_request=_says("Invalid request", ops.LIST_USERS, where=_of_field("cursor")),
    type_in_use_is_a_conflict=_says(
        "The change conflicts with what is stored.",
        ops.UPDATE_DEFINITION,
        where=lambda x: "cannot" in x.json["message"],
    ),
    misfits_are_not_repeated=_says("This does not fit the definition.", ops.PUT_ATTRIBUTE, ops.BULK),
    unserved_tenant_is_not_named=_says("Access denied.", where=_of_field("company_id", "application_id")),
    bulk_names_the_first_item_only=_says("Item 0 is wrong.", ops.BULK, where=_of_field("key")),
    locked_is_not_allowed=_says("This is not allowed.", ops.DELETE_DEFINITION, ops.UPDATE_DEFINITION, where=_is_locked),
    file_url_is_called_an_address=_says("Enter a web address.", where=_of_field("file_url")),
)
