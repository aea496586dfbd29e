"""DEF: an update leaves the definition's place in the list."""

import time

from audience_conformance.checks.assertions import at_most, list_all
from audience_conformance.checks.definitions.update import GOOD, PAUSES, UPDATE, update
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject
from audience_conformance.results.finding import expect, show

PLACES = "mazkqc"
"""Letters in the names of definitions: neither they nor the ids are in the order of the creation."""


@check("DEF-22", on=f"{UPDATE} getUserAttributeDefinitions")
def an_update_leaves_the_place_in_the_list(api: Api) -> None:
    """Update each field of one definition among others, then of the first and the last: their order stays.

    In the whole list, under the name, the type and customer_editable, also where the definition was not listed before.
    """
    mark = api.unique("Place ")
    made = [api.definition(name=f"{letter} {mark}", slug=api.unique(letter))["_id"] for letter in PLACES]
    update(api, made[1], {"customer_editable": True})
    update(api, made[4], {"customer_editable": True, "type": str(GOOD["type"])})
    order = _own(api, made, {})

    def stays(after: str, *queries: JsonObject) -> None:
        for query in queries:
            listed = _own(api, made, query)
            expected = [one for one in order if one in listed]
            filtered = f"filtered by {show(query)}, " if query else ""
            expect(listed == expected, f"the definitions, {filtered}in this order after {after}: {expected}", listed)

    named: JsonObject = {"name": mark}
    changes: dict[str, object] = {**GOOD, "name": f"0 {mark}"}
    for name, value in changes.items():
        time.sleep(PAUSES[0])
        update(api, made[2], {name: value})
        stays(f"an update of {name}", named)
    filters: list[JsonObject] = [{"type": GOOD["type"]}, {"customer_editable": True}, {"pinned": False}]
    stays("updates", {}, *({**named, **query} for query in filters), *at_most(api, filters, 1))
    for one in (made[0], made[-1], made[0]):
        update(api, one, {**changes, "name": f"{api.unique('z')} {mark}"})
    stays("updates of the first and the last", {}, named, {**named, **filters[1]})


def _own(api: Api, made: list[str], query: JsonObject) -> list[str]:
    """The ids of these definitions in the order of the list; one that others' changes hide is left out."""
    return [item["_id"] for item in list_all(api, DEFINITIONS, **query) if item.get("_id") in made]
