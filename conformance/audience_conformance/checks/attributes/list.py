"""ATT: the list of a user's values, and its filters."""

import functools
import itertools
from typing import Any

from audience_conformance.checks.assertions import at_most, at_once, field, items, list_all, thorough
from audience_conformance.checks.attributes.put_and_read import LIST, PUT, has_value, put, user_entries
from audience_conformance.checks.attributes.values import FITS
from audience_conformance.checks.definitions.create import TYPES
from audience_conformance.checks.definitions.update import update
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, user_path, value_path
from audience_conformance.results.finding import expect, same, show


@check("ATT-06", on=f"{PUT} {LIST}")
def the_list_holds_all_that_the_user_holds(api: Api) -> None:
    """Put eight values for users with similar ids: each list, in pages of any size, has its user's values alone."""
    definitions = [(api.definition(type_)["_id"], type_) for type_ in (*TYPES, TYPES[0])]
    for definition_id, _ in definitions[3:5]:
        update(api, definition_id, {"customer_editable": True, "name": f"{api.unique('Ж')} 名前"})
    base = api.unique("u")
    users = [base, f"{base}1", base.upper(), f"{base} ", f"{base}-é", f"{base}-e\u0301", f"{base}@x.com", f"{base}_"]
    users += [f"{base.ljust(200, 'x')}{number}" for number in (1, 2)] + [base[:-1]]
    full = users[:2]  # a value of every definition; the others have two values
    expected: dict[str, dict[str, Any]] = {}
    ids: dict[str, set[str]] = {}
    for number, user_id in enumerate(users):
        own = definitions if user_id in full else definitions[number % 7 :][:2]
        values = {definition_id: FITS[type_][number % min(len(FITS[type_]), 4)] for definition_id, type_ in own}
        ids[user_id] = {show(put(api, one, user_id, value).get("_id")) for one, value in values.items()}
        expected[user_id] = values
    for user_id, values in expected.items():
        foreign_ids = set().union(*(ids[other] for other in users if other != user_id)) - ids[user_id]
        for size in at_most(api, (5, 1, 3, 4, 8, 100) if user_id in full else (100, 1), 1):
            entries = user_entries(api, user_id, size=size)
            source = f"the list of {user_id} in pages of {size}"
            absent, others = values.keys() - entries.keys(), entries.keys() - values.keys()
            expect(not absent, f"{source} to have all values that were put", f"without {show(sorted(absent))}")
            expect(not others, f"{source} to have no others", [entries[other] for other in others])
            foreign = [
                entry
                for found in entries.values()
                for entry in found
                if entry.get("user_id", user_id) != user_id or show(entry.get("_id")) in foreign_ids
            ]
            expect(not foreign, f"{source} to have no value of another user", foreign)
            for definition_id, value in values.items():
                has_value(entries[definition_id][0], value, source)
                same(entries[definition_id][0].get("user_id"), user_id, f"user_id in {source}")
    answer = api.get(user_path(f"{base}0"))
    expect(items(answer) == [], "an empty list for a user without values", str(answer))


@check("ATT-06", on=f"{PUT} {LIST}")
def values_that_are_put_at_the_same_time_are_all_in_the_list(api: Api) -> None:
    """Put values of several definitions for one user at the same time: all are in the list."""
    definitions = [api.definition()["_id"] for _ in range(8)]
    user_id = api.unique("u")
    for value in ("first", "second"):
        sent = {"attribute": {"value": value}}
        answers = at_once(functools.partial(api.put, value_path(one, user_id), sent) for one in definitions)
        accepted = [one for one, answer in zip(definitions, answers, strict=True) if answer.ok]
        entries = user_entries(api, user_id)
        absent = [one for one in accepted if one not in entries]
        expect(not absent, "all values that were put at the same time in the list", f"without {show(absent)}")
        for definition_id in accepted:
            has_value(entries[definition_id][0], value, "the list after simultaneous puts")


@check("ATT-12", on=LIST)
def the_list_filters_keep_all_that_match(api: Api) -> None:
    """Put values of every type; filter by type, by parts of names in any case, and by both, in pages of any size.

    Filter again after an update of a name and of a type, and after a delete.
    """
    mark = api.unique("Nm")
    user_id, other_user = api.unique("u"), api.unique("u")
    definitions: list[JsonObject] = []
    for number, type_ in enumerate((*TYPES, *TYPES)):
        name = f"{mark} Éclair {type_}" if number % 2 else f"{api.unique('Other')} Шоколад 100%_({type_}) a+b\\c&d"
        definitions.append({**api.definition(type_, name=name), "name": name, "type": type_})
    for definition in definitions:
        put(api, definition["_id"], user_id, FITS[definition["type"]][1], rule="ATT-13")
    put(api, api.definition("string", name=f"{mark} neighbour's")["_id"], other_user, "x", rule="ATT-13")

    sizes = itertools.cycle((100, 7, 100, 2) if thorough(api) else (100, 100, 100, 7))

    def keeps(**query: str) -> None:
        name, type_ = query.get("name", ""), query.get("type")
        matching = [
            definition["_id"]
            for definition in definitions
            if name.casefold() in definition["name"].casefold() and type_ in {None, definition["type"]}
        ]
        small = next(sizes)
        for size in {100, small} if thorough(api) else {small}:
            filters: JsonObject = {"size": size, **query}
            entries = list_all(api, user_path(user_id), **filters)
            actual = [field(entry, "user_attribute_definition_id") for entry in entries]
            right = sorted(map(show, actual)) == sorted(map(show, matching))
            expect(right, f"{show(query)} to keep {show(matching)} and no other, in pages of {size}", actual)

    for type_ in (*TYPES, "dat", "STRING", "nothing"):
        keeps(type=type_)
        keeps(type=type_, name=mark.swapcase())
    names = (mark, mark.lower(), mark.upper(), "éclair", "ÉCLAIR DATE", "шОКОЛАД", "0%_(", "%", "_(", ".", "x" * 99)
    for name in (*names, "é", "\\", "+", "a+b\\c", "&d", "a b", "q~", definitions[0]["slug"]):
        keeps(name=name)
    update(api, definitions[0]["_id"], {"name": f"Now {mark}"})
    definitions[0]["name"] = f"Now {mark}"
    date = next(definition for definition in definitions if definition["type"] == "date")
    update(api, date["_id"], {"type": "string"})
    date["type"] = "string"
    api.delete(value_path(definitions.pop(1)["_id"], user_id))
    for query in ({"name": mark}, {"type": "date"}, {"type": "string"}, {"type": "string", "name": mark}):
        keeps(**query)
