"""More faults of FMT-02: what bodies hold in rare states."""

import json
from typing import Any

from tests.faults.patching import (
    BULK,
    CATEGORIES,
    CATEGORISED,
    DELETE_ATTRIBUTE,
    DELETE_GROUP,
    GET_ATTRIBUTE,
    GET_DEFINITION,
    GET_GROUP,
    LIST_ATTRIBUTES,
    LIST_DEFINITIONS,
    LIST_GROUPS,
    LIST_USERS,
    REFRESH,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault


def body_of(mock: Mock, changes: dict[str, Any], *operation_ids: str) -> None:
    """Change fields of successful answers."""
    mock.answer(lambda x: x.json.update(changes) if x.status < 300 else None, *operation_ids)


@fault("FMT-02-no-definitions-are-null", rule="FMT-02", subtlety="plausible")
def no_definitions_are_null(mock: Mock) -> None:
    """A list of definitions without any has items null."""
    mock.answer(lambda x: x.json.update(items=x.json["items"] or None), LIST_DEFINITIONS, status=200)


@fault("FMT-02-no-users-are-null", rule="FMT-02", subtlety="subtle")
def no_users_are_null(mock: Mock) -> None:
    """The users of a group that has none are null."""
    mock.answer(lambda x: x.json.update(items=x.json["items"] or None), LIST_USERS, status=200)


@fault("FMT-02-no-categories-are-null", rule="FMT-02", subtlety="subtle")
def no_categories_are_null(mock: Mock) -> None:
    """The category list asked for an unknown category has items null."""
    mock.answer(lambda x: x.json.update(items=x.json["items"] or None), CATEGORIES, status=200)


@fault("FMT-02-no-emails-are-null", rule="FMT-02", subtlety="subtle")
def no_emails_are_null(mock: Mock) -> None:
    """A user without email addresses has emails null."""
    mock.records("user", lambda user: user.update(emails=user.get("emails") or None))


@fault("FMT-02-falsy-value-is-left-out", rule="FMT-02", subtlety="subtle")
def falsy_value_is_left_out(mock: Mock) -> None:
    """A value that is false, 0, "" or empty is left out of the attribute that is read."""

    def change(record: Record) -> None:
        if not record["attribute"]["value"]:
            del record["attribute"]["value"]

    mock.records("attribute", change, GET_ATTRIBUTE)


@fault("FMT-02-falsy-value-is-left-out-of-the-list", rule="FMT-02", subtlety="subtle")
def false_is_left_out_of_the_list(mock: Mock) -> None:
    """A value that is false is left out of the attribute in the user's list."""

    def change(record: Record) -> None:
        if record["attribute"]["value"] is False:
            del record["attribute"]["value"]

    mock.records("attribute", change, LIST_ATTRIBUTES)


@fault("FMT-02-item-total-of-none-is-left-out", rule="FMT-02", subtlety="subtle")
def item_total_of_none_is_left_out(mock: Mock) -> None:
    """item_total is left out where it is 0."""
    mock.pages(lambda page: page["item_total"] or page.pop("item_total"), LIST_GROUPS, LIST_ATTRIBUTES)


@fault("FMT-02-false-has-next-is-left-out", rule="FMT-02", subtlety="subtle")
def false_has_next_is_left_out(mock: Mock) -> None:
    """has_next is left out of the last page of users."""
    mock.pages(lambda page: page["has_next"] or page.pop("has_next"), LIST_USERS)


@fault("FMT-02-update-answers-a-message", rule="FMT-02", subtlety="plausible")
def update_answers_a_message(mock: Mock) -> None:
    """An update of a definition answers with success and a message, not with the definition."""
    mock.answer(lambda x: x.answer(200, {"success": True, "message": "Updated."}), UPDATE_DEFINITION, status=200)


@fault("FMT-02-group-in-an-envelope", rule="FMT-02", subtlety="plausible")
def group_in_an_envelope(mock: Mock) -> None:
    """A group that is read by its id is wrapped in data."""
    mock.answer(lambda x: x.answer(200, {"data": x.json}), GET_GROUP, status=200)


@fault("FMT-02-count-is-a-string-after-a-refresh", rule="FMT-02", subtlety="subtle")
def count_is_a_string_after_a_refresh(mock: Mock) -> None:
    """total_users.count is a string once the users were counted."""

    def change(group: Record) -> None:
        total = group["total_users"]
        if total["refreshed_at"] is not None:
            total["count"] = str(total["count"])

    mock.records("group", change)


@fault("FMT-02-refreshed-at-is-a-number", rule="FMT-02", subtlety="subtle")
def refreshed_at_is_a_number(mock: Mock) -> None:
    """refreshed_at is written as seconds since 1970."""

    def change(group: Record) -> None:
        if group["total_users"]["refreshed_at"] is not None:
            group["total_users"] = {**group["total_users"], "refreshed_at": 1700000000}

    mock.records("group", change, GET_GROUP, LIST_GROUPS)


@fault("FMT-02-bulk-status-code-is-a-string", rule="FMT-02", subtlety="subtle")
def bulk_status_code_is_a_string(mock: Mock) -> None:
    """status_code of a bulk update is a string."""
    body_of(mock, {"status_code": "202"}, BULK)


@fault("FMT-02-success-of-a-delete-is-1", rule="FMT-02", subtlety="subtle")
def success_of_a_delete_is_1(mock: Mock) -> None:
    """The success in the answer to deleting a value is 1."""
    body_of(mock, {"success": 1}, DELETE_ATTRIBUTE)


@fault("FMT-02-message-of-a-delete-is-null", rule="FMT-02", subtlety="subtle")
def message_of_a_delete_is_null(mock: Mock) -> None:
    """The message in the answer to deleting a group is null."""
    body_of(mock, {"message": None}, DELETE_GROUP)


@fault("FMT-02-uid-of-a-refresh-is-a-string", rule="FMT-02", subtlety="subtle")
def uid_of_a_refresh_is_a_string(mock: Mock) -> None:
    """The uid in the answer to a refresh is a string."""
    mock.answer(lambda x: x.json.update(uid=str(x.json["uid"])), REFRESH, status=202)


@fault("FMT-02-total-groups-is-a-string", rule="FMT-02", subtlety="subtle")
def total_groups_is_a_string(mock: Mock) -> None:
    """total_groups is a string where one category is asked for."""

    def hook(exchange: Exchange) -> None:
        for item in exchange.json["items"] if exchange.query else ():
            item["total_groups"] = str(item["total_groups"])

    mock.answer(hook, CATEGORIES, status=200)


@fault("FMT-02-category-without-groups-is-null", rule="FMT-02", subtlety="subtle")
def category_of_one_group_is_no_list(mock: Mock) -> None:
    """In the categorised list a category without groups is null."""

    def hook(exchange: Exchange) -> None:
        groups = exchange.json["user_groups"]
        exchange.json["user_groups"] = {**{key: groups.get(key) or None for key in ("l1", "l2", "l3")}}

    mock.answer(hook, CATEGORISED, status=200)


@fault("FMT-02-false-is-0-in-the-list", rule="FMT-02", subtlety="subtle")
def false_is_0_in_the_list(mock: Mock) -> None:
    """customer_editable is 0 or 1 in the list of definitions, and right by the id."""
    mock.records("definition", lambda r: r.update(customer_editable=int(r["customer_editable"])), LIST_DEFINITIONS)


@fault("FMT-02-text-behind-the-json", rule="FMT-02", subtlety="subtle")
def two_objects_in_one_body(mock: Mock) -> None:
    """The body of a definition that is read is sent with a line of log behind it."""
    mock.answer(
        lambda x: x.answer(200, text=json.dumps(x.json) + "\nDEBUG 1 row") if x.status == 200 else None, GET_DEFINITION
    )
