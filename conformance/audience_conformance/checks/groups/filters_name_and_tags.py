"""GRP: which groups the filters of the list by name and by tags keep."""

import random
from typing import Any

from hypothesis import strategies as st

from audience_conformance.checks.assertions import body, list_all, subset, thorough
from audience_conformance.checks.groups.filter_oracle import (
    FEW_VALUES,
    MOST_VALUES,
    OPERATION,
    Question,
    judge,
    judge_some,
    passes,
    question,
    uid_text,
    values_of,
)
from audience_conformance.checks.groups.helpers import CATEGORIES, create, group_body, ids_of, tags_of
from audience_conformance.checks.prerequisites import SOME_ITEMS, TAGGED_GROUPS
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, group_path
from audience_conformance.results.finding import Skip, expect

LONGEST = 255


# --- GRP-11 ---------------------------------------------------------------------------------------------


def _of_name(part: str, **more: Any) -> Question:
    passed = passes(more)

    def keeps(item: JsonObject) -> bool:
        return part.lower() in str(item.get("name")).lower() and passed(item)

    def may_keep(item: JsonObject) -> bool:
        return part.casefold() in str(item.get("name")).casefold() and passed(item)

    return question({"name": part, **more}, keeps, may_keep=may_keep)


@check("GRP-11", on=OPERATION, read_only=True, needs=(SOME_ITEMS,))
def name_keeps_all_that_contain_it(api: Api) -> None:
    """Filter the list by parts of the names in it, in any case, and by what no name has."""
    names = [name for name in values_of(api, "name") if name.strip() == name]
    if not names:
        raise Skip(SOME_ITEMS)
    parts = ["no group is called so", "%", "_", ".*", "\\", "*", "?", "(", "[a", "^", "$", "+"]
    for name in names[:5]:
        middle = name[len(name) // 3 : 2 * len(name) // 3 + 1].strip()
        parts += [name, name.upper(), name.lower(), name[:3].strip(), name[-3:].strip(), middle.swapcase()]
        parts += [name[:1], name[-1:], " ".join(reversed(name.split()))]
    judge_some(api, [_of_name(part) for part in dict.fromkeys(parts) if part])


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
OURS = ("", "Alpha B", "alpha b", "Alpha ", "ALPHA BETA GAMMA", "renamed delta", "100%", "100_", "of_", "grö", "é", "0")
"""Parts of these names; each is looked for behind a token that our names alone begin with."""
ALL = (
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
    """Make groups with awkward names, rename one, and filter the list by parts of the names in any case."""
    token = f"{api.fresh('Find')}."
    sent = [group_body(api, name=f"{token}{name}", category=CATEGORIES[n % 2]) for n, name in enumerate(NAMES)]
    made = [create(api, one) for one in sent]
    longest = token + "Long" * LONGEST
    create(api, group_body(api, name=longest[:LONGEST]))
    create(api, group_body(api, description=f"{token}Alpha BETA"))
    body(api.patch(group_path(made[0]["_id"]), {"name": f"{token}Renamed Delta"}))
    uid = uid_text(made[1])
    judge_some(api, [_of_name(f"{token}{part}") for part in OURS])
    judge_some(api, [_of_name(part) for part in (*ALL, token.upper(), token[5:].swapcase(), longest[:LONGEST])])
    more: list[JsonObject] = [{"category": category} for category in CATEGORIES]
    more += [{"status": status} for status in ("pending", "completed", "failed")]
    more += [{"type": "file"}, {"type": "no such type"}, {"group_uid": uid}]
    judge_some(api, [_of_name(token, **one) for one in more])
    judge(api, _of_name(f"{token}no such name", group_uid=uid), _of_name(f"{token}alpha", category=CATEGORIES[1]))


@check("GRP-11", on=f"{OPERATION} createUserGroup", generates=True)
def name_keeps_any_part_of_any_name(api: Api) -> None:
    """Make groups with generated names, and filter the list by a part of each in another case."""
    letters = st.characters(
        codec="utf-8", categories=("Ll", "Lu", "Nd"), max_codepoint=0x24F, exclude_characters="ßİıŉſ"
    )
    names = st.text(letters, min_size=3, max_size=40)

    def found(name: str, chance: random.Random) -> None:
        group = create(api, group_body(api, name=name))
        start = chance.randrange(len(name) - 2)
        part = name[start : chance.randrange(start + 3, len(name) + 1)]
        asked = chance.choice((part.upper, part.lower, part.swapcase))()
        there = ids_of(list_all(api, GROUPS, name=asked))
        expect(group["_id"] in there, f"{name!r} in the list of names with {part!r} in any case", sorted(there))

    api.for_all(found, name=names, chance=st.randoms(use_true_random=False))


# --- GRP-12 ---------------------------------------------------------------------------------------------


def _of_tags(*tags: str, **more: Any) -> Question:
    passed = passes(more)
    return question({"tags": ",".join(tags), **more}, lambda item: bool({*tags} & {*tags_of(item)}) and passed(item))


@check("GRP-12", on=OPERATION, read_only=True, needs=(TAGGED_GROUPS,))
def tags_keep_all_with_any_of_them(api: Api) -> None:
    """Filter the list by one tag, two, an unknown one, a part of one, and beside other filters. Needs tagged groups."""
    groups = [group for group in list_all(api, GROUPS) if tags_of(group)]
    known = sorted({tag for group in groups for tag in tags_of(group) if tag == tag.strip() and "," not in tag and tag})
    if not known:
        raise Skip(TAGGED_GROUPS)
    unknown = "no-such-tag"
    chosen = known[: MOST_VALUES if thorough(api) else FEW_VALUES]
    for one, other in zip(chosen, [*chosen[1:], chosen[0]], strict=True):
        questions = [_of_tags(one, other), _of_tags(other, one), _of_tags(one, unknown), _of_tags(unknown, one)]
        questions += [_of_tags(one, one), _of_tags(one, other, unknown), _of_tags(one)]
        parts = (one[:-1], one[1:], f"{one}x", one.swapcase())
        questions += [_of_tags(part) for part in parts if part.strip() == part and part]
        bearing = next(group for group in groups if one in tags_of(group))
        name, status, type_ = (str(bearing.get(field)) for field in ("name", "status", "type"))
        questions += [_of_tags(one, other, category=category) for category in CATEGORIES]
        questions += [_of_tags(one, status=status), _of_tags(one, type=type_), _of_tags(other, name=name)]
        questions += [_of_tags(one, name=name), _of_tags(one, status="failed"), _of_tags(other, type="no such type")]
        judge_some(api, [asked for asked in questions if "name" not in asked.query or name.strip() == name])
    judge(api, _of_tags(unknown), _of_tags(*known), *(_of_tags(tag) for tag in subset(api, known[-3:])))
