"""Faults of FMT-05 and FMT-06: invalid requests that are let through."""

import re
from collections.abc import Callable

from tests.faults.patching import (
    BULK,
    CREATE_DEFINITION,
    CREATE_GROUP,
    DOCUMENT_400,
    LIST_DEFINITIONS,
    LIST_USERS,
    LISTS,
    PATCH_GROUP,
    PUT_ATTRIBUTE,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

TYPES = ("string", "number", "boolean", "date", "datetime", "list", "object")
MAX_TEXT = 255
Mend = Callable[[Record], Record | None]


def mend(mock: Mock, change: Mend, *operation_ids: str) -> None:
    """Change the body of requests so that the contract's validation passes them."""

    def hook(exchange: Exchange) -> None:
        body = exchange.body
        if isinstance(body, dict) and (mended := change(body)) is not None:
            exchange.body = mended

    mock.request(hook, *operation_ids)


# --- FMT-05 -------------------------------------------------------------------------------------------


@fault("FMT-05-unknown-type-is-string", rule="FMT-05", subtlety="obvious")
def unknown_type_is_string(mock: Mock) -> None:
    """A definition of an unknown type is created as a string."""
    mend(mock, lambda b: None if b.get("type") in TYPES else {**b, "type": "string"}, CREATE_DEFINITION)


@fault("FMT-05-description-is-optional", rule="FMT-05", subtlety="plausible")
def description_is_optional(mock: Mock) -> None:
    """A definition without description is created."""
    mend(mock, lambda b: None if "description" in b else {**b, "description": "-"}, CREATE_DEFINITION)


@fault("FMT-05-refused-with-422", rule="FMT-05", subtlety="plausible")
def refused_with_422(mock: Mock) -> None:
    """What should be 400 is 422, as some frameworks have it."""

    def hook(exchange: Exchange) -> None:
        exchange.status = exchange.json["status_code"] = 422

    mock.answer(hook, *DOCUMENT_400, status=400)


@fault("FMT-05-flag-as-text", rule="FMT-05", subtlety="plausible")
def flag_as_text(mock: Mock) -> None:
    """An update takes any text for customer_editable; one that says anything is true."""
    mend(
        mock,
        lambda b: {**b, "customer_editable": bool(b["customer_editable"])} if "customer_editable" in b else None,
        UPDATE_DEFINITION,
    )


@fault("FMT-05-empty-name-in-a-patch", rule="FMT-05", subtlety="plausible")
def empty_name_in_a_patch(mock: Mock) -> None:
    """A patch with an empty name leaves the name."""
    mend(mock, lambda b: {k: v for k, v in b.items() if k != "name"} if b.get("name") == "" else None, PATCH_GROUP)


@fault("FMT-05-null-is-like-absent", rule="FMT-05", subtlety="subtle")
def null_is_like_absent(mock: Mock) -> None:
    """A null field of an update is taken for one that is not there."""
    mend(mock, lambda b: {k: v for k, v in b.items() if v is not None}, UPDATE_DEFINITION, PATCH_GROUP)


@fault("FMT-05-long-text-is-cut", rule="FMT-05", subtlety="subtle")
def long_text_is_cut(mock: Mock) -> None:
    """A name or description of more than 255 characters is cut off, not refused."""
    mend(
        mock,
        lambda b: {k: v[:MAX_TEXT] if isinstance(v, str) else v for k, v in b.items()},
        CREATE_DEFINITION,
        UPDATE_DEFINITION,
    )


@fault("FMT-05-slug-is-mended", rule="FMT-05", subtlety="plausible")
def slug_is_mended(mock: Mock) -> None:
    """A slug with blanks and signs is mended, not refused."""

    def change(body: Record) -> Record | None:
        slug = body.get("slug")
        if not isinstance(slug, str) or re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]*", slug):
            return None
        return {**body, "slug": "s" + re.sub("[^A-Za-z0-9_-]", "-", slug)[:200]}

    mend(mock, change, CREATE_DEFINITION)


@fault("FMT-05-101-attributes-in-bulk", rule="FMT-05", subtlety="subtle")
def too_many_attributes_in_bulk(mock: Mock) -> None:
    """A bulk update of more than 100 attributes is taken; those beyond are dropped."""
    mend(
        mock,
        lambda b: {**b, "attributes": b["attributes"][:100]} if isinstance(b.get("attributes"), list) else None,
        BULK,
    )


@fault("FMT-05-list-of-numbers", rule="FMT-05", subtlety="subtle")
def list_of_numbers(mock: Mock) -> None:
    """A value that is a list of anything is taken: its items become strings."""

    def change(body: Record) -> Record | None:
        attribute = body.get("attribute")
        if not isinstance(attribute, dict) or not isinstance(attribute.get("value"), list):
            return None
        return {**body, "attribute": {**attribute, "value": [str(item) for item in attribute["value"]]}}

    mend(mock, change, PUT_ATTRIBUTE)


# --- FMT-06 -------------------------------------------------------------------------------------------


@fault("FMT-06-page-size-that-is-no-number", rule="FMT-06", subtlety="plausible")
def page_size_that_is_no_number(mock: Mock) -> None:
    """A page_size or page_no that is no number is ignored."""

    def hook(exchange: Exchange) -> None:
        for name in ("page_no", "page_size"):
            if not re.fullmatch("-?[0-9]+", exchange.query.get(name, "1")):
                del exchange.query[name]

    mock.request(hook, *LISTS, LIST_USERS)


@fault("FMT-06-page-size-is-clamped", rule="FMT-06", subtlety="plausible")
def page_size_is_clamped(mock: Mock) -> None:
    """A page_size above 100 is taken for 100."""

    def hook(exchange: Exchange) -> None:
        if re.fullmatch("[0-9]+", text := exchange.query.get("page_size", "")):
            exchange.query["page_size"] = str(min(int(text), 100))

    mock.request(hook, *LISTS, LIST_USERS)


@fault("FMT-06-flag-that-is-no-boolean", rule="FMT-06", subtlety="subtle")
def flag_that_is_no_boolean(mock: Mock) -> None:
    """A flag filter that is neither true nor false is ignored."""

    def hook(exchange: Exchange) -> None:
        for name in ("customer_editable", "encrypted", "pinned", "is_locked"):
            if exchange.query.get(name, "true") not in {"true", "false"}:
                del exchange.query[name]

    mock.request(hook, LIST_DEFINITIONS)


@fault("FMT-06-any-direction", rule="FMT-06", subtlety="subtle")
def any_direction(mock: Mock) -> None:
    """A direction that is neither next nor prev is taken for next."""

    def hook(exchange: Exchange) -> None:
        if exchange.query.get("direction", "next") not in {"next", "prev"}:
            exchange.query["direction"] = "next"

    mock.request(hook, LIST_USERS)


@fault("FMT-06-unknown-category-is-l1", rule="FMT-06", subtlety="plausible")
def unknown_category_is_l1(mock: Mock) -> None:
    """A group of a category that does not exist is created in l1."""
    mend(
        mock,
        lambda b: {**b, "category": "l1"} if "category" in b and b["category"] not in ("l1", "l2", "l3") else None,
        CREATE_GROUP,
    )


@fault("FMT-06-any-file-url", rule="FMT-06", subtlety="subtle")
def any_file_url(mock: Mock) -> None:
    """A group with a file_url that is no URL is created."""

    def change(body: Record) -> Record | None:
        url = body.get("file_url")
        known = isinstance(url, str) and re.match("https?://|data:text/csv[;,]", url, re.IGNORECASE)
        return {**body, "file_url": "https://example.com/"} if isinstance(url, str) and not known else None

    mend(mock, change, CREATE_GROUP)
