"""Which decision of the contract makes a valid request valid: a target that refuses it breaks no printed fact."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from audience_conformance.checks.protocol.requests import spec
from audience_conformance.checks.protocol.requests.call import Call
from audience_conformance.client.exchange import Exchange
from audience_conformance.contract.document import operations
from audience_conformance.contract.schema_errors import schema_errors, target_of, value_at
from audience_conformance.contract.sources import Pointer

USUAL_SIZE, USUAL_LENGTH, USUAL_VALUE = 10, 100, 1000
"""Items on a page or in a list, characters of a name, and of a value, that any server takes."""
PLAIN_FILE = "data:text/csv,"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT")
_USUAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FILE_URL: Pointer = ("components", "schemas", "FileUrl", "pattern")
"""What a data: URL of a file needs: that the contract decided which URLs there are."""


def decision_behind(call: Call) -> Pointer:
    """The pointer of a keyword that a valid call needs and that the contract decided; empty if it needs none."""
    return next(_decisions(call), ())


def decision_behind_exchange(exchange: Exchange, base_url: str) -> Pointer:
    """The same of a request that was sent; empty too if it is invalid."""
    call = _call_of(exchange, base_url)
    return decision_behind(call) if call and _is_valid(call) else ()


def names_data_url(exchange: Exchange) -> bool:
    """Has a request a file in its URL."""
    body = exchange.json
    file_url = body.get("file_url") if isinstance(body, dict) else None
    return isinstance(file_url, str) and file_url.lower().startswith("data:")


def _is_valid(call: Call) -> bool:
    schema = spec.body_schema(call.operation)
    if schema and (call.body is ... or schema_errors(spec.body_pointer(call.operation), call.body)):
        return False
    schemas = {parameter["name"]: parameter["schema"] for parameter in spec.query_parameters(call.operation)}
    return all(_is_valid_text(schemas[name], text) for name, text in call.pairs if name in schemas)


def _is_valid_text(schema: dict[str, Any], text: str) -> bool:
    if schema["type"] == "integer":
        return text.isdecimal() and schema["minimum"] <= int(text) <= schema.get("maximum", int(text))
    if schema["type"] == "boolean":
        return text in ("true", "false")
    return text in schema.get("enum", [text])


def _call_of(exchange: Exchange, base_url: str) -> Call | None:
    parts = urlsplit(exchange.url)
    path = parts.path.removeprefix(urlsplit(base_url).path).split("/")
    for operation_id, (method, template, _) in operations().items():
        steps = template.split("/")
        alike = len(steps) == len(path) and all(
            "{" in step or step == own for step, own in zip(steps, path, strict=True)
        )
        if alike and method == exchange.method:
            return Call(operation_id, query=tuple(parse_qsl(parts.query, keep_blank_values=True)), body=exchange.json)
    return None


def _decisions(call: Call) -> Iterator[Pointer]:
    names = {parameter["name"] for parameter in spec.query_parameters(call.operation)}
    for name, text in call.pairs:
        pointer = spec.parameter_pointer(call.operation, name)
        if name not in names:
            yield (*pointer, "parameters")
        elif name != "direction" or "cursor" not in dict(
            call.pairs
        ):  # the way back by a cursor is what MEM-02 is about
            yield from _of_text(pointer, text)
    if call.body is not ... and spec.body_schema(call.operation):
        yield from _of_value(spec.body_pointer(call.operation), call.body)


def _of_text(pointer: Pointer, text: str) -> Iterator[Pointer]:
    """The decisions behind the text of a query parameter."""
    schema = value_at(pointer)
    if "enum" in schema:
        yield (*pointer, "enum")
    elif schema["type"] == "integer" and not (text.isdecimal() and 1 <= int(text) <= USUAL_SIZE):
        yield (*pointer, "maximum" if "maximum" in schema else "minimum")
    elif len(text) > USUAL_LENGTH:
        yield (*pointer, "maxLength")


def _of_value(pointer: Pointer, value: Any) -> Iterator[Pointer]:
    """The decisions behind a part of a body."""
    pointer = target_of(pointer)
    schema = value_at(pointer)
    if "oneOf" in schema:
        if not isinstance(value, str | dict) or len(value) > USUAL_VALUE or _is_unusual_time(value):
            yield (*pointer, "oneOf")
    elif "enum" in schema and value != schema["enum"][0]:
        yield (*pointer, "enum")
    elif isinstance(value, str):
        yield from _of_string(pointer, schema, value)
    else:
        yield from _of_parts(pointer, schema, value)


def _of_parts(pointer: Pointer, schema: dict[str, Any], value: Any) -> Iterator[Pointer]:
    """The decisions behind a list or an object, and behind what it holds."""
    if isinstance(value, list) and "items" in schema:
        if len(value) > USUAL_SIZE:
            yield (*pointer, "maxItems")
        for item in value:
            yield from _of_value((*pointer, "items"), item)
    elif isinstance(value, dict) and "properties" in schema:
        for name, part in value.items():
            if name in schema["properties"]:
                yield from _of_value((*pointer, "properties", name), part)
            else:
                yield (*pointer, "additionalProperties")


def _of_string(pointer: Pointer, schema: dict[str, Any], text: str) -> Iterator[Pointer]:
    if pointer[-1] == "FileUrl":
        if not text.startswith(PLAIN_FILE):
            yield (*pointer, "pattern")
    elif "maxLength" in schema:
        if len(text) > USUAL_LENGTH or not all(map(_is_usual, text)):
            yield (*pointer, "maxLength")
        elif len(text) == 1:
            yield (*pointer, "minLength")


def _is_unusual_time(value: Any) -> bool:
    """Is it a date-time in another form than the one that the contract shows."""
    return isinstance(value, str) and bool(_TIME.match(value)) and not _USUAL_TIME.fullmatch(value)


def _is_usual(char: str) -> bool:
    """Is it a character that every database stores: neither a control character nor one of four bytes."""
    return char <= "\uffff" and unicodedata.category(char) not in {"Cc", "Cf", "Cn", "Co", "Cs"}
