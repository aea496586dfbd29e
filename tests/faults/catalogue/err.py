"""Faults of ERR: the shape of errors."""

from tests.faults.patching import LIST_ATTRIBUTES, LIST_DEFINITIONS, LIST_GROUPS, LIST_USERS, Exchange, Mock
from tests.faults.registry import fault

LISTING = (LIST_DEFINITIONS, LIST_ATTRIBUTES, LIST_GROUPS, LIST_USERS)

# --- ERR-01 -------------------------------------------------------------------------------------------


@fault("ERR-01-error-is-a-string", rule="ERR-01", subtlety="obvious")
def error_is_a_string(mock: Mock) -> None:
    """An error's body is a JSON string."""
    mock.errors(lambda x: x.answer(x.status, x.json["message"]))


@fault("ERR-01-empty-message-in-404", rule="ERR-01", subtlety="plausible")
def empty_message_in_404(mock: Mock) -> None:
    """The message of a 404 is empty."""
    mock.errors(lambda x: x.json.update(message=""), status=404)


@fault("ERR-01-messages-are-a-list", rule="ERR-01", subtlety="plausible")
def messages_are_a_list(mock: Mock) -> None:
    """The message of a 400 is a list of texts."""
    mock.errors(lambda x: x.json.update(message=[x.json["message"]]), status=400)


@fault("ERR-01-unknown-path-is-a-page", rule="ERR-01", subtlety="plausible")
def unknown_path_is_a_page(mock: Mock) -> None:
    """The 404 of an unknown path is the framework's HTML page."""

    def hook(exchange: Exchange) -> None:
        if not exchange.template:
            exchange.answer(404, text="<h1>Not Found</h1>", content_type="text/html")

    mock.errors(hook, status=404)


@fault("ERR-01-message-is-called-error", rule="ERR-01", subtlety="plausible")
def message_is_called_error(mock: Mock) -> None:
    """A 400 for a query parameter has its text in `error`."""
    mock.answer(lambda x: x.json.update(error=x.json.pop("message")), *LISTING, status=400)


@fault("ERR-01-415-has-no-body", rule="ERR-01", subtlety="subtle")
def unsupported_has_no_body(mock: Mock) -> None:
    """A 415 has no body."""
    mock.errors(lambda x: x.answer(415, text=""), status=415)


# --- ERR-02 -------------------------------------------------------------------------------------------


@fault("ERR-02-success-is-true", rule="ERR-02", subtlety="obvious")
def success_is_true(mock: Mock) -> None:
    """Errors say success true."""
    mock.errors(lambda x: x.json.update(success=True))


@fault("ERR-02-no-success", rule="ERR-02", subtlety="plausible")
def no_success(mock: Mock) -> None:
    """Errors do not have success."""
    mock.errors(lambda x: x.json.pop("success"))


@fault("ERR-02-404-says-400", rule="ERR-02", subtlety="plausible")
def not_found_says_400(mock: Mock) -> None:
    """status_code is 400 in every error."""
    mock.errors(lambda x: x.json.update(status_code=400))


@fault("ERR-02-status-code-is-a-string", rule="ERR-02", subtlety="subtle")
def status_code_is_a_string(mock: Mock) -> None:
    """status_code is a string."""
    mock.errors(lambda x: x.json.update(status_code=str(x.status)))


@fault("ERR-02-405-without-status-code", rule="ERR-02", subtlety="subtle")
def method_not_allowed_without_status_code(mock: Mock) -> None:
    """A 405 has no status_code."""
    mock.errors(lambda x: x.json.pop("status_code"), status=405)


# --- ERR-03 -------------------------------------------------------------------------------------------


@fault("ERR-03-no-errors", rule="ERR-03", subtlety="obvious")
def no_errors(mock: Mock) -> None:
    """A 400 has no errors."""
    mock.errors(lambda x: x.json.pop("errors"), status=400)


@fault("ERR-03-errors-are-empty", rule="ERR-03", subtlety="plausible")
def errors_are_empty(mock: Mock) -> None:
    """`errors` is an empty list."""
    mock.errors(lambda x: x.json.update(errors=[]), status=400)


@fault("ERR-03-errors-are-an-object", rule="ERR-03", subtlety="plausible")
def errors_are_an_object(mock: Mock) -> None:
    """`errors` is an object: field to message."""
    mock.errors(lambda x: x.json.update(errors={one["field"]: one["message"] for one in x.json["errors"]}), status=400)


@fault("ERR-03-first-field-only", rule="ERR-03", subtlety="subtle")
def first_field_only(mock: Mock) -> None:
    """`errors` lists the first offending field only."""
    mock.errors(lambda x: x.json.update(errors=x.json["errors"][:1]), status=400)


@fault("ERR-03-no-errors-for-queries", rule="ERR-03", subtlety="subtle")
def no_errors_for_queries(mock: Mock) -> None:
    """A 400 for a query parameter has no errors."""
    mock.answer(lambda x: x.json.pop("errors"), *LISTING, status=400)
