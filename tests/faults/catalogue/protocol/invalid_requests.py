"""Faults of invalid requests that are accepted, or refused with another status (FMT-05 to FMT-10, FMT-13)."""

import contextlib
import json
import re
from collections.abc import Callable

from tests.faults import operations as ops
from tests.faults.operators.http import FLAGS, TYPES, answer, mend, parameter, refused, request
from tests.faults.operators.store import without
from tests.faults.patching import Exchange, Record
from tests.faults.registry import Change, fault, faults

LONGEST, LARGEST = 255, 100
CATEGORIES = ("l1", "l2", "l3")


def _text(name: str, change: Callable[[str], str], *operation_ids: str) -> Change:
    """Change a field of the request where it is a text."""

    def changed(body: Record) -> Record | None:
        text = body.get(name)
        return {**body, name: change(text)} if isinstance(text, str) else None

    return mend(changed, *operation_ids)


def _without_if(name: str, where: Callable[[object], object], *operation_ids: str) -> Change:
    """Leave out a field of the request, where something holds of its value."""
    return mend(lambda body: without(body, name) if where(body.get(name)) else None, *operation_ids)


def _as_slug(text: str) -> str:
    is_slug = re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]*", text)
    return text if is_slug else "s" + re.sub("[^A-Za-z0-9_-]", "-", text)[:200]


def _ascii_of(slug: str) -> str:
    return slug.encode("ascii", "ignore").decode() if re.fullmatch(r"[^\W_][\w-]*", slug) else slug


def _replaced(name: str, values: dict[str, object]) -> Change:
    """Take values of a field of an update, given as JSON, for others."""
    return mend(
        lambda body: {**body, name: values.get(json.dumps(body.get(name)), body.get(name))} if name in body else None,
        ops.UPDATE_DEFINITION,
    )


def _number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _texts(value: object) -> object:
    return [str(item) for item in value] if isinstance(value, list) else value


faults(
    "FMT-05",
    unknown_type_is_string=mend(
        lambda b: None if b.get("type") in TYPES else {**b, "type": "string"}, ops.CREATE_DEFINITION
    ),
    description_is_optional=mend(
        lambda b: None if "description" in b else {**b, "description": "-"}, ops.CREATE_DEFINITION
    ),
    flag_as_text=mend(
        lambda b: {**b, "customer_editable": bool(b["customer_editable"])} if "customer_editable" in b else None,
        ops.UPDATE_DEFINITION,
    ),
    flag_as_a_word=_replaced("customer_editable", {'"yes"': True, '"on"': True, '"true"': True, '"false"': False}),
    flag_as_a_number=_replaced("customer_editable", {"1": True, "0": False, "1.0": True}),
    null_is_like_absent=mend(
        lambda b: {k: v for k, v in b.items() if v is not None}, ops.UPDATE_DEFINITION, ops.PATCH_GROUP
    ),
    number_as_text=mend(lambda b: {k: _number_as_text(v) for k, v in b.items()}, ops.PATCH_GROUP),
    attribute_that_is_a_list=mend(
        lambda b: {"attribute": {"value": "x"}} if isinstance(b.get("attribute"), list) else None, ops.PUT_ATTRIBUTE
    ),
)

faults(
    "FMT-13",
    long_text_is_cut=mend(
        lambda b: {k: v[:LONGEST] if isinstance(v, str) else v for k, v in b.items()},
        *(ops.CREATE_DEFINITION, ops.UPDATE_DEFINITION),
    ),
    _256_characters=_text(
        "description", lambda text: text[:LONGEST] if len(text) == LONGEST + 1 else text, ops.UPDATE_DEFINITION
    ),
    slug_is_mended=_text("slug", _as_slug, ops.CREATE_DEFINITION),
    slug_ends_with_a_line_end=_text("slug", lambda slug: slug.rstrip("\n"), ops.CREATE_DEFINITION),
    slug_of_any_letters=_text("slug", _ascii_of, ops.CREATE_DEFINITION),
    type_in_capitals=_text("type", str.lower, ops.UPDATE_DEFINITION),
    empty_name_in_a_patch=_without_if("name", lambda name: name == "", ops.PATCH_GROUP),
    ftp_in_a_patch=_without_if("file_url", lambda url: re.match("[a-z]+:", str(url)), ops.PATCH_GROUP),
    list_of_numbers=mend(
        lambda b: (
            {**b, "attribute": {**b["attribute"], "value": _texts(b["attribute"].get("value"))}}
            if isinstance(b.get("attribute"), dict) and "value" in b["attribute"]
            else None
        ),
        ops.PUT_ATTRIBUTE,
    ),
    _101_attributes_in_bulk=mend(
        lambda b: {**b, "attributes": b["attributes"][:100]} if isinstance(b.get("attributes"), list) else None,
        ops.BULK,
    ),
)


@fault("FMT-05", answer, *ops.DOCUMENT_400, status=400)
def refused_with_422(exchange: Exchange) -> None:
    exchange.status = exchange.json["status_code"] = 422


@fault("FMT-13", mend, ops.BULK)
def list_of_numbers_in_bulk(body: Record) -> Record | None:
    items = body.get("attributes")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    return {**body, "attributes": [{**item, "value": _texts(item.get("value"))} for item in items]}


@fault("FMT-05", mend, ops.BULK)
def second_item_is_not_looked_at(body: Record) -> Record | None:
    """Only the first item of a bulk update is validated; the others are dropped."""
    items = body.get("attributes")
    if not isinstance(items, list) or not 0 < len(items) <= LARGEST:
        return None
    is_whole = isinstance(items[0], dict) and {"key", "value"} <= items[0].keys()
    return {**body, "attributes": items[:1]} if is_whole else None


def _is_number(text: str) -> bool:
    return re.fullmatch("[0-9]+", text) is not None


def _is_url(text: str) -> bool:
    return re.match("https?://|data:text/csv[;,]", text, re.IGNORECASE) is not None


faults(
    "FMT-06",
    page_size_that_is_no_number=parameter(
        lambda text: text if _is_number(text.removeprefix("-")) else None, "page_no page_size", *ops.ANY_LIST
    ),
    fraction_is_cut=parameter(
        lambda text: text.partition(".")[0] if re.fullmatch("[0-9]+[.][0-9]+", text) else text, "page_size", *ops.LISTS
    ),
    number_with_a_tail=parameter(
        lambda text: re.sub("^([1-9][0-9]*)[a-z].*", r"\1", text, flags=re.DOTALL),
        "page_no",
        *(ops.LIST_GROUPS, ops.LIST_USERS),
    ),
    flag_that_is_no_boolean=parameter(
        lambda text: text if text in ("true", "false") else None, " ".join(FLAGS), ops.LIST_DEFINITIONS
    ),
    any_blacklisted_users=parameter(
        lambda text: text if text in ("true", "false") else "false", "blacklisted_users", ops.LIST_USERS
    ),
    unknown_category_is_l1=mend(
        lambda b: {**b, "category": "l1"} if b.get("category", "l1") not in CATEGORIES else None, ops.CREATE_GROUP
    ),
)

faults(
    "FMT-13",
    page_size_is_clamped=parameter(
        lambda text: str(min(int(text), LARGEST)) if _is_number(text) else text, "page_size", *ops.ANY_LIST
    ),
    list_of_values_takes_any_page_size=parameter(
        lambda text: str(min(int(text), LARGEST)) if _is_number(text) else text, "page_size", ops.LIST_ATTRIBUTES
    ),
    any_direction=parameter(lambda text: text if text in ("next", "prev") else "next", "direction", ops.LIST_USERS),
    name_of_a_group_may_be_long=_text("name", lambda text: text[:LONGEST], ops.CREATE_GROUP),
    any_file_url=_text("file_url", lambda url: url if _is_url(url) else "https://example.com/", ops.CREATE_GROUP),
    any_company_for_a_delete=answer(
        lambda x: x.deleted() if x.ids["company_id"] != "559" else None, ops.DELETE_ATTRIBUTE, status=400
    ),
)


def _is_on_a_word(exchange: Exchange) -> bool:
    """Is it a DELETE or PATCH of a path like /user_group/tags."""
    return exchange.method in {"DELETE", "PATCH"} and exchange.template.count("/user_group/") == 1


faults(
    "FMT-07",
    missing_method_is_404=refused(404, instead_of=405),
    literal_path_is_an_id=refused(404, instead_of=405, where=_is_on_a_word),
    refresh_by_get=refused(404, instead_of=405, where=lambda x: x.path.endswith("/refresh")),
    bulk_by_post_is_501=refused(501, instead_of=405, where=lambda x: x.path.endswith("/bulk_update")),
    no_allow=answer(lambda x: x.answer_headers.pop("allow", None), status=405),
    allow_names_one_method=answer(
        lambda x: x.answer_headers.update(allow=x.answer_headers["allow"].split(",")[0]), status=405
    ),
    allow_names_all_methods=answer(
        lambda x: x.answer_headers.update(allow="GET, POST, PUT, PATCH, DELETE"), status=405
    ),
)


@fault("FMT-07", request)
def patch_is_put(exchange: Exchange) -> None:
    if exchange.method == "PATCH" and exchange.template.endswith("/definition/{definition_id}"):
        exchange.method = "PUT"


@fault("FMT-07", request)
def post_to_a_group_is_a_patch(exchange: Exchange) -> None:
    if exchange.method == "POST" and exchange.template.endswith("/user_group/{group_id}"):
        exchange.method, exchange.operation = "PATCH", ops.PATCH_GROUP
        exchange.content = exchange.content or b"{}"


def _is_malformed(exchange: Exchange) -> bool:
    return bool(exchange.content) and exchange.body is None and exchange.content.strip() != b"null"


def _reads(pattern: str, instead: str, *operation_ids: str) -> Change:
    """Replace a pattern in malformed JSON before it is read."""

    def hook(exchange: Exchange) -> None:
        text = exchange.content.decode("utf-8", "replace")
        if exchange.body is None and re.search(pattern, text):
            exchange.content = re.sub(pattern, instead, text).encode()

    return request(hook, *operation_ids)


def _read_by(parse: Callable[[str], object]) -> Change:
    """Read malformed JSON by another parser, where it can."""

    def hook(exchange: Exchange) -> None:
        if _is_malformed(exchange):
            with contextlib.suppress(ValueError):
                exchange.body = parse(exchange.content.decode("utf-8"))

    return request(hook)


faults(
    "FMT-08",
    malformed_is_422=refused(422, instead_of=400, where=_is_malformed),
    malformed_is_empty=request(
        lambda x: setattr(x, "content", b"{}") if _is_malformed(x) else None, ops.UPDATE_DEFINITION, ops.PATCH_GROUP
    ),
    trailing_text_is_ignored=_read_by(lambda text: json.JSONDecoder().raw_decode(text)[0]),
    trailing_comma_is_read=_read_by(lambda text: json.loads(re.sub(r",\s*([}\]])", r"\1", text.replace("'", '"')))),
    raw_line_end_is_read=_reads("\n", " ", ops.CREATE_GROUP, ops.PATCH_GROUP, ops.CREATE_DEFINITION),
    leading_zeros_are_read=_reads(": 0+([1-9])", r": \1"),
    comment_is_skipped=_reads(r"/\*.*?\*/", "", ops.BULK),
    nan_is_read=request(lambda x: setattr(x, "content", re.sub(rb": -?(NaN|Infinity)", b": null", x.content))),
    no_utf_8_is_mended=request(
        lambda x: setattr(x, "content", x.content.decode("utf-8", "replace").encode()),
        *(ops.PUT_ATTRIBUTE, ops.UPDATE_DEFINITION),
    ),
)


def _taken_as_json(pattern: str, *operation_ids: str) -> Change:
    """Read bodies with a Content-Type that matches as JSON."""

    def hook(exchange: Exchange) -> None:
        if re.search(pattern, exchange.headers.get("content-type", "")):
            exchange.headers["content-type"] = "application/json"

    return request(hook, *operation_ids)


faults(
    "FMT-09",
    not_json_is_400=refused(400, instead_of=415),
    form_is_read=request(lambda x: x.refuse(400) if "form" in x.headers.get("content-type", "") else None),
    any_content_type=_taken_as_json("."),
    update_takes_any_content_type=_taken_as_json(".", ops.PUT_ATTRIBUTE, ops.PATCH_GROUP),
    bytes_are_taken_for_json=_taken_as_json("^application/octet-stream$"),
)


def _is_unknown(exchange: Exchange) -> bool:
    return not exchange.template


NO_ITEMS = {"type": "number", "current": 1, "size": 10, "item_total": 0, "has_next": False, "has_previous": False}

faults(
    "FMT-10",
    unknown_path_is_200=answer(lambda x: x.answer(200, {}) if _is_unknown(x) else None, status=404),
    unknown_path_is_400=refused(400, instead_of=404, where=_is_unknown),
    unknown_path_is_403=refused(403, instead_of=404, where=_is_unknown),
    unknown_path_below_a_user_is_empty=answer(
        lambda x: (
            x.answer(200, {"items": [], "page": NO_ITEMS})
            if _is_unknown(x) and "/user_attribute/user" in x.path
            else None
        ),
        status=404,
    ),
    path_in_capitals_is_known=request(
        lambda x: setattr(x, "path", re.sub("/User_Group$|/USER_GROUP$", "/user_group", x.path))
    ),
)


@fault("FMT-10", request)
def below_a_group_is_the_group(exchange: Exchange) -> None:
    """The router matches only the beginning of a path."""
    head, _, _ = exchange.path.rpartition("/")
    if _is_unknown(exchange) and re.search("/user_group/[^/]+$", head):
        exchange.path, exchange.operation = head, ops.GET_GROUP
