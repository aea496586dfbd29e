"""DEF: what an update ignores."""

from audience_conformance.checks.assertions import at_most, has_fields, items, record, succeeded
from audience_conformance.checks.definitions.create import DOCUMENTED, create, definition_body, read, with_slug
from audience_conformance.checks.definitions.update import GOOD, UPDATE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject, definition_path
from audience_conformance.results.finding import expect, fail

OF_OLD = "2001-02-03T04:05:06.000Z"
FLAGS: JsonObject = {"pinned": True, "encrypted": True}


def _ignored(api: Api) -> JsonObject:
    """Properties that an update does not take, each with a value that a definition could have; without is_locked."""
    return {
        **FLAGS,
        "_id": "64f0000000000000000000f0",
        "slug": api.unique("moved-"),
        "validations": [{"type": "max_length", "value": 3}],
        "default_value": "teal",
        "pin_order": 7,
        "created_at": OF_OLD,
        "modified_at": OF_OLD,
        "application_id": "64b0000000000000000000f0",
        "company_id": "1",
        "deleted": True,
        "is_active": False,
    }


@check("DEF-21", on=f"{UPDATE} getUserAttributeDefinitionById getUserAttributeDefinitions")
def an_update_ignores_what_it_does_not_take(api: Api) -> None:
    """Update each field, with all other properties of a definition in the body, and with each of them; read it.

    By id, in the list, under its slug and the sent one, and under the flags: only the field has changed.
    """
    made = create(api, definition_body(api))
    ignored = _ignored(api)
    changes: JsonObject = {name: value if name != "name" else api.unique("Named ") for name, value in GOOD.items()}

    def changes_only(change: JsonObject, more: JsonObject) -> None:
        before = read(api, made["_id"], "DEF-21")
        answer = api.put(definition_path(made["_id"]), {**more, **change})
        succeeded(answer, "an update with properties that it ignores to be accepted", rule="DEF-21", operation=UPDATE)
        _has_changed(record(answer), before, change, "the response to the update")
        _has_changed(read(api, made["_id"], "DEF-21"), before, change, "the updated definition")

    for name, value in changes.items():
        changes_only({name: value}, ignored)
    changes_only({}, ignored)
    for number, (name, value) in enumerate(at_most(api, [*ignored.items()], 3)):
        changes_only({"description": f"Changed {number}"}, {name: value})
    current = read(api, made["_id"], "DEF-21")
    for entry in with_slug(api, made["slug"]):
        _has_changed(entry, current, {}, "the definition in the list")
    for query in ({"slug": ignored["slug"]}, *({"slug": made["slug"], flag: value} for flag, value in FLAGS.items())):
        found = items(api.get(DEFINITIONS, **query))
        expect(not found, "no definition under a slug or a flag that an update has in its body", found)
    _is_not_locked(api, made["_id"])


def _has_changed(after: JsonObject, before: JsonObject, change: JsonObject, source: str) -> None:
    """Compare all documented fields but modified_at, which moves with a change."""
    kept = {name: before[name] for name in DOCUMENTED if name in before and name != "modified_at"}
    has_fields(after, {**kept, **change}, source)
    expect(after.get("modified_at") != OF_OLD, f"modified_at of {source} not to be that of the body", after)


def _is_not_locked(api: Api, definition_id: str) -> None:
    """Update with is_locked, the last of all: a definition that this locks could not be deleted."""
    path = definition_path(definition_id)
    answer = api.put(path, {"description": "Not locked", "is_locked": True})
    succeeded(answer, "an update with is_locked, which it ignores, to be accepted", rule="DEF-21", operation=UPDATE)
    after = read(api, definition_id, "DEF-21")
    if after.get("is_locked") is True:
        api.child().put(path, {"is_locked": False})
        fail("is_locked in the body of an update to be ignored", after)
