"""A round through each reading operation that sees all kinds of its answers: every type, state and kind of page."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any

from audience_conformance.checks.protocol.requests.resources import VALUES, Resources, listed
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
from audience_conformance.client.target import Answer

FEW, MANY = 5, 20
"""How many of the things that the target has anyway are looked at, one by one."""
LARGEST_PAGE = 100
WAIT = 3.0
"""Seconds that a group's file is waited for; what it is like before is looked at in any case."""


def response_variants(api: Api, resources: Resources, operation_id: str) -> Iterator[Answer]:
    """Answers of a reading operation, one after the other; none of an operation that writes."""
    make = _VARIANTS.get(operation_id)
    return make(api, resources) if make else iter(())


def _still_there(api: Api, path: str, **query: Any) -> Iterator[Answer]:
    """The answer to reading what is not ours: nothing where others have deleted it since it was listed."""
    answer = api.get(path, **query)
    if answer.status != HTTPStatus.NOT_FOUND:
        yield answer


def _definitions(api: Api, resources: Resources) -> Iterator[Answer]:
    for page_no in (1, 2):
        yield api.get(DEFINITIONS, page_no=page_no, page_size=LARGEST_PAGE)
    for own in _own_definitions(api, resources):
        yield api.get(DEFINITIONS, slug=own["slug"])
        yield api.get(DEFINITIONS, name=own["name"], type=own["type"])
    yield api.get(DEFINITIONS, name=api.fresh("none"))
    for flag in ("encrypted", "pinned", "is_locked", "customer_editable"):
        yield api.request("GET", DEFINITIONS, query={"page_size": LARGEST_PAGE, flag: True})


def _definition(api: Api, resources: Resources) -> Iterator[Answer]:
    for definition in _own_definitions(api, resources):
        yield api.get(definition_path(definition["_id"]))
    for definition in _theirs(api, DEFINITIONS):
        yield from _still_there(api, definition_path(definition["_id"]))


def _own_definitions(api: Api, resources: Resources) -> Iterator[JsonObject]:
    """A definition of each type, new and again when it has been changed and has a value."""
    for type_ in VALUES if api.options.writes else ():
        own = resources.definition(type_)
        own.setdefault("slug", api.fresh("none"))
        own.setdefault("name", api.fresh("none"))
        own.setdefault("type", type_)
        yield own
        api.put(definition_path(own["_id"]), {"description": "Changed", "customer_editable": True})
        resources.value(type_=type_)
        yield own


def _values(api: Api, resources: Resources) -> Iterator[Answer]:
    path = user_path(resources.user_id)
    yield api.get(path)
    for _ in _put_values(api, resources):
        yield api.get(path, page_size=LARGEST_PAGE)
    yield api.get(path, page_size=2, page_no=2)
    yield api.get(path, name=api.fresh("none"))
    for type_ in VALUES:
        yield api.get(path, type=type_)
    for user_id in _their_users(api):
        yield api.get(user_path(user_id), page_size=LARGEST_PAGE)


def _value(api: Api, resources: Resources) -> Iterator[Answer]:
    for path in _put_values(api, resources):
        yield api.get(path)
    for user_id in _their_users(api):
        for held in islice(listed(api, user_path(user_id)), FEW):
            if isinstance(held.get("user_attribute_definition_id"), str):
                yield from _still_there(api, value_path(held["user_attribute_definition_id"], user_id))


def _put_values(api: Api, resources: Resources) -> Iterator[str]:
    """Let the check's own user hold one value after the other: the path of each."""
    for type_, values in VALUES.items() if api.options.writes else ():
        path = value_path(resources.definition(type_)["_id"], resources.user_id)
        for value in values:
            if api.put(path, {"attribute": {"value": value}}).ok:
                yield path


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
        yield api.get(GROUPS, page_no=page_no, page_size=LARGEST_PAGE)
    yield api.get(GROUPS, name=api.fresh("none"))
    for own in _own_groups(api, resources, wait=False):
        yield api.get(GROUPS, name=own.get("name"), page_size=LARGEST_PAGE)
        yield api.get(GROUPS, group_uid=own.get("uid"))
    for query in ({"status": "completed"}, {"status": "failed"}, {"category": "l1"}, {"type": "file"}):
        yield api.request("GET", GROUPS, query={"page_size": LARGEST_PAGE, **query})


def _group(api: Api, resources: Resources) -> Iterator[Answer]:
    for group in _own_groups(api, resources):
        yield api.get(group_path(group["_id"]))
    for group in _theirs(api, GROUPS):
        yield from _still_there(api, group_path(group["_id"]))


def _own_groups(api: Api, resources: Resources, *, wait: bool = True) -> Iterator[JsonObject]:
    """A group in each of its states: new, of an unreadable file, read, patched and counted anew."""
    if not api.options.writes:
        return
    group = resources.group()
    path = group_path(group["_id"])
    yield group
    yield api.group(file_url="data:text/csv,nobody%0A1", category="l2")
    if wait:
        _wait(api, path, lambda body: body.get("status") != "pending")
    yield group
    api.patch(path, {"description": "Changed", "file_url": csv_url([resources.user_id])})
    yield group
    counted = group.get("total_users")
    api.post(f"{path}/refresh")
    if wait:
        _wait(api, path, lambda body: body.get("total_users") != counted)
    yield group


def _users(api: Api, resources: Resources) -> Iterator[Answer]:
    for group in _own_groups(api, resources):
        path = users_path(group["_id"])
        yield api.get(path)
        first = api.get(path, page_size=1)
        yield first
        for cursor in _cursors(first):
            for direction in ("next", "prev"):
                yield api.get(path, cursor=cursor, direction=direction, page_size=1)
    known = api.options.group_id
    theirs = [known, *(group["_id"] for group in _theirs(api, GROUPS))] if known else _ids(_theirs(api, GROUPS))
    for group_id in islice(theirs, MANY):
        path = users_path(group_id)
        yield from _still_there(api, path, page_size=LARGEST_PAGE)
        yield from _still_there(api, path, page_size=LARGEST_PAGE, blacklisted_users=True)
        yield from _still_there(api, path, page_size=1, page_no=2, q="a")


def _cursors(answer: Answer) -> Iterator[str]:
    body = answer.json
    page = body.get("page") if isinstance(body, dict) else None
    if isinstance(page, dict):
        yield from (page[name] for name in ("next_cursor", "prev_cursor") if isinstance(page.get(name), str))


def _theirs(api: Api, path: str) -> list[JsonObject]:
    """Some of what the target has anyway, to be read only."""
    return listed(api, path, page_size=LARGEST_PAGE)[:MANY]


def _ids(resources: list[JsonObject]) -> list[str]:
    return [thing["_id"] for thing in resources]


def _their_users(api: Api) -> list[str]:
    """Some users of groups that the target has anyway, to be read only."""
    users: dict[str, None] = {}
    for group in _theirs(api, GROUPS)[:FEW]:
        body: Any = api.get(users_path(group["_id"]), page_size=FEW).json
        items = body.get("items") if isinstance(body, dict) else None
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and isinstance(item.get("user_id"), str):
                users[item["user_id"]] = None
    return list(users)[:FEW]


def _wait(api: Api, path: str, holds: Callable[[JsonObject], bool]) -> None:
    """Give the target some time for a group's file; whether it reads it is GRP-22's matter."""

    def done(body: Any) -> bool:
        return not isinstance(body, dict) or holds(body)

    poll(lambda: api.get(path).json, done, min(WAIT, api.options.async_timeout))


_VARIANTS: dict[str, Callable[[Api, Resources], Iterator[Answer]]] = {
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
