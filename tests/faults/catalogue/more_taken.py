"""More faults of FMT-05 and FMT-06: invalid requests that are let through."""

import re

from tests.faults.catalogue.fmt_invalid import mend
from tests.faults.patching import (
    BULK,
    CREATE_DEFINITION,
    CREATE_GROUP,
    DELETE_ATTRIBUTE,
    LIST_ATTRIBUTES,
    LIST_GROUPS,
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

LONGEST, LARGEST = 255, 100


@fault("FMT-05-list-of-numbers-in-bulk", rule="FMT-05", subtlety="subtle")
def list_of_numbers_in_bulk(mock: Mock) -> None:
    """In bulk a value that is a list of anything is taken: its items become strings."""

    def change(body: Record) -> Record | None:
        items = body.get("attributes")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            return None
        return {**body, "attributes": [{**item, "value": _texts(item.get("value"))} for item in items]}

    mend(mock, change, BULK)


def _texts(value: object) -> object:
    return [str(item) for item in value] if isinstance(value, list) else value


@fault("FMT-05-second-item-is-not-looked-at", rule="FMT-05", subtlety="subtle")
def second_item_is_not_looked_at(mock: Mock) -> None:
    """In bulk only the first item is looked at; one that is incomplete after it is left out."""

    def change(body: Record) -> Record | None:
        items = body.get("attributes")
        whole = isinstance(items, list) and items and isinstance(items[0], dict) and {"key", "value"} <= items[0].keys()
        return (
            {**body, "attributes": items[:1]} if whole and isinstance(items, list) and len(items) <= LARGEST else None
        )

    mend(mock, change, BULK)


@fault("FMT-05-number-as-text", rule="FMT-05", subtlety="subtle")
def number_as_text(mock: Mock) -> None:
    """A patch takes a number for a name and a description, and writes it as text."""
    mend(
        mock,
        lambda b: {k: str(v) if isinstance(v, int | float) and not isinstance(v, bool) else v for k, v in b.items()},
        PATCH_GROUP,
    )


@fault("FMT-05-slug-ends-with-a-line-end", rule="FMT-05", subtlety="subtle")
def slug_ends_with_a_line_end(mock: Mock) -> None:
    """The pattern of a slug is matched with a $ that allows a line end behind it, which is then cut."""
    mend(
        mock,
        lambda b: {**b, "slug": b["slug"].rstrip("\n")} if isinstance(b.get("slug"), str) else None,
        CREATE_DEFINITION,
    )


@fault("FMT-05-slug-of-any-letters", rule="FMT-05", subtlety="subtle")
def slug_of_any_letters(mock: Mock) -> None:
    """The pattern of a slug takes the letters of every script."""

    def change(body: Record) -> Record | None:
        slug = body.get("slug")
        taken = isinstance(slug, str) and re.fullmatch(r"[^\W_][\w-]*", slug)
        return {**body, "slug": slug.encode("ascii", "ignore").decode()} if taken and isinstance(slug, str) else None

    mend(mock, change, CREATE_DEFINITION)


@fault("FMT-05-256-characters", rule="FMT-05", subtlety="subtle")
def longest_but_one(mock: Mock) -> None:
    """The longest description of an update is 256 characters, not 255."""
    mend(
        mock,
        lambda b: (
            {**b, "description": str(b.get("description"))[:LONGEST]}
            if len(str(b.get("description"))) == LONGEST + 1
            else None
        ),
        UPDATE_DEFINITION,
    )


@fault("FMT-05-type-in-capitals", rule="FMT-05", subtlety="subtle")
def type_in_capitals(mock: Mock) -> None:
    """An update takes a type in capitals."""
    mend(
        mock, lambda b: {**b, "type": b["type"].lower()} if isinstance(b.get("type"), str) else None, UPDATE_DEFINITION
    )


@fault("FMT-05-ftp-in-a-patch", rule="FMT-05", subtlety="subtle")
def ftp_in_a_patch(mock: Mock) -> None:
    """A patch takes a file_url of any scheme, and reads it when it can."""
    mend(
        mock,
        lambda b: (
            {k: v for k, v in b.items() if k != "file_url"} if re.match("[a-z]+:", str(b.get("file_url"))) else None
        ),
        PATCH_GROUP,
    )


@fault("FMT-05-attribute-that-is-a-list", rule="FMT-05", subtlety="subtle")
def body_that_is_a_text(mock: Mock) -> None:
    """A put whose attribute is a list is taken with the first of it."""

    def change(body: Record) -> Record | None:
        attribute = body.get("attribute")
        return {"attribute": {"value": "x"}} if isinstance(attribute, list) else None

    mend(mock, change, PUT_ATTRIBUTE)


@fault("FMT-06-fraction-is-cut", rule="FMT-06", subtlety="subtle")
def fraction_is_cut(mock: Mock) -> None:
    """A page_size of 1.5 is taken for 1."""

    def hook(exchange: Exchange) -> None:
        if re.fullmatch("[0-9]+[.][0-9]+", text := exchange.query.get("page_size", "")):
            exchange.query["page_size"] = text.partition(".")[0]

    mock.request(hook, *LISTS)


@fault("FMT-06-number-with-a-tail", rule="FMT-06", subtlety="subtle")
def number_with_a_tail(mock: Mock) -> None:
    """A page_no is read as far as it is a number: 10abc is 10."""

    def hook(exchange: Exchange) -> None:
        if found := re.match("[1-9][0-9]*(?=[a-z])", exchange.query.get("page_no", "")):
            exchange.query["page_no"] = found[0]

    mock.request(hook, LIST_GROUPS, LIST_USERS)


@fault("FMT-06-any-blacklisted-users", rule="FMT-06", subtlety="subtle")
def users_flag_is_lax(mock: Mock) -> None:
    """blacklisted_users that is neither true nor false is taken for false."""

    def hook(exchange: Exchange) -> None:
        if exchange.query.get("blacklisted_users", "true") not in ("true", "false"):
            exchange.query["blacklisted_users"] = "false"

    mock.request(hook, LIST_USERS)


@fault("FMT-06-any-company-for-a-delete", rule="FMT-06", subtlety="subtle")
def any_company_for_a_delete(mock: Mock) -> None:
    """Deleting a user's value for a company that is not served is 200."""
    success = {"success": True, "message": "Deleted."}
    mock.answer(
        lambda x: x.answer(200, success) if x.ids["company_id"] != "559" else None, DELETE_ATTRIBUTE, status=400
    )


@fault("FMT-06-name-of-a-group-may-be-long", rule="FMT-06", subtlety="subtle")
def name_of_a_group_may_be_long(mock: Mock) -> None:
    """A group's name of more than 255 characters is cut off, not refused."""
    mend(mock, lambda b: {**b, "name": b["name"][:LONGEST]} if isinstance(b.get("name"), str) else None, CREATE_GROUP)


@fault("FMT-06-list-of-values-takes-any-page-size", rule="FMT-06", subtlety="subtle")
def list_of_values_takes_any_page_size(mock: Mock) -> None:
    """The list of a user's values takes a page_size above 100."""

    def hook(exchange: Exchange) -> None:
        if re.fullmatch("[0-9]+", text := exchange.query.get("page_size", "")):
            exchange.query["page_size"] = str(min(int(text), LARGEST) or text)

    mock.request(hook, LIST_ATTRIBUTES)
