"""The JSON schema of a fault rule, and what it cannot say."""

import functools
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from audience_mock.contract.document import PATTERN_DESCRIPTION, documented_responses, load_contract
from audience_mock.control.documented import documented
from audience_mock.errors import Violation, show
from audience_mock.operations import OPERATIONS
from audience_mock.patterns import LONGEST
from audience_mock.session.fault_rules import EFFECTS, KINDS, MAX_DELAY, OK, WITHOUT_BODY

Json = dict[str, Any]

MAX_LIMIT, MAX_SECONDS = 100_000, 31_536_000
"""Of a rate: a rule remembers the time of so many requests; a year."""
MAX_STEPS, MAX_FIELDS, MAX_SIGMA = 1_000, 100, 10
FRAMING = frozenset({"connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})
"""Response headers that the server sets: another value would break the connection."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


# --- the schema -----------------------------------------------------------------------------------------

_MILLISECONDS: Json = {"type": "integer", "minimum": 0, "maximum": MAX_DELAY}
_HEADER_VALUE = "^([!-~\\u00a1-\\u00ff]([ -~\\t\\u00a1-\\u00ff]*[!-~\\u00a1-\\u00ff])?)?$"


def _distribution(kind: str, **fields: Json) -> Json:
    properties = {"type": {"type": "string", "enum": [kind]}, **fields}
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


def _expected(description: str) -> Json:
    """The expected texts by name."""
    value = {
        PATTERN_DESCRIPTION: f"a text of at most {LONGEST} characters in which * matches any text, a number, true, "
        "false, or null for absent",
        "oneOf": [{"type": "string", "maxLength": LONGEST, "nullable": True}, {"type": "number"}, {"type": "boolean"}],
    }
    return {
        "type": "object",
        "description": f"{description}; 1 to {MAX_FIELDS} of them",
        "additionalProperties": value,
    }


EFFECT: dict[str, Json] = {
    "status": {"type": "integer", "minimum": 200, "maximum": 599},
    "headers": {
        "type": "object",
        "description": f"headers of the response, like Retry-After; at most {MAX_FIELDS}",
        "additionalProperties": {
            PATTERN_DESCRIPTION: "a text of Latin-1 characters without line breaks and outer blanks, or a whole number",
            "oneOf": [{"type": "string", "maxLength": 8192, "pattern": _HEADER_VALUE}, {"type": "integer"}],
        },
    },
    "body": {
        "description": "of the response, not for 204 and 304, which have none; by default an example from the contract"
    },
    "example": {"type": "string", "description": "name of one of the contract's examples"},
    "delay": {
        "description": "milliseconds before the response, fixed or drawn for each request",
        PATTERN_DESCRIPTION: f"whole milliseconds, 0 to {MAX_DELAY}, or a distribution of them like "
        '{"type": "uniform", "lower": 100, "upper": 500} or {"type": "lognormal", "median": 300, "sigma": 0.5}',
        "oneOf": [
            _MILLISECONDS,
            _distribution("uniform", lower=_MILLISECONDS, upper=_MILLISECONDS),
            _distribution(
                "lognormal", median=_MILLISECONDS, sigma={"type": "number", "minimum": 0, "maximum": MAX_SIGMA}
            ),
        ],
    },
    "kind": {
        "type": "string",
        "enum": list(KINDS),
        "description": "no response, half a response, or a body that is not JSON",
    },
}
MATCHING: dict[str, Json] = {
    "operation": {"type": "string", "enum": list(OPERATIONS), "description": "the operationId"},
    "method": {"type": "string", "enum": ["GET", "POST", "PUT", "PATCH", "DELETE"]},
    "path": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST,
        "description": "the full path, or the path below the application; * matches any text",
    },
    "parameters": _expected("path parameters, like group_id"),
    "query": _expected("query parameters; the request may have others"),
    "request_headers": _expected("headers of the request"),
    "request_body": {
        "description": "fields of the JSON body; its objects may have more, its lists must have the same length; "
        "in a text * matches any text, and a field that is null may be absent"
    },
}
RULE: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **MATCHING,
        **EFFECT,
        "sequence": {
            "type": "array",
            "description": "one step for each request, in turn: a status, ok for the usual response, drop, half, "
            "malformed, or an object; delay and headers of the rule count for every step but ok",
            "minItems": 1,
            "maxItems": MAX_STEPS,
            "items": {
                PATTERN_DESCRIPTION: f"a status from 200 to 599, {', '.join([OK, *KINDS])}, or an object with some "
                f"of {', '.join(EFFECT)}",
                "oneOf": [
                    EFFECT["status"],
                    {"type": "string", "enum": [OK, *KINDS]},
                    {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": EFFECT},
                ],
            },
        },
        "probability": {"type": "number", "minimum": 0, "maximum": 1},
        "seed": {
            "type": "integer",
            "description": "random seed of probability and delay, so that a run can be repeated; by default a new one, "
            "which the response shows",
        },
        "times": {
            "type": "integer",
            "minimum": 1,
            "description": "number of requests that the rule applies to, or of runs of its sequence (by default 1)",
        },
        "rate": {
            "type": "object",
            "description": "429 with Retry-After for more than `limit` requests in `seconds`",
            "additionalProperties": False,
            "required": ["limit", "seconds"],
            "properties": {
                "limit": {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT},
                "seconds": {"type": "number", "minimum": 0.001, "maximum": MAX_SECONDS},
            },
        },
    },
}


# --- what the schema cannot say -------------------------------------------------------------------------

_BY_NAME = ("parameters", "query", "request_headers")
"""The fields that hold expected texts by name."""


def problems(rule: Json) -> Iterator[Violation]:
    """What is wrong with a rule that is valid by the schema."""
    if not any(effect in rule for effect in (*EFFECTS, "sequence")):
        yield Violation("body", f"The rule has no effect; send at least one of {', '.join(EFFECTS)}, sequence.")
    if found := list(_wrong_numbers_of_names(rule)):
        yield from found
        return
    yield from _wrong_method(rule)
    yield from _wrong_parameters(rule)
    yield from _wrong_header_names("body.request_headers", rule.get("request_headers", {}))
    yield from _wrong_effect("body", rule, rule)
    for name in ("status", "body", "example", "kind", "rate"):
        if "sequence" in rule and name in rule:
            yield Violation(
                f"body.{name}", f"A rule with a sequence has no {name} of its own; move body.{name} into its steps."
            )
    for place, step in enumerate(rule.get("sequence", ())):
        effect = step if isinstance(step, dict) else {"status": step} if isinstance(step, int) else {}
        yield from _wrong_effect(f"body.sequence.{place}", effect, rule)


def _wrong_numbers_of_names(rule: Json) -> Iterator[Violation]:
    """In the schema these limits would make all of a large object be judged before one is refused."""
    for name in _BY_NAME:
        if name in rule and not rule[name]:
            yield Violation(f"body.{name}", f"body.{name} is {{}}; send names with their values, or omit it.")
    steps = (step for step in rule.get("sequence", ()) if isinstance(step, dict))
    given = [(f"body.{name}", rule.get(name, {})) for name in (*_BY_NAME, "headers")]
    for field, names in [*given, *(("body.sequence", step.get("headers", {})) for step in steps)]:
        if len(names) > MAX_FIELDS:
            yield Violation(field, f"{field} has {len(names)} names; send at most {MAX_FIELDS}.")


def _wrong_method(rule: Json) -> Iterator[Violation]:
    if "operation" not in rule or "method" not in rule:
        return
    method = documented()[rule["operation"]].method
    if rule["method"] != method:
        message = f"{rule['operation']} is called by {method}, not by {rule['method']}; send {method}, or omit method."
        yield Violation("body.method", message)


def _wrong_parameters(rule: Json) -> Iterator[Violation]:
    known = _parameters(rule.get("operation"))
    for name in rule.get("parameters", {}):
        if name not in known:
            of = rule.get("operation", "the API")
            field = f"body.parameters.{name}"
            yield Violation(field, f"{show(name)} is no path parameter of {of}; send one of {', '.join(known)}.")


def _parameters(operation: str | None) -> list[str]:
    """The path parameters of an operation, or of all."""
    every = documented()
    paths = [one.path for one in every.values()] if operation is None else [every[operation].path]
    return list(dict.fromkeys(name for path in paths for name in re.findall("{([^}]+)}", path)))


def _wrong_header_names(field: str, headers: Json) -> Iterator[Violation]:
    known: dict[str, str] = {}
    for name in headers:
        if not _HEADER_NAME.fullmatch(name):
            yield Violation(field, f"{show(name)} is no name of a header; send letters, digits and -.")
        elif (first := known.setdefault(name.lower(), name)) != name:
            message = f"The header {show(name)} is named twice, also as {show(first)}; case does not count, omit one."
            yield Violation(f"{field}.{name}", message)


def _wrong_effect(field: str, effect: Json, rule: Json) -> Iterator[Violation]:
    headers = effect.get("headers", {})
    yield from _wrong_header_names(f"{field}.headers", headers)
    for name in headers:
        if name.lower() in FRAMING:
            message = f"The server sets the header {name} itself; omit it (kind breaks a response on purpose)."
            yield Violation(f"{field}.headers.{name}", message)
    delay = effect.get("delay", 0)
    if isinstance(delay, dict) and delay["type"] == "uniform" and delay["lower"] > delay["upper"]:
        message = f"The delay's lower {delay['lower']} is above its upper {delay['upper']}; exchange them."
        yield Violation(f"{field}.delay.lower", message)
    yield from _wrong_example(field, effect, rule)
    yield from _wrong_bodies(field, effect)
    yield from _wrong_success(field, effect, rule.get("operation"))


def _wrong_bodies(field: str, effect: Json) -> Iterator[Violation]:
    """What shapes a body, with a status that has none."""
    status = effect.get("status")
    if status in WITHOUT_BODY:
        for name in ("body", "example", "kind"):
            if name in effect:
                message = f"A response with the status {status} has no body; omit {name}, or send another status."
                yield Violation(f"{field}.{name}", message)


def _wrong_success(field: str, effect: Json, operation: str | None) -> Iterator[Violation]:
    """A status below 400 whose body is not known."""
    status = effect.get("status", HTTPStatus.BAD_REQUEST)
    if status >= HTTPStatus.BAD_REQUEST or status in WITHOUT_BODY or "body" in effect:
        return
    if operation is None:
        message = f"The body of a {status} depends on the operation; send operation or body too."
        yield Violation(f"{field}.status", message)
    elif status not in (known := _responses()[operation]):
        message = f"{operation} documents no {status}; send body too, or one of {', '.join(map(str, known))}."
        yield Violation(f"{field}.status", message)


def _wrong_example(field: str, effect: Json, rule: Json) -> Iterator[Violation]:
    name = effect.get("example")
    known = _examples(rule.get("operation"))
    if name is not None and name not in known:
        message = f"There is no example {show(name)} of {rule.get('operation', 'any operation')}; "
        yield Violation(f"{field}.example", f"{message}send one of {', '.join(known)}.")


@functools.cache
def _responses() -> dict[str, dict[int, Any]]:
    """The documented responses of each operation by status; to resolve them takes long."""
    return documented_responses(load_contract())


@functools.cache
def _examples(operation: str | None) -> list[str]:
    """The names of the examples of all responses of an operation, or of all operations."""
    every = _responses()
    responses = every.values() if operation is None else [every[operation]]
    return list(
        dict.fromkeys(name for one in responses for media in one.values() for name in media.get("examples", ()))
    )
