"""Calls that the contract certainly forbids, one violation each, made from the contract itself.

Nothing here is a matter of opinion: a value that might be read as valid is left out, and every wrong value of
a body is one that a JSON Schema validator refuses.
"""

import copy
import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import jsonschema_rs

from audience_conformance.checks.protocol.requests.call import Call
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.valid import LONGEST, follow, query_parameters, valid_body
from audience_conformance.client.api import Api, JsonObject, csv_url
from audience_conformance.contract.document import contract, operations
from audience_conformance.results.finding import equal, show

MARK = "acs-refused"
"""Stands in what is made to be refused: where a target takes it after all, a list that shows it is not to blame."""

SAMPLES: tuple[Any, ...] = ("a text", 5, 5.5, True, None, [], {}, ["a"], {"a": "b"}, [1], [None], ["a", 1], [["a"]])
BY_PATTERN = {
    "Slug": ("-begins", "_begins", "two words", "dot.ted", "a/b", "größe", "ends\n", " begins", "a,b"),
    "FileUrl": (
        *("users.csv", "/users.csv", "//files.invalid/users.csv", "ftp://files.invalid/users.csv", "http:/users.csv"),
        *("mailto:users@files.invalid", "data:text/plain,user_id", "data:application/json,%5B%5D", "data:,user_id"),
        *("https//files.invalid", " https://files.invalid/users.csv", "https://files.invalid/two words.csv"),
    ),
}
"""A schema's name -> texts that its pattern or format refuses."""
INTEGERS = ("1.5", "abc", "10abc", "NaN", "Infinity", "true", "1,2", "0x10", "[1]")
BOOLEANS = ("maybe", "2", "yes", "1", "True", "1.5")
TENANT = ("company_id", "application_id")

_LEFT_OUT = {("updateUserAttribute", "attribute.value", "null")}
"""A null value is ATT-14's matter, which asks less."""


@dataclass(frozen=True)
class _Wrong:
    path: tuple[str | int, ...]
    value: Any  # `...` to leave it out
    about: str


def violations(api: Api, resources: Resources, operation_id: str) -> list[Call]:
    """Every kind of violation of every constrained field of an operation, with ids that exist."""
    ids = resources.ids(operation_id)
    plain = Call(operation_id, ids=ids, body=refusable_body(api, resources, operation_id))
    return [*_of_tenant(api, plain), *_of_query(plain), *_of_body(resources, plain)]


def refusable_body(api: Api, resources: Resources, operation_id: str) -> Any:
    """A plain valid body that bears the mark, to be made invalid; `...` where the operation takes none."""
    body = valid_body(api, resources, operation_id)
    if isinstance(body, dict):
        if operation_id.startswith(("create", "updateUserGroup", "updateUserAttributeDefinition")):
            body["description"] = f"{MARK}: made to be refused"
        if operation_id in {"createUserGroup", "updateUserGroup"}:
            body["file_url"] = csv_url([MARK])
    return body


def sanitized(api: Api, resources: Resources, call: Call) -> Call:
    """A generated invalid call that can hurt nobody, even where it is valid by chance or is taken.

    Its ids are the check's own; a name or description bears the mark, a slug or key is nobody's, and a file is
    the run's own.
    """
    body = call.body
    if isinstance(body, dict):
        body = dict(body)
        for name in ("name", "description"):
            if isinstance(body.get(name), str) and 0 < len(body[name]) <= LONGEST:
                body[name] = f"{MARK} {body[name]}"[:LONGEST]
        body.update({name: _nobodys(api, body[name]) for name in ("slug", "key", "file_url") if name in body})
        if isinstance(body.get("attributes"), list):
            body["attributes"] = [
                {**item, "key": _nobodys(api, item["key"])} if isinstance(item, dict) and "key" in item else item
                for item in body["attributes"]
            ]
    return replace(call, ids=dict(resources.ids(call.operation)), body=body)


def _nobodys(api: Api, value: Any) -> Any:
    """A slug or key of nobody's, or a file of the run's own, in place of a valid one; an invalid one as it is."""
    if _validator('{"$ref": "#/components/schemas/FileUrl"}').is_valid(value):
        return csv_url([MARK])
    if _validator('{"$ref": "#/components/schemas/Slug"}').is_valid(value):
        return f"{api.fresh('s')}-{value}"[:LONGEST]
    return value


def is_constrained(operation_id: str) -> bool:
    """Does the contract forbid any request to the operation, whatever its ids."""
    return bool(_enumerated(operation_id) or "requestBody" in operations()[operation_id][2]) or any(
        parameter["schema"]["type"] != "string" or "enum" in parameter["schema"]
        for parameter in query_parameters(operation_id)
    )


def documents_400(operation_id: str) -> bool:
    """Do the documents themselves, not a decision, let the operation refuse with 400."""
    answer = operations()[operation_id][2]["responses"].get("400")
    return answer is not None and follow(answer)["x-source"] != "decision"


def is_certainly_invalid(call: Call) -> bool:
    """Does the contract forbid a generated call beyond doubt: the doubtful are those that other rules speak of."""
    return _has_wrong_query(call) or _has_wrong_body(call)


def _has_wrong_query(call: Call) -> bool:
    pairs = () if isinstance(call.query, str) else call.query
    texts = dict(pairs)
    if len(texts) < len(pairs):
        return False
    schemas = {parameter["name"]: parameter["schema"] for parameter in query_parameters(call.operation)}
    return any(_is_wrong(schemas[name], text) for name, text in texts.items() if name in schemas and text.strip())


def _is_wrong(schema: JsonObject, text: str) -> bool:
    if schema["type"] == "integer":
        whole = re.fullmatch(r"-?[0-9]{1,300}", text)
        low, high = schema["minimum"], schema.get("maximum", float("inf"))
        return not low <= int(text) <= high if whole else not re.search("[0-9]", text)
    if schema["type"] == "boolean":
        return text.strip().lower() not in {*("true", "false", "yes", "no", "on", "off"), *"tfyn01"}
    return "enum" in schema and text not in schema["enum"]


def _has_wrong_body(call: Call) -> bool:
    if call.body is ... or "requestBody" not in operations()[call.operation][2]:
        return False
    content = operations()[call.operation][2]["requestBody"]["content"]["application/json"]
    body = call.body
    attribute = body.get("attribute") if isinstance(body, dict) else None
    if isinstance(attribute, dict) and attribute.get("value", ...) is None:
        body = {**body, "attribute": {**attribute, "value": ""}}  # a null value is ATT-14's matter
    return not _validator(json.dumps(content["schema"])).is_valid(body)


# --- company and application ------------------------------------------------------------------------


def _enumerated(operation_id: str) -> list[str]:
    """Which of company and application the operation takes from a closed set."""
    _, path, operation = operations()[operation_id]
    declared = [follow(p) for p in (*contract()["paths"][path]["parameters"], *operation.get("parameters", []))]
    return [name for name in TENANT if any(p["name"] == name and "enum" in p["schema"] for p in declared)]


def _of_tenant(api: Api, plain: Call) -> Iterator[Call]:
    for name in _enumerated(plain.operation):
        tenant = list(api.tenant)
        tenant[TENANT.index(name)] = api.fresh("unserved")
        about = f"{name} that is not served"
        yield replace(plain, about=about, tenant=(tenant[0], tenant[1]), fields=(name,))


# --- query ------------------------------------------------------------------------------------------


def _of_query(plain: Call) -> Iterator[Call]:
    for parameter in query_parameters(plain.operation):
        name = parameter["name"]
        for text in _wrong_texts(parameter["schema"]):
            yield replace(plain, about=f"{name}={text}", query=((name, text),), fields=(name,))


def _wrong_texts(schema: JsonObject) -> Iterator[str]:
    if schema["type"] == "integer":
        yield from (str(schema["minimum"] - 1), "-1", "-2147483649", *INTEGERS)
        if "maximum" in schema:
            yield from (str(schema["maximum"] + 1), "2147483648", "99999999999999999999")
    elif schema["type"] == "boolean":
        yield from BOOLEANS
    elif "enum" in schema:
        member = schema["enum"][0]
        yield from (member.upper(), member.title(), f"{member} ", "sideways", "0", ",".join(schema["enum"]))


# --- body -------------------------------------------------------------------------------------------


def _of_body(resources: Resources, plain: Call) -> Iterator[Call]:
    if plain.body is ...:
        return
    content = operations()[plain.operation][2]["requestBody"]["content"]["application/json"]
    json_type = (("Content-Type", "application/json"),)
    yield replace(plain, about="no body", body=..., content=b"", headers=json_type)
    for wrong in _wrong(content["schema"], plain.body, ()):
        place = ".".join(map(str, wrong.path))
        what = "is missing" if wrong.value is ... else f"is {show(wrong.value)[:80]}"
        if (plain.operation, place, show(wrong.value)) not in _LEFT_OUT:
            about = f"{place or 'the body'} {what} ({wrong.about})"
            names = [step for step in wrong.path if isinstance(step, str)]
            yield replace(_fit(resources, plain, wrong), about=about, fields=tuple(names[-1:]))


def _fit(resources: Resources, plain: Call, wrong: _Wrong) -> Call:
    """The call with what is wrong in its body; a wrong list goes to a definition of lists, which refuses it alone."""
    body, ids = _changed(plain.body, wrong), plain.ids
    if wrong.path[-1:] == ("value",) and isinstance(wrong.value, list):
        lists = resources.definition("list")
        if plain.operation == "bulkUpdateUserAttributes":
            body["attributes"][0]["key"] = lists.get("slug")
        else:
            ids = {**ids, "definition_id": lists["_id"]}
    return replace(plain, body=body, ids=ids)


def _changed(body: Any, wrong: _Wrong) -> Any:
    """A copy of the body with what is wrong in its place."""
    if not wrong.path:
        return wrong.value
    body = copy.deepcopy(body)
    node = body
    for step in wrong.path[:-1]:
        node = node[step]
    if wrong.value is ...:
        del node[wrong.path[-1]]
    else:
        node[wrong.path[-1]] = wrong.value
    return body


def _wrong(node: JsonObject, valid: Any, path: tuple[str | int, ...]) -> Iterator[_Wrong]:
    """Everything that a schema refuses at a path, and below it where the valid value has parts."""
    schema = follow(node)
    for about, value in _wrong_values(node, valid):
        yield _Wrong(path, value, about)
    for name in schema.get("required", []):
        yield _Wrong((*path, name), ..., "required")
    parts = valid if isinstance(valid, dict) else {}
    for name, below in schema.get("properties", {}).items():
        yield from _wrong(below, parts.get(name, ...), (*path, name))
    if "items" in schema and valid is not ...:
        yield from _wrong(schema["items"], valid[0], (*path, 0))
        yield _Wrong(path, [valid[0], {}], "the second item is incomplete")


def _wrong_values(node: JsonObject, valid: Any) -> Iterator[tuple[str, Any]]:
    schema = follow(node)
    candidates = [("type", sample) for sample in SAMPLES]
    for member in schema.get("enum", []):
        candidates += [("enum", text) for text in (member.upper(), member.title(), f" {member}", f"{member}x")]
    if "enum" in schema:
        candidates.append(("enum", ""))
    if "minLength" in schema:
        candidates.append(("minLength", "x" * (schema["minLength"] - 1)))
    if "maxLength" in schema:
        candidates += [("maxLength", "x" * (schema["maxLength"] + 1)), ("maxLength", "x" * 5000)]
    candidates += [("pattern", text) for text in BY_PATTERN.get(node.get("$ref", "").rpartition("/")[2], ())]
    if "maxItems" in schema and valid is not ...:
        candidates.append(("maxItems", valid[:1] * (schema["maxItems"] + 1)))
    told: list[Any] = []
    for about, value in candidates:
        if not _validator(json.dumps(node)).is_valid(value) and not any(equal(value, other) for other in told):
            told.append(value)
            yield about, value


@functools.cache
def _validator(node: str) -> jsonschema_rs.Draft4Validator:
    """The validator of one of the contract's schemas, given as JSON."""
    return jsonschema_rs.Draft4Validator(_json_schema(json.loads(node)), validate_formats=True)


def _json_schema(node: Any) -> Any:
    """An OpenAPI 3.0 schema as JSON Schema draft 4, references followed; `nullable` counts only beside `type`."""
    if isinstance(node, list):
        return [_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: _json_schema(value) for key, value in follow(node).items() if not key.startswith("x-")}
    if schema.pop("nullable", False) is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    return schema
