"""DEF: updates that are refused change nothing."""

from http import HTTPStatus

from audience_conformance.checks.assertions import in_pages, items, only, record, subset
from audience_conformance.checks.definitions.create import DOCUMENTED, of_slug, path_of, read
from audience_conformance.checks.definitions.update import BAD, GOOD, TIMES, UPDATE, update
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, value_path
from audience_conformance.results.finding import expect, fail, same


@check("DEF-20", on=f"{UPDATE} getUserAttributeDefinitionById getUserAttributeDefinitions")
def a_refused_update_changes_nothing(api: Api) -> None:
    """Send updates with a field of a wrong kind, alone and among good ones: the definition stays, times included."""
    made = api.definition("number", description="Described")
    user_id = api.fresh("u")
    put = api.put(value_path(made["_id"], user_id), {"attribute": {"value": 7}})
    before = only(read(api, made["_id"]), DOCUMENTED)
    refused = 0

    def stays(how: str, answer_ok: bool) -> int:
        if answer_ok:
            update(api, made["_id"], only(before, GOOD))
            before.update(only(read(api, made["_id"]), TIMES))
            return 0
        after = only(read(api, made["_id"], rule="DEF-20"), DOCUMENTED)
        same(after, before, f"the definition after {how} was refused")
        return 1

    good = {name: value for name, value in GOOD.items() if name != "type"}
    for bad in subset(api, BAD):
        for body in (bad, {**good, **bad}, {**bad, **{k: v for k, v in good.items() if k not in bad}}):
            refused += stays(f"the update {str(body)[:200]}", api.put(path_of(made["_id"]), body).ok)
    if not refused:
        fail("an update with an empty name to be refused", "every invalid update is accepted", rule="FMT-05")
    stays("a type that a stored value does not fit", api.put(path_of(made["_id"]), {**GOOD, "type": "list"}).ok)
    for no_object in (None, [], "name", [{"name": "A new name"}]):
        stays(f"the update {no_object}", api.put(path_of(made["_id"]), no_object).ok)
    for content, media_type in ((b'{"name": "Cut off"', "application/json"), (b'{"name": "Text"}', "text/plain")):
        headers = {"Content-Type": media_type}
        answer = api.request("PUT", path_of(made["_id"]), content=content, headers=headers)
        stays(f"{content.decode()} as {media_type}", answer.ok)
    for entry in of_slug(api, made["slug"]):
        same(only(entry, DOCUMENTED), before, "the definition in the list after refused updates")
    value = api.get(value_path(made["_id"], user_id))
    if put.ok:
        expect(value.status == HTTPStatus.OK, "a user's value to be there after refused updates", str(value))
        same((record(value).get("attribute") or {}).get("value"), 7, "a user's value after refused updates")


@check("DEF-20", on=f"{UPDATE} getUserAttributeDefinitionById getUserAttributeDefinitions")
def a_refused_update_changes_neither_type_nor_filters(api: Api) -> None:
    """Update a definition of no values with a good type and a bad field: type stays, and the filters find as before."""
    made = api.definition("date", slug=(slug := api.fresh("s")))
    before, found = only(read(api, made["_id"]), DOCUMENTED), _found(api, slug)
    for name, bad in (("name", ""), ("description", 1), ("customer_editable", "yes"), ("name", None)):
        for body in ({**GOOD, name: bad}, {name: bad, **{key: GOOD[key] for key in GOOD if key != name}}):
            if api.put(path_of(made["_id"]), body).ok:
                return
        same(only(read(api, made["_id"], rule="DEF-20"), DOCUMENTED), before, "the definition after a refused update")
    same(_found(api, slug), found, "which filters find the definition after refused updates")


def _found(api: Api, slug: str) -> dict[str, int]:
    """Filter -> how many definitions of the slug it finds."""
    filters = [{"type": "date"}, {"type": GOOD["type"]}, {"name": GOOD["name"]}]
    filters += [{"customer_editable": editable} for editable in (True, False)]
    return {str(one): len(items(api.get(DEFINITIONS, slug=slug, **one))) for one in filters}


@check("DEF-20", on=f"{UPDATE} getUserAttributeDefinitions")
def a_refused_update_of_an_unknown_definition_creates_none(api: Api) -> None:
    """Update a definition that is deleted, by its id: it is refused, and no such definition comes to be."""
    made = api.definition()
    api.delete(path_of(made["_id"]))
    name = api.fresh("Upserted ")
    answer = api.put(path_of(made["_id"]), {**GOOD, "name": name, "slug": made["slug"]})
    if answer.ok:
        api.delete(path_of(made["_id"]))
        fail("404 to the update of a deleted definition", str(answer), rule="DEF-08")
    found = [item for item in in_pages(api, DEFINITIONS) if item.get("name") == name]
    expect(not found, "nothing of a refused update in the list", found)
