"""Faults of FMT-04: requests that crash the server."""

import re

from tests.faults.patching import (
    BULK,
    CREATE_DEFINITION,
    CREATE_GROUP,
    LIST_USERS,
    LISTS,
    PATCH_GROUP,
    PUT_ATTRIBUTE,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
)
from tests.faults.registry import fault


def crash(exchange: Exchange) -> None:
    exchange.answer(500, {"success": False, "status_code": 500, "message": "Internal Server Error"})


# --- FMT-04 -------------------------------------------------------------------------------------------


@fault("FMT-04-huge-page-no", rule="FMT-04", subtlety="plausible")
def huge_page_no(mock: Mock) -> None:
    """A page_no beyond 32 bits overflows in the database: 500."""
    mock.answer(lambda x: crash(x) if int(x.query.get("page_no", 1)) >= 2**31 else None, *LISTS, status=200)


@fault("FMT-04-odd-id", rule="FMT-04", subtlety="obvious")
def odd_id(mock: Mock) -> None:
    """An id that is not 24 hex digits cannot be cast: 500."""

    def hook(exchange: Exchange) -> None:
        record_id = exchange.ids.get("definition_id") or exchange.ids.get("group_id") or "0" * 24
        if not re.fullmatch("[0-9a-f]{24}", record_id):
            crash(exchange)

    mock.answer(hook, status=404)


@fault("FMT-04-malformed-json", rule="FMT-04", subtlety="obvious")
def malformed_json(mock: Mock) -> None:
    """A body that is not JSON crashes the parser: 500."""
    mock.answer(lambda x: crash(x) if x.content and x.body is None and x.content != b"null" else None, status=400)


@fault("FMT-04-body-that-is-no-object", rule="FMT-04", subtlety="plausible")
def body_that_is_no_object(mock: Mock) -> None:
    """A JSON body that is a list, a text or null crashes the handler of an update: 500."""
    mock.answer(
        lambda x: crash(x) if x.content and not isinstance(x.body, dict) else None,
        UPDATE_DEFINITION,
        PATCH_GROUP,
        status=400,
    )


@fault("FMT-04-nul-in-a-name", rule="FMT-04", subtlety="subtle")
def nul_in_a_name(mock: Mock) -> None:
    """A NUL character in a text of the body is one that the database refuses: 500."""

    def hook(exchange: Exchange) -> None:
        if b"\\u0000" in exchange.content:
            crash(exchange)

    mock.answer(hook, CREATE_DEFINITION, UPDATE_DEFINITION, CREATE_GROUP, PATCH_GROUP)


@fault("FMT-04-parenthesis-in-a-search", rule="FMT-04", subtlety="plausible")
def parenthesis_in_a_search(mock: Mock) -> None:
    """A name filter is compiled as a regular expression: "(" and "[" are 500."""

    def hook(exchange: Exchange) -> None:
        try:
            re.compile(exchange.query.get("name", ""))
        except re.error:
            crash(exchange)

    mock.answer(hook, *LISTS)


@fault("FMT-04-user-id-beyond-ascii", rule="FMT-04", subtlety="subtle")
def user_id_beyond_ascii(mock: Mock) -> None:
    """A user_id with letters beyond ASCII is 500."""
    mock.answer(lambda x: crash(x) if not x.ids.get("user_id", "").isascii() else None)


@fault("FMT-04-cursor-that-is-unknown", rule="FMT-04", subtlety="plausible")
def cursor_that_is_unknown(mock: Mock) -> None:
    """A cursor that cannot be decoded is 500."""
    mock.answer(lambda x: crash(x) if "cursor" in x.query else None, LIST_USERS, status=400)


@fault("FMT-04-big-number", rule="FMT-04", subtlety="subtle")
def big_number(mock: Mock) -> None:
    """A value that is a whole number beyond 64 bits does not fit its column: 500."""

    def hook(exchange: Exchange) -> None:
        attribute = exchange.fields.get("attribute")
        value = attribute.get("value") if isinstance(attribute, dict) else None
        if isinstance(value, int | float) and abs(value) >= 2**63:
            crash(exchange)

    mock.answer(hook, PUT_ATTRIBUTE)


@fault("FMT-04-bulk-with-a-list-of-texts", rule="FMT-04", subtlety="subtle")
def bulk_with_a_list_of_texts(mock: Mock) -> None:
    """A bulk update whose attributes are not objects is 500."""

    def hook(exchange: Exchange) -> None:
        attributes = exchange.fields.get("attributes")
        if not isinstance(attributes, list) or not all(isinstance(item, dict) for item in attributes):
            crash(exchange)

    mock.answer(hook, BULK, status=400)
