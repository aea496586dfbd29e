"""More faults of FMT-01: valid requests that are refused, or answered with another status."""

from collections.abc import Callable

from tests.faults.patching import (
    BULK,
    CATEGORIES,
    CREATE_DEFINITION,
    DELETE_DEFINITION,
    LIST_USERS,
    PATCH_GROUP,
    PUT_ATTRIBUTE,
    REFRESH,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

LONGEST, LARGEST = 255, 100


def refuse_if(mock: Mock, holds: Callable[[Exchange], object], *operation_ids: str, status: int = 400) -> None:
    """Refuse a success for which something holds."""
    mock.answer(lambda x: x.refuse(status) if x.status < 300 and holds(x) else None, *operation_ids)


def group_of(mock: Mock, exchange: Exchange) -> Record:
    """The group of the exchange's path, or an empty one."""
    records = mock.tenant_of(exchange).groups._records
    return next((record for record in records if record["_id"] == exchange.ids.get("group_id")), {})


def _values(exchange: Exchange) -> list[object]:
    """The values that a put or a bulk update sets."""
    fields = exchange.fields
    items = [fields.get("attribute"), *(fields.get("attributes") or [])]
    return [item["value"] for item in items if isinstance(item, dict) and "value" in item]


@fault("FMT-01-largest-page-is-refused", rule="FMT-01", subtlety="subtle")
def largest_page_is_refused(mock: Mock) -> None:
    """A page_size of exactly 100 is refused in the list of a group's users."""
    refuse_if(mock, lambda x: x.query.get("page_size") == str(LARGEST), LIST_USERS)


@fault("FMT-01-longest-name-is-refused-in-a-patch", rule="FMT-01", subtlety="subtle")
def longest_name_is_refused_in_a_patch(mock: Mock) -> None:
    """A patch with a name of exactly 255 characters is refused."""
    refuse_if(mock, lambda x: len(x.fields.get("name", "")) >= LONGEST, PATCH_GROUP)


@fault("FMT-01-length-is-counted-in-bytes", rule="FMT-01", subtlety="subtle")
def length_is_counted_in_bytes(mock: Mock) -> None:
    """A description is measured in bytes, so that 255 characters beyond ASCII are too many."""
    refuse_if(
        mock, lambda x: len(str(x.fields.get("description", "")).encode()) > LONGEST, CREATE_DEFINITION, PATCH_GROUP
    )


@fault("FMT-01-charset-is-refused", rule="FMT-01", subtlety="plausible")
def charset_is_refused(mock: Mock) -> None:
    """A body that is said to be application/json; charset=utf-8 is 415."""
    refuse_if(mock, lambda x: ";" in x.headers.get("content-type", ""), status=415)


@fault("FMT-01-media-type-is-compared-letter-by-letter", rule="FMT-01", subtlety="subtle")
def media_type_is_compared_letter_by_letter(mock: Mock) -> None:
    """A body that is said to be Application/JSON is 415."""
    refuse_if(mock, lambda x: x.headers.get("content-type", "").startswith("A"), status=415)


@fault("FMT-01-accept-json-is-406", rule="FMT-01", subtlety="plausible")
def accept_json_is_406(mock: Mock) -> None:
    """A read that accepts application/json alone is 406."""
    refuse_if(mock, lambda x: x.headers.get("accept") == "application/json", status=406)


@fault("FMT-01-unknown-parameter-is-refused", rule="FMT-01", subtlety="plausible")
def unknown_parameter_is_refused(mock: Mock) -> None:
    """A query parameter that the category list does not know is refused."""
    refuse_if(mock, lambda x: x.query.keys() - {"category"}, CATEGORIES)


@fault("FMT-01-false-is-like-missing-in-bulk", rule="FMT-01", subtlety="subtle")
def false_is_like_missing_in_bulk(mock: Mock) -> None:
    """A bulk update with the value false, 0 or "" is refused as incomplete."""
    refuse_if(mock, lambda x: not all(value or isinstance(value, list | dict) for value in _values(x)), BULK)


@fault("FMT-01-empty-object-is-refused", rule="FMT-01", subtlety="subtle")
def empty_object_is_refused(mock: Mock) -> None:
    """A put of {} or [] is refused as missing."""
    refuse_if(mock, lambda x: any(value in ({}, []) for value in _values(x)), PUT_ATTRIBUTE)


@fault("FMT-01-last-of-100-in-bulk-is-too-many", rule="FMT-01", subtlety="subtle")
def last_of_100_in_bulk_is_too_many(mock: Mock) -> None:
    """A bulk update of exactly 100 attributes is refused."""
    refuse_if(mock, lambda x: len(_values(x)) >= LARGEST, BULK)


@fault("FMT-01-second-refresh-is-409", rule="FMT-01", subtlety="subtle")
def second_refresh_is_409(mock: Mock) -> None:
    """A refresh of a group that was refreshed before is 409."""
    seen: set[str] = set()

    def hook(exchange: Exchange) -> None:
        if exchange.status == 202 and exchange.ids["group_id"] in seen:
            exchange.refuse(409)
        seen.add(exchange.ids["group_id"])

    mock.answer(hook, REFRESH)


@fault("FMT-01-pending-group-is-409", rule="FMT-01", subtlety="subtle")
def pending_group_is_409(mock: Mock) -> None:
    """A group whose file is being read cannot be patched or deleted: 409."""
    mock.request(lambda x: x.refuse(409) if group_of(mock, x).get("status") == "pending" else None, PATCH_GROUP)


@fault("FMT-01-users-of-a-failed-group-are-404", rule="FMT-01", subtlety="subtle")
def users_of_a_failed_group_are_404(mock: Mock) -> None:
    """The users of a group whose file could not be read are 404."""
    refuse_if(mock, lambda x: group_of(mock, x).get("status") == "failed", LIST_USERS, status=404)


@fault("FMT-01-users-of-an-empty-group-are-404", rule="FMT-01", subtlety="subtle")
def users_of_an_empty_group_are_404(mock: Mock) -> None:
    """The users of a group whose file has none are 404."""
    refuse_if(mock, lambda x: not x.json["items"] and not x.query, LIST_USERS, status=404)


@fault("FMT-01-refresh-of-a-failed-group-is-400", rule="FMT-01", subtlety="subtle")
def refresh_of_a_failed_group_is_400(mock: Mock) -> None:
    """A group whose file could not be read cannot be refreshed: 400."""
    refuse_if(mock, lambda x: group_of(mock, x).get("status") == "failed", REFRESH)


@fault("FMT-01-unknown-category-is-404", rule="FMT-01", subtlety="subtle")
def unknown_category_is_404(mock: Mock) -> None:
    """The category list asked for a category that does not exist is 404."""
    refuse_if(mock, lambda x: x.query.get("category", "l1") not in ("l1", "l2", "l3"), CATEGORIES, status=404)


@fault("FMT-01-delete-of-a-definition-with-values-is-409", rule="FMT-01", subtlety="subtle")
def delete_of_a_definition_with_values_is_409(mock: Mock) -> None:
    """A definition of which a user holds a value cannot be deleted: 409."""

    def hook(exchange: Exchange) -> None:
        held = mock.tenant_of(exchange).attributes._by_user.values()
        if any(exchange.ids["definition_id"] in values for values in held):
            exchange.refuse(409)

    mock.request(hook, DELETE_DEFINITION)


@fault("FMT-01-put-of-an-object-is-200", rule="FMT-01", subtlety="subtle")
def unnamed_put_is_200(mock: Mock) -> None:
    """A put of an object answers 200 where others answer 201."""
    mock.answer(
        lambda x: setattr(x, "status", 200) if any(isinstance(value, dict) for value in _values(x)) else None,
        PUT_ATTRIBUTE,
        status=201,
    )
