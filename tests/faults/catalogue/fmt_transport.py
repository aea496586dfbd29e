"""Faults of FMT-07 to FMT-10: methods, malformed bodies, content types, unknown paths."""

import json
import re

from tests.faults.patching import (
    GET_GROUP,
    PATCH_GROUP,
    PUT_ATTRIBUTE,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
)
from tests.faults.registry import fault

# --- FMT-07 -------------------------------------------------------------------------------------------


@fault("FMT-07-missing-method-is-404", rule="FMT-07", subtlety="obvious")
def missing_method_is_404(mock: Mock) -> None:
    """A method that a path lacks is 404."""
    mock.answer(lambda x: x.refuse(404), status=405)


@fault("FMT-07-no-allow", rule="FMT-07", subtlety="plausible")
def no_allow(mock: Mock) -> None:
    """A 405 has no Allow."""
    mock.answer(lambda x: x.answer_headers.pop("allow", None), status=405)


@fault("FMT-07-allow-names-one-method", rule="FMT-07", subtlety="subtle")
def allow_names_one_method(mock: Mock) -> None:
    """Allow names the first method of the path only."""

    def hook(exchange: Exchange) -> None:
        exchange.answer_headers["allow"] = exchange.answer_headers["allow"].split(",")[0]

    mock.answer(hook, status=405)


@fault("FMT-07-literal-path-is-an-id", rule="FMT-07", subtlety="subtle")
def literal_path_is_an_id(mock: Mock) -> None:
    """DELETE /user_group/tags looks for the group "tags": 404."""

    def hook(exchange: Exchange) -> None:
        if exchange.method in {"DELETE", "PATCH"} and exchange.template.count("/user_group/") == 1:
            exchange.refuse(404)

    mock.answer(hook, status=405)


@fault("FMT-07-patch-is-put", rule="FMT-07", subtlety="subtle")
def patch_is_put(mock: Mock) -> None:
    """PATCH of a definition is taken for PUT."""

    def hook(exchange: Exchange) -> None:
        if exchange.method == "PATCH" and exchange.template.endswith("/definition/{definition_id}"):
            exchange.method = "PUT"

    mock.request(hook)


# --- FMT-08 -------------------------------------------------------------------------------------------


def _is_malformed(exchange: Exchange) -> bool:
    return bool(exchange.content) and exchange.body is None and exchange.content.strip() != b"null"


@fault("FMT-08-malformed-is-empty", rule="FMT-08", subtlety="plausible")
def malformed_is_empty(mock: Mock) -> None:
    """An update with malformed JSON is taken for one that names nothing."""
    mock.request(lambda x: setattr(x, "content", b"{}") if _is_malformed(x) else None, UPDATE_DEFINITION, PATCH_GROUP)


@fault("FMT-08-malformed-is-422", rule="FMT-08", subtlety="obvious")
def malformed_is_422(mock: Mock) -> None:
    """Malformed JSON is 422."""
    mock.answer(lambda x: x.refuse(422) if _is_malformed(x) else None, status=400)


@fault("FMT-08-trailing-text-is-ignored", rule="FMT-08", subtlety="subtle")
def trailing_text_is_ignored(mock: Mock) -> None:
    """What follows the first JSON value of a body is not looked at."""

    def hook(exchange: Exchange) -> None:
        if _is_malformed(exchange):
            try:
                exchange.body = json.JSONDecoder().raw_decode(exchange.content.decode("utf-8"))[0]
            except ValueError:
                return

    mock.request(hook)


@fault("FMT-08-trailing-comma-is-read", rule="FMT-08", subtlety="subtle")
def trailing_comma_is_read(mock: Mock) -> None:
    """The parser reads more than JSON: a comma before a closing brace, a text in single quotes."""

    def hook(exchange: Exchange) -> None:
        if _is_malformed(exchange):
            mended = re.sub(rb",\s*([}\]])", rb"\1", exchange.content.replace(b"'", b'"'))
            try:
                exchange.body = json.loads(mended)
            except ValueError:
                return

    mock.request(hook)


# --- FMT-09 -------------------------------------------------------------------------------------------


def _as_json(exchange: Exchange) -> None:
    if "content-type" in exchange.headers:
        exchange.headers["content-type"] = "application/json"


@fault("FMT-09-any-content-type", rule="FMT-09", subtlety="plausible")
def any_content_type(mock: Mock) -> None:
    """Content-Type is not looked at: every body is read as JSON."""
    mock.request(_as_json)


@fault("FMT-09-not-json-is-400", rule="FMT-09", subtlety="obvious")
def not_json_is_400(mock: Mock) -> None:
    """A body of another type is 400."""
    mock.answer(lambda x: x.refuse(400), status=415)


@fault("FMT-09-update-takes-any-content-type", rule="FMT-09", subtlety="subtle")
def update_takes_any_content_type(mock: Mock) -> None:
    """PUT of a value and PATCH of a group do not look at Content-Type."""
    mock.request(_as_json, PUT_ATTRIBUTE, PATCH_GROUP)


# --- FMT-10 -------------------------------------------------------------------------------------------


def _is_unknown(exchange: Exchange) -> bool:
    return not exchange.template


@fault("FMT-10-unknown-path-is-200", rule="FMT-10", subtlety="obvious")
def unknown_path_is_200(mock: Mock) -> None:
    """An unknown path is answered with 200 and an empty object."""
    mock.answer(lambda x: x.answer(200, {}) if _is_unknown(x) else None, status=404)


@fault("FMT-10-unknown-path-is-400", rule="FMT-10", subtlety="plausible")
def unknown_path_is_400(mock: Mock) -> None:
    """An unknown path is 400."""
    mock.answer(lambda x: x.refuse(400) if _is_unknown(x) else None, status=404)


@fault("FMT-10-unknown-path-is-403", rule="FMT-10", subtlety="plausible")
def unknown_path_is_403(mock: Mock) -> None:
    """An unknown path is 403, as a gateway has it."""
    mock.answer(lambda x: x.refuse(403) if _is_unknown(x) else None, status=404)


@fault("FMT-10-below-a-group-is-the-group", rule="FMT-10", subtlety="subtle")
def below_a_group_is_the_group(mock: Mock) -> None:
    """Any unknown path below a group is the group: the router matches the beginning of a path."""

    def hook(exchange: Exchange) -> None:
        head, _, _ = exchange.path.rpartition("/")
        if _is_unknown(exchange) and re.search("/user_group/[^/]+$", head):
            exchange.path, exchange.operation = head, GET_GROUP

    mock.request(hook)
