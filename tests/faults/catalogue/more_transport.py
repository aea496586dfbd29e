"""More faults of FMT-03 and FMT-07 to FMT-11: how answers are sent, and what of a request is not looked at."""

import re

from tests.faults.patching import (
    BULK,
    CREATE_DEFINITION,
    CREATE_GROUP,
    GET_DEFINITION,
    GET_GROUP,
    LIST_ATTRIBUTES,
    LIST_DEFINITIONS,
    LIST_GROUPS,
    LIST_USERS,
    PATCH_GROUP,
    PUT_ATTRIBUTE,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault


def content_type(mock: Mock, served: str, *operation_ids: str, status: int | None = None) -> None:
    """Serve answers as something else."""
    mock.answer(lambda x: x.answer_headers.update({"content-type": served}), *operation_ids, status=status)


# --- FMT-03 -------------------------------------------------------------------------------------------


@fault("FMT-03-405-is-html", rule="FMT-03", subtlety="subtle")
def error_405_is_html(mock: Mock) -> None:
    """A 405 is a page of HTML."""
    mock.answer(lambda x: x.answer(405, text="<h1>Method Not Allowed</h1>", content_type="text/html"), status=405)


@fault("FMT-03-415-is-text", rule="FMT-03", subtlety="subtle")
def error_415_is_text(mock: Mock) -> None:
    """A 415 is served as text/plain."""
    content_type(mock, "text/plain", status=415)


@fault("FMT-03-malformed-json-is-answered-in-text", rule="FMT-03", subtlety="subtle")
def malformed_json_is_answered_in_text(mock: Mock) -> None:
    """The refusal of malformed JSON is served as text/plain."""
    mock.answer(
        lambda x: x.answer_headers.update({"content-type": "text/plain"}) if x.content and x.body is None else None,
        status=400,
    )


@fault("FMT-03-created-is-vendor-json", rule="FMT-03", subtlety="subtle")
def created_is_vendor_json(mock: Mock) -> None:
    """A created group is served as application/vnd.api+json."""
    content_type(mock, "application/vnd.api+json", CREATE_GROUP, status=201)


@fault("FMT-03-browsers-get-html", rule="FMT-03", subtlety="subtle")
def browsers_get_html(mock: Mock) -> None:
    """A list that is asked for as a browser asks is served as text/html."""

    def hook(exchange: Exchange) -> None:
        if exchange.headers.get("accept", "").startswith("text/html"):
            exchange.answer_headers["content-type"] = "text/html"

    mock.answer(hook, LIST_GROUPS, LIST_USERS, status=200)


@fault("FMT-03-list-of-values-is-text-json", rule="FMT-03", subtlety="subtle")
def list_of_values_is_text_json(mock: Mock) -> None:
    """The list of a user's values is served as text/json."""
    content_type(mock, "text/json", LIST_ATTRIBUTES, status=200)


# --- FMT-07 to FMT-10 ---------------------------------------------------------------------------------


@fault("FMT-07-post-to-a-group-is-a-patch", rule="FMT-07", subtlety="subtle")
def post_to_a_group_is_a_patch(mock: Mock) -> None:
    """POST to a group is a patch, as for clients that cannot PATCH."""

    def hook(exchange: Exchange) -> None:
        if exchange.method == "POST" and exchange.template.endswith("/user_group/{group_id}"):
            exchange.method, exchange.operation = "PATCH", PATCH_GROUP
            exchange.content = exchange.content or b"{}"

    mock.request(hook)


@fault("FMT-07-refresh-by-get", rule="FMT-07", subtlety="subtle")
def refresh_by_get(mock: Mock) -> None:
    """GET of a group's refresh is 404."""
    mock.answer(lambda x: x.refuse(404) if x.path.endswith("/refresh") else None, status=405)


@fault("FMT-07-allow-names-all-methods", rule="FMT-07", subtlety="subtle")
def allow_names_all_methods(mock: Mock) -> None:
    """Allow names every method that there is."""
    mock.answer(lambda x: x.answer_headers.update(allow="GET, POST, PUT, PATCH, DELETE"), status=405)


@fault("FMT-07-bulk-by-post-is-501", rule="FMT-07", subtlety="subtle")
def bulk_by_post(mock: Mock) -> None:
    """POST to the bulk update is 501."""
    mock.answer(lambda x: x.refuse(501) if x.path.endswith("/bulk_update") else None, status=405)


def lenient(mock: Mock, pattern: str, instead: str, *operation_ids: str) -> None:
    """Mend malformed JSON before it is read."""

    def hook(exchange: Exchange) -> None:
        text = exchange.content.decode("utf-8", "replace")
        mended = re.sub(pattern, instead, text)
        if exchange.content and mended != text and exchange.body is None:
            exchange.content = mended.encode()

    mock.request(hook, *operation_ids)


@fault("FMT-08-nan-is-read", rule="FMT-08", subtlety="subtle")
def nan_is_read(mock: Mock) -> None:
    """NaN and Infinity are read as null, as Python's parser takes them."""

    def hook(exchange: Exchange) -> None:
        if re.search(rb": -?(NaN|Infinity)", exchange.content):
            exchange.content = re.sub(rb": -?(NaN|Infinity)", b": null", exchange.content)

    mock.request(hook)


@fault("FMT-08-raw-line-end-is-read", rule="FMT-08", subtlety="subtle")
def raw_line_end_is_read(mock: Mock) -> None:
    """A line end inside a text need not be escaped."""
    lenient(mock, "\n", " ", CREATE_GROUP, PATCH_GROUP, CREATE_DEFINITION)


@fault("FMT-08-no-utf-8-is-mended", rule="FMT-08", subtlety="subtle")
def no_utf_8_is_mended(mock: Mock) -> None:
    """Bytes that are not UTF-8 are replaced, and the body is read."""

    def hook(exchange: Exchange) -> None:
        exchange.content = exchange.content.decode("utf-8", "replace").encode()

    mock.request(hook, PUT_ATTRIBUTE, UPDATE_DEFINITION)


@fault("FMT-08-leading-zeros-are-read", rule="FMT-08", subtlety="subtle")
def leading_zeros_are_read(mock: Mock) -> None:
    """A number may begin with zeros."""
    lenient(mock, ": 0+([1-9])", r": \1")


@fault("FMT-08-comment-is-skipped", rule="FMT-08", subtlety="subtle")
def comment_is_skipped(mock: Mock) -> None:
    """The parser skips comments in the body of a bulk update."""
    lenient(mock, r"/\*.*?\*/", "", BULK)


@fault("FMT-09-form-is-read", rule="FMT-09", subtlety="subtle")
def form_is_read(mock: Mock) -> None:
    """A form is read like JSON, and refused with 400 for what it lacks."""

    def hook(exchange: Exchange) -> None:
        if "form" in exchange.headers.get("content-type", ""):
            exchange.refuse(400)

    mock.request(hook)


@fault("FMT-09-bytes-are-taken-for-json", rule="FMT-09", subtlety="subtle")
def bytes_are_taken_for_json(mock: Mock) -> None:
    """application/octet-stream is taken for JSON."""

    def hook(exchange: Exchange) -> None:
        if exchange.headers.get("content-type") == "application/octet-stream":
            exchange.headers["content-type"] = "application/json"

    mock.request(hook)


@fault("FMT-10-path-in-capitals-is-known", rule="FMT-10", subtlety="subtle")
def path_in_capitals_is_known(mock: Mock) -> None:
    """The router does not tell capitals from small letters."""

    def hook(exchange: Exchange) -> None:
        if not exchange.template:
            exchange.path = re.sub("/User_Group$|/USER_GROUP$", "/user_group", exchange.path)

    mock.request(hook)


@fault("FMT-10-unknown-path-below-a-user-is-empty", rule="FMT-10", subtlety="subtle")
def unknown_path_of_a_user_is_empty(mock: Mock) -> None:
    """Any unknown path below /user_attribute/user is an empty list."""
    page = {"type": "number", "current": 1, "size": 10, "item_total": 0, "has_next": False, "has_previous": False}

    def hook(exchange: Exchange) -> None:
        if not exchange.template and "/user_attribute/user" in exchange.path:
            exchange.answer(200, {"items": [], "page": page})

    mock.answer(hook, status=404)


# --- FMT-11 -------------------------------------------------------------------------------------------


@fault("FMT-11-blank-in-place-of-t-in-the-list", rule="FMT-11", subtlety="subtle")
def blank_in_place_of_t_in_the_list(mock: Mock) -> None:
    """In the list of definitions a blank stands between date and time."""

    def change(record: Record) -> None:
        record["created_at"] = record["created_at"].replace("T", " ")

    mock.records("definition", change, LIST_DEFINITIONS)


@fault("FMT-11-no-zone-in-the-answer-to-a-creation", rule="FMT-11", subtlety="subtle")
def no_zone_in_the_answer_to_a_creation(mock: Mock) -> None:
    """The answer to creating a group has its created_at without a zone; by its id it has one."""
    mock.records("group", lambda r: r.update(created_at=r["created_at"].rstrip("Z")), CREATE_GROUP)


@fault("FMT-11-zone-by-its-name", rule="FMT-11", subtlety="subtle")
def zone_by_its_name(mock: Mock) -> None:
    """modified_at of a group ends in " UTC"."""
    mock.records("group", lambda r: r.update(modified_at=r["modified_at"].replace("Z", " UTC")), GET_GROUP)


@fault("FMT-11-date-alone", rule="FMT-11", subtlety="subtle")
def date_alone(mock: Mock) -> None:
    """created_at of a definition that is read is a date alone."""
    mock.records("definition", lambda r: r.update(created_at=r["created_at"][:10]), GET_DEFINITION)
