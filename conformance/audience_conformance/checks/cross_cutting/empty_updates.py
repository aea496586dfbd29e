"""DEF-23: an update or a patch without anything to change."""

import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from audience_conformance.checks.assertions import body, known_parts, list_all, only, schema_fields, thorough
from audience_conformance.checks.definitions.create import with_slug
from audience_conformance.checks.definitions.update import GOOD, UPDATE
from audience_conformance.checks.group_users.cursor_walk import all_members
from audience_conformance.checks.groups.helpers import UNREADABLE, create, group_body, read_group, settled, synchronise
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, csv_url, definition_path, group_path, value_path
from audience_conformance.client.exchange import Answer
from audience_conformance.results.finding import expect, same

PATCH = "updateUserGroup"
IGNORED: JsonObject = {"pinned": True, "category": "l3", "unknown": [{"deep": 1}]}
"""A body without anything that an update or a patch takes."""
Send = Callable[[str, Any], Answer]
Views = dict[str, Any]


@check("DEF-23", on=f"{UPDATE} {PATCH}", cases=(UPDATE, PATCH))
def an_empty_update_changes_nothing(api: Api, operation: str) -> None:
    """Send {} twice, and a body of which all is ignored, to a definition or to groups: all stays, also a while later.

    In the response, by id and in the list, modified_at and __v included; so do a user's value, and the users of a group
    whose file was read, was patched, or cannot be read.
    """
    if operation == UPDATE:
        definition = api.definition("number")
        path, user_id = definition_path(definition["_id"]), api.unique("u")
        api.put(value_path(definition["_id"], user_id), {"attribute": {"value": 7}})
        for change in ({"name": definition.get("name")}, {**GOOD, "type": "number"}):
            body(api.put(path, change))
            _changes_nothing(api, api.put, path, partial(_views_of_definition, api, definition, user_id), operation)
        return
    files = (csv_url([api.unique("u")]), *((UNREADABLE,) if thorough(api) else ()))
    groups = [create(api, group_body(api, file_url=url)) for url in files]
    for number, group in enumerate((*groups, groups[0])):
        if number == len(groups):
            body(api.patch(group_path(group["_id"]), {"file_url": csv_url([api.unique("u") for _ in range(3)])}))
        settled(api, group)
        _changes_nothing(api, api.patch, group_path(group["_id"]), partial(_views_of_group, api, group), operation)


def _changes_nothing(api: Api, send: Send, path: str, views: Callable[[], Views], operation: str) -> None:
    """Send empty updates a while after the last change, and compare all views then."""
    before = views()
    has_fractions = re.search(r":\d\d\.\d", str(before["by id"].get("modified_at")))
    time.sleep(0.005 if has_fractions else 1.1)
    for sent in ({}, {}, IGNORED):
        answer = send(path, sent)
        expect(answer.ok, f"{sent} to be accepted, for it changes nothing", str(answer), operation=operation)
        answered = known_parts(answer.json) if isinstance(answer.json, dict) else {}
        stored = only(before["by id"], answered)
        same(only(answered, stored), stored, f"the response to {sent}", operation=operation)
    if operation == PATCH:
        synchronise(api)
    for view, shown in views().items():
        same(shown, before[view], f"{view} after empty updates", operation=operation)


def _views_of_definition(api: Api, definition: JsonObject, user_id: str) -> Views:
    names = schema_fields("UserAttributeDefinition")
    return {
        "by id": only(body(api.get(definition_path(definition["_id"]))), names),
        "in the list": [only(entry, names) for entry in with_slug(api, str(definition.get("slug")))],
        "the user's value": known_parts(api.get(value_path(definition["_id"], user_id)).json),
    }


def _views_of_group(api: Api, group: JsonObject) -> Views:
    names = schema_fields("UserGroup")
    listed = list_all(api, GROUPS, name=str(group.get("name")))
    return {
        "by id": only(read_group(api, group), names),
        "in the list": [only(entry, names) for entry in listed if entry.get("_id") == group["_id"]],
        "the users": all_members(api, group["_id"]),
    }
