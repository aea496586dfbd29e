"""Every way to be refused by an operation: what the rules about error bodies are looked at with."""

import json
from collections.abc import Iterator
from typing import Any

from audience_conformance.checks.protocol.requests.call import Call, method, sample
from audience_conformance.checks.protocol.requests.resources import Resources, has_ids
from audience_conformance.checks.protocol.requests.schema_violations import MARK, refusable_body, violations
from audience_conformance.client.api import Api, definition_path
from audience_conformance.contract.document import operations

NOT_JSON = (
    ("text/plain", b"name: x"),
    ("application/x-www-form-urlencoded", b"name=x&description=y"),
    ("application/xml", b"<name>x</name>"),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n'),
    ("application/octet-stream", b"\0\1\2"),
)
UNKNOWN_IDS, VIOLATION, MALFORMED, OTHER_TYPE, BEHAVIOUR = "unknown ids", "violation", "malformed", "media", "behaviour"
"""The kinds of refusals."""
JSON = (("Content-Type", "application/json"),)
NO_UTF_8 = "a text that is not UTF-8"
NO_VALUES = {
    "NaN": "NaN",
    "a number with a zero before it": "01",
    "a line end in a text": '"a\nb"',
    "an unknown escape": '"\\x41"',
    NO_UTF_8: '"caf\u00e9"',
}
"""What looks like a JSON value and is none."""
UNKNOWN_PATHS = (
    *(
        "/user_groups",
        "/user_group/tags/nope",
        "/user_attribute",
        "/user_attribute/definitions",
        "/user-group",
        "/nope",
    ),
    *(
        "/user_attribute/bulk_update/nope",
        "/user_attribute/users/x",
        "/usergroup",
        "/User_Group",
        "/user_group/x/refresh/nope",
        "",
    ),
    *("/user_group/x/members", "/user_attribute/definition/x/nope", "/user_attribute/definition/x/user", "/{}"),
    *("/user_attribute/definition/x/user/y/nope", "/user_attribute/user/x/nope", "/user_attribute/user"),
    *("/user_group/categories/nope", "/user_group/categorised/nope", "/user_group/x/users/y"),
)
"""Paths below an application that the contract lacks."""
UNKNOWN_ABOVE = ("/nope", "/companies/559", "/company", "/company/559/nope", "/company/559/application")


def malformed(api: Api, resources: Resources, operation_id: str) -> Iterator[Call]:
    """Bodies that are all but JSON, and would be valid if they were."""
    body = refusable_body(api, resources, operation_id)
    if body is ...:
        return
    text = json.dumps(body)
    invalid = {
        "cut off": text[:-1],
        "a comma too many": f"{text[:-1]},}}",
        "text behind it": f"{text} x",
        "a brace too many": f"{text}}}",
        "single quotes": text.replace('"', "'"),
        "names without quotes": text.replace('"', "", 2),
        "a comment": f"{text[:-1]} /* none */ }}",
        "a colon too few": text.replace(":", "", 1),
        "an equals sign": text.replace(":", "=", 1),
        "a brace": "{",
        "half a word": "tru",
        # What is ignored as a value has to be JSON all the same.
        **{about: f'{text[:-1]}, "unknown": {value}}}' for about, value in NO_VALUES.items()},
    }
    for about, content in invalid.items():
        sent = content.encode("latin-1" if about == NO_UTF_8 else "utf-8")
        yield Call(operation_id, about, content=sent, headers=JSON, ids=resources.ids(operation_id))


def not_json(resources: Resources, operation_id: str) -> Iterator[Call]:
    """Bodies of other media types, which are no JSON either."""
    if "requestBody" in operations()[operation_id][2]:
        for media_type, content in NOT_JSON:
            headers = (("Content-Type", media_type),)
            yield Call(operation_id, media_type, content=content, headers=headers, ids=resources.ids(operation_id))


def path_of(operation_id: str) -> str:
    """The operation's path, from the company on."""
    return operations()[operation_id][1]


def methods_of(operation_id: str) -> list[str]:
    """The methods that the operation's path has."""
    return [method_ for method_, path, _ in operations().values() if path == path_of(operation_id)]


def at_lacking_method(api: Api, resources: Resources, operation_id: str) -> Call:
    """A call whose method will be changed, harmless whatever a server takes it for.

    It names things of the check's own and, where there are none in the path, a filter that nothing passes.
    """
    ids = dict(resources.ids(operation_id))
    none = api.fresh("none")
    return Call(operation_id, ids=ids, query=() if ids else (("name", none), ("slug", none)))


def refusable(api: Api, resources: Resources, operation_id: str) -> Iterator[tuple[str, Call]]:
    """Every way to be refused by an operation, but for another method: the kind of it, and the call."""
    if has_ids(operation_id):
        body = refusable_body(api, resources, operation_id)
        yield UNKNOWN_IDS, Call(operation_id, "unknown ids", ids=resources.unknown(operation_id), body=body)
    yield from ((VIOLATION, call) for call in _of_every_field(api, violations(api, resources, operation_id)))
    if method(operation_id) != "GET":
        yield from ((MALFORMED, call) for call in malformed(api, resources, operation_id))
        yield from ((OTHER_TYPE, call) for call in not_json(resources, operation_id))
    yield from ((BEHAVIOUR, call) for call in _by_behaviour(api, resources, operation_id))


def _of_every_field(api: Api, wrong: list[Call]) -> list[Call]:
    """As many violations as the profile tries, and one at least of every field."""
    chosen = sample(api, wrong, 8)
    told = {call.fields for call in chosen}
    return [*chosen, *{call.fields: call for call in wrong if call.fields not in told}.values()]


def _by_behaviour(api: Api, resources: Resources, operation_id: str) -> Iterator[Call]:
    """What the schema allows and the behaviour refuses."""
    ids = resources.ids(operation_id)
    if operation_id == "getUsersByByGroupId":
        cursor = (("cursor", api.fresh("no-cursor")),)
        yield Call(operation_id, "an unknown cursor", query=cursor, ids=ids, fields=("cursor",))
    elif operation_id == "createUserAttributeDefinition":
        taken = {**refusable_body(api, resources, operation_id), "slug": resources.definition()["slug"]}
        yield Call(operation_id, "a slug that is taken", body=taken, fields=("slug",))
    elif operation_id == "updateUserAttributeDefinition":
        held = resources.value()["definition_id"]
        ids = {"definition_id": held}
        yield Call(operation_id, "a type that a value does not fit", body={"type": "number"}, ids=ids, fields=("type",))
    elif operation_id == "updateUserAttribute":
        ids = {**ids, "definition_id": resources.definition("number")["_id"]}
        many = {"attribute": {"value": "many"}}
        yield Call(operation_id, "a text for a number", body=many, ids=ids, fields=("value",))
    elif operation_id == "bulkUpdateUserAttributes":
        body = refusable_body(api, resources, operation_id)
        unknown = {**body, "attributes": [*body["attributes"], {"key": api.fresh("none"), "value": 1}]}
        yield Call(operation_id, "an unknown key", body=unknown, fields=("key",))
        unfit = {**body, "attributes": [{"key": resources.definition("number")["slug"], "value": "many"}]}
        yield Call(operation_id, "a text for a number", body=unfit, fields=("value",))
    locked = api.options.locked_definition_id
    if operation_id in {"updateUserAttributeDefinition", "deleteUserAttributeDefinitionById"} and _is_locked(
        api, locked
    ):
        change: Any = {"description": MARK} if operation_id.startswith("update") else ...
        yield Call(operation_id, "a locked definition", body=change, ids={"definition_id": str(locked)})


def _is_locked(api: Api, definition_id: str | None) -> bool:
    """Is this definition locked indeed: one that is not shall not be lost."""
    found = api.get(definition_path(definition_id)).json if definition_id else None
    return isinstance(found, dict) and found.get("is_locked") is True
