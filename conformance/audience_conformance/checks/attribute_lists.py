"""ATT: the list of what a user holds, and its filters."""

from typing import Any

from audience_conformance.api import Api, JsonObject, user_path, value_path
from audience_conformance.checks.attribute_values import FITS
from audience_conformance.checks.attributes import DELETE, LIST, PUT, held, holds, put
from audience_conformance.checks.definition_updates import update
from audience_conformance.checks.definitions import TYPES
from audience_conformance.outcome import expect, same, show
from audience_conformance.registry import check
from audience_conformance.shapes import field, items, listed


@check("ATT-06", on=f"{PUT} {LIST}")
def the_list_holds_all_that_the_user_holds(api: Api) -> None:
    """Put twelve values for users whose ids look alike; each list, in pages of any size, holds its user's alone."""
    definitions = [(api.definition(type_)["_id"], type_) for type_ in (*TYPES, *TYPES[:5])]
    base = api.fresh("u")
    users = [base, f"{base}1", base.upper(), f"{base} ", f"{base}-é", f"{base}@x.com"]
    wanted: dict[str, dict[str, Any]] = {}
    for shift, user_id in enumerate(users):
        mine = definitions if shift < 2 else definitions[shift : shift + 3]  # noqa: PLR2004 (two with a second page)
        wanted[user_id] = {one: FITS[type_][shift % min(len(FITS[type_]), 4)] for one, type_ in mine}
    for user_id, values in wanted.items():
        for one, value in values.items():
            put(api, one, user_id, value)
    for user_id, values in wanted.items():
        for size in (1, 3, 5, 6, 12, 100):
            entries = held(api, user_id, size=size)
            how = f"the list of {user_id} in pages of {size}"
            absent, others = values.keys() - entries.keys(), entries.keys() - values.keys()
            expect(not absent, f"{how} to hold all that was put", f"without {sorted(absent)}")
            expect(not others, f"{how} to hold nothing else", [entries[other] for other in others])
            for one, value in values.items():
                holds(entries[one][0], value, how)
                same(entries[one][0].get("user_id"), user_id, f"user_id in {how}")
    nobody = f"{base}0"
    answer = api.get(user_path(nobody))
    expect(items(answer) == [], "an empty list for a user who holds nothing", str(answer))


@check("ATT-12", on=LIST)
def the_list_filters_keep_all_that_match(api: Api) -> None:
    """Put values of every type; ask by type, by parts of names in any case, by both, in small pages, after changes."""
    mark = api.fresh("Nm")
    user_id, neighbour = api.fresh("u"), api.fresh("u")
    definitions: list[JsonObject] = []
    for number, type_ in enumerate((*TYPES, *TYPES)):
        name = f"{mark} Éclair {type_}" if number % 2 else f"{api.fresh('Other')} Шоколад 100%_({type_})"
        definitions.append({**api.definition(type_, name=name), "name": name, "type": type_})
    for one in definitions:
        put(api, one["_id"], user_id, FITS[one["type"]][1], rule="ATT-13")
    put(api, api.definition("string", name=f"{mark} neighbour's")["_id"], neighbour, "x", rule="ATT-13")

    def keeps(**query: str) -> None:
        wanted = [one["_id"] for one in definitions if _matches(one, **query)]
        for size in (1, 2, 7, 100):
            filters: JsonObject = {"size": size, **query}
            entries = listed(api, user_path(user_id), **filters)
            found = [field(entry, "user_attribute_definition_id") for entry in entries]
            right = sorted(map(show, found)) == sorted(map(show, wanted))
            expect(right, f"{show(query)} to keep {wanted} and no other, in pages of {size}", found)

    for type_ in (*TYPES, "dat", "STRING", "nothing"):
        keeps(type=type_)
        keeps(type=type_, name=mark.swapcase())
    for name in (
        mark,
        mark.lower(),
        mark.upper(),
        "éclair",
        "ÉCLAIR DATE",
        "шОКОЛАД",
        "0%_(",
        "%",
        "_(",
        ".",
        "x" * 99,
    ):
        keeps(name=name)
    keeps(name=definitions[0]["slug"])
    update(api, definitions[0]["_id"], {"name": f"Now {mark}"})
    definitions[0]["name"] = f"Now {mark}"
    date = next(one for one in definitions if one["type"] == "date")
    update(api, date["_id"], {"type": "string"})
    date["type"] = "string"
    api.delete(value_path(definitions[1]["_id"], user_id))
    del definitions[1]
    for query in ({"name": mark}, {"type": "date"}, {"type": "string"}, {"type": "string", "name": mark}):
        keeps(**query)


def _matches(one: JsonObject, name: str = "", type: str | None = None) -> bool:  # noqa: A002 (as in the query)
    return name.casefold() in one["name"].casefold() and type in {None, one["type"]}


@check("ATT-07", on=f"{DELETE} {LIST}")
def a_deleted_attribute_is_on_no_page(api: Api) -> None:
    """Delete a user's first, middle and last value; every page of the list is without it, and holds the rest."""
    definitions = [api.definition()["_id"] for _ in range(6)]
    user_id = api.fresh("u")
    for one in definitions:
        put(api, one, user_id, one)
    for gone in (definitions[0], definitions[3], definitions[5]):
        api.delete(value_path(gone, user_id))
        definitions.remove(gone)
        for size in (1, 2, 3, 5):
            entries = held(api, user_id, size=size)
            expect(gone not in entries, "no deleted value on any page", entries)
            absent = [one for one in definitions if one not in entries]
            expect(not absent, "the other values in the list", f"without {absent}", rule="ATT-08")
