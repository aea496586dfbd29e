"""Faults of statuses, bodies and content types of responses, and crashes (FMT-01 to FMT-04, FMT-12, FMT-14)."""

import json
import re
from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import (
    FLAGS,
    answer,
    crash_if,
    fields,
    records,
    refuse_if,
    refused,
    request,
    served_as,
    status_is,
)
from tests.faults.operators.lists import pages
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

LONGEST, LARGEST = 255, 100


def _values(exchange: Exchange) -> list[object]:
    """The values that a put or a bulk update sets."""
    fields = exchange.fields
    items = [fields.get("attribute"), *(fields.get("attributes") or [])]
    return [item["value"] for item in items if isinstance(item, dict) and "value" in item]


def _has_failed(exchange: Exchange) -> bool:
    return exchange.stored.get("status") == "failed"


def _is_content_type(exchange: Exchange, pattern: str) -> bool:
    return re.search(pattern, exchange.headers.get("content-type", "")) is not None


def _has_values(exchange: Exchange) -> bool:
    return any(exchange.record_id in values for values in exchange.tenant.attributes._by_user.values())


faults(
    "FMT-01",
    creation_is_200=status_is(200, ops.CREATE_DEFINITION, ops.CREATE_GROUP, instead_of=201),
    put_of_an_object_is_200=status_is(
        200, ops.PUT_ATTRIBUTE, instead_of=201, where=lambda x: any(isinstance(value, dict) for value in _values(x))
    ),
    part_of_a_list_is_206=status_is(206, ops.LIST_GROUPS, instead_of=200, where=lambda x: x.json["page"]["has_next"]),
    empty_list_is_204=answer(lambda x: None if x.json["items"] else x.answer(204), *ops.LISTS, status=200),
    delete_of_a_group_is_204=answer(lambda x: x.answer(204), ops.DELETE_GROUP, status=200),
    unchanged_patch_is_304=answer(
        lambda x: x.answer(304) if x.body == {} else None, ops.PATCH_GROUP, ops.UPDATE_DEFINITION, status=200
    ),
    user_without_values_is_404=refuse_if(lambda x: not x.json["page"]["item_total"], ops.LIST_ATTRIBUTES, status=404),
    users_of_a_failed_group_are_404=refuse_if(_has_failed, ops.LIST_USERS, status=404),
    users_of_an_empty_group_are_404=refuse_if(
        lambda x: not x.json["items"] and not x.query, ops.LIST_USERS, status=404
    ),
    unknown_category_is_404=refuse_if(
        lambda x: x.query.get("category", "l1") not in ("l1", "l2", "l3"), ops.CATEGORIES, status=404
    ),
    refresh_of_a_failed_group_is_400=refuse_if(_has_failed, ops.REFRESH),
    false_is_like_missing_in_bulk=refuse_if(
        lambda x: not all(value or isinstance(value, list | dict) for value in _values(x)), ops.BULK
    ),
    empty_object_is_refused=refuse_if(lambda x: any(value in ({}, []) for value in _values(x)), ops.PUT_ATTRIBUTE),
    charset_is_refused=refuse_if(lambda x: _is_content_type(x, ";"), status=415),
    media_type_is_compared_letter_by_letter=refuse_if(lambda x: _is_content_type(x, "^A"), status=415),
    accept_json_is_406=refuse_if(lambda x: x.headers.get("accept") == "application/json", status=406),
    pending_group_is_409=request(
        lambda x: x.refuse(409) if x.stored.get("status") == "pending" else None, ops.PATCH_GROUP
    ),
    delete_of_a_definition_with_values_is_409=request(
        lambda x: x.refuse(409) if _has_values(x) else None, ops.DELETE_DEFINITION
    ),
)

faults(
    "FMT-14",
    size_is_capped=pages(lambda page: page.update(size=min(50, page["size"])), ops.LIST_GROUPS),
    largest_page_is_refused=refuse_if(lambda x: x.query.get("page_size") == str(LARGEST), ops.LIST_USERS),
    unknown_parameter_is_refused=refuse_if(lambda x: x.query.keys() - {"category"}, ops.CATEGORIES),
    longest_name_is_refused_in_a_patch=refuse_if(lambda x: len(x.fields.get("name", "")) >= LONGEST, ops.PATCH_GROUP),
    length_is_counted_in_bytes=refuse_if(
        lambda x: len(str(x.fields.get("description", "")).encode()) > LONGEST, ops.CREATE_DEFINITION, ops.PATCH_GROUP
    ),
    last_of_100_in_bulk_is_too_many=refuse_if(lambda x: len(_values(x)) >= LARGEST, ops.BULK),
)


@fault("FMT-01")
def second_refresh_is_409(mock: Mock) -> None:
    seen: set[str] = set()
    refused(409, ops.REFRESH, instead_of=202, where=lambda x: x.record_id in seen)(mock)
    mock.answer(lambda x: seen.add(x.record_id), ops.REFRESH)


def _as(type_: Callable[[Any], object], names: str, *operation_ids: str) -> Change:
    """Show fields of records as another type."""
    return records(lambda r: r.update({name: type_(r[name]) for name in names.split()}), *operation_ids)


def _empty_is_null(operation_id: str) -> Change:
    """Show an empty list as null."""
    return answer(lambda x: x.json.update(items=x.json["items"] or None), operation_id, status=200)


def _value_is_left_out(where: Callable[[Any], object], operation_id: str) -> Change:
    return records(lambda r: r["attribute"].pop("value") if where(r["attribute"]["value"]) else None, operation_id)


def _counted(group: Record) -> bool:
    return group["total_users"]["refreshed_at"] is not None


faults(
    "FMT-02",
    pin_order_is_a_string=_as(str, "pin_order", *ops.DEFINITIONS),
    group_uid_is_a_string=_as(str, "uid", *ops.GROUPS),
    uid_of_a_refresh_is_a_string=_as(str, "uid", ops.REFRESH),
    flags_are_0_and_1=_as(int, "encrypted is_locked", *ops.DEFINITIONS),
    false_is_0_in_the_list=_as(int, "customer_editable", ops.LIST_DEFINITIONS),
    item_total_is_a_string_in_one_list=pages(lambda p: p.update(item_total=str(p["item_total"])), ops.LIST_ATTRIBUTES),
    bulk_status_code_is_a_string=fields(ops.BULK, status=202, status_code="202"),
    success_of_a_delete_is_1=fields(ops.DELETE_ATTRIBUTE, status=200, success=1),
    message_of_a_delete_is_null=fields(ops.DELETE_GROUP, status=200, message=None),
    no_definitions_are_null=_empty_is_null(ops.LIST_DEFINITIONS),
    no_users_are_null=_empty_is_null(ops.LIST_USERS),
    no_categories_are_null=_empty_is_null(ops.CATEGORIES),
    no_tags_are_null=_as(lambda tags: tags or None, "tags", *ops.GROUPS),
    no_emails_are_null=records(lambda user: user.update(emails=user.get("emails") or None), ops.LIST_USERS),
    total_users_null_while_pending=records(
        lambda r: r.update(total_users=None) if r["status"] == "pending" else None, *ops.GROUPS
    ),
    categories_without_envelope=answer(lambda x: x.answer(200, x.json["items"]), ops.CATEGORIES, status=200),
    text_behind_the_json=answer(
        lambda x: x.answer(200, text=json.dumps(x.json) + "\nDEBUG 1 row"), ops.GET_DEFINITION, status=200
    ),
)

faults(
    "FMT-12",
    new_group_is_completed=answer(lambda x: x.json.update(status="completed"), ops.CREATE_GROUP, status=201),
    new_group_is_inactive=records(lambda r: r.update(is_active=False), *ops.GROUPS),
    new_group_has_the_version_1=fields(ops.CREATE_GROUP, status=201, __v=1),
    new_group_has_null_tags=records(lambda r: r.update(tags=r["tags"] or None), ops.CREATE_GROUP, ops.GET_GROUP),
    new_group_counts_its_users=fields(ops.CREATE_GROUP, status=201, total_users={"count": 1, "refreshed_at": None}),
    new_group_is_a_static_one=records(lambda r: r.update(type="static"), ops.CREATE_GROUP, ops.GET_GROUP),
    tags_in_reverse_order=answer(lambda x: x.json["items"].reverse(), ops.TAGS, status=200),
    tags_in_the_order_of_their_groups=answer(
        lambda x: x.json.update(items=list(dict.fromkeys(tag for r in x.tenant.groups._records for tag in r["tags"]))),
        ops.TAGS,
        status=200,
    ),
    new_group_has_the_uid_of_the_body=answer(
        lambda x: x.json.update(uid=x.fields.get("uid", x.json["uid"])), ops.CREATE_GROUP, status=201
    ),
    new_group_has_the_id_of_the_body=answer(
        lambda x: x.json.update(_id=x.fields.get("_id", x.json["_id"])), ops.CREATE_GROUP, status=201
    ),
    attribute_without_type=records(lambda r: r.pop("type"), ops.GET_ATTRIBUTE),
    falsy_value_is_left_out=_value_is_left_out(lambda value: not value, ops.GET_ATTRIBUTE),
    falsy_value_is_left_out_of_the_list=_value_is_left_out(lambda value: value is False, ops.LIST_ATTRIBUTES),
    item_total_of_none_is_left_out=pages(
        lambda page: page["item_total"] or page.pop("item_total"), ops.LIST_GROUPS, ops.LIST_ATTRIBUTES
    ),
    false_has_next_is_left_out=pages(lambda page: page["has_next"] or page.pop("has_next"), ops.LIST_USERS),
    null_cursors_are_left_out=answer(
        lambda x: x.json.update(page={k: v for k, v in x.json["page"].items() if v is not None}),
        ops.LIST_USERS,
        status=200,
    ),
    count_is_a_string_after_a_refresh=records(
        lambda r: r["total_users"].update(count=str(r["total_users"]["count"])) if _counted(r) else None, *ops.GROUPS
    ),
    refreshed_at_is_a_number=records(
        lambda r: r["total_users"].update(refreshed_at=1700000000) if _counted(r) else None,
        *(ops.GET_GROUP, ops.LIST_GROUPS),
    ),
    category_without_groups_is_null=answer(
        lambda x: x.json.update(user_groups={k: x.json["user_groups"].get(k) or None for k in ("l1", "l2", "l3")}),
        ops.CATEGORISED,
        status=200,
    ),
    group_in_an_envelope=answer(lambda x: x.answer(200, {"data": x.json}), ops.GET_GROUP, status=200),
    update_answers_a_message=answer(
        lambda x: x.answer(200, {"success": True, "message": "Updated."}), ops.UPDATE_DEFINITION, status=200
    ),
)


@fault("FMT-02", records, ops.LIST_USERS)
def country_code_is_a_string(user: Record) -> None:
    for phone in user["phone_numbers"]:
        phone["country_code"] = str(phone["country_code"])


@fault("FMT-12", answer, ops.CATEGORIES, status=200)
def total_groups_is_a_string(exchange: Exchange) -> None:
    """total_groups is a string where one category is requested."""
    for item in exchange.json["items"] if exchange.query else ():
        item["total_groups"] = str(item["total_groups"])


def _is_malformed(exchange: Exchange) -> bool:
    return bool(exchange.content) and exchange.body is None


faults(
    "FMT-03",
    everything_is_text=served_as("text/plain; charset=utf-8"),
    errors_are_text=served_as("text/plain", where=lambda x: x.status >= 400),
    _404_is_problem_json=served_as("application/problem+json", status=404),
    _405_is_html=answer(
        lambda x: x.answer(405, text="<h1>Method Not Allowed</h1>", content_type="text/html"), status=405
    ),
    _415_is_text=served_as("text/plain", status=415),
    malformed_json_is_answered_in_text=served_as("text/plain", status=400, where=_is_malformed),
    deletes_are_html=served_as("text/html; charset=utf-8", ops.DELETE_DEFINITION, status=200),
    refresh_without_content_type=answer(lambda x: x.answer_headers.pop("content-type"), ops.REFRESH, status=202),
    categorised_is_hal=served_as("application/hal+json", ops.CATEGORISED),
    created_is_vendor_json=served_as("application/vnd.api+json", ops.CREATE_GROUP, status=201),
    list_of_values_is_text_json=served_as("text/json", ops.LIST_ATTRIBUTES, status=200),
    browsers_get_html=served_as(
        "text/html",
        *(ops.LIST_GROUPS, ops.LIST_USERS),
        status=200,
        where=lambda x: x.headers.get("accept", "").startswith("text/html"),
    ),
)


def _is_no_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return True
    return False


def _is_big_number(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) >= 2**63


def _are_no_objects(items: object) -> bool:
    return not isinstance(items, list) or not all(isinstance(item, dict) for item in items)


faults(
    "FMT-04",
    huge_page_no=crash_if(lambda x: int(x.query.get("page_no", 1)) >= 2**31, *ops.LISTS, status=200),
    odd_id=crash_if(lambda x: x.record_id and not re.fullmatch("[0-9a-f]{24}", x.record_id), status=404),
    malformed_json=crash_if(lambda x: _is_malformed(x) and x.content != b"null", status=400),
    body_that_is_no_object=crash_if(
        lambda x: x.content and not isinstance(x.body, dict), ops.UPDATE_DEFINITION, ops.PATCH_GROUP, status=400
    ),
    nul_in_a_name=crash_if(
        lambda x: b"\\u0000" in x.content,
        *(ops.CREATE_DEFINITION, ops.UPDATE_DEFINITION, ops.CREATE_GROUP, ops.PATCH_GROUP),
    ),
    parenthesis_in_a_search=crash_if(lambda x: _is_no_pattern(x.query.get("name", "")), *ops.LISTS),
    user_id_beyond_ascii=crash_if(lambda x: not x.ids.get("user_id", "").isascii()),
    cursor_that_is_unknown=crash_if(lambda x: "cursor" in x.query, ops.LIST_USERS, status=400),
    big_number=crash_if(lambda x: any(map(_is_big_number, _values(x))), ops.PUT_ATTRIBUTE),
    bulk_with_a_list_of_texts=crash_if(lambda x: _are_no_objects(x.fields.get("attributes")), ops.BULK, status=400),
    users_of_a_failed_group=crash_if(_has_failed, ops.LIST_USERS),
    refresh_of_a_failed_group=crash_if(_has_failed, ops.REFRESH),
    back_from_an_empty_group=crash_if(
        lambda x: x.query.get("direction") == "prev" and not x.json["page"]["item_total"], ops.LIST_USERS, status=200
    ),
    two_filters_at_once=crash_if(lambda x: len(set(FLAGS) & x.query.keys()) > 1, ops.LIST_DEFINITIONS),
    filter_that_keeps_nothing=crash_if(lambda x: not x.json["page"]["item_total"], ops.LIST_GROUPS, status=200),
    type_change_with_values=crash_if(lambda x: x.fields.keys() == {"type"}, ops.UPDATE_DEFINITION, status=400),
    file_that_cannot_be_decoded=crash_if(
        lambda x: ";base64," in str(x.fields.get("file_url")), ops.CREATE_GROUP, ops.PATCH_GROUP, ops.BULK
    ),
    taken_slug=crash_if(
        lambda x: re.fullmatch("[A-Za-z0-9][\\w-]*", x.fields.get("slug") or ""), ops.CREATE_DEFINITION, status=400
    ),
)


@fault("FMT-04")
def second_delete(mock: Mock) -> None:
    deletes = (ops.DELETE_DEFINITION, ops.DELETE_GROUP, ops.DELETE_ATTRIBUTE)
    gone = mock.noted(lambda x: x.path, *deletes, status=200)
    crash_if(lambda x: x.path in gone, *deletes, status=404)(mock)


@fault("FMT-04")
def read_of_what_was_deleted(mock: Mock) -> None:
    gone = mock.noted(lambda x: x.path, ops.DELETE_GROUP, status=200)
    crash_if(lambda x: x.path in gone, ops.GET_GROUP, status=404)(mock)


@fault("FMT-04")
def value_of_a_deleted_definition(mock: Mock) -> None:
    gone = mock.noted(lambda x: x.record_id, ops.DELETE_DEFINITION, status=200)
    crash_if(lambda x: x.record_id in gone, ops.GET_ATTRIBUTE, status=404)(mock)
