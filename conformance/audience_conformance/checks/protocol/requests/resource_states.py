"""Calls about resources in every state: pending, completed, failed and empty groups, used definitions, deleted ones."""

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.groups.helpers import settled
from audience_conformance.checks.protocol.requests import spec
from audience_conformance.checks.protocol.requests.call import Call
from audience_conformance.checks.protocol.requests.resources import UNREADABLE_FILE
from audience_conformance.client.api import Api, JsonObject, csv_url
from audience_conformance.contract.document import operations

EMPTY = "data:text/csv,user_id"
_GONE = (HTTPStatus.NOT_FOUND,)
_OF_GROUP = [operation_id for operation_id in operations() if spec.path_parameters(operation_id) == ["group_id"]]
_NOT_DELETE = [operation_id for operation_id in _OF_GROUP if spec.method(operation_id) != "DELETE"]
_OF_DEFINITION = [
    operation_id for operation_id in operations() if "definition_id" in spec.path_parameters(operation_id)
]


def calls_in_states(api: Api) -> Iterator[Call]:
    """Calls in an order that brings resources to each state; each must be sent before the next is requested."""
    for state in (_pending_group, _completed_group, _failed_group, _empty_group, _used_definition, _other_type):
        yield from state(api)


# --- groups -------------------------------------------------------------------------------------------


def _of_group(
    group: JsonObject, about: str, operation_ids: list[str] = _NOT_DELETE, also: tuple[int, ...] = ()
) -> Iterator[Call]:
    """Calls of these operations; if reading the users is among them, with each of its parameters too."""
    ids = {"group_id": group["_id"]}
    for operation_id in operation_ids:
        body = {"description": "Changed"} if spec.method(operation_id) == "PATCH" else ...
        yield Call(operation_id, about, body=body, ids=ids, also=also)
    queries = (
        (("direction", "prev"),),
        (("page_size", "1"), ("page_no", "1")),
        (("q", "acs"),),
        (("blacklisted_users", "true"),),
    )
    for query in queries if "getUsersByByGroupId" in operation_ids else ():
        yield Call("getUsersByByGroupId", about, query=query, ids=ids, also=also)


def _pending_group(api: Api) -> Iterator[Call]:
    for operation_id in _OF_GROUP:
        also = _GONE if operation_id == "deleteUserGroup" else ()
        yield from _of_group(api.group(), "a group that was just created", [operation_id], also)


def _completed_group(api: Api) -> Iterator[Call]:
    group = api.group([api.unique("u") for _ in range(3)])
    settled(api, group)
    yield from _of_group(group, "a completed group")
    yield from _of_group(group, "a group that was updated and refreshed")
    yield _delete(group, "a completed group")
    yield from _of_group(group, "a deleted group", _OF_GROUP, _GONE)


def _failed_group(api: Api) -> Iterator[Call]:
    group = api.group(file_url=UNREADABLE_FILE)
    settled(api, group)
    yield from _of_group(group, "a group with an unreadable file")
    change = {"file_url": csv_url([api.unique("u")])}
    yield Call("updateUserGroup", "a readable file for a failed group", body=change, ids={"group_id": group["_id"]})
    settled(api, group)
    yield from _of_group(group, "a group whose file was replaced")
    yield _delete(group, "a group whose file was replaced")


def _empty_group(api: Api) -> Iterator[Call]:
    group = api.group(file_url=EMPTY)
    settled(api, group)
    yield from _of_group(group, "a group of a file without users")
    yield _delete(group, "a group of a file without users")


def _delete(group: JsonObject, about: str) -> Call:
    return Call("deleteUserGroup", about, ids={"group_id": group["_id"]})


# --- definitions and values ---------------------------------------------------------------------------


def _used_definition(api: Api) -> Iterator[Call]:
    ids = {"definition_id": api.definition()["_id"], "user_id": api.unique("u")}
    of_definition, of_user = {"definition_id": ids["definition_id"]}, {"user_id": ids["user_id"]}
    change = {"description": "Changed", "customer_editable": True}
    value = {"attribute": {"value": "x"}}
    put = Call("updateUserAttribute", "a value", body=value, ids=ids)
    read = Call("getUserAttributeById", "a value", ids=ids)
    delete = Call("deleteUserAttribute", "a value", ids=ids)
    values = Call("getUserAttributesForUser", "a user who has or had values", ids=of_user)
    yield from (put, read, values, put, delete, values)
    yield from (replace(call, also=_GONE) for call in (read, delete, delete))
    yield from (put, read, values)
    about = "a definition with a value"
    yield Call("updateUserAttributeDefinition", about, body=change, ids=of_definition)
    yield Call("getUserAttributeDefinitionById", about, ids=of_definition)
    yield Call("deleteUserAttributeDefinitionById", about, ids=of_definition)
    yield values
    bodies: dict[str, Any] = {"updateUserAttributeDefinition": change, "updateUserAttribute": value}
    for operation_id in _OF_DEFINITION:
        yield Call(operation_id, "a deleted definition", body=bodies.get(operation_id, ...), ids=ids, also=_GONE)


def _other_type(api: Api) -> Iterator[Call]:
    """Changes to a type that a value does not fit, and a slug that is taken: the server may reject both."""
    definition = api.definition()
    ids = {"definition_id": definition["_id"]}
    value = {"attribute": {"value": "no number"}}
    yield Call("updateUserAttribute", "a text", body=value, ids={**ids, "user_id": api.unique("u")})
    for type_ in ("number", "boolean", "date", "datetime", "list", "object"):
        about = f"a type that a stored value does not fit, {type_}"
        yield Call(
            "updateUserAttributeDefinition", about, body={"type": type_}, ids=ids, also=(HTTPStatus.BAD_REQUEST,)
        )
    taken = {"name": api.unique("Name "), "slug": definition.get("slug"), "description": "Taken", "type": "string"}
    yield Call("createUserAttributeDefinition", "a slug that is taken", body=taken, also=(HTTPStatus.BAD_REQUEST,))
