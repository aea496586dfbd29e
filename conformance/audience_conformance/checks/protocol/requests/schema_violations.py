"""Calls that each violate one constraint of the contract, generated from its schemas.

Each is certainly invalid: a JSON Schema validator rejects every wrong value of a body, and texts that a server may read
as a valid value are left out.
"""

import copy
import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import jsonschema_rs

from audience_conformance.checks.protocol.requests import spec
from audience_conformance.checks.protocol.requests.call import JSON, Call
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.valid import MAX_LENGTH, valid_body
from audience_conformance.client.api import Api, JsonObject, csv_url
from audience_conformance.contract.document import follow
from audience_conformance.contract.open_tenants import TENANT
from audience_conformance.contract.schema_errors import first_printed, json_schema, schema_errors, value_at
from audience_conformance.contract.sources import Pointer
from audience_conformance.results.finding import equal, show

MARK = "acs-refused"
"""A text in every invalid body. A resource contains it only if the target accepted an invalid request."""
SAMPLES: tuple[Any, ...] = ("a text", 5, 5.5, True, None, [], {}, ["a"], {"a": "b"}, [1], [None], ["a", 1], [["a"]])
NEAR_MISSES: dict[str, tuple[Any, ...]] = {
    "boolean": ("true", "false", "True", "yes", "on", "1", "", 1, 0, 1.0),
    "integer": ("5", "5.5", "", True),
    "number": ("5", "5.5", "NaN", "", True),
}
"""Type -> values that a lenient reader takes for one of it."""
BY_PATTERN = {
    "Slug": ("-begins", "_begins", "two words", "dot.ted", "a/b", "größe", "ends\n", " begins", "a,b"),
    "FileUrl": (
        *("users.csv", "/users.csv", "//files.invalid/users.csv", "ftp://files.invalid/users.csv", "http:/users.csv"),
        *("mailto:users@files.invalid", "data:text/plain,user_id", "data:application/json,%5B%5D", "data:,user_id"),
        *("https//files.invalid", " https://files.invalid/users.csv", "https://files.invalid/two words.csv"),
    ),
}
"""Name of a schema -> texts that its pattern or format rejects."""
INTEGERS = ("1.5", "abc", "10abc", "NaN", "Infinity", "true", "1,2", "0x10", "[1]")
BOOLEANS = ("maybe", "2", "yes", "1", "True", "1.5")


@dataclass(frozen=True)
class _Violation:
    path: tuple[str | int, ...]
    value: Any  # `...` to remove it


def violations(api: Api, resources: Resources, operation_id: str) -> list[Call]:
    """Every violation of every constrained field of an operation, with existing ids."""
    ids = resources.ids(operation_id)
    plain = Call(operation_id, ids=ids, body=marked_body(api, resources, operation_id))
    return [*_of_tenant(api, plain), *_of_query(plain), *_of_body(resources, plain)]


def marked_body(api: Api, resources: Resources, operation_id: str) -> Any:
    """A plain valid body that contains MARK, for an invalid request; `...` if the operation takes none."""
    body = valid_body(api, resources, operation_id)
    properties = spec.body_properties(operation_id)
    if "description" in properties:
        body["description"] = f"{MARK}: sent in an invalid request"
        if "file_url" in properties:
            body["file_url"] = csv_url([MARK])
    return body


# --- company and application --------------------------------------------------------------------------


def _of_tenant(api: Api, plain: Call) -> Iterator[Call]:
    for name in spec.enumerated_tenant(plain.operation):
        values = dict(zip(TENANT, api.tenant, strict=True))
        values[name] = api.unique("unserved")
        tenant = (values["company_id"], values["application_id"])
        enum = (*spec.parameter_pointer(plain.operation, name), "enum")
        yield replace(plain, about=f"{name} that is not served", tenant=tenant, fields=(name,), rests_on=enum)


# --- query --------------------------------------------------------------------------------------------


def _of_query(plain: Call) -> Iterator[Call]:
    for parameter in spec.query_parameters(plain.operation):
        name = parameter["name"]
        for keyword, texts in _invalid_texts(parameter["schema"]).items():
            rests_on = (*spec.parameter_pointer(plain.operation, name), keyword)
            for text in texts:
                yield replace(plain, about=f"{name}={text}", query=((name, text),), fields=(name,), rests_on=rests_on)


def _invalid_texts(schema: JsonObject) -> dict[str, tuple[str, ...]]:
    """The texts that each keyword forbids."""
    if schema["type"] == "integer":
        small = (str(schema["minimum"] - 1), "-1", "-2147483649")
        large = (str(schema["maximum"] + 1), "2147483648", "99999999999999999999") if "maximum" in schema else ()
        return {"minimum": small, "type": INTEGERS, "maximum": large}
    if schema["type"] == "boolean":
        return {"type": BOOLEANS}
    member, *_ = members = schema.get("enum", ("",))
    others = (member.upper(), member.title(), f"{member} ", "sideways", "0", ",".join(members))
    return {"enum": others} if "enum" in schema else {}


# --- body ---------------------------------------------------------------------------------------------


def _of_body(resources: Resources, plain: Call) -> Iterator[Call]:
    schema = spec.body_schema(plain.operation)
    if schema is None:
        return
    presence = spec.body_presence(plain.operation)
    yield replace(plain, about="no body", body=..., content=b"", headers=JSON, rests_on=presence)
    for violation in _in_schema(schema, plain.body, ()):
        names = [step for step in violation.path if isinstance(step, str)]
        if names == ["attribute", "value"] and violation.value is None:
            continue  # ATT-14 checks a null value
        what = "is missing" if violation.value is ... else f"is {show(violation.value)[:80]}"
        call = _with_violation(resources, plain, violation)
        broken, rests_on = _broken(call)
        about = f"{'.'.join(map(str, violation.path)) or 'the body'} {what} ({broken})"
        yield replace(call, about=about, fields=(".".join(names),) if names else (), rests_on=rests_on)


def _broken(call: Call) -> tuple[str, Pointer]:
    """The keywords that a body breaks, as "format: uri", and the pointer of one: if possible one that is printed."""
    errors = schema_errors(spec.body_pointer(call.operation), call.body)
    names = dict.fromkeys(
        f"format: {value_at(error.keyword)}" if error.keyword[-1] == "format" else str(error.keyword[-1])
        for error in errors
    )
    return ", ".join(names), (first_printed(errors) or errors[0]).keyword


def _with_violation(resources: Resources, plain: Call, violation: _Violation) -> Call:
    """The call with an invalid body."""
    if not violation.path:
        return replace(plain, body=violation.value)
    body, ids = copy.deepcopy(plain.body), plain.ids
    node = body
    for step in violation.path[:-1]:
        node = node[step]
    if violation.value is ...:
        del node[violation.path[-1]]
    else:
        node[violation.path[-1]] = violation.value
    if violation.path[-1] == "value" and isinstance(violation.value, list):
        # Only a definition of the type list rejects the list because of its items.
        lists = resources.definition("list")
        if "attributes" in body:
            body["attributes"][0]["key"] = lists.get("slug")
        else:
            ids = {**ids, "definition_id": lists["_id"]}
    return replace(plain, body=body, ids=ids)


def _in_schema(node: JsonObject, valid: Any, path: tuple[str | int, ...]) -> Iterator[_Violation]:
    """Everything that a schema rejects at a path and, where the valid value has parts, below it."""
    schema = follow(node)
    for value in _invalid_values(node, valid):
        yield _Violation(path, value)
    for name in schema.get("required", []):
        yield _Violation((*path, name), ...)
    parts = valid if isinstance(valid, dict) else {}
    for name, part in schema.get("properties", {}).items():
        yield from _in_schema(part, parts.get(name, ...), (*path, name))
    if "items" in schema and valid is not ...:
        yield from _in_schema(schema["items"], valid[0], (*path, 0))
        yield _Violation(path, [valid[0], {}])


def _invalid_values(node: JsonObject, valid: Any) -> Iterator[Any]:
    schema = follow(node)
    candidates = [*SAMPLES, *NEAR_MISSES.get(schema.get("type", ""), ())]
    for member in schema.get("enum", []):
        candidates += [member.upper(), member.title(), f" {member}", f"{member}x"]
    if "enum" in schema:
        candidates.append("")
    if "minLength" in schema:
        candidates.append("x" * (schema["minLength"] - 1))
    if "maxLength" in schema:
        candidates += ["x" * (schema["maxLength"] + 1), "x" * 5000]
    candidates += BY_PATTERN.get(node.get("$ref", "").rpartition("/")[2], ())
    if "maxItems" in schema and valid is not ...:
        candidates.append(valid[:1] * (schema["maxItems"] + 1))
    distinct: list[Any] = []
    for value in candidates:
        if not _is_valid(node, value) and not any(equal(value, other) for other in distinct):
            distinct.append(value)
            yield value


def _is_valid(node: JsonObject, value: Any) -> bool:
    return _validator(json.dumps(node)).is_valid(value)


@functools.cache
def _validator(node: str) -> jsonschema_rs.Draft4Validator:
    """The validator of a schema of the contract, given as JSON."""
    return jsonschema_rs.Draft4Validator(json_schema(json.loads(node)), validate_formats=True)


# --- generated calls ----------------------------------------------------------------------------------


def sanitized(api: Api, resources: Resources, call: Call) -> Call:
    """A generated invalid call that does no harm if it is valid by chance or the target accepts it.

    Its ids are those of `resources`; name and description contain MARK; slug, key and file are new.
    """
    body = call.body
    if isinstance(body, dict):
        body = dict(body)
        for name in ("name", "description"):
            if isinstance(body.get(name), str) and 0 < len(body[name]) <= MAX_LENGTH:
                body[name] = f"{MARK} {body[name]}"[:MAX_LENGTH]
        body.update({name: _harmless(api, body[name]) for name in ("slug", "key", "file_url") if name in body})
        if isinstance(body.get("attributes"), list):
            body["attributes"] = [
                {**item, "key": _harmless(api, item["key"])} if isinstance(item, dict) and "key" in item else item
                for item in body["attributes"]
            ]
    return replace(call, ids=resources.ids(call.operation), body=body)


def _harmless(api: Api, value: Any) -> Any:
    """A unique slug or key, or a file of the suite, instead of a valid one; an invalid one is not changed."""
    if _is_valid({"$ref": "#/components/schemas/FileUrl"}, value):
        return csv_url([MARK])
    if _is_valid({"$ref": "#/components/schemas/Slug"}, value):
        return f"{api.unique('s')}-{value}"[:MAX_LENGTH]
    return value


def breaks_print(call: Call) -> bool:
    """Does a generated call break what the documents print, beyond doubt; other rules cover the other ones."""
    return _has_invalid_query(call) or _has_invalid_body(call)


def _has_invalid_query(call: Call) -> bool:
    texts = dict(call.pairs)
    if len(texts) < len(call.pairs):
        return False
    types = {parameter["name"]: parameter["schema"]["type"] for parameter in spec.query_parameters(call.operation)}
    return any(text.strip() and _is_of_another_type(types.get(name), text) for name, text in texts.items())


def _is_of_another_type(type_: str | None, text: str) -> bool:
    if type_ == "integer":
        return not re.search("[0-9]", text)
    if type_ == "boolean":
        return text.strip().lower() not in {*("true", "false", "yes", "no", "on", "off"), *"tfyn01"}
    return False


def _has_invalid_body(call: Call) -> bool:
    if call.body is ... or spec.body_schema(call.operation) is None:
        return False
    body = call.body
    attribute = body.get("attribute") if isinstance(body, dict) else None
    if isinstance(attribute, dict) and attribute.get("value", ...) is None:
        body = {**body, "attribute": {**attribute, "value": ""}}  # ATT-14 checks a null value
    return first_printed(schema_errors(spec.body_pointer(call.operation), body)) is not None
