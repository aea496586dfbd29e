"""Calls about things in every state that they can come to: read, failed, empty, pending, counted, in use, deleted."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.groups.helpers import settled
from audience_conformance.checks.protocol.requests.call import Call, success
from audience_conformance.client.api import Api, JsonObject, csv_url

UNREADABLE = "data:text/csv,nobody%0A1"
EMPTY = "data:text/csv,user_id"
_GROUP = ("getUserGroupById", "updateUserGroup", "refreshUserGroupTotalUsers", "getUsersByByGroupId")


def resource_states(api: Api) -> Iterator[tuple[Call, frozenset[int]]]:
    """Bring things of the check's own to each state, and ask for all that can be asked there.

    Each call comes when it is to be sent, with the statuses that may answer it.
    """
    for ask in (_pending_group, _completed_group, _failed_group, _empty_group, _used_definition, _other_type):
        for call, *also in ask(api):
            yield call, frozenset({success(call.operation), *also})


# --- groups -------------------------------------------------------------------------------------------


def _of(group: JsonObject, about: str, operations: tuple[str, ...] = _GROUP) -> Iterator[Call]:
    bodies: dict[str, Any] = {"updateUserGroup": {"description": "Changed"}}
    for operation in operations:
        yield Call(operation, about, body=bodies.get(operation, ...), ids={"group_id": group["_id"]})
    ids = {"group_id": group["_id"]}
    for query in ((("direction", "prev"),), (("page_size", "1"), ("page_no", "1")), (("q", "acs"),)):
        yield Call("getUsersByByGroupId", about, query=query, ids=ids)
    yield Call("getUsersByByGroupId", about, query=(("blacklisted_users", "true"),), ids=ids)


def _pending_group(api: Api) -> Iterator[tuple[Any, ...]]:
    for operation in (*_GROUP, "deleteUserGroup"):
        group = api.group()
        for call in _of(group, "a group that was made just now", (operation,)):
            yield (call, HTTPStatus.NOT_FOUND) if operation == "deleteUserGroup" else (call,)


def _completed_group(api: Api) -> Iterator[tuple[Any, ...]]:
    group = api.group([api.fresh("u") for _ in range(3)])
    settled(api, group)
    yield from ((call,) for call in _of(group, "a group that was read"))
    yield from ((call,) for call in _of(group, "a group that was patched and counted"))
    yield (_delete(group, "a group that was read"),)
    for about in ("a group that was deleted", "a group that was deleted, again"):
        yield from ((call, HTTPStatus.NOT_FOUND) for call in _of(group, about, (*_GROUP, "deleteUserGroup")))


def _failed_group(api: Api) -> Iterator[tuple[Any, ...]]:
    group = api.group(file_url=UNREADABLE)
    settled(api, group)
    yield from ((call,) for call in _of(group, "a group whose file cannot be read"))
    change = {"file_url": csv_url([api.fresh("u")])}
    yield (Call("updateUserGroup", "a better file for it", body=change, ids={"group_id": group["_id"]}),)
    settled(api, group)
    yield from ((call,) for call in _of(group, "a group whose file was mended"))
    yield (_delete(group, "a group whose file was mended"),)


def _empty_group(api: Api) -> Iterator[tuple[Any, ...]]:
    group = api.group(file_url=EMPTY)
    settled(api, group)
    yield from ((call,) for call in _of(group, "a group of a file without users"))
    yield (_delete(group, "a group of a file without users"),)


def _delete(group: JsonObject, about: str) -> Call:
    return Call("deleteUserGroup", about, ids={"group_id": group["_id"]})


# --- definitions and values ---------------------------------------------------------------------------


def _used_definition(api: Api) -> Iterator[tuple[Any, ...]]:
    definition, user_id = api.definition(), api.fresh("u")
    of_definition = {"definition_id": definition["_id"]}
    of_value = {**of_definition, "user_id": user_id}
    value = {"attribute": {"value": "x"}}
    put = Call("updateUserAttribute", "a value", body=value, ids=of_value)
    read = Call("getUserAttributeById", "a value", ids=of_value)
    delete = Call("deleteUserAttribute", "a value", ids=of_value)
    listed = Call("getUserAttributesForUser", "a user with values, or that had some", ids={"user_id": user_id})
    yield from ((call,) for call in (put, read, listed, put, delete, listed))
    yield from ((call, HTTPStatus.NOT_FOUND) for call in (read, delete, delete))
    yield from ((call,) for call in (put, read, listed))
    about = "a definition of which a user holds a value"
    change = {"description": "Changed", "customer_editable": True}
    yield (Call("updateUserAttributeDefinition", about, body=change, ids=of_definition),)
    yield (Call("getUserAttributeDefinitionById", about, ids=of_definition),)
    yield (Call("deleteUserAttributeDefinitionById", about, ids=of_definition),)
    yield (listed,)
    for about in ("a definition that was deleted", "a definition that was deleted, again"):
        yield Call("getUserAttributeDefinitionById", about, ids=of_definition), HTTPStatus.NOT_FOUND
        yield Call("updateUserAttributeDefinition", about, body=change, ids=of_definition), HTTPStatus.NOT_FOUND
        yield Call("deleteUserAttributeDefinitionById", about, ids=of_definition), HTTPStatus.NOT_FOUND
        yield Call("updateUserAttribute", about, body=value, ids=of_value), HTTPStatus.NOT_FOUND
        yield Call("getUserAttributeById", about, ids=of_value), HTTPStatus.NOT_FOUND
        yield Call("deleteUserAttribute", about, ids=of_value), HTTPStatus.NOT_FOUND


def _other_type(api: Api) -> Iterator[tuple[Any, ...]]:
    """A change of type that values do not fit, and a slug that is taken: both may be refused."""
    refused = 400
    definition = api.definition()
    ids = {"definition_id": definition["_id"]}
    value = {"attribute": {"value": "no number"}}
    yield (Call("updateUserAttribute", "a text", body=value, ids={**ids, "user_id": api.fresh("u")}),)
    about = "a type that a stored value does not fit"
    for type_ in ("number", "boolean", "date", "datetime", "list", "object"):
        yield Call("updateUserAttributeDefinition", f"{about}, {type_}", body={"type": type_}, ids=ids), refused
    taken = {"name": api.fresh("Name "), "slug": definition.get("slug"), "description": "Taken", "type": "string"}
    yield Call("createUserAttributeDefinition", "a slug that is taken", body=taken), refused
