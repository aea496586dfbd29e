"""Reads that together get every kind of response of an operation: all types, states and kinds of pages."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import at_most, largest_page, thorough
from audience_conformance.checks.protocol.requests import spec
from audience_conformance.checks.protocol.requests.resources import UNREADABLE_FILE, VALUES, Resources, first_page
from audience_conformance.client.api import (
    DEFINITIONS,
    GROUPS,
    Api,
    JsonObject,
    csv_url,
    definition_path,
    group_path,
    poll,
    user_path,
    users_path,
    value_path,
)
from audience_conformance.client.exchange import Answer

FEW, MANY = 5, 20
"""How many existing resources are read one by one."""
FEW_VALUES = 3
"""How many values of a type are put in smoke."""
WAIT = 3.0
"""Seconds to wait for a group's file; the group is read before that, too."""


def variants(api: Api, resources: Resources, operation_id: str) -> Iterator[Answer]:
    """Responses of a reading operation; none of an operation that writes."""
    read = _READS.get(operation_id)
    return read(api, resources) if read else iter(())


# --- definitions and values ---------------------------------------------------------------------------


def _definitions(api: Api, resources: Resources) -> Iterator[Answer]:
    for page_no in (1, 2):
        yield api.get(DEFINITIONS, page_no=page_no, page_size=largest_page(api))
    for definition in _own_definitions(api, resources):
        yield api.get(DEFINITIONS, slug=definition["slug"])
        yield api.get(DEFINITIONS, name=definition["name"], type=definition["type"])
    yield api.get(DEFINITIONS, name=api.unique("none"))
    for parameter in spec.query_parameters("getUserAttributeDefinitions"):
        if parameter["schema"]["type"] == "boolean":
            yield api.request("GET", DEFINITIONS, query={"page_size": largest_page(api), parameter["name"]: True})


def _definition(api: Api, resources: Resources) -> Iterator[Answer]:
    for definition in _own_definitions(api, resources):
        yield api.get(definition_path(definition["_id"]))
    for definition in _existing(api, DEFINITIONS):
        yield from _if_exists(api, definition_path(definition["_id"]))


def _own_definitions(api: Api, resources: Resources) -> Iterator[JsonObject]:
    """A definition of each type: first new, then updated and with a value."""
    for type_ in VALUES if api.options.writes else ():
        definition = resources.definition(type_)
        definition.setdefault("slug", api.unique("none"))
        definition.setdefault("name", api.unique("none"))
        definition.setdefault("type", type_)
        yield definition
        api.put(definition_path(definition["_id"]), {"description": "Changed", "customer_editable": True})
        resources.value(type_=type_)
        yield definition


def _values(api: Api, resources: Resources) -> Iterator[Answer]:
    path = user_path(resources.user_id)
    yield api.get(path)
    for number, _ in enumerate(_set_values(api, resources)):
        if number % 2 == 0:
            yield api.get(path, page_size=largest_page(api))
    yield api.get(path, page_size=2, page_no=2)
    yield api.get(path, name=api.unique("none"))
    for type_ in VALUES:
        yield api.get(path, type=type_)
    for user_id in _existing_users(api):
        yield api.get(user_path(user_id), page_size=largest_page(api))


def _value(api: Api, resources: Resources) -> Iterator[Answer]:
    for path in _set_values(api, resources):
        yield api.get(path)
    for user_id in _existing_users(api):
        for value in first_page(api, user_path(user_id))[:FEW]:
            if isinstance(value.get("user_attribute_definition_id"), str):
                yield from _if_exists(api, value_path(value["user_attribute_definition_id"], user_id))


def _set_values(api: Api, resources: Resources) -> Iterator[str]:
    """Set one value of the user after the other; give the path of each."""
    for type_, values in VALUES.items() if api.options.writes else ():
        path = value_path(resources.definition(type_)["_id"], resources.user_id)
        for value in at_most(api, values, FEW_VALUES):
            if api.put(path, {"attribute": {"value": value}}).ok:
                yield path


# --- groups -------------------------------------------------------------------------------------------


def _tags(api: Api, _: Resources) -> Iterator[Answer]:
    yield api.get(f"{GROUPS}/tags")


def _categories(api: Api, resources: Resources) -> Iterator[Answer]:
    if api.options.writes:
        resources.group()
    yield api.get(f"{GROUPS}/categories")
    for category in ("l1", "l2", "l3", "none"):
        yield api.get(f"{GROUPS}/categories", category=category)


def _categorised(api: Api, resources: Resources) -> Iterator[Answer]:
    yield api.get(f"{GROUPS}/categorised")
    for _ in _own_groups(api, resources, wait=False):
        yield api.get(f"{GROUPS}/categorised")


def _groups(api: Api, resources: Resources) -> Iterator[Answer]:
    for page_no in (1, 2):
        yield api.get(GROUPS, page_no=page_no, page_size=largest_page(api))
    yield api.get(GROUPS, name=api.unique("none"))
    for group in _own_groups(api, resources, wait=False):
        yield api.get(GROUPS, name=group.get("name"), page_size=largest_page(api))
        yield api.get(GROUPS, group_uid=group.get("uid"))
    for query in ({"status": "completed"}, {"status": "failed"}, {"category": "l1"}, {"type": "file"}):
        yield api.request("GET", GROUPS, query={"page_size": largest_page(api), **query})


def _group(api: Api, resources: Resources) -> Iterator[Answer]:
    for group in _own_groups(api, resources):
        yield api.get(group_path(group["_id"]))
    for group in _existing(api, GROUPS):
        yield from _if_exists(api, group_path(group["_id"]))


def _users(api: Api, resources: Resources) -> Iterator[Answer]:
    for group in _own_groups(api, resources):
        path = users_path(group["_id"])
        yield api.get(path)
        first = api.get(path, page_size=1)
        yield first
        for cursor in _cursors(first):
            for direction in ("next", "prev"):
                yield api.get(path, cursor=cursor, direction=direction, page_size=1)
    group_ids = [group["_id"] for group in _existing(api, GROUPS)]
    if api.options.group_id:
        group_ids.insert(0, api.options.group_id)
    for group_id in group_ids[:MANY]:
        path = users_path(group_id)
        yield from _if_exists(api, path, page_size=largest_page(api))
        yield from _if_exists(api, path, page_size=largest_page(api), blacklisted_users=True)
        yield from _if_exists(api, path, page_size=1, page_no=2, q="a")


def _own_groups(api: Api, resources: Resources, *, wait: bool = True) -> Iterator[JsonObject]:
    """A group in each state: new, with an unreadable file, completed, updated and refreshed."""
    if not api.options.writes:
        return
    group = resources.group()
    path = group_path(group["_id"])
    yield group
    yield api.group(file_url=UNREADABLE_FILE, category="l2")
    if wait:
        _wait(api, path, lambda body: body.get("status") != "pending")
    yield group
    api.patch(path, {"description": "Changed", "file_url": csv_url([resources.user_id])})
    yield group
    total = group.get("total_users")
    api.post(f"{path}/refresh")
    if wait:
        _wait(api, path, lambda body: body.get("total_users") != total)
    yield group


def _wait(api: Api, path: str, holds: Callable[[JsonObject], bool]) -> None:
    """Give the target some time to read a group's file; GRP-22 checks whether it does."""

    def done(body: Any) -> bool:
        return not isinstance(body, dict) or holds(body)

    poll(lambda: api.get(path).json, done, min(WAIT, api.options.async_timeout))


def _cursors(answer: Answer) -> Iterator[str]:
    body = answer.json
    page = body.get("page") if isinstance(body, dict) else None
    if isinstance(page, dict):
        yield from (page[name] for name in ("next_cursor", "prev_cursor") if isinstance(page.get(name), str))


# --- existing resources: only read, for others may own them -------------------------------------------


def _existing(api: Api, path: str) -> list[JsonObject]:
    return first_page(api, path, page_size=largest_page(api))[: MANY if thorough(api) else FEW]


def _existing_users(api: Api) -> list[str]:
    """The ids of some users of existing groups."""
    users: dict[str, None] = {}
    for group in _existing(api, GROUPS)[:FEW]:
        body: Any = api.get(users_path(group["_id"]), page_size=FEW).json
        items = body.get("items") if isinstance(body, dict) else None
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and isinstance(item.get("user_id"), str):
                users[item["user_id"]] = None
    return list(users)[:FEW]


def _if_exists(api: Api, path: str, **query: Any) -> Iterator[Answer]:
    """The response, unless the resource has been deleted since it was listed."""
    answer = api.get(path, **query)
    if answer.status != HTTPStatus.NOT_FOUND:
        yield answer


_READS: dict[str, Callable[[Api, Resources], Iterator[Answer]]] = {
    "getUserAttributeDefinitions": _definitions,
    "getUserAttributeDefinitionById": _definition,
    "getUserAttributesForUser": _values,
    "getUserAttributeById": _value,
    "getUserGroupTags": _tags,
    "getUserGroupCategories": _categories,
    "getCategorisedUserGroups": _categorised,
    "getUserGroups": _groups,
    "getUserGroupById": _group,
    "getUsersByByGroupId": _users,
}
