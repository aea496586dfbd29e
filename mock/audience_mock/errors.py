"""Error messages: status, message and field of the error responses of the Audience API and of its transport.

They are worded here. Each names the wrong value and the fix. No web code.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

MAX_SHOWN = 60
"""Characters of a wrong value that are shown in a message."""
MAX_LISTED = 3
"""Errors that are repeated in the message of a 400."""
MAX_ERRORS = 100
"""Errors in the list of a 400."""
MAX_JUDGED = 1_000
"""Errors after which the judging of a request stops."""


class Violation(NamedTuple):
    """One error of a request: the field, and a message with the fix."""

    field: str
    message: str


class Refusal(Exception):
    """A request that gets no result: refused with a 4xx, or a 5xx.

    Args:
        status: the HTTP status.
        message: names the wrong value and the fix.
        violations: the wrong fields; a 400 always has one.
        headers: additional response headers.
    """

    def __init__(
        self,
        status: int,
        message: str,
        violations: Iterable[Violation] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.violations = list(violations)
        self.headers = headers or {}

    def __reduce__(self) -> tuple[Any, ...]:
        """For a copy, which has no traceback."""
        return Refusal, (self.status, self.message, self.violations, self.headers)

    def body(self) -> dict[str, Any]:
        """The response body, in the contract's error shape."""
        body: dict[str, Any] = {"success": False, "status_code": int(self.status), "message": self.message}
        if self.violations:
            body["errors"] = [violation._asdict() for violation in self.violations]
        return body


class FileProblem(Exception):
    """A file that cannot be read; the message names the reason and the fix."""


def show(value: Any, limit: int = MAX_SHOWN) -> str:
    """`value` as JSON for a message, shortened."""
    if isinstance(value, str) and len(value) > limit:
        value = f"{value[:limit]}…"
    text = json.dumps(_begin(value, 2 * limit + 1), ensure_ascii=False)
    return text if len(text) <= 2 * limit else f"{text[: 2 * limit]}…"


def _begin(value: Any, most: int, left: Iterator[int] | None = None) -> Any:
    """As much of a value as the first `most` characters of its JSON have; each element has one at least."""
    left = iter(range(most)) if left is None else left
    if isinstance(value, str):
        return value[:most]
    if isinstance(value, list | tuple):
        return [_begin(element, most, left) for element, _ in zip(value, left, strict=False)]
    if isinstance(value, dict):
        return {_begin(key, most): _begin(value[key], most, left) for key, _ in zip(value, left, strict=False)}
    return value


# --- invalid requests -------------------------------------------------------------------------------


def invalid(violations: Sequence[Violation]) -> Refusal:
    """400 with all errors of one request."""
    if len(violations) == 1:
        return Refusal(HTTPStatus.BAD_REQUEST, violations[0].message, violations)
    listed = " ".join(violation.message for violation in violations[:MAX_LISTED])
    count, rest = len(violations), len(violations) - MAX_LISTED
    at_least = "at least " if count >= MAX_JUDGED else ""
    more = f" And {at_least}{rest} more: see errors" if rest > 0 else ""
    if count > MAX_ERRORS:
        more += f", which lists the first {MAX_ERRORS}; {at_least}{count - MAX_ERRORS} more are not listed"
    message = f"{at_least.capitalize()}{count} errors in this request. {listed}{more}{'.' if more else ''}"
    return Refusal(HTTPStatus.BAD_REQUEST, message, violations[:MAX_ERRORS])


def one(field: str, message: str) -> Refusal:
    """400 for one wrong field."""
    return invalid([Violation(field, message)])


def unknown_path(path: str) -> Refusal:
    shown = show(path, limit=200)
    return Refusal(
        HTTPStatus.NOT_FOUND, f"There is no path {shown} in the Audience API; /openapi.json and /ui list all paths."
    )


def not_utf8(field: str, text: str) -> Violation:
    """For a percent-encoded text in the path or the query."""
    return Violation(field, f"{show(text)} is not UTF-8; percent-encode the bytes of UTF-8 (é is %C3%A9).")


def method_not_allowed(method: str, path: str, allowed: Sequence[str]) -> Refusal:
    allow = ", ".join(allowed)
    return Refusal(
        HTTPStatus.METHOD_NOT_ALLOWED,
        f"{method} is not allowed on {show(path, limit=200)}; use {allow}.",
        headers={"Allow": allow},
    )


def unknown_rendering(value: str, known: str) -> Refusal:
    return one(
        "query.tenants",
        f"The contract has no rendering tenants={show(value)}; send tenants={known} for any company and application, "
        "or omit tenants for those that this server serves.",
    )


def unsupported_media_type(content_type: str) -> Refusal:
    return Refusal(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"The body is sent as {show(content_type)}, which this API does not read; "
        "send JSON with the header Content-Type: application/json (UTF-8).",
    )


def unsupported_encoding(encoding: str, known: Sequence[str]) -> Refusal:
    return Refusal(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"The body is sent with Content-Encoding {show(encoding)}, which this server does not decode; "
        f"send {' or '.join(known)}, or no Content-Encoding and the JSON as it is.",
        headers={"Accept-Encoding": ", ".join(known)},
    )


def undecodable_body(encoding: str, reason: str) -> Refusal:
    return one(
        "body",
        f"The body cannot be decoded as {show(encoding)}, its Content-Encoding ({reason}); "
        "encode it so, or send no Content-Encoding.",
    )


def body_too_large(limit: int) -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The body is larger than {limit // 2**20} MiB, the most this server reads; "
        "put a long list of users in a file and send its file_url.",
    )


# --- requests that do not arrive as HTTP/1.1 --------------------------------------------------------


def head_too_large(limit: int) -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        f"The headers of the request have more than {limit // 2**10} KiB, the most this server reads; send fewer or "
        "shorter headers (cookies?).",
    )


def target_too_long(limit: int) -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_URI_TOO_LONG,
        f"The path and query of the request have more than {limit // 2**10} KiB, the most this server reads; "
        "send a shorter query.",
    )


def too_slow(seconds: float) -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_TIMEOUT,
        f"The rest of the request did not arrive within {seconds:.0f} s; send it again, and all of it: a body has "
        "exactly the bytes that Content-Length says.",
    )


def too_slow_a_body(seconds: float, rate: int) -> Refusal:
    """Of a body that goes on coming.

    Args:
        seconds: that any body has.
        rate: bytes for one second more.
    """
    return Refusal(
        HTTPStatus.REQUEST_TIMEOUT,
        f"The body did not arrive within {seconds:.0f} s and one more for every {rate} bytes; send it again, faster, "
        "and all of it: it has exactly the bytes that Content-Length says.",
    )


def stopping() -> Refusal:
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The server was stopped before the whole body had arrived; send it again when the server runs.",
    )


def malformed_target(target: str) -> Refusal:
    return one(
        "request",
        f"{show(target)} in the target is no part of a URL; percent-encode all characters but "
        "printable ASCII, in UTF-8 (é is %C3%A9), and send http://host/path or /path.",
    )


def wrong_hosts(count: int) -> Refusal:
    has = f"has {count} Host headers" if count else "has no Host header, which HTTP/1.1 needs"
    return one("header.Host", f"The request {has}; send one, like Host: localhost.")


def malformed_host(value: str) -> Refusal:
    return one(
        "header.Host",
        f"The Host header {show(value)} is no host; send its name or address, and its port, like Host: localhost:4010.",
    )


_MALFORMED = (
    ("Pause on PRI", "it is HTTP/2; send HTTP/1.1"),
    ("Invalid HTTP version", "send HTTP/1.1"),
    ("Content-Length", "send one Content-Length, a whole number, or Transfer-Encoding: chunked instead"),
    ("Transfer-Encoding", "send Content-Length, or only Transfer-Encoding: chunked"),
    ("Expected HTTP/", "send a line of method, target and HTTP/1.1; percent-encode blanks in the target"),
    ("eader", "send each header as one line of name, colon and value"),
    ("", "send HTTP/1.1, which begins with a line of method, target and version"),
)
"""Part of the parser's message -> the fix; the first match counts."""


def malformed_head(reason: str, line: str) -> Refusal:
    """400 for a request line or header; `line` is the request line, as far as it is known."""
    fix = next(fix for part, fix in _MALFORMED if part in reason)
    named = f" beginning with {show(line)}" if line else ""
    return one("request", f"The request{named} is not HTTP ({reason}): {fix}.")


def malformed_body(reason: str) -> Refusal:
    return one(
        "body",
        f"The body is not sent as its headers say ({reason}); send Content-Length, or chunks of which each has the "
        "size in hexadecimal that it announces.",
    )


def crashed(error: BaseException | None = None) -> Refusal:
    """500 for an error in the mock's own code."""
    named = f" ({type(error).__name__})" if error else ""
    return Refusal(
        HTTPStatus.INTERNAL_SERVER_ERROR, f"Internal error in the mock{named}; see its log. Please report this."
    )


# --- a real server behind --proxy -------------------------------------------------------------------


def upstream_failed(origin: str, reason: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_GATEWAY, f"{origin} did not respond as HTTP: {reason}; see --proxy.")


def upstream_too_slow(origin: str) -> Refusal:
    return Refusal(
        HTTPStatus.GATEWAY_TIMEOUT, f"{origin} did not respond in time; see whether it is reached by --proxy."
    )


# --- bodies -----------------------------------------------------------------------------------------


def body_missing() -> Violation:
    return Violation("body", "The body is missing; send a JSON object with Content-Type: application/json.")


def body_cut_off() -> Refusal:
    return one("body", "The connection ended before the whole body had arrived; send it again.")


_NOT_JSON = (
    ("number is infinity", "a number in it is too large; send one below 1.8e308"),
    ("not valid UTF-8", "it is not UTF-8; send JSON in UTF-8"),
    ("depth limit", "it nests too deeply; send a flatter value"),
    ("", "send a JSON object in UTF-8"),
)
"""Part of the parser's message -> the fix; the first match counts."""


def body_not_json(reason: str) -> Violation:
    fix = next(fix for part, fix in _NOT_JSON if part in reason)
    return Violation("body", f"The body cannot be read as JSON ({reason}): {fix}.")


def body_too_deep(limit: int) -> Violation:
    return Violation("body", f"The body nests deeper than {limit} levels; send a flatter value.")


def body_too_many_parts(limit: int) -> Violation:
    return Violation(
        "body",
        f"The body has more than {limit} strings, commas and brackets, the most this server reads; "
        "send several requests, put a long list of users in a file and send its file_url, and start with a large "
        "state: --seed FILE.",
    )


def body_string_too_long(limit: int) -> Violation:
    return Violation(
        "body",
        f"The body has a string of more than {limit} bytes, the most this server reads; "
        "put a long list of users in a file and send its file_url.",
    )


def unauthorised(sent: bool) -> Refusal:
    problem = "The token is wrong" if sent else "The token is missing"
    return Refusal(
        HTTPStatus.UNAUTHORIZED,
        f"{problem}; send Authorization: Bearer TOKEN with the token of --require-token.",
        headers={"WWW-Authenticate": "Bearer"},
    )


# --- definitions, values and groups -----------------------------------------------------------------


def unknown_definition(definition_id: str) -> Refusal:
    return Refusal(
        HTTPStatus.NOT_FOUND,
        f"There is no attribute definition with the id {show(definition_id)} in this application; "
        "GET …/user_attribute/definition lists those that exist.",
    )


def unknown_attribute(user_id: str, definition_id: str) -> Refusal:
    return Refusal(
        HTTPStatus.NOT_FOUND,
        f"The user {show(user_id)} has no value of the definition {show(definition_id)} in this application; "
        f"GET …/user_attribute/user/{{user_id}} lists the values that the user has.",
    )


def unknown_group(group_id: str) -> Refusal:
    return Refusal(
        HTTPStatus.NOT_FOUND,
        f"There is no user group with the id {show(group_id)} in this application; "
        "GET …/user_group lists those that exist.",
    )


def slug_taken(slug: str, definition_id: str) -> Refusal:
    return one(
        "body.slug",
        f"The slug {show(slug)} is taken by the definition {definition_id}; choose another, or update that one.",
    )


def definition_locked(definition_id: str, name: str) -> Refusal:
    return one(
        "path.definition_id",
        f"The definition {definition_id} ({show(name)}) is locked: it can be neither changed nor deleted; "
        "use one whose is_locked is false.",
    )


def type_in_use(slug: str, old: str, new: str, user_id: str, value: Any) -> Refusal:
    return one(
        "body.type",
        f"The type of {show(slug)} cannot change from {old} to {show(new)}: the value {show(value)} of the user "
        f"{show(user_id)} would not fit; delete or change such values first.",
    )


def unfit(field: str, slug: str, value: Any, expected: str) -> Violation:
    return Violation(field, f"The value {show(value)} does not fit the definition {show(slug)}: send {expected}.")


def unknown_key(field: str, key: str) -> Violation:
    return Violation(
        field,
        f"The key {show(key)} is not the slug of any definition of this application; "
        "create the definition first, or use one of the slugs in GET …/user_attribute/definition.",
    )


def unknown_cursor(cursor: str) -> Refusal:
    return one(
        "query.cursor",
        f"The cursor {show(cursor)} is not, or no longer, a cursor of this group; send next_cursor or prev_cursor of a "
        "page, or omit cursor for the first page.",
    )


# --- control API ------------------------------------------------------------------------------------


def unknown_session(name: str) -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, f"There is no session {show(name)}; GET /__mock__/sessions lists all.")


def unknown_snapshot(name: str, known: Iterable[str]) -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, f"There is no snapshot {show(name)}; {_existing(known)}.")


def unknown_origin(name: str, known: Iterable[str]) -> Refusal:
    return one("query.to", f"There is no seed or snapshot {show(name)} to reset to; {_existing(known)}.")


def _existing(known: Iterable[str]) -> str:
    return f"there are: {', '.join(known) or 'none'}"


def unknown_fault(fault_id: str) -> Refusal:
    return Refusal(
        HTTPStatus.NOT_FOUND, f"There is no fault {show(fault_id)} in this session; GET /__mock__/faults lists all."
    )


def unknown_user(user_id: str) -> Refusal:
    return Refusal(
        HTTPStatus.NOT_FOUND,
        f"No contact data for user {show(user_id)}; GET /__mock__/users lists all users with contact data.",
    )


def unknown_job(job_id: str) -> Refusal:
    return Refusal(
        HTTPStatus.NOT_FOUND, f"There is no job {show(job_id)} in this session; GET /__mock__/jobs lists all."
    )


def ended_job(job_id: str, status: str) -> Refusal:
    return one(
        "path.job_id", f"The job {show(job_id)} is {status}; only a waiting job can be advanced or made to fail."
    )


def unknown_control_path(path: str) -> Refusal:
    return Refusal(
        HTTPStatus.NOT_FOUND,
        f"There is no path {show(path)} in the control API; /__mock__/openapi.json lists every path.",
    )
