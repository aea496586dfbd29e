"""GRP: which groups the filters of the list by name and by tags keep."""

import random
from typing import Any

from hypothesis import strategies as st

from audience_conformance.checks.assertions import body, list_all, subset
from audience_conformance.checks.groups.filter_oracle import (
    FEW_VALUES,
    MOST_VALUES,
    OPERATION,
    Filter,
    check_filters,
    check_some_filters,
    has_case_pair,
    keeping,
    uid_text,
    values_of,
)
from audience_conformance.checks.groups.helpers import CATEGORIES, create, group_body, ids_of, tags_of
from audience_conformance.checks.limits import LONGEST, fit_text
from audience_conformance.checks.prerequisites import SOME_ITEMS, TAGGED_GROUPS
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, group_path
from audience_conformance.results.finding import Skip, expect


def _by_name(part: str, **query: Any) -> Filter:
    return keeping({"name": part, **query})


@check("GRP-11", on=OPERATION, read_only=True, needs=(SOME_ITEMS,))
def name_keeps_all_that_contain_it(api: Api) -> None:
    """Filter the list by parts of its groups' names, in upper and lower case, and by texts that no name contains."""
    names = [name for name in values_of(api, "name") if name.strip() == name]
    if not names:
        raise Skip(SOME_ITEMS)
    parts = ["no group is called so", "%", "_", ".*", "\\", "*", "?", "(", "[a", "^", "$", "+"]
    for name in names[:5]:
        middle = name[len(name) // 3 : 2 * len(name) // 3 + 1].strip()
        parts += [name, name.upper(), name.lower(), name[:3].strip(), name[-3:].strip(), middle.swapcase()]
        parts += [name[:1], name[-1:], " ".join(reversed(name.split()))]
    check_some_filters(api, [_by_name(part) for part in dict.fromkeys(parts) if part])


NAMES = (
    "Alpha BETA",
    "alpha beta gamma",
    "Alphabetical",
    "100% of_all",
    "1000 of all",
    "Größe ÉTÉ",
    "a.c",
    "abc",
    "a+c (d) [e]",
    "Ω Жук",
    "x'y\"z\\",
    "0",
)
HEAD = ("", "Alpha B", "alpha b", "Alpha ", "ALPHA BETA GAMMA", "renamed delta", "100%", "100_", "of_", "grö", "é", "0")
"""Beginnings of these names; the filter also contains the token with which only own names begin."""
ANYWHERE = (
    "LPHA BETA GAM",
    "beta alpha",
    "GAMMA ALPHA",
    "alpha  beta",
    "GRÖ",
    "été",
    "ω жУК",
    "% of_",
    "a.c",
    "A+C (D",
    ") [",
    'y"Z',
    "z\\",
)


@check("GRP-11", on=f"{OPERATION} createUserGroup updateUserGroup")
def name_keeps_all_of_ours_that_contain_it(api: Api) -> None:
    """Create groups with unusual names, rename one, and filter by parts of the names in upper and lower case."""
    token = f"{api.unique('Find')}."
    bodies = [group_body(api, name=f"{token}{name}", category=CATEGORIES[n % 2]) for n, name in enumerate(NAMES)]
    created = [create(api, sent) for sent in bodies]
    longest = fit_text(api, f"{token}{'Long' * LONGEST}"[:LONGEST], GROUPS)
    create(api, group_body(api, name=longest))
    create(api, group_body(api, description=f"{token}Alpha BETA"))
    body(api.patch(group_path(created[0]["_id"]), {"name": f"{token}Renamed Delta"}))
    uid = uid_text(created[1])
    check_some_filters(api, [_by_name(f"{token}{part}") for part in HEAD])
    check_some_filters(api, [_by_name(part) for part in (*ANYWHERE, token.upper(), token[5:].swapcase(), longest)])
    queries: list[JsonObject] = [{"category": category} for category in CATEGORIES]
    queries += [{"status": status} for status in ("pending", "completed", "failed")]
    queries += [{"type": "file"}, {"type": "no such type"}, {"group_uid": uid}]
    check_some_filters(api, [_by_name(token, **query) for query in queries])
    check_filters(
        api, _by_name(f"{token}no such name", group_uid=uid), _by_name(f"{token}alpha", category=CATEGORIES[1])
    )


@check("GRP-11", on=f"{OPERATION} createUserGroup", generates=True)
def name_keeps_any_part_of_any_name(api: Api) -> None:
    """Create groups with generated names, and filter the list by a part of each in upper, lower or swapped case."""
    letters = st.characters(codec="utf-8", categories=("Ll", "Lu", "Nd"), max_codepoint=0x17F)
    names = st.text(letters.filter(has_case_pair), min_size=3, max_size=40)

    def is_kept(name: str, chance: random.Random) -> None:
        group = create(api, group_body(api, name=name))
        start = chance.randrange(len(name) - 2)
        part = name[start : chance.randrange(start + 3, len(name) + 1)]
        text = chance.choice((part.upper, part.lower, part.swapcase))()
        kept = ids_of(list_all(api, GROUPS, name=text))
        expect(group["_id"] in kept, f"{name!r} in the list of names with {part!r} in any case", sorted(kept))

    api.for_all(is_kept, name=names, chance=st.randoms(use_true_random=False))


def _by_tags(*tags: str, **query: Any) -> Filter:
    return keeping({"tags": ",".join(tags), **query})


@check("GRP-12", on=OPERATION, read_only=True, needs=(TAGGED_GROUPS,))
def tags_keep_all_with_any_of_them(api: Api) -> None:
    """Filter the list by one tag, two, an unknown one, a part of one, and together with other filters."""
    groups = [group for group in list_all(api, GROUPS) if tags_of(group)]
    known = sorted({tag for group in groups for tag in tags_of(group) if tag == tag.strip() and "," not in tag and tag})
    if not known:
        raise Skip(TAGGED_GROUPS)
    unknown = "no-such-tag"
    chosen = known[:FEW_VALUES]
    for one, other in zip(chosen, [*chosen[1:], chosen[0]], strict=True):
        filters = [_by_tags(one, other), _by_tags(other, one), _by_tags(one, unknown), _by_tags(unknown, one)]
        filters += [_by_tags(one, one), _by_tags(one, other, unknown), _by_tags(one)]
        parts = (one[:-1], one[1:], f"{one}x", one.swapcase())
        filters += [_by_tags(part) for part in parts if part.strip() == part and part]
        tagged = next(group for group in groups if one in tags_of(group))
        name, status, type_ = (str(tagged.get(field)) for field in ("name", "status", "type"))
        filters += [_by_tags(one, other, category=category) for category in CATEGORIES]
        filters += [_by_tags(one, status=status), _by_tags(one, type=type_), _by_tags(other, name=name)]
        filters += [_by_tags(one, name=name), _by_tags(one, status="failed"), _by_tags(other, type="no such type")]
        check_some_filters(api, [one for one in filters if "name" not in one.query or name.strip() == name])
    others = subset(api, [_by_tags(tag) for tag in known[FEW_VALUES:][-MOST_VALUES:]])
    check_filters(api, _by_tags(unknown), _by_tags(*known), *others)
