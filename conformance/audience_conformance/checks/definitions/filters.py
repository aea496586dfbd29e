"""DEF: the filters of the definition list keep all definitions that match, and no others."""

from collections.abc import Iterable
from typing import Any

from audience_conformance.checks.assertions import (
    TRIES,
    at_most,
    entries,
    in_pages,
    items,
    largest_page,
    list_all,
    only,
    record,
)
from audience_conformance.checks.definitions.create import DOCUMENTED, FLAGS, TYPES, definition_body, with_slug
from audience_conformance.checks.definitions.update import update
from audience_conformance.checks.limits import LONGEST, fit_text
from audience_conformance.checks.prerequisites import FLAGGED_DEFINITION
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject, definition_path
from audience_conformance.results.finding import Skip, expect, show

LIST = "getUserAttributeDefinitions"


def _ids(definitions: Iterable[JsonObject]) -> list[str]:
    return sorted(show(item.get("_id")) for item in definitions)


def _keeps(api: Api, expected: Iterable[JsonObject], **query: Any) -> None:
    """Report a finding unless the list, read in one page, has exactly these; for queries that match only our own."""
    actual, wanted = _ids(items(api.get(DEFINITIONS, page_size=largest_page(api), **query))), _ids(expected)
    expect(actual == wanted, f"{show(query)} to keep {wanted} and no other", actual)


@check("DEF-09", on=LIST)
def the_slug_filter_finds_its_definition_alone(api: Api) -> None:
    """Create definitions with similar slugs: longer, shorter, with other signs or another case; filter by each."""
    base = api.unique("Slug_a")
    slugs = [base, f"{base}b", f"{base}-b", base.replace("_a", "-a"), base.replace("_a", "xa")]
    slugs.append(fit_text(api, base.ljust(LONGEST, "z")))
    made = {slug: api.definition(slug=slug, name=base) for slug in slugs}
    for slug in (base.swapcase(), base.upper()):
        rejected = not api.post(DEFINITIONS, definition_body(api, slug=slug, name=base)).ok  # may be unique in any case
        listed = [item.get("slug") for item in with_slug(api, slug)]
        expect(listed == ([] if rejected else [slug]), f"only a definition with the slug {slug}", listed)
    for slug, definition in made.items():
        _keeps(api, [definition], slug=slug)
    update(api, made[base]["_id"], {"name": api.unique("Renamed "), "type": "list", "customer_editable": True})
    _keeps(api, [made[base]], slug=base)
    answer = api.get(DEFINITIONS, slug=base, page_no=2, page_size=1)
    others = [item for item in items(answer) if item.get("slug") != base] if answer.ok else []
    expect(not others, "no other definition on the second page of a slug", others)
    api.delete(definition_path(made[base]["_id"]))
    _keeps(api, [], slug=base)
    again = api.post(DEFINITIONS, definition_body(api, slug=base, name=base))
    if again.ok:
        made[base] = record(again)
        _keeps(api, [made[base]], slug=base)
    parts = (base[:-1], f"{base}c", base[1:], f"{base}%", f" {base}", f"{base} ")
    for unknown in (*parts, made[base]["_id"], "a blank"):
        _keeps(api, [], slug=unknown)


@check("DEF-10", on=LIST, cases=TYPES)
def the_type_filter_keeps_all_of_a_type(api: Api, type_: str) -> None:
    """Create definitions of each type and change the type of some: the filter keeps those of the type, and no others.

    Read in pages of several sizes, and together with other filters.
    """
    own = [api.definition(type_)["_id"] for _ in range(3)]
    others = [api.definition(other)["_id"] for other in at_most(api, [one for one in TYPES if one != type_], 2)]
    update(api, others[0], {"type": type_})
    update(api, own[0], {"type": TYPES[TYPES.index(type_) - 1]})
    own, others = [*own[1:], others[0]], [own[0], *others[1:]]
    for read in at_most(api, (in_pages, list_all), 1):
        for item in read(api, DEFINITIONS, type=type_):
            right = item.get("type") == type_ and item.get("_id") not in others
            expect(right, f"only definitions of type {type_}", item)
        absent = set(own) - entries(api, DEFINITIONS, own, read=read, type=type_).keys()
        expect(not absent, f"all definitions of type {type_}", f"without {show(sorted(absent))}")
    filters: list[JsonObject] = [{"customer_editable": False}, {"name": "Name "}, {"pinned": False, "is_locked": False}]
    for query in at_most(api, filters, 1):
        for item in list_all(api, DEFINITIONS, type=type_, **query):
            expect(item.get("type") == type_, f"only definitions of type {type_}, filtered by {show(query)} too", item)
    for item in items(api.get(DEFINITIONS, type=type_)):
        expect(item.get("type") == type_, f"only definitions of type {type_}, without page_no and page_size", item)


@check("DEF-10", on=LIST)
def the_type_filter_goes_with_others(api: Api) -> None:
    """Filter by a definition's slug together with each type, with parts of types, and with unknown types."""
    for type_ in at_most(api, TYPES, 2):
        made = api.definition(type_, slug=(slug := api.unique("s")))
        for other in TYPES:
            _keeps(api, [made] if other == type_ else [], slug=slug, type=other)
        for unknown in (type_[:-1], f"{type_}s", type_.upper(), "%", "nothing"):
            _keeps(api, [], slug=slug, type=unknown)


@check("DEF-11", on=LIST, cases=FLAGS, read_only=True, needs=(FLAGGED_DEFINITION,))
def a_flag_filter_parts_the_list(api: Api, flag: str) -> None:
    """Read the list without filter and by each value of the flag: each part has its definitions, together they are all.

    Nothing is written: a flag that is not set on any definition cannot be checked in full.
    """
    for attempt in range(1, TRIES + 1):
        before = _by_id(list_all(api, DEFINITIONS))
        queries: dict[bool, JsonObject] = {value: {flag: value} for value in (True, False)}
        parts = {value: _by_id(in_pages(api, DEFINITIONS, **query)) for value, query in queries.items()}
        after = _by_id(list_all(api, DEFINITIONS))
        for value, part in parts.items():
            for item in part.values():
                expect(_has_flags(item, {flag: value}), f"only definitions with {flag} {show(value)}", item)
        # Others may write meanwhile: a definition that did not change must be in its part, at the latest next time.
        stable = [item for key, item in after.items() if before.get(key) == item and isinstance(item.get(flag), bool)]
        absent = [item for item in stable if show(item.get("_id")) not in parts[item[flag]]]
        if not absent:
            break
        expect(attempt < TRIES, f"{flag}={show(absent[0].get(flag))} to keep all that have it", f"without {absent[:3]}")
    _combines_with_others(api, flag)
    if not any(item.get(flag) is True for item in after.values()):
        raise Skip(f"{FLAGGED_DEFINITION}: {flag}")


def _has_flags(definition: JsonObject, flags: JsonObject) -> bool:
    """Are these flags of a definition as wanted, where it has them."""
    return all(
        definition.get(name) is wanted or not isinstance(definition.get(name), bool) for name, wanted in flags.items()
    )


def _combines_with_others(api: Api, flag: str) -> None:
    """A flag's filter holds together with each other flag's, and without page_no and page_size."""
    for value in (True, False):
        queries: list[JsonObject] = [{}, {"page_no": 2}]
        queries += [{other: setting} for other in FLAGS if other != flag for setting in (True, False)]
        for query in at_most(api, queries, 3):
            answer = api.get(DEFINITIONS, **{flag: value, **query})
            if "page_no" in query and not answer.ok:
                continue
            for item in items(answer):
                right = _has_flags(item, {**query, flag: value})
                expect(right, f"only definitions that match {flag}={show(value)} and {show(query)}", item)


def _by_id(definitions: list[JsonObject]) -> dict[str, JsonObject]:
    return {show(item.get("_id")): only(item, DOCUMENTED) for item in definitions}


@check("DEF-11", on=f"{LIST} updateUserAttributeDefinition")
def the_customer_editable_filter_follows_updates(api: Api) -> None:
    """Set and unset customer_editable of definitions: each is found by the flag's current value, on any page."""
    states = {api.definition(slug=(slug := api.unique("s")))["_id"]: (slug, number % 2 == 0) for number in range(4)}
    for _ in range(2):
        for definition_id, (slug, editable) in states.items():
            update(api, definition_id, {"customer_editable": editable})
            _keeps(api, [{"_id": definition_id}], slug=slug, customer_editable=editable)
            _keeps(api, [], slug=slug, customer_editable=not editable)
        for editable in (True, False):
            own = [key for key, (_, state) in states.items() if state is editable]
            for read in (in_pages, list_all):
                listed = entries(api, DEFINITIONS, states, read=read, tries=1, customer_editable=editable).keys()
                wrong = sorted(listed - set(own))
                expect(not wrong, f"only definitions with customer_editable {show(editable)}", f"{show(wrong)} too")
                absent = set(own) - entries(api, DEFINITIONS, own, read=read, customer_editable=editable).keys()
                expect(not absent, f"all with customer_editable {show(editable)}", f"without {show(sorted(absent))}")
        states = {key: (slug, not editable) for key, (slug, editable) in states.items()}


@check("DEF-11", on=LIST)
def the_flag_filters_go_with_others(api: Api) -> None:
    """Filter by a definition's slug together with each flag, true and false: only the flag's value finds it."""
    made = api.definition(slug=(slug := api.unique("s")))
    entry = next(iter(with_slug(api, slug)), {})
    for flag in FLAGS:
        if isinstance(entry.get(flag), bool):
            _keeps(api, [made], slug=slug, **{flag: entry[flag]})
            _keeps(api, [], slug=slug, **{flag: not entry[flag]})


@check("DEF-12", on=LIST)
def the_name_filter_keeps_all_that_contain_it(api: Api) -> None:
    """Create definitions with parts of one name, in cases and scripts; filter by parts in any case, in pages."""
    mark = api.unique("Nm")
    names = [f"{mark} Éclair 100% _x_ (a.c)", f"Pre {mark.upper()} ÉCLAIR", f"{mark.lower()}", f"Шоколад {mark}"]
    made = {name: api.definition(name=name) for name in names}
    bare = api.definition(name=f"Name without it {api.unique('other')}", slug=api.unique(mark), description=mark)

    def keeps(name: str, expected: list[str], **query: Any) -> None:
        actual = _ids(in_pages(api, DEFINITIONS, name=name, **query))
        right = actual == _ids(made[one] for one in expected)
        expect(right, f"name {name!r} to keep the definitions whose name contains it, and no other", actual)

    for name in (mark, mark.upper(), mark.lower(), mark.swapcase()):
        keeps(name, names)
    keeps(f"{mark.lower()} éclair", names[:2])
    keeps(f"{mark} Éclair 100%", names[:1])
    keeps(f"{mark} ÉCLAIR 100% _X_ (A.C)", names[:1])
    keeps(f"шОКОЛАД {mark}", names[3:])
    for absent in (f"{mark}%", f"{mark}.", f"_{mark[1:]}", f"{mark[:-2]}%{mark[-1]}", f"{mark}  ", f"{mark}nothing"):
        keeps(absent, [])
    keeps(mark, [], type="number")
    keeps(mark, names, type="string")
    update(api, made[names[2]]["_id"], {"name": f"Renamed {api.unique('x')}"})
    keeps(mark, [names[0], names[1], names[3]])
    update(api, bare["_id"], {"name": f"Now {mark}"})
    made["bare"] = bare
    keeps(mark, [names[0], names[1], names[3], "bare"])
    api.delete(definition_path(made[names[0]]["_id"]))
    keeps(mark, [names[1], names[3], "bare"])

    # One character, and characters that query languages treat as operators.
    hostile = api.definition(slug=(slug := api.unique("s")), name=f"{api.unique('A+b')}&c=\\d*[e] é")
    for part in ("É", "a", "+b", "&C=", "\\D*", "[E]", "c=\\d", " é"):
        _keeps(api, [hostile], slug=slug, name=part)
    for absent in ("Z", "q", "a b", "c d", "d*e", ".*", "\\\\", "c\\=", "?", "]["):
        _keeps(api, [], slug=slug, name=absent)
