"""Valid calls: the documented examples, what Schemathesis covers, and the edges that it does not reach."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from audience_conformance.checks.protocol import schemathesis_bridge as generate
from audience_conformance.checks.protocol.requests.call import Call
from audience_conformance.checks.protocol.requests.resources import VALUES, Resources, own_file
from audience_conformance.client.api import Api, JsonObject, csv_url
from audience_conformance.contract.document import contract, operations

LONGEST = 255
"""Characters of the longest text that a person types."""
TEXTS = ("acs", "", "žluťoučký 漢字 🦊", "a b&c=d+e%20;", "l1", "'\"\\[(*.", "x" * 300)
"""Texts to filter by; every one is valid."""
HEADERS = (
    *(("Content-Type", "application/json; charset=utf-8"), ("Content-Type", "application/json;charset=UTF-8")),
    *(("Content-Type", "Application/JSON"), ("Accept", "application/json")),
)
"""How else a client may say that it sends and takes JSON."""
NUMBERS = {"page_no": ("1", "2", "2147483648"), "page_size": ("1", "2", "10", "99", "100")}


def valid_calls(api: Api, resources: Resources, operation_id: str) -> list[Call]:
    """All the valid calls of an operation, as yet without ids: `adapted` gives them."""
    return [
        *generate.documented(api, operation_id),
        *_edges(api, resources, operation_id),
        *generate.coverage(api, operation_id, valid=True),
    ]


def _edges(api: Api, resources: Resources, operation_id: str) -> Iterator[Call]:
    yield Call(operation_id, "nothing optional", body=valid_body(api, resources, operation_id))
    texts = {p["name"]: _texts(p) for p in query_parameters(operation_id)}
    for name, values in texts.items():
        yield from (Call(operation_id, f"{name} alone", query=((name, value),)) for value in values)
    for one, other in itertools.combinations(texts, 2):
        about = f"{one} with {other}"
        yield Call(operation_id, about, query=((one, texts[one][0]), (other, texts[other][-1][:20])))
    for about, body in bodies(api, resources, operation_id):
        yield Call(operation_id, about, body=body)
    yield from _ways_to_say_it(api, resources, operation_id)


def _ways_to_say_it(api: Api, resources: Resources, operation_id: str) -> Iterator[Call]:
    """Plain calls with what is to be ignored, or may be written in another way."""
    unknown = (("acs_unknown", "1"),)
    yield Call(operation_id, "an unknown parameter", query=unknown, body=valid_body(api, resources, operation_id))
    with_body = "requestBody" in operations()[operation_id][2]
    for header in HEADERS if with_body else HEADERS[-1:]:
        body = valid_body(api, resources, operation_id)
        yield Call(operation_id, ": ".join(header), body=body, headers=(header,))


def query_parameters(operation_id: str) -> list[JsonObject]:
    """The query parameters of an operation, references followed."""
    found = [follow(parameter) for parameter in operations()[operation_id][2].get("parameters", [])]
    return [parameter for parameter in found if parameter["in"] == "query"]


def has_input(operation_id: str) -> bool:
    """Does the operation take more than a path."""
    return bool(query_parameters(operation_id)) or "requestBody" in operations()[operation_id][2]


def follow(node: JsonObject) -> JsonObject:
    """What a reference names, or the node itself."""
    while "$ref" in node:
        target: Any = contract()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _texts(parameter: JsonObject) -> tuple[str, ...]:
    schema = parameter["schema"]
    if schema["type"] == "integer":
        return NUMBERS[parameter["name"]]
    if schema["type"] == "boolean":
        return ("true", "false")
    # A cursor that the server has not issued may be refused: MEM-08.
    return tuple(schema.get("enum", () if parameter["name"] == "cursor" else TEXTS)) or ("",)


# --- bodies -----------------------------------------------------------------------------------------


def valid_body(api: Api, resources: Resources, operation_id: str) -> Any:
    """A plain body that the operation takes, of things of the check's own; `...` where it takes none."""
    return next((body for _, body in bodies(api, resources, operation_id)), ...)


def bodies(api: Api, resources: Resources, operation_id: str) -> Iterator[tuple[str, Any]]:
    """Bodies that the operation takes, the plainest first: what is special, and the body."""
    make = _BODIES.get(operation_id)
    if make is not None:
        yield from make(api, resources)


def own_name(api: Api, text: str = "") -> str:
    """A name that sweep would find, with this text in it; as long as the text where that is the longest."""
    return f"{api.fresh('Name ')} {text}".strip()[:LONGEST]


def _typed(api: Api) -> Iterator[tuple[str, JsonObject]]:
    """Changes of the texts that a person types."""
    yield "the longest name", {"name": own_name(api, "x" * LONGEST)}
    yield "the longest name, in any script", {"name": own_name(api, "🦊" * LONGEST)}
    yield "the shortest description", {"description": "x"}
    yield "the longest description", {"description": "漢" * LONGEST}
    yield "a description with a line end", {"description": "one\ntwo\t\"three\" 'four' \\ </p>"}


def _definition(api: Api, _: Resources) -> Iterator[tuple[str, Any]]:
    def body(**changed: Any) -> JsonObject:
        plain = {"name": own_name(api), "slug": api.fresh("s"), "description": "Made to be valid", "type": "string"}
        return {**plain, **changed}

    yield "a plain definition", body()
    yield from ((f"a definition of type {type_}", body(type=type_)) for type_ in VALUES)
    yield from ((about, body(**changed)) for about, changed in _typed(api))
    yield "the longest slug", body(slug=(api.fresh("s") + "-_Az09" * LONGEST)[:LONGEST])
    yield "unknown properties", body(unknown={"deep": [1]}, is_locked="no")


def _definition_change(api: Api, _: Resources) -> Iterator[tuple[str, Any]]:
    yield "a new name", {"name": own_name(api)}
    yield "nothing", {}
    yield from ((f"the type {type_}", {"type": type_}) for type_ in VALUES)
    yield from ((f"customer_editable {flag}", {"customer_editable": flag}) for flag in (True, False))
    yield from _typed(api)
    yield "the shortest name", {"name": "x"}
    everything = {"name": own_name(api), "description": "Changed", "type": "number", "customer_editable": True}
    yield "everything", everything
    yield "unknown properties alone", {"unknown": None}


def _bulk(api: Api, resources: Resources) -> Iterator[tuple[str, Any]]:
    def item(type_: str, value: Any) -> JsonObject:
        return {"key": resources.definition(type_)["slug"], "value": value}

    plain = item("string", "x")
    yield "one value", {"file_url": own_file(api), "attributes": [plain]}
    for about, file_url in _files(api):
        yield about, {"file_url": file_url, "attributes": [plain]}
    every = [item(type_, value) for type_, values in VALUES.items() for value in values]
    yield "a value of every kind", {"file_url": own_file(api), "attributes": every}
    yield "100 values", {"file_url": own_file(api), "attributes": [plain] * 100}
    yield "unknown properties", {"file_url": own_file(api), "attributes": [{**plain, "x": 1}], "x": 1}


def _value(api: Api, _: Resources) -> Iterator[tuple[str, Any]]:
    del api
    for type_, values in VALUES.items():
        yield from ((f"a {type_}", {"attribute": {"value": value}}) for value in values)
    yield "a long text", {"attribute": {"value": "x" * 5000}}
    yield "unknown properties", {"attribute": {"value": "x", "key": 1}, "unknown": None}


def _group(api: Api, _: Resources) -> Iterator[tuple[str, Any]]:
    def body(**changed: Any) -> JsonObject:
        plain = {"name": own_name(api), "description": "Made to be valid", "category": "l1"}
        return {**plain, "file_url": own_file(api), **changed}

    yield "a plain group", body()
    yield from ((f"a group of category {category}", body(category=category)) for category in ("l1", "l2", "l3"))
    yield from ((about, body(**changed)) for about, changed in _typed(api))
    yield from ((about, body(file_url=file_url)) for about, file_url in _files(api))
    yield "unknown properties", body(unknown={"deep": [1]}, status=5)


def _group_change(api: Api, _: Resources) -> Iterator[tuple[str, Any]]:
    yield "a new name", {"name": own_name(api)}
    yield "nothing", {}
    yield from _typed(api)
    yield from ((about, {"file_url": file_url}) for about, file_url in _files(api))
    yield "everything", {"name": own_name(api), "description": "Changed", "file_url": own_file(api)}
    yield "unknown properties alone", {"unknown": None}


def _files(api: Api) -> Iterator[tuple[str, str]]:
    """Files in every way that a file_url can name one; hosts under .invalid are nobody's."""
    content = csv_url([api.fresh("u"), api.fresh("u")]).partition(",")[2]
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


# --- what makes a call fit this target --------------------------------------------------------------


def adapted(api: Api, resources: Resources, call: Call) -> Call:
    """The call with ids that exist and a body that is of the run's own, and that the behaviour takes.

    The schema allows more than the behaviour: a key has to be a slug, a value has to fit its definition, a
    cursor has to be the server's.
    """
    ids = dict(resources.ids(call.operation))
    pairs = () if isinstance(call.query, str) else tuple(pair for pair in call.query if pair[0] != "cursor")
    body = call.body
    if isinstance(body, dict):
        body = dict(body)
        if isinstance(body.get("name"), str) and len(body["name"]) > 1 and not body["name"].startswith("acs-"):
            body["name"] = own_name(api, body["name"])
        if isinstance(body.get("slug"), str) and not body["slug"].startswith("acs-"):
            body["slug"] = f"{api.fresh('s')}-{body['slug']}"[:LONGEST]
        if isinstance(body.get("file_url"), str) and not _is_own(body["file_url"]):
            body["file_url"] = own_file(api)
    if call.operation == "updateUserAttribute":
        ids["definition_id"] = resources.definition(_type_of(body["attribute"]["value"]))["_id"]
    elif call.operation == "bulkUpdateUserAttributes":
        body["attributes"] = [_keyed(resources, item) for item in body["attributes"]]
    return replace(call, ids=ids, query=pairs, body=body)


def _is_own(file_url: str) -> bool:
    return "acs-" in file_url or ".invalid" in file_url or file_url.endswith(",user_id")


def _keyed(resources: Resources, item: JsonObject) -> JsonObject:
    if str(item["key"]).startswith("acs-"):
        return item
    return {**item, "key": resources.definition(_type_of(item["value"]))["slug"]}


def _type_of(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "list" if isinstance(value, list) else "object"


def may_be_past_the_end(call: Call) -> bool:
    """Does the call ask for a page that there need not be; what such a page is, is PAG-06's matter."""
    pairs = () if isinstance(call.query, str) else call.query
    return any(name == "page_no" and text != "1" for name, text in pairs)
