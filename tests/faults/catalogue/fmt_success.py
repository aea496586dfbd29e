"""Faults of FMT-01 to FMT-03 and FMT-11: statuses, schemas, content types, times."""

from datetime import datetime

from tests.faults.patching import (
    CATEGORIES,
    CATEGORISED,
    CREATE_DEFINITION,
    CREATE_GROUP,
    DELETE_DEFINITION,
    DELETE_GROUP,
    GET_ATTRIBUTE,
    GET_DEFINITION,
    LIST_ATTRIBUTES,
    LIST_DEFINITIONS,
    LIST_GROUPS,
    LIST_USERS,
    LISTS,
    PATCH_GROUP,
    REFRESH,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

TIMES = ("created_at", "modified_at")


# --- FMT-01 -------------------------------------------------------------------------------------------


@fault("FMT-01-creation-is-200", rule="FMT-01", subtlety="obvious")
def creation_is_200(mock: Mock) -> None:
    """Creating a definition or a group answers 200."""
    mock.answer(lambda x: setattr(x, "status", 200), CREATE_DEFINITION, CREATE_GROUP, status=201)


@fault("FMT-01-empty-list-is-204", rule="FMT-01", subtlety="plausible")
def empty_list_is_204(mock: Mock) -> None:
    """A list without items is answered with 204 and no body."""
    mock.answer(lambda x: None if x.json["items"] else x.answer(204), *LISTS, status=200)


@fault("FMT-01-user-without-values-is-404", rule="FMT-01", subtlety="plausible")
def user_without_values_is_404(mock: Mock) -> None:
    """The list of a user who holds no value is 404: the user is taken for unknown."""
    mock.answer(lambda x: None if x.json["page"]["item_total"] else x.refuse(404), LIST_ATTRIBUTES, status=200)


@fault("FMT-01-part-of-a-list-is-206", rule="FMT-01", subtlety="subtle")
def part_of_a_list_is_206(mock: Mock) -> None:
    """A page of groups that has a next one is 206 Partial Content."""
    mock.answer(lambda x: setattr(x, "status", 206) if x.json["page"]["has_next"] else None, LIST_GROUPS, status=200)


@fault("FMT-01-delete-of-a-group-is-204", rule="FMT-01", subtlety="plausible")
def delete_of_a_group_is_204(mock: Mock) -> None:
    """Deleting a group answers 204 without a body."""
    mock.answer(lambda x: x.answer(204), DELETE_GROUP, status=200)


@fault("FMT-01-unchanged-patch-is-304", rule="FMT-01", subtlety="subtle")
def unchanged_patch_is_304(mock: Mock) -> None:
    """A patch or update that names no field is 304."""
    mock.answer(lambda x: x.answer(304) if x.body == {} else None, PATCH_GROUP, UPDATE_DEFINITION, status=200)


# --- FMT-02 -------------------------------------------------------------------------------------------


@fault("FMT-02-pin-order-is-a-string", rule="FMT-02", subtlety="obvious")
def pin_order_is_a_string(mock: Mock) -> None:
    """pin_order is written as a string."""
    mock.records("definition", lambda record: record.update(pin_order=str(record["pin_order"])))


@fault("FMT-02-group-uid-is-a-string", rule="FMT-02", subtlety="plausible")
def group_uid_is_a_string(mock: Mock) -> None:
    """A group's uid is written as a string."""
    mock.records("group", lambda record: record.update(uid=str(record["uid"])))


@fault("FMT-02-flags-are-0-and-1", rule="FMT-02", subtlety="plausible")
def flags_are_0_and_1(mock: Mock) -> None:
    """`encrypted` and is_locked come out of the database as 0 and 1."""
    mock.records("definition", lambda r: r.update(encrypted=int(r["encrypted"]), is_locked=int(r["is_locked"])))


@fault("FMT-02-item-total-is-a-string-in-one-list", rule="FMT-02", subtlety="plausible")
def item_total_is_a_string_in_one_list(mock: Mock) -> None:
    """item_total is a string in the list of a user's values."""
    mock.pages(lambda page: page.update(item_total=str(page["item_total"])), LIST_ATTRIBUTES)


@fault("FMT-02-null-cursors-are-left-out", rule="FMT-02", subtlety="subtle")
def null_cursors_are_left_out(mock: Mock) -> None:
    """A page of users has no next_cursor or prev_cursor where it would be null."""

    def hook(exchange: Exchange) -> None:
        page = exchange.json["page"]
        exchange.json["page"] = {key: value for key, value in page.items() if value is not None}

    mock.answer(hook, LIST_USERS, status=200)


@fault("FMT-02-country-code-is-a-string", rule="FMT-02", subtlety="subtle")
def country_code_is_a_string(mock: Mock) -> None:
    """The country code of a user's phone number is a string."""

    def change(user: Record) -> None:
        for phone in user["phone_numbers"]:
            phone["country_code"] = str(phone["country_code"])

    mock.records("user", change)


@fault("FMT-02-no-tags-are-null", rule="FMT-02", subtlety="subtle")
def no_tags_are_null(mock: Mock) -> None:
    """A group without tags has tags null."""
    mock.records("group", lambda record: record.update(tags=record["tags"] or None))


@fault("FMT-02-total-users-null-while-pending", rule="FMT-02", subtlety="subtle")
def total_users_null_while_pending(mock: Mock) -> None:
    """total_users is null until the group's file has been read."""
    mock.records("group", lambda r: r.update(total_users=None) if r["status"] == "pending" else None)


@fault("FMT-02-attribute-without-type", rule="FMT-02", subtlety="plausible")
def attribute_without_type(mock: Mock) -> None:
    """An attribute that is read alone has no type."""
    mock.records("attribute", lambda record: record.pop("type"), GET_ATTRIBUTE)


@fault("FMT-02-categories-without-envelope", rule="FMT-02", subtlety="obvious")
def categories_without_envelope(mock: Mock) -> None:
    """The category list is a bare array."""
    mock.answer(lambda x: x.answer(200, x.json["items"]), CATEGORIES, status=200)


# --- FMT-03 -------------------------------------------------------------------------------------------


def _served_as(exchange: Exchange, content_type: str | None) -> None:
    exchange.answer_headers.pop("content-type", None)
    if content_type is not None:
        exchange.answer_headers["content-type"] = content_type


@fault("FMT-03-everything-is-text", rule="FMT-03", subtlety="obvious")
def everything_is_text(mock: Mock) -> None:
    """Every answer is served as text/plain."""
    mock.answer(lambda x: _served_as(x, "text/plain; charset=utf-8"))


@fault("FMT-03-errors-are-text", rule="FMT-03", subtlety="plausible")
def errors_are_text(mock: Mock) -> None:
    """Errors are served as text/plain."""
    mock.errors(lambda x: _served_as(x, "text/plain"))


@fault("FMT-03-deletes-are-html", rule="FMT-03", subtlety="subtle")
def deletes_are_html(mock: Mock) -> None:
    """The answer of deleting a definition is served as text/html."""
    mock.answer(lambda x: _served_as(x, "text/html; charset=utf-8"), DELETE_DEFINITION, status=200)


@fault("FMT-03-refresh-without-content-type", rule="FMT-03", subtlety="subtle")
def refresh_without_content_type(mock: Mock) -> None:
    """The answer of a refresh has no Content-Type."""
    mock.answer(lambda x: _served_as(x, None), REFRESH, status=202)


@fault("FMT-03-categorised-is-hal", rule="FMT-03", subtlety="subtle")
def categorised_is_hal(mock: Mock) -> None:
    """The categorised list is served as application/hal+json."""
    mock.answer(lambda x: _served_as(x, "application/hal+json"), CATEGORISED)


@fault("FMT-03-404-is-problem-json", rule="FMT-03", subtlety="plausible")
def not_found_is_problem_json(mock: Mock) -> None:
    """404s are served as application/problem+json."""
    mock.errors(lambda x: _served_as(x, "application/problem+json"), status=404)


# --- FMT-11 -------------------------------------------------------------------------------------------


def _retime(record: Record, pattern: str) -> None:
    for name in TIMES:
        record[name] = f"{datetime.fromisoformat(record[name]):{pattern}}"


@fault("FMT-11-time-without-zone", rule="FMT-11", subtlety="plausible")
def time_without_zone(mock: Mock) -> None:
    """The times of definitions have no zone."""
    mock.records("definition", lambda record: _retime(record, "%Y-%m-%dT%H:%M:%S.%f"))


@fault("FMT-11-time-as-in-http", rule="FMT-11", subtlety="obvious")
def time_as_in_http(mock: Mock) -> None:
    """The times of groups are written as HTTP writes dates."""
    mock.records("group", lambda record: _retime(record, "%a, %d %b %Y %H:%M:%S GMT"))


@fault("FMT-11-zone-without-colon-in-categorised", rule="FMT-11", subtlety="subtle")
def zone_without_colon_in_categorised(mock: Mock) -> None:
    """In the categorised list the times end in +0000."""
    mock.records("group", lambda record: _retime(record, "%Y-%m-%dT%H:%M:%S+0000"), CATEGORISED)


@fault("FMT-11-no-zone-after-an-update", rule="FMT-11", subtlety="subtle")
def no_zone_after_an_update(mock: Mock) -> None:
    """modified_at loses its zone when a definition or a group is updated."""

    def change(record: Record) -> None:
        if record["modified_at"] != record["created_at"]:
            record["modified_at"] = record["modified_at"].removesuffix("Z")

    mock.records("definition", change, LIST_DEFINITIONS, GET_DEFINITION, UPDATE_DEFINITION)
    mock.records("group", change)
