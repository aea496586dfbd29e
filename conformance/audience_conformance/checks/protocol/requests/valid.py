"""Valid calls: the documented examples, the coverage phase of Schemathesis, and edge cases that both leave out."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from audience_conformance.checks.protocol import schemathesis_bridge
from audience_conformance.checks.protocol.requests import spec
from audience_conformance.checks.protocol.requests.call import Call
from audience_conformance.checks.protocol.requests.resources import VALUES, Resources
from audience_conformance.client.api import Api, JsonObject, csv_url

MAX_LENGTH = 255
"""Characters of the longest name or description."""
TEXTS = ("acs", "", "žluťoučký 漢字 🦊", "a b&c=d+e%20;", "l1", "'\"\\[(*.", "x" * 300)
"""Valid values of a text filter."""
NUMBERS = {"page_no": ("1", "2", "2147483648"), "page_size": ("1", "2", "10", "99", "100")}
CONTENT_TYPES = ("application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON")
"""Other valid spellings of the media type of JSON."""


def valid_calls(api: Api, resources: Resources, operation_id: str) -> list[Call]:
    """All valid calls of an operation, before `adapted`."""
    return [
        *schemathesis_bridge.documented(api.tenant, operation_id),
        *_edge_cases(api, resources, operation_id),
        *schemathesis_bridge.coverage(api.tenant, operation_id, valid=True),
    ]


def _edge_cases(api: Api, resources: Resources, operation_id: str) -> Iterator[Call]:
    yield Call(operation_id, "nothing optional", body=valid_body(api, resources, operation_id))
    texts = {parameter["name"]: _valid_texts(parameter) for parameter in spec.query_parameters(operation_id)}
    for name, values in texts.items():
        yield from (Call(operation_id, f"{name} alone", query=((name, value),)) for value in values)
    for one, other in itertools.combinations(texts, 2):
        query = ((one, texts[one][0]), (other, texts[other][-1][:20]))
        yield Call(operation_id, f"{one} with {other}", query=query)
    for about, body in bodies(api, resources, operation_id):
        yield Call(operation_id, about, body=body)
    unknown = (("acs_unknown", "1"),)
    yield Call(operation_id, "an unknown parameter", query=unknown, body=valid_body(api, resources, operation_id))
    headers = [("Content-Type", media_type) for media_type in CONTENT_TYPES if spec.body_schema(operation_id)]
    for header in (*headers, ("Accept", "application/json")):
        body = valid_body(api, resources, operation_id)
        yield Call(operation_id, ": ".join(header), body=body, headers=(header,))


def _valid_texts(parameter: JsonObject) -> tuple[str, ...]:
    schema = parameter["schema"]
    if schema["type"] == "integer":
        return NUMBERS[parameter["name"]]
    if schema["type"] == "boolean":
        return ("true", "false")
    # The server may reject a cursor that it has not issued: MEM-08.
    return tuple(schema.get("enum", ("",) if parameter["name"] == "cursor" else TEXTS))


# --- bodies -------------------------------------------------------------------------------------------


def valid_body(api: Api, resources: Resources, operation_id: str) -> Any:
    """The plainest valid body; `...` if the operation takes none."""
    return next((body for _, body in bodies(api, resources, operation_id)), ...)


def bodies(api: Api, resources: Resources, operation_id: str) -> Iterator[tuple[str, Any]]:
    """Valid bodies, the plainest first, each with what is special about it."""
    make = _BODIES.get(operation_id)
    return make(api, resources) if make else iter(())


def unique_name(api: Api, text: str = "") -> str:
    """A unique name with this text in it, cut to the maximum length."""
    return f"{api.unique('Name ')} {text}".strip()[:MAX_LENGTH]


def unique_file(api: Api) -> str:
    """A file_url of one new user."""
    return csv_url([api.unique("u")])


def _texts(api: Api) -> Iterator[tuple[str, JsonObject]]:
    """Edge cases of name and description."""
    yield "the longest name", {"name": unique_name(api, "x" * MAX_LENGTH)}
    yield "the longest name, in any script", {"name": unique_name(api, "🦊" * MAX_LENGTH)}
    yield "the shortest description", {"description": "x"}
    yield "the longest description", {"description": "漢" * MAX_LENGTH}
    yield "a description with a line end", {"description": "one\ntwo\t\"three\" 'four' \\ </p>"}


def _definition(api: Api, _: Resources) -> Iterator[tuple[str, Any]]:
    def body(**changed: Any) -> JsonObject:
        plain = {"name": unique_name(api), "slug": api.unique("s"), "description": "Made to be valid", "type": "string"}
        return {**plain, **changed}

    yield "a plain definition", body()
    yield from ((f"a definition of type {type_}", body(type=type_)) for type_ in VALUES)
    yield from ((about, body(**changed)) for about, changed in _texts(api))
    yield "the longest slug", body(slug=(api.unique("s") + "-_Az09" * MAX_LENGTH)[:MAX_LENGTH])
    yield "unknown properties", body(unknown={"deep": [1]}, is_locked="no")


def _definition_change(api: Api, _: Resources) -> Iterator[tuple[str, Any]]:
    yield "a new name", {"name": unique_name(api)}
    yield "nothing", {}
    yield from ((f"the type {type_}", {"type": type_}) for type_ in VALUES)
    yield from ((f"customer_editable {flag}", {"customer_editable": flag}) for flag in (True, False))
    yield from _texts(api)
    yield "the shortest name", {"name": "x"}
    changes = {"name": unique_name(api), "description": "Changed", "type": "number", "customer_editable": True}
    yield "everything", changes
    yield "unknown properties alone", {"unknown": None}


def _bulk(api: Api, resources: Resources) -> Iterator[tuple[str, Any]]:
    def item(type_: str, value: Any) -> JsonObject:
        return {"key": resources.definition(type_)["slug"], "value": value}

    plain = item("string", "x")
    yield "one value", {"file_url": unique_file(api), "attributes": [plain]}
    for about, file_url in _files(api):
        yield about, {"file_url": file_url, "attributes": [plain]}
    attributes = [item(type_, value) for type_, values in VALUES.items() for value in values]
    yield "a value of every kind", {"file_url": unique_file(api), "attributes": attributes}
    yield "100 values", {"file_url": unique_file(api), "attributes": [plain] * 100}
    yield "unknown properties", {"file_url": unique_file(api), "attributes": [{**plain, "x": 1}], "x": 1}


def _value(_: Api, __: Resources) -> Iterator[tuple[str, Any]]:
    for type_, values in VALUES.items():
        yield from ((f"a {type_}", {"attribute": {"value": value}}) for value in values)
    yield "a long text", {"attribute": {"value": "x" * 5000}}
    yield "unknown properties", {"attribute": {"value": "x", "key": 1}, "unknown": None}


def _group(api: Api, _: Resources) -> Iterator[tuple[str, Any]]:
    def body(**changed: Any) -> JsonObject:
        plain = {"name": unique_name(api), "description": "Made to be valid", "category": "l1"}
        return {**plain, "file_url": unique_file(api), **changed}

    yield "a plain group", body()
    yield from ((f"a group of category {category}", body(category=category)) for category in ("l1", "l2", "l3"))
    yield from ((about, body(**changed)) for about, changed in _texts(api))
    yield from ((about, body(file_url=file_url)) for about, file_url in _files(api))
    yield "unknown properties", body(unknown={"deep": [1]}, status=5)


def _group_change(api: Api, _: Resources) -> Iterator[tuple[str, Any]]:
    yield "a new name", {"name": unique_name(api)}
    yield "nothing", {}
    yield from _texts(api)
    yield from ((about, {"file_url": file_url}) for about, file_url in _files(api))
    yield "everything", {"name": unique_name(api), "description": "Changed", "file_url": unique_file(api)}
    yield "unknown properties alone", {"unknown": None}


def _files(api: Api) -> Iterator[tuple[str, str]]:
    """The valid forms of a file_url; a host under .invalid never exists."""
    content = csv_url([api.unique("u"), api.unique("u")]).partition(",")[2]
    yield "a file in the URL", f"data:text/csv,{content}"
    yield "a file in the URL, in capitals", f"DATA:Text/CSV,{content}"
    yield "a file in the URL, with a parameter", f"data:text/csv;charset=utf-8,{content}"
    yield "a file without users", "data:text/csv,user_id"
    yield "a file at an https URL", "https://files.invalid/users.csv?a=b%20c#d"
    yield "a file at an http URL, in capitals", "HTTP://files.invalid:8080/users.csv"


_BODIES = {
    "createUserAttributeDefinition": _definition,
    "updateUserAttributeDefinition": _definition_change,
    "bulkUpdateUserAttributes": _bulk,
    "updateUserAttribute": _value,
    "createUserGroup": _group,
    "updateUserGroup": _group_change,
}


# --- calls that match the target's data ---------------------------------------------------------------


def adapted(api: Api, resources: Resources, call: Call) -> Call:
    """The call with existing ids and with unique names, slugs and files.

    A valid request must do more than match the schema: a key must be an existing slug, a value must fit the type of
    its definition, and a cursor must come from the server.
    """
    ids = resources.ids(call.operation)
    query = tuple(pair for pair in call.pairs if pair[0] != "cursor")
    body = call.body
    if isinstance(body, dict):
        body = dict(body)
        if isinstance(body.get("name"), str) and len(body["name"]) > 1 and not body["name"].startswith("acs-"):
            body["name"] = unique_name(api, body["name"])
        if isinstance(body.get("slug"), str) and not body["slug"].startswith("acs-"):
            body["slug"] = f"{api.unique('s')}-{body['slug']}"[:MAX_LENGTH]
        file_url = body.get("file_url")
        if isinstance(file_url, str) and not (
            "acs-" in file_url or ".invalid" in file_url or file_url.endswith(",user_id")
        ):
            body["file_url"] = unique_file(api)
        if "attribute" in spec.body_properties(call.operation):
            ids = {**ids, "definition_id": resources.definition(_type_of(body["attribute"]["value"]))["_id"]}
        if "attributes" in spec.body_properties(call.operation):
            body["attributes"] = [_with_known_key(resources, item) for item in body["attributes"]]
    return replace(call, ids=ids, query=query, body=body)


def _with_known_key(resources: Resources, item: JsonObject) -> JsonObject:
    if str(item["key"]).startswith("acs-"):
        return item
    return {**item, "key": resources.definition(_type_of(item["value"]))["slug"]}


def _type_of(value: Any) -> str:
    """The type of definition that a value fits."""
    types = {str: "string", bool: "boolean", int: "number", float: "number", list: "list"}
    return types.get(type(value), "object")


def may_be_past_the_end(call: Call) -> bool:
    """Does the call request a page that may not exist: PAG-06 checks those."""
    return any(name == "page_no" and text != "1" for name, text in call.pairs)
