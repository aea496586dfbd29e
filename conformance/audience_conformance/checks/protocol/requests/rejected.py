"""Calls that an operation must reject, for each possible reason; and paths that do not exist."""

import json
from collections.abc import Iterator
from dataclasses import replace

from audience_conformance.checks.protocol.requests import spec
from audience_conformance.checks.protocol.requests.call import JSON, Call, sample
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.schema_violations import MARK, marked_body, violations
from audience_conformance.client.api import Api, definition_path

UNKNOWN_IDS, VIOLATION, MALFORMED, MEDIA_TYPE, BEHAVIOUR = "unknown ids", "violation", "malformed", "media", "behaviour"
"""The kinds of rejected calls."""
LOCKED = "a locked definition"
"""What calls about the definition of --locked-definition are called."""
NOT_JSON = (
    ("text/plain", b"name: x"),
    ("application/x-www-form-urlencoded", b"name=x&description=y"),
    ("application/xml", b"<name>x</name>"),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n'),
    ("application/octet-stream", b"\0\1\2"),
)
"""Bodies of other media types."""
NOT_UTF_8 = "text that is not UTF-8"
INVALID_VALUES = {
    "NaN": "NaN",
    "a number with a leading zero": "01",
    "a line break in a text": '"a\nb"',
    "an unknown escape": '"\\x41"',
    NOT_UTF_8: '"caf\u00e9"',
}
"""Values that are not JSON."""
UNKNOWN_PATHS = (
    "",
    "/user_groups",
    "/user_group/tags/nope",
    "/user_attribute",
    "/user_attribute/definitions",
    "/user-group",
    "/nope",
    "/user_attribute/bulk_update/nope",
    "/user_attribute/users/x",
    "/usergroup",
    "/User_Group",
    "/user_group/x/refresh/nope",
    "/user_group/x/members",
    "/user_attribute/definition/x/nope",
    "/user_attribute/definition/x/user",
    "/{}",
    "/user_attribute/definition/x/user/y/nope",
    "/user_attribute/user/x/nope",
    "/user_attribute/user",
    "/user_group/categories/nope",
    "/user_group/categorised/nope",
    "/user_group/x/users/y",
)
"""Paths below an application that the contract does not have."""
PATHS_OUTSIDE = ("/nope", "/companies/559", "/company", "/company/559/nope", "/company/559/application")


def rejected_calls(api: Api, resources: Resources, operation_id: str) -> Iterator[tuple[str, Call]]:
    """Calls that the operation must reject, each with its kind."""
    if spec.can_be_404(operation_id):
        body = marked_body(api, resources, operation_id)
        yield UNKNOWN_IDS, Call(operation_id, "unknown ids", ids=resources.unknown(operation_id), body=body)
    yield from ((VIOLATION, call) for call in _of_every_field(api, violations(api, resources, operation_id)))
    if spec.body_schema(operation_id):
        for about, content in _malformed(json.dumps(marked_body(api, resources, operation_id))):
            yield MALFORMED, Call(operation_id, about, content=content, headers=JSON, ids=resources.ids(operation_id))
        for media_type, content in NOT_JSON:
            headers = (("Content-Type", media_type),)
            ids = resources.ids(operation_id)
            yield MEDIA_TYPE, Call(operation_id, media_type, content=content, headers=headers, ids=ids)
    yield from ((BEHAVIOUR, call) for call in _by_behaviour(api, resources, operation_id))


def _of_every_field(api: Api, calls: list[Call]) -> list[Call]:
    """A sample of the violations, with at least one of every field."""
    chosen = sample(api, calls, 6)
    fields = {call.fields for call in chosen}
    return [*chosen, *{call.fields: call for call in calls if call.fields not in fields}.values()]


def _malformed(text: str) -> Iterator[tuple[str, bytes]]:
    """A JSON text with one syntax error each."""
    variants = {
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
        # The value of an unknown property is ignored, but must be JSON.
        **{about: f'{text[:-1]}, "unknown": {value}}}' for about, value in INVALID_VALUES.items()},
    }
    for about, variant in variants.items():
        yield about, variant.encode("latin-1" if about == NOT_UTF_8 else "utf-8")


def _by_behaviour(api: Api, resources: Resources, operation_id: str) -> Iterator[Call]:
    """Calls that match the schema and that the operation rejects because of its data."""
    ids = resources.ids(operation_id)
    if operation_id == "getUsersByByGroupId":
        cursor = (("cursor", api.unique("no-cursor")),)
        yield Call(operation_id, "an unknown cursor", query=cursor, ids=ids, fields=("cursor",))
    elif operation_id == "createUserAttributeDefinition":
        taken = {**marked_body(api, resources, operation_id), "slug": resources.definition()["slug"]}
        yield Call(operation_id, "a slug that is taken", body=taken, fields=("slug",))
    elif operation_id == "updateUserAttributeDefinition":
        ids = {"definition_id": resources.value()["definition_id"]}
        change = {"type": "number"}
        yield Call(operation_id, "a type that a value does not fit", body=change, ids=ids, fields=("type",))
    elif operation_id == "updateUserAttribute":
        ids = {**ids, "definition_id": resources.definition("number")["_id"]}
        text = {"attribute": {"value": "many"}}
        yield Call(operation_id, "a text for a number", body=text, ids=ids, fields=("attribute.value",))
    elif operation_id == "bulkUpdateUserAttributes":
        body = marked_body(api, resources, operation_id)
        unknown = {**body, "attributes": [*body["attributes"], {"key": api.unique("none"), "value": 1}]}
        yield Call(operation_id, "an unknown key", body=unknown, fields=("attributes.key",))
        attribute = {"key": resources.definition("number")["slug"], "value": "many"}
        unfit = {**body, "attributes": [attribute]}
        yield Call(operation_id, "a text for a number", body=unfit, fields=("attributes.value",))
    locked = api.options.locked_definition_id
    if operation_id in {"updateUserAttributeDefinition", "deleteUserAttributeDefinitionById"} and locked:
        # Checked first: a definition that is not locked would be lost.
        definition = api.get(definition_path(locked)).json
        if isinstance(definition, dict) and definition.get("is_locked") is True:
            plain = Call(operation_id, LOCKED, ids={"definition_id": locked})
            yield replace(plain, body={"description": MARK}) if spec.body_schema(operation_id) else plain
