"""DEF: the filters of the definition list keep all that match, and nothing else."""

from collections.abc import Iterable
from typing import Any

from audience_conformance.checks.assertions import TRIES, at_most, entries, in_pages, items, list_all, only, record
from audience_conformance.checks.definitions.create import DOCUMENTED, TYPES, path_of
from audience_conformance.checks.definitions.update import update
from audience_conformance.checks.prerequisites import FLAGGED_DEFINITION
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject
from audience_conformance.results.finding import Skip, expect, show

LIST = "getUserAttributeDefinitions"
FLAGS = ("customer_editable", "encrypted", "pinned", "is_locked")


def _ids(found: Iterable[JsonObject]) -> list[str]:
    return [show(item.get("_id")) for item in found]


def _keeps(api: Api, kept: Iterable[JsonObject], **query: Any) -> None:
    """Report a finding unless the list keeps exactly these, read in one page; for queries that find only ours."""
    found, wanted = _ids(items(api.get(DEFINITIONS, page_size=100, **query))), _ids(kept)
    expect(sorted(found) == sorted(wanted), f"{show(query)} to keep {wanted} and no other", found)


@check("DEF-09", on=LIST)
def the_slug_filter_finds_its_definition_alone(api: Api) -> None:
    """Create definitions whose slugs are part of, like or but for the case the same as another's; ask for each."""
    base = api.fresh("Slug_a")
    slugs = [
        base,
        f"{base}b",
        f"{base}-b",
        base.replace("_a", "-a"),
        base.replace("_a", "xa"),
        f"{base}".ljust(255, "z"),
    ]
    made = {slug: api.definition(slug=slug, name=base) for slug in slugs}
    for slug in (base.swapcase(), base.upper()):
        taken = not api.post(DEFINITIONS, {**_body(base), "slug": slug}).ok  # slugs may be unique whatever the case
        found = items(api.get(DEFINITIONS, slug=slug))
        right = [] if taken else [slug]
        expect([item.get("slug") for item in found] == right, f"only a definition of the slug {slug}", found)
    for slug, one in made.items():
        _keeps(api, [one], slug=slug)
    update(api, made[base]["_id"], {"name": api.fresh("Renamed "), "type": "list", "customer_editable": True})
    _keeps(api, [made[base]], slug=base)
    answer = api.get(DEFINITIONS, slug=base, page_no=2, page_size=1)
    others = [item for item in items(answer) if item.get("slug") != base] if answer.ok else []
    expect(not others, "no other definition on a second page of a slug", others)
    api.delete(path_of(made[base]["_id"]))
    _keeps(api, [], slug=base)
    again = api.post(DEFINITIONS, {**_body(base), "slug": base})
    if again.ok:
        made[base] = record(again)
        _keeps(api, [made[base]], slug=base)
    for unknown in (base[:-1], f"{base}c", base[1:], f"{base}%", made[base]["_id"], "a blank"):
        _keeps(api, [], slug=unknown)


def _body(name: str) -> JsonObject:
    return {"name": name, "description": "Made by the conformance suite", "type": "string"}


@check("DEF-10", on=LIST, cases=TYPES)
def the_type_filter_keeps_all_of_a_type(api: Api, type_: str) -> None:
    """Create definitions of each type, change the type of some; the filter's pages hold ours of the type alone."""
    ours = [api.definition(type_)["_id"] for _ in range(3)]
    others = [api.definition(one)["_id"] for one in at_most(api, [one for one in TYPES if one != type_], 2)]
    update(api, others[0], {"type": type_})
    update(api, ours[0], {"type": TYPES[TYPES.index(type_) - 1]})
    ours, others = [*ours[1:], others[0]], [ours[0], *others[1:]]
    for read in at_most(api, (in_pages, list_all), 1):
        found = read(api, DEFINITIONS, type=type_)
        for item in found:
            expect(item.get("type") == type_, f"only definitions of type {type_}", item)
            expect(item.get("_id") not in others, f"only definitions of type {type_}", item)
        absent = set(ours) - entries(api, DEFINITIONS, ours, read=read, type=type_).keys()
        expect(not absent, f"all definitions of type {type_}", f"without {sorted(absent)}")
    filters: list[JsonObject] = [{"customer_editable": False}, {"name": "Name "}, {"pinned": False, "is_locked": False}]
    for more in at_most(api, filters, 1):
        found = list_all(api, DEFINITIONS, type=type_, **more)
        for item in found:
            expect(item.get("type") == type_, f"only definitions of type {type_} beside {show(more)}", item)
    for item in items(api.get(DEFINITIONS, type=type_)):
        expect(item.get("type") == type_, f"only definitions of type {type_}, without a page's number or size", item)


@check("DEF-10", on=LIST)
def the_type_filter_goes_with_others(api: Api) -> None:
    """Ask for a definition's slug together with each type, with parts of types and with types that are none."""
    for type_ in at_most(api, TYPES, 2):
        one = api.definition(type_, slug=(slug := api.fresh("s")))
        for asked in TYPES:
            _keeps(api, [one] if asked == type_ else [], slug=slug, type=asked)
        for none in (type_[:-1], f"{type_}s", type_.upper(), "%", "nothing"):
            _keeps(api, [], slug=slug, type=none)


@check("DEF-11", on=LIST, cases=FLAGS, read_only=True, needs=(FLAGGED_DEFINITION,))
def a_flag_filter_parts_the_list(api: Api, flag: str) -> None:
    """Read the list whole, and by each value of the flag: each part holds its own, and together they hold all.

    Nothing is written: a flag that no definition has cannot be checked in full.
    """
    for attempt in range(1, TRIES + 1):
        before = _by_id(list_all(api, DEFINITIONS))
        queries: dict[bool, JsonObject] = {value: {flag: value} for value in (True, False)}
        parts = {value: _by_id(in_pages(api, DEFINITIONS, **query)) for value, query in queries.items()}
        after = _by_id(list_all(api, DEFINITIONS))
        for value, part in parts.items():
            for item in part.values():
                seen = item.get(flag)
                expect(seen is value or not isinstance(seen, bool), f"only definitions with {flag} {show(value)}", item)
        # Others may write meanwhile: what did not change while we read must be in its part, at the latest next time.
        lasting = [item for key, item in after.items() if before.get(key) == item and isinstance(item.get(flag), bool)]
        absent = [item for item in lasting if show(item.get("_id")) not in parts[item[flag]]]
        if not absent:
            break
        expect(attempt < TRIES, f"{flag}={show(absent[0].get(flag))} to keep all that have it", f"without {absent[:3]}")
    _beside_others(api, flag)
    if not any(item.get(flag) is True for item in after.values()):
        raise Skip(f"{FLAGGED_DEFINITION}: {flag}")


def _beside_others(api: Api, flag: str) -> None:
    """A flag's filter keeps to the flag beside each other flag, and without a page's number or size."""
    for value in (True, False):
        child: list[JsonObject] = [{}, {"page_no": 2}]
        child += [{other: setting} for other in FLAGS if other != flag for setting in (True, False)]
        for more in at_most(api, child, 3):
            query: JsonObject = {flag: value, **more}
            answer = api.get(DEFINITIONS, **query)
            if "page_no" in more and not answer.ok:
                continue
            for item in items(answer):
                asked = f"{flag}={show(value)} and {show(more)}"
                for name, wanted in {**more, flag: value}.items():
                    seen = item.get(name)
                    expect(seen is wanted or not isinstance(seen, bool), f"only what fits {asked}", item)


def _by_id(found: list[JsonObject]) -> dict[str, JsonObject]:
    return {show(item.get("_id")): only(item, DOCUMENTED) for item in found}


@check("DEF-11", on=f"{LIST} updateUserAttributeDefinition")
def the_customer_editable_filter_follows_updates(api: Api) -> None:
    """Make definitions editable and not, and change them; each is in the part of its flag, on whichever page."""
    states = {api.definition(slug=(slug := api.fresh("s")))["_id"]: (slug, number % 2 == 0) for number in range(6)}
    for _ in range(2):
        for definition_id, (slug, editable) in states.items():
            update(api, definition_id, {"customer_editable": editable})
            _keeps(api, [{"_id": definition_id}], slug=slug, customer_editable=editable)
            _keeps(api, [], slug=slug, customer_editable=not editable)
        for editable in (True, False):
            ours = [key for key, (_, state) in states.items() if state is editable]
            for read in (in_pages, list_all):
                found = entries(api, DEFINITIONS, states, read=read, tries=1, customer_editable=editable).keys()
                wrong = sorted(found - set(ours))
                expect(not wrong, f"only definitions with customer_editable {show(editable)}", f"{wrong} too")
                absent = set(ours) - entries(api, DEFINITIONS, ours, read=read, customer_editable=editable).keys()
                expect(not absent, f"all with customer_editable {show(editable)}", f"without {sorted(absent)}")
        states = {key: (slug, not editable) for key, (slug, editable) in states.items()}


@check("DEF-11", on=LIST)
def the_flag_filters_go_with_others(api: Api) -> None:
    """Ask for a definition's slug together with each flag, true and false: it is kept by the flag that it has."""
    one = api.definition(slug=(slug := api.fresh("s")))
    entry = next(iter(items(api.get(DEFINITIONS, slug=slug))), {})
    for flag in FLAGS:
        if isinstance(entry.get(flag), bool):
            _keeps(api, [one], slug=slug, **{flag: entry[flag]})
            _keeps(api, [], slug=slug, **{flag: not entry[flag]})


@check("DEF-12", on=LIST)
def the_name_filter_keeps_all_that_contain_it(api: Api) -> None:
    """Create definitions with parts, cases and scripts of one name; ask for parts in any case and in pages."""
    mark = api.fresh("Nm")
    names = [f"{mark} Éclair 100% _x_ (a.c)", f"Pre {mark.upper()} ÉCLAIR", f"{mark.lower()}", f"Шоколад {mark}"]
    made = {name: api.definition(name=name) for name in names}
    bare = api.definition(name=f"Name without it {api.fresh('other')}", slug=api.fresh(mark), description=mark)

    def keeps(asked: str, kept: list[str], **more: Any) -> None:
        found = _ids(in_pages(api, DEFINITIONS, name=asked, **more))
        wanted = _ids(made[name] for name in kept)
        expect(sorted(found) == sorted(wanted), f"name {asked!r} to keep those whose name has it, and no other", found)

    for asked in (mark, mark.upper(), mark.lower(), mark.swapcase()):
        keeps(asked, names)
    keeps(f"{mark.lower()} éclair", names[:2])
    keeps(f"{mark} Éclair 100%", names[:1])
    keeps(f"{mark} ÉCLAIR 100% _X_ (A.C)", names[:1])
    keeps(f"шОКОЛАД {mark}", names[3:])
    for none in (f"{mark}%", f"{mark}.", f"_{mark[1:]}", f"{mark[:-2]}%{mark[-1]}", f"{mark}  ", f"{mark}nothing"):
        keeps(none, [])
    keeps(mark, [], type="number")
    keeps(mark, names, type="string")
    update(api, made[names[2]]["_id"], {"name": f"Renamed {api.fresh('x')}"})
    keeps(mark, [names[0], names[1], names[3]])
    update(api, bare["_id"], {"name": f"Now {mark}"})
    made["bare"] = bare
    keeps(mark, [names[0], names[1], names[3], "bare"])
    api.delete(path_of(made[names[0]]["_id"]))
    keeps(mark, [names[1], names[3], "bare"])
    _odd_names(api)


def _odd_names(api: Api) -> None:
    """Parts of one character and parts with signs that languages of queries know, each beside the slug."""
    one = api.definition(slug=(slug := api.fresh("s")), name=f"{api.fresh('A+b')}&c=\\d*[e] é")
    for part in ("É", "a", "+b", "&C=", "\\D*", "[E]", "c=\\d", " é"):
        _keeps(api, [one], slug=slug, name=part)
    for part in ("Z", "q", "a b", "c d", "d*e", ".*", "\\\\", "c\\=", "?", "]["):
        _keeps(api, [], slug=slug, name=part)
