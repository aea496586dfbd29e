"""ATT: the list of what a user holds, and its filters."""

import functools
from typing import Any

from audience_conformance.checks.assertions import at_most, field, items, list_all, subset
from audience_conformance.checks.attributes.put_and_read import LIST, PUT, held, holds, put
from audience_conformance.checks.attributes.values import FITS
from audience_conformance.checks.cross_cutting.concurrency import at_once
from audience_conformance.checks.definitions.create import TYPES
from audience_conformance.checks.definitions.update import update
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, user_path, value_path
from audience_conformance.results.finding import expect, same, show


@check("ATT-06", on=f"{PUT} {LIST}")
def the_list_holds_all_that_the_user_holds(api: Api) -> None:
    """Put twelve values for users whose ids look alike; each list, in pages of any size, holds its user's alone."""
    definitions = [(api.definition(type_)["_id"], type_) for type_ in (*TYPES, *TYPES[:5])]
    for one, _ in definitions[3:5]:
        update(api, one, {"customer_editable": True, "name": f"{api.fresh('Ж')} 名前"})
    base = api.fresh("u")
    long = base.ljust(200, "x")
    users = [base, f"{base}1", base.upper(), f"{base} ", f"{base}-é", f"{base}-e\u0301", f"{base}@x.com", f"{base}_"]
    users += [f"{long}1", f"{long}2", base[:-1]]
    wanted: dict[str, dict[str, Any]] = {}
    ids: dict[str, set[Any]] = {user_id: set() for user_id in users}
    for shift, user_id in enumerate(users):
        mine = definitions if shift < 2 else definitions[shift % 10 :][:3]  # noqa: PLR2004 (two with a second page)
        wanted[user_id] = {one: FITS[type_][shift % min(len(FITS[type_]), 4)] for one, type_ in mine}
    for user_id, values in wanted.items():
        for one, value in values.items():
            ids[user_id].add(show(put(api, one, user_id, value).get("_id")))
    for user_id, values in wanted.items():
        for size in at_most(api, (5, 1, 3, 6, 12, 100) if len(values) > 3 else (100, 1), 1):  # noqa: PLR2004 (three or all)
            entries = held(api, user_id, size=size)
            how = f"the list of {user_id} in pages of {size}"
            absent, others = values.keys() - entries.keys(), entries.keys() - values.keys()
            expect(not absent, f"{how} to hold all that was put", f"without {sorted(absent)}")
            expect(not others, f"{how} to hold nothing else", [entries[other] for other in others])
            foreign = [entry for found in entries.values() for entry in found if _is_another_users(entry, ids, user_id)]
            expect(not foreign, f"{how} to hold nothing of another user's", foreign)
            for one, value in values.items():
                holds(entries[one][0], value, how)
                same(entries[one][0].get("user_id"), user_id, f"user_id in {how}")
    nobody = f"{base}0"
    answer = api.get(user_path(nobody))
    expect(items(answer) == [], "an empty list for a user who holds nothing", str(answer))


def _is_another_users(entry: JsonObject, ids: dict[str, set[Any]], user_id: str) -> bool:
    """Does an attribute of a list say so itself, or has another user's put been answered with it."""
    attribute_id = show(entry.get("_id"))
    others = set().union(*(each for user, each in ids.items() if user != user_id))
    return entry.get("user_id", user_id) != user_id or attribute_id in others - ids[user_id]


@check("ATT-06", on=f"{PUT} {LIST}")
def values_that_are_put_at_the_same_time_are_all_in_the_list(api: Api) -> None:
    """Put values of several definitions for one user at the same time: all are in the list."""
    definitions = [api.definition()["_id"] for _ in range(8)]
    user_id = api.fresh("u")
    for value in ("first", "second"):
        sent = {"attribute": {"value": value}}
        answers = at_once(functools.partial(api.put, value_path(one, user_id), sent) for one in definitions)
        accepted = [one for one, answer in zip(definitions, answers, strict=True) if answer.ok]
        entries = held(api, user_id)
        absent = [one for one in accepted if one not in entries]
        expect(not absent, "all that was put at the same time in the list", f"without {absent}")
        for one in accepted:
            holds(entries[one][0], value, "the list after puts at the same time")


@check("ATT-12", on=LIST)
def the_list_filters_keep_all_that_match(api: Api) -> None:
    """Put values of every type; ask by type, by parts of names in any case, by both, in small pages, after changes."""
    mark = api.fresh("Nm")
    user_id, neighbour = api.fresh("u"), api.fresh("u")
    definitions: list[JsonObject] = []
    for number, type_ in enumerate((*TYPES, *TYPES)):
        name = f"{mark} Éclair {type_}" if number % 2 else f"{api.fresh('Other')} Шоколад 100%_({type_}) a+b\\c&d"
        definitions.append({**api.definition(type_, name=name), "name": name, "type": type_})
    for one in definitions:
        put(api, one["_id"], user_id, FITS[one["type"]][1], rule="ATT-13")
    put(api, api.definition("string", name=f"{mark} neighbour's")["_id"], neighbour, "x", rule="ATT-13")

    def keeps(**query: str) -> None:
        wanted = [one["_id"] for one in definitions if _matches(one, **query)]
        for size in subset(api, (1, 2, 7, 100)):
            filters: JsonObject = {"size": size, **query}
            entries = list_all(api, user_path(user_id), **filters)
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
    for name in ("é", "\\", "+", "a+b\\c", "&d", "a b", "q~"):
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
