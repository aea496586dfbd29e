"""DEF: rejected updates change nothing."""

from http import HTTPStatus

from audience_conformance.checks.assertions import expect_status, in_pages, items, only, record, subset
from audience_conformance.checks.definitions.create import DOCUMENTED, read, with_slug
from audience_conformance.checks.definitions.update import BAD, GOOD, TIMES, UPDATE, update
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, definition_path, value_path
from audience_conformance.results.finding import expect, fail, same


@check("DEF-20", on=f"{UPDATE} getUserAttributeDefinitionById getUserAttributeDefinitions")
def a_refused_update_changes_nothing(api: Api) -> None:
    """Send updates with an invalid field, alone and among valid ones: the definition stays, its times included."""
    made = api.definition("number", description="Described")
    path, user_id = definition_path(made["_id"]), api.unique("u")
    put = api.put(value_path(made["_id"], user_id), {"attribute": {"value": 7}})
    before = only(read(api, made["_id"]), DOCUMENTED)
    rejected = 0

    def stays(request: str, accepted: bool) -> int:
        if accepted:
            update(api, made["_id"], only(before, GOOD))
            before.update(only(read(api, made["_id"]), TIMES))
            return 0
        after = only(read(api, made["_id"], "DEF-20"), DOCUMENTED)
        same(after, before, f"the definition after {request} was rejected")
        return 1

    good = {name: value for name, value in GOOD.items() if name != "type"}
    for bad in subset(api, BAD):
        for body in (bad, {**good, **bad}, {**bad, **{k: v for k, v in good.items() if k not in bad}}):
            rejected += stays(f"the update {str(body)[:200]}", api.put(path, body).ok)
    if not rejected:
        fail("an update with an empty name to be rejected", "every invalid update is accepted", rule="FMT-05")
    stays("a type that a stored value does not fit", api.put(path, {**GOOD, "type": "list"}).ok)
    for no_object in (None, [], "name", [{"name": "A new name"}]):
        stays(f"the update {no_object}", api.put(path, no_object).ok)
    for content, media_type in ((b'{"name": "Cut off"', "application/json"), (b'{"name": "Text"}', "text/plain")):
        answer = api.request("PUT", path, content=content, headers={"Content-Type": media_type})
        stays(f"{content.decode()} as {media_type}", answer.ok)
    for entry in with_slug(api, made["slug"]):
        same(only(entry, DOCUMENTED), before, "the definition in the list after rejected updates")
    value = api.get(value_path(made["_id"], user_id))
    if put.ok:
        expect_status(value, HTTPStatus.OK, "the read of a user's value after rejected updates")
        same((record(value).get("attribute") or {}).get("value"), 7, "a user's value after rejected updates")


@check("DEF-20", on=f"{UPDATE} getUserAttributeDefinitionById getUserAttributeDefinitions")
def a_refused_update_changes_neither_type_nor_filters(api: Api) -> None:
    """Update a definition without values with a valid type and an invalid field: type and filter results stay."""
    made = api.definition("date", slug=(slug := api.unique("s")))
    filters = [{"type": "date"}, {"type": GOOD["type"]}, {"name": GOOD["name"]}]
    filters += [{"customer_editable": editable} for editable in (True, False)]

    def matches() -> dict[str, int]:
        return {str(query): len(items(api.get(DEFINITIONS, slug=slug, **query))) for query in filters}

    before, matches_before = only(read(api, made["_id"]), DOCUMENTED), matches()
    for name, bad in (("name", ""), ("description", 1), ("customer_editable", "yes"), ("name", None)):
        for body in ({**GOOD, name: bad}, {name: bad, **{key: GOOD[key] for key in GOOD if key != name}}):
            if api.put(definition_path(made["_id"]), body).ok:
                return
        after = only(read(api, made["_id"], "DEF-20"), DOCUMENTED)
        same(after, before, "the definition after a rejected update")
    same(matches(), matches_before, "the number of definitions that each filter returns after rejected updates")


@check("DEF-20", on=f"{UPDATE} getUserAttributeDefinitions")
def a_refused_update_of_an_unknown_definition_creates_none(api: Api) -> None:
    """Update a deleted definition by its id: the update is rejected and creates nothing."""
    made = api.definition()
    path, name = definition_path(made["_id"]), api.unique("Upserted ")
    api.delete(path)
    answer = api.put(path, {**GOOD, "name": name, "slug": made["slug"]})
    if answer.ok:
        api.delete(path)
        fail("404 for the update of a deleted definition", str(answer), rule="DEF-08")
    stored = [item for item in in_pages(api, DEFINITIONS) if item.get("name") == name]
    expect(not stored, "nothing of a rejected update in the list", stored)
